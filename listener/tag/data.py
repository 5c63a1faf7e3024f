"""The lexicon as data: reads `lexicon/*.toml` once and builds what the tagger needs."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import msgspec
from msgspec import Struct

from listener.tag.cues import Cue, Node, plant
from listener.tag.words import fold


class Level(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a tag starts before any cue is found (logits), and the probability from which it is given."""

    bias: float
    threshold: float


class Places(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """How places are told from other words."""

    names: frozenset[str]  # known places
    here: frozenset[str]  # words for "near me"
    tail: frozenset[str]  # small words that end a name: "stadium"
    head: frozenset[str]  # small words that begin a name: "downtown"
    join: frozenset[str]  # small words within a name: "of"
    never: frozenset[str]  # words with a capital that name no place
    opening: frozenset[str]  # words that begin a name only before another capital: "new"
    common: frozenset[str]  # towns whose names are words
    weights: Mapping[str, Mapping[str, float]]  # of each sign: "words"; "read": of their sum and of a model's reading

    @cached_property
    def here_begins(self) -> frozenset[str]:
        """The first words of `here`."""
        return frozenset(words.partition(" ")[0] for words in self.here)

    @property
    def generic(self) -> frozenset[str]:
        """Words that say what a place is, not where: "the", "downtown", "airport"."""
        return self.tail | self.head | {"the"}


class English(Struct, frozen=True, forbid_unknown_fields=True):
    """Words by which English is told from other languages, folded."""

    sure: frozenset[str]  # words of no other language
    perhaps: frozenset[str]


class Wording(Struct, frozen=True, forbid_unknown_fields=True):
    """Which words do not make a phrase, all folded."""

    hollow: frozenset[str]  # they explain nothing where they stand alone
    reaching: frozenset[str]  # they want one more after them
    closing: frozenset[str]  # hollow, but may end a phrase all the same
    linking: frozenset[str]  # no phrase begins or ends with them


class Mood(Struct, frozen=True, forbid_unknown_fields=True):
    """What each figure adds to one mood, in logits."""

    bias: float
    compound: float
    strength: float
    negative: float
    positive: float
    complaint: float
    praise: float


class Lexicon(Struct, frozen=True):
    """All that the lexicon tagger knows."""

    cues: tuple[Cue, ...]
    root: Node
    groups: Mapping[str, tuple[str, ...]]  # folded word → the groups that hold it, in angle brackets
    levels: Mapping[str, Level]  # by tag
    places: Places
    moods: Mapping[str, Mood]
    languages: Mapping[str, frozenset[str]]  # short words by language
    english: English
    wording: Wording  # of the evidence


@cache
def lexicon() -> Lexicon:
    """The lexicon that ships with the package."""
    tables = dict(_tables())
    named = [{**cue, "topic": topic} for topic, table in tables.items() for cue in table.get("cue", ())]
    cues = tuple(msgspec.convert(named, list[Cue]))
    places = msgspec.convert({**tables["places"], "weights": tables.get("place_weights", {})}, Places)
    return Lexicon(
        cues=cues,
        root=plant(cues),
        groups=_groups(tables["words"], places),
        levels=msgspec.convert(tables["tags"], dict[str, Level]),
        places=places,
        moods=msgspec.convert(tables["mood"], dict[str, Mood]),
        languages={name: frozenset(map(fold, short)) for name, short in tables["language"]["words"].items()},
        english=msgspec.convert(tables["language"]["english"], English),
        wording=msgspec.convert(tables["phrases"], Wording),
    )


def _tables() -> Iterator[tuple[str, dict[str, Any]]]:
    folder = files("listener.tag") / "lexicon"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            yield file.name.removesuffix(".toml"), tomllib.loads(file.read_text(encoding="utf-8"))


def _groups(words: Mapping[str, list[str]], places: Places) -> dict[str, tuple[str, ...]]:
    groups: dict[str, tuple[str, ...]] = {}
    for name, members in [*words.items(), ("place", sorted(places.names))]:
        for word in map(fold, members):
            if " " not in word:
                groups[word] = (*groups.get(word, ()), f"<{name}>")
    return groups
