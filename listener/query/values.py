"""Whether a field of a post, or a tag of a finding, is as a query asks."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from operator import eq, ge, gt, le, lt

from listener.query.fields import NUMBER_FIELDS, TAG_FIELDS, Facts, minutes, number
from listener.query.fold import fold
from listener.query.glob import matches
from listener.query.tree import Field
from listener.types import Post

_COMPARE: Mapping[str, Callable[[float, float], bool]] = {"=": eq, "<": lt, "<=": le, ">": gt, ">=": ge}
_WORDS = re.compile(r"[\w*?]+")
_ATTRIBUTES = {"type": "kind"}  # where a post calls a field otherwise
_PREFIXES: Mapping[str, tuple[str, ...]] = {
    "source": (),
    "author": ("@", "/u/", "u/"),
    "community": ("/r/", "r/"),
    "type": (),
    "tag": ("#",),
}
"""Fields that are compared whole, wildcards aside, and what may stand before their values."""
_folded = lru_cache(maxsize=4096)(fold)
_number = lru_cache(maxsize=4096)(number)
_minutes = lru_cache(maxsize=4096)(minutes)


def holds(field: Field, post: Post, now: datetime, facts: Facts | None) -> bool:
    """Whether it is so. What is missing is not."""
    if field.name in TAG_FIELDS:
        return facts is not None and _tag_holds(field, facts)
    if field.name in NUMBER_FIELDS:
        have = getattr(post.reach, field.name)
        return have is not None and _COMPARE[field.op](have, _number(field.value))
    if field.name == "age":
        age = (now - post.created_at) / timedelta(minutes=1)
        return "time-missing" not in post.flags and _COMPARE[field.op](age, _minutes(field.value))
    return _TEXTS[field.name](post, _folded(field.value))


def _tag_holds(field: Field, facts: Facts) -> bool:
    name = field.name
    if name in ("score", "urgency"):
        return _COMPARE[field.op](getattr(facts, name), _number(field.value))
    if name == "question":
        return facts.question == (field.value == "yes")
    if name == "place":
        return matches(f"*{_spaced(field.value)}*", _spaced(facts.place))
    values = {"moment": facts.moments, "signal": facts.signals, "topic": facts.topic}
    have = values.get(name) or (getattr(facts, name, ""),)
    return any(one != "" and matches(_folded(field.value), _folded(one)) for one in have if isinstance(one, str))


def _spaced(text: str) -> str:
    """The folded words, each with a space before and after it."""
    return "".join(f" {word} " for word in _WORDS.findall(_folded(text)))


def _same(name: str) -> Callable[[Post, str], bool]:
    def test(post: Post, value: str) -> bool:
        have = _own(name, post)
        return have != "" and matches(_without(value, _PREFIXES[name]), have)

    return test


def _own(name: str, post: Post) -> str:
    return _without(_folded(getattr(post, _ATTRIBUTES.get(name, name))), _PREFIXES[name])


def _without(value: str, prefixes: tuple[str, ...]) -> str:
    for prefix in prefixes:
        value = value.removeprefix(prefix)
    return value


def _tag(post: Post, value: str) -> bool:
    return any(matches(_without(value, _PREFIXES["tag"]), tag) for tag in _tags(post))


def _tags(post: Post) -> list[str]:
    return [_without(_folded(tag), _PREFIXES["tag"]) for tag in post.tags]


def _lang(post: Post, value: str) -> bool:
    have, value = _language(fold(post.lang)), _language(value)
    return have == value or have.startswith(f"{value}-")


def _language(folded: str) -> str:
    return folded.replace("_", "-")


def _site(post: Post, value: str) -> bool:
    """The host or a sub-domain of it, and whole segments of the path."""
    host, path = place_of(value)
    have, have_path = _parts(fold(post.url))
    return host != "" and (have == host or have.endswith(f".{host}")) and have_path[: len(path)] == path


def place_of(value: str) -> tuple[str, list[str]]:
    """The host and the segments of the path that the folded value of `site:` asks for."""
    host, path = _parts(value)
    return host.removeprefix("www.").removeprefix("*."), path


def _parts(address: str) -> tuple[str, list[str]]:
    """The host of a folded address and the segments of its path."""
    rest = address.partition("://")[2] or address
    host, _, path = rest.partition("#")[0].partition("?")[0].partition("/")
    return host.rpartition("@")[2].partition(":")[0].removesuffix("."), [part for part in path.split("/") if part]


_TEXTS: Mapping[str, Callable[[Post, str], bool]] = {
    **{name: _same(name) for name in ("source", "author", "community", "type")},
    "url": lambda post, value: value in fold(post.url),
    "site": _site,
    "lang": _lang,
    "tag": _tag,
}


# For an index of posts: what it keeps, and what it is asked for


def facets(post: Post) -> Iterator[tuple[str, str]]:
    """Names of fields with what the values of a query are compared with; a field that is empty has none."""
    found = [(name, _own(name, post)) for name in ("source", "author", "community", "type")]
    found += [("tag", tag) for tag in _tags(post)]
    lang, host = _language(_folded(post.lang)).split("-"), _parts(fold(post.url))[0].split(".")
    found += [("lang", "-".join(lang[: n + 1])) for n in range(len(lang))]
    found += [("site", ".".join(host[n:])) for n in range(len(host))]
    return (each for each in dict.fromkeys(found) if each[1])


def facet_of(field: Field) -> tuple[str, bool]:
    """The value that `facets` gives wherever the field is so, perhaps with wildcards; and whether only there.

    "" where there is no telling.
    """
    value = fold(field.value)
    if field.name in _PREFIXES:
        return _without(value, _PREFIXES[field.name]), True
    if field.name == "lang":
        return _language(value), True
    host, path = place_of(value) if field.name == "site" else ("", [])
    return host, not path
