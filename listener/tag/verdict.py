"""From a model's logits to what is said of a text: which tags hold, how likely, in what mood."""

from collections.abc import Sequence
from itertools import compress
from typing import Any, NamedTuple

import numpy as np
from msgspec import Struct

from listener.tag.lookup import Floats, rounded
from listener.tag.reading import Read
from listener.tag.weights import MOODS, SIGNALS, TAGS, Card, Level
from listener.types import Moment

HEADS = (*TAGS, *MOODS)
MOMENTS = tuple(Moment)  # to walk over an enumeration is slow
_HEAD = {head: number for number, head in enumerate(HEADS)}
QUESTION, _SOON, _NOW, _COMPLAINT = (_HEAD[name] for name in ("question", "soon", "now", "complaint"))
_TOLD = QUESTION + 1  # heads whose probability is told


class Scored(Struct, frozen=True):
    """What a model says of a text: a logit for each of HEADS, and what else it read on the way."""

    logits: Sequence[float]
    vector: bytes | None = None
    place: Read | None = None
    read: Any = None  # what the model itself wants to see again


class Verdict(NamedTuple):
    """What is said of a text: the probabilities of the moments and the question, and what follows."""

    p: Sequence[float]
    labels: tuple[Moment, ...]
    is_question: bool
    urgency: int
    signals: tuple[str, ...]
    mood: str
    moods: tuple[float, float, float]

    @property
    def given(self) -> list[tuple[str, int]]:
        """Each tag that was given besides the mood, and the head that gave it."""
        if not (self.labels or self.is_question or self.signals):
            return []  # as of most posts
        tags = [*self.labels, *(["question"] if self.is_question else []), *self.signals]
        urgent = [("urgency", _NOW if self.urgency == 2 else _SOON)] if self.urgency else []
        return [*((str(tag), _HEAD[tag]) for tag in tags), *urgent]

    @property
    def mood_head(self) -> int | None:
        """The head of the mood, None where it is neutral."""
        return None if self.mood == "neutral" else _HEAD[self.mood]


class Case(NamedTuple):
    """A text, its language, and what is said of it."""

    text: str
    lang: str
    scored: Scored
    verdict: Verdict


class Judge:
    """From logits to verdicts, by the levels of a card."""

    def __init__(self, card: Card) -> None:
        levels = [card.levels.get(tag, Level()) for tag in TAGS]
        self._scales, self._shifts = np.array([(level.scale / 2, level.shift / 2) for level in levels[:_TOLD]]).T
        self._least = [level.logit(level.threshold) for level in levels]
        self._mood = card.levels.get("mood", Level()).scale

    def __call__(self, logits: Sequence[float]) -> Verdict:
        """The verdict; urgency is told only of posts with a moment or a complaint."""
        return self.page([logits])[0]

    def page(self, logits: Sequence[Sequence[float]]) -> list[Verdict]:
        """The verdicts on many texts."""
        told = np.array(logits, np.float64).reshape(-1, len(HEADS))
        p = rounded(0.5 + 0.5 * np.tanh(self._scales * told[:, :_TOLD] + self._shifts))  # as `Level.p`
        held, moods = (told[:, : len(TAGS)] >= self._least).tolist(), self._moods(told[:, len(TAGS) :])
        likeliest = [MOODS[mood] for mood in moods.argmax(1).tolist()]
        return list(map(_verdict, p.tolist(), held, likeliest, moods.tolist()))

    def holds(self, tag: str, logits: Sequence[float], before: Verdict) -> bool:
        """Whether a tag that was given before is given still."""
        if tag == "urgency":
            return (
                _urgency([logit >= least for logit, least in zip(logits, self._least, strict=False)]) >= before.urgency
            )
        return logits[_HEAD[tag]] >= self._least[_HEAD[tag]]

    def _moods(self, logits: Floats) -> Floats:
        """(texts, moods): probabilities that sum to 1."""
        powers = np.exp(self._mood * (logits - logits.max(1)[:, None])).T
        negative, _, positive = rounded(powers / (powers[0] + powers[1] + powers[2]))
        return np.stack([negative, rounded(1 - negative - positive), positive], 1)


def _verdict(p: list[float], held: list[bool], mood: str, moods: list[float]) -> Verdict:
    signals = tuple(compress(SIGNALS, held[-len(SIGNALS) :]))
    return Verdict(p, _labels(p, held), held[QUESTION], _urgency(held), signals, mood, (moods[0], moods[1], moods[2]))


def _labels(p: Sequence[float], held: Sequence[bool]) -> tuple[Moment, ...]:
    """The moments that hold, likeliest first; most posts have none, and that is seen at once."""
    if not any(held[: len(MOMENTS)]):
        return ()
    likely = sorted(zip(p, held, MOMENTS, strict=False), key=lambda each: -each[0])
    return tuple(moment for _, holds, moment in likely if holds)


def _urgency(held: Sequence[bool]) -> int:
    if not (held[_COMPLAINT] or any(held[: len(MOMENTS)])):
        return 0
    return 2 if held[_NOW] else int(held[_SOON])
