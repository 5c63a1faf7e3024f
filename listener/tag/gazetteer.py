"""Where named places lie: towns of 15,000 people and more, countries and their regions, from GeoNames (CC BY 4.0)."""

import gzip
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import filterfalse
from pathlib import Path
from typing import NamedTuple

from listener.tag.data import lexicon
from listener.types import Location

FILE = Path(__file__).parent / "gazetteer.gz"
LONGEST = 4  # words in a name that is looked up
_CLEAR = 3  # times the people of the next largest town of that name
_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:['’.-][^\W_]+)*")
_DROPPED = re.compile(r"[.'’]")


class Known(NamedTuple):
    """A place that bears a name: "town", "region", "short" (a region's letters) or "country"."""

    kind: str
    name: str
    country: str  # ISO 3166-1, two letters
    region: str
    people: int


def folded(name: str) -> str:
    """A name as it is looked up: small letters without accents, dots and hyphens."""
    if name.isascii() and name.isalnum():
        return name.lower()
    if not name.isascii():
        name = "".join(filterfalse(unicodedata.combining, unicodedata.normalize("NFKD", name)))
    return " ".join(_DROPPED.sub("", name).replace("-", " ").casefold().split())


@cache
def _lines() -> list[str]:
    return gzip.decompress(FILE.read_bytes()).decode().split("\n")


@cache
def _country_names() -> dict[str, str]:
    rows = (line.split("\t") for line in _lines() if "\tcountry\t" in line)
    return {code: name for _, _, name, code, _, _ in rows}


@cache
def beginnings() -> frozenset[str]:
    """The first words of all names, folded."""
    return frozenset(line.partition("\t")[0].partition(" ")[0] for line in _lines())


def known(name: str) -> list[Known]:
    """The places of a folded name, as many as there are."""
    found, at = [], bisect_left(_lines(), f"{name}\t")
    while at < len(_lines()) and _lines()[at].startswith(f"{name}\t"):
        _, kind, shown, country, region, people = _lines()[at].split("\t")
        found.append(Known(kind, shown, country, region, int(people)))
        at += 1
    return found


def located(words: str, text: str = "") -> Location | None:
    """Where the place lies that `words` of `text` name; None where that is unknown.

    Of several towns of a name the one is meant whose country or region stands beside it or elsewhere in the text, else
    the one that has many more people than the others; where none has, only the country is told, if they share it.
    """
    names, beside = _named(words)
    if not names:
        return _outer(beside)
    towns = [place for place in names if place.kind == "town"]
    others = [place for place in names if place.kind in ("region", "country")]
    if others and not beside and max((town.people for town in towns), default=0) < max(5_000_000, others[0].people):
        return _outer(others)
    near = [*_within(towns, beside)] if beside else [*_within(towns, _mentioned(text))] or towns
    return _largest(near)


def _named(words: str) -> tuple[list[Known], list[Known]]:
    """The places that the words name, and the regions and countries that follow; generic words do not count."""
    every = _WORD.findall(words)
    bare = [word for word in every if folded(word) not in lexicon().places.generic]
    last = _WORD.findall(words.rpartition(",")[2])
    for tokens in (every, bare, last):
        for size in range(min(LONGEST, len(tokens)), 0, -1):
            names = [place for place in known(folded(" ".join(tokens[:size]))) if place.kind != "short"]
            rest = [*_wider(tokens[size:])]
            if names and (rest or size == len(tokens)):
                return names, [place for places in rest for place in places]
    return [], []


def _wider(tokens: Sequence[str]) -> Iterator[list[Known]]:
    """The regions and countries that the words name one after the other; nothing where one of them is unknown."""
    if not tokens:
        return
    for size in range(min(LONGEST, len(tokens)), 0, -1):
        places = [place for place in known(folded(" ".join(tokens[:size]))) if _is_wide(place, tokens[0])]
        rest = [*_wider(tokens[size:])]
        if places and (rest or size == len(tokens)):
            yield places
            yield from rest
            return


def _is_wide(place: Known, word: str) -> bool:
    return place.kind in ("region", "country") or (place.kind == "short" and word.isupper())


def _mentioned(text: str) -> list[Known]:
    """The regions and countries that a text names with a capital."""
    words = _WORD.findall(text)
    found = []
    for at, word in enumerate(words):
        if word[0].isupper():
            for size in range(1, min(LONGEST, len(words) - at) + 1):
                places = known(folded(" ".join(words[at : at + size])))
                found += [place for place in places if place.kind in ("region", "country")]
    return found


def _within(towns: Iterable[Known], wider: Sequence[Known]) -> Iterator[Known]:
    """The towns that lie in one of the regions or, where no region is told, in one of the countries."""
    regions = {(place.country, place.name) for place in wider if place.kind != "country"}
    countries = {place.country for place in wider if place.kind == "country"}
    for town in towns:
        if (town.country, town.region) in regions or (not regions and town.country in countries):
            yield town


def _largest(towns: Sequence[Known]) -> Location | None:
    if not towns:
        return None
    first, *rest = sorted(towns, key=lambda town: -town.people)
    rivals = [town for town in rest if town.people * _CLEAR > first.people]
    if not rivals:
        return Location(city=first.name, region=first.region, country=_country(first), code=first.country)
    return _outer([first, *rivals])


def _outer(places: Sequence[Known]) -> Location | None:
    """The region or the country that all places share."""
    if len({place.country for place in places}) != 1:
        return None
    regions = {place.region for place in places if place.kind != "country"}
    region = regions.pop() if len(regions) == 1 else ""
    return Location(region=region, country=_country(places[0]), code=places[0].country)


def _country(place: Known) -> str:
    return _country_names().get(place.country, place.country)
