"""The fast tagger: learned weights of words and pairs of words, and the lexicon's cues, in plain Python."""

import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from listener.tag.explain import Proof, Range, Taken
from listener.tag.learned import LearnedTagger, Scored
from listener.tag.linear import MOOD_HEADS, Linear, load_linear
from listener.tag.tagger import lexicon_tagger
from listener.tag.weights import read_weights
from listener.types import Span

SHIPPED = Path(__file__).parent / "fast.weights"


_SHOWN = 3  # words of a mood
_OWN = 0.9  # of what a word tells for a mood against the others, the share that is for the mood


class FastModel:
    """The linear model as `LearnedTagger` asks for it."""

    def __init__(self, linear: Linear) -> None:
        self._linear = linear

    def score(self, text: str, words: list[str]) -> Scored:
        """The logits of a text."""
        reading = self._linear.read(words)
        return Scored(self._linear.told(reading.weights, reading.grams), read=(reading, words[1:-1]))

    def page(self, texts: Sequence[str], words: Sequence[list[str]]) -> list[Scored]:
        """The logits of each text."""
        return list(map(self.score, texts, words))

    def without(self, asked: Sequence[tuple["FastLook", Taken]]) -> list[list[float]]:
        """The logits of texts without some of their words."""
        return [look.without(taken) for look, taken in asked]

    def look(self, text: str, scored: Scored) -> "FastLook":
        """What each word of a text tells."""
        return FastLook(self._linear, text, scored)


class FastLook:
    """The words of a text; what would be told without some is worked out from weights, with nothing read again."""

    def __init__(self, linear: Linear, text: str, scored: Scored) -> None:
        self._linear, self._text, self._logits = linear, text.replace("’", "'"), scored.logits
        self._reading, self.words = scored.read
        self._cues = linear.cues(self._reading)

    def gains(self, head: int) -> list[float]:
        """What each word adds to a head, up to a common factor."""
        return self._linear.gains(self._reading, self._cues, head)[1:-1]

    def without(self, taken: Sequence[Range]) -> list[float]:
        """The logits of the text without some of its words."""
        places = [(first + 1, last + 1) for first, last in taken]
        return self._linear.without(self._reading, self._cues, places)

    def mood(self, head: int) -> Proof:
        """The strongest words of a mood: as many as its lead over the others rests on, three at most."""
        yield from ()  # they need no proof
        logits = self._logits
        lead = logits[head] - max(logits[other] for other in MOOD_HEADS if other != head)
        gains = self.gains(head)
        strongest = sorted(range(len(gains)), key=gains.__getitem__, reverse=True)[:_SHOWN]
        taken, left = [], lead * math.sqrt(self._reading.grams) * _OWN
        for at in strongest:
            taken.append(at)
            left -= gains[at]
            if left < 0:
                break
        return [(at, at) for at in taken]

    def span(self, phrase: Range) -> Span:
        """Where words stand: between them is nothing but blanks."""
        (first, last), text, end = phrase, self._text, 0
        for word in self.words[:first]:
            end = text.index(word, end) + len(word)
        start = text.index(self.words[first], end)
        for word in self.words[first : last + 1]:
            end = text.index(word, end) + len(word)
        return Span(start, end)


def fast_tagger(path: Path | None = None) -> LearnedTagger:
    """The fast tagger, with the shipped weights or others; raises `WeightsError`."""
    path = path or SHIPPED
    weights = read_weights(path, "fast")
    return LearnedTagger(
        FastModel(load_linear(weights.parts)), weights.card, lexicon_tagger(), partial(fast_tagger, path)
    )
