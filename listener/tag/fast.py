"""The fast tagger: learned weights of words and pairs of words, and the lexicon's cues, in plain Python."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from listener.tag.explain import Range
from listener.tag.learned import LearnedTagger, Scored
from listener.tag.linear import Linear, Reading, load_linear
from listener.tag.tagger import lexicon_tagger
from listener.tag.weights import read_weights
from listener.types import Span

SHIPPED = Path(__file__).parent / "fast.weights"


class FastModel:
    """The linear model as `LearnedTagger` asks for it."""

    def __init__(self, linear: Linear) -> None:
        self._linear = linear

    def score(self, text: str, words: list[str]) -> Scored:
        """The logits of a text."""
        reading = self._linear.read(words)
        return Scored(self._linear.told(reading.weights, reading.grams), read=(reading, words[1:-1]))

    def look(self, text: str, scored: Scored) -> "FastLook":
        """What each word of a text tells."""
        return FastLook(self._linear, text, *scored.read)


class FastLook:
    """The words of a text; what would be told without some is worked out from weights, with nothing read again."""

    def __init__(self, linear: Linear, text: str, reading: Reading, words: list[str]) -> None:
        self._linear, self._text, self._reading, self.words = linear, text, reading, words

    def gains(self, head: int) -> list[float]:
        """What each word adds to a head, up to a common factor."""
        return self._linear.gains(self._reading, head)[1:-1]

    def without(self, taken: Sequence[Range]) -> list[float]:
        """The logits of the text without some of its words."""
        return self._linear.without(self._reading, [(first + 1, last + 1) for first, last in taken])

    def span(self, phrase: Range) -> Span:
        """Where words stand: between them is nothing but blanks."""
        (first, last), text, end = phrase, self._text.replace("’", "'"), 0
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
