"""Learned taggers as files: one line of JSON, the card, then the parts that it names, each with its checksum."""

import hashlib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from listener.errors import ListenerError

SIGNALS = ("complaint", "praise", "switching", "promo")
TAGS = ("know", "go", "do", "buy", "question", "soon", "now", *SIGNALS)
MOODS = ("negative", "neutral", "positive")


class WeightsError(ListenerError):
    """A file of weights is missing, damaged or of another kind; says which and what mends it."""


class Level(Struct, frozen=True, forbid_unknown_fields=True):
    """From a logit z to a probability, σ(scale · z + shift), and the probability from which the tag is given."""

    scale: float = 1.0
    shift: float = 0.0
    threshold: float = 0.5

    def p(self, logit: float) -> float:
        """The calibrated probability of a logit; 4 digits."""
        return round(0.5 + 0.5 * math.tanh((self.scale * logit + self.shift) / 2), 4)

    def logit(self, p: float) -> float:
        """The logit of a calibrated probability between 0 and 1."""
        p = min(0.9999, max(0.0001, p))
        return (math.log(p / (1 - p)) - self.shift) / self.scale


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the file: bytes, and the SHA-256 of what it holds."""

    name: str
    size: int
    sha256: str


class Card(Struct, frozen=True, kw_only=True):
    """What a tagger is and how good: stored with its weights, shown by `listener tag --model-card`."""

    kind: str  # "fast" or "accurate"
    version: str
    made: str  # ISO date
    base: str = ""  # what it was learned from besides labels
    labels: Mapping[str, Any] = {}  # how many of each, and the SHA-256 of the data
    levels: Mapping[str, Level] = {}  # by tag; "mood" for the three moods, of which only the scale is used
    figures: Mapping[str, Any] = {}  # on posts that it was not learned from
    parts: tuple[Part, ...] = ()

    @property
    def model(self) -> str:
        """The name kept with every finding: another whenever any weight, level or threshold is another."""
        made = (self.parts, sorted(self.levels.items()))
        return f"{self.kind}-{self.version}/{hashlib.sha256(msgspec.json.encode(made)).hexdigest()[:8]}"


class Weights(Struct, frozen=True):
    """A tagger as read: its card and its parts by name."""

    card: Card
    parts: Mapping[str, bytes]


def read_weights(path: Path, kind: str) -> Weights:
    """The weights in a file of our own format; raises `WeightsError`, which names the file."""
    try:
        head, _, body = path.read_bytes().partition(b"\n")
    except OSError as error:
        raise WeightsError(f"{path}: {error.strerror or error}") from None
    card = _card(path, head)
    if card.kind != kind:
        raise WeightsError(f'{path}: holds the "{card.kind}" tagger, not the "{kind}" one')
    return Weights(card, dict(_parts(path, card, body)))


def read_card(path: Path) -> Card:
    """The card of a file of weights; raises `WeightsError`."""
    try:
        with path.open("rb") as file:
            return _card(path, file.readline())
    except OSError as error:
        raise WeightsError(f"{path}: {error.strerror or error}") from None


def _card(path: Path, head: bytes) -> Card:
    try:
        return msgspec.json.decode(head, type=Card)
    except msgspec.MsgspecError as error:
        raise WeightsError(f"{path}: this is no file of weights ({error})") from None


def _parts(path: Path, card: Card, body: bytes) -> list[tuple[str, bytes]]:
    found, at = [], 0
    for part in card.parts:
        data = body[at : at + part.size]
        if hashlib.sha256(data).hexdigest() != part.sha256:
            raise WeightsError(f'{path}: damaged: part "{part.name}" does not match its checksum')
        found.append((part.name, data))
        at += part.size
    return found


def write_weights(path: Path, card: Card, parts: Mapping[str, bytes]) -> Card:
    """Write a tagger whole or not at all; returns the card with its parts."""
    listed = tuple(Part(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in parts.items())
    card = msgspec.structs.replace(card, parts=listed)
    part = path.with_name(path.name + ".part")
    part.write_bytes(msgspec.json.encode(card) + b"\n" + b"".join(parts.values()))
    part.replace(path)
    return card
