"""The fast tagger: learned weights of words and pairs of words, and the lexicon's cues, a page of posts at a time."""

from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path

from listener.tag.explain import Proof, Range, Taken
from listener.tag.learned import LearnedTagger, Scored
from listener.tag.linear import MOOD_HEADS, Linear, Page, load_linear
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

    def page(self, texts: Sequence[str], words: Sequence[list[str]]) -> list[Scored]:
        """The logits of each text."""
        page = self._linear.page(words)
        return [
            Scored(logits, read=(page, number, said[1:-1]))
            for number, (logits, said) in enumerate(zip(page.logits, words, strict=True))
        ]

    def look(self, text: str, scored: Scored) -> "FastLook":
        """What each word of a text tells."""
        return FastLook(text, scored)

    def without(self, asked: Sequence[tuple["FastLook", Taken]]) -> list[list[float]]:
        """The logits of texts of one page without some of their words."""
        return asked[0][0].page.without([look.asks(taken) for look, taken in asked]) if asked else []


class FastLook:
    """The words of a text; what would be told without some is worked out from weights, with nothing read again."""

    def __init__(self, text: str, scored: Scored) -> None:
        self._text, self._logits = text.replace("’", "'"), scored.logits
        page, number, words = scored.read
        self.page: Page = page
        self._number: int = number
        self.words: list[str] = words

    def gains(self, head: int) -> list[float]:
        """What each word adds to a head, up to a common factor."""
        first = int(self.page.starts[self._number]) + 1
        told: list[float] = self.page.gains[first : first + len(self.words), head].tolist()
        return told

    def asks(self, taken: Taken) -> tuple[int, list[Range]]:
        """The number of the text in its page, and words as tokens of it."""
        return self._number, [(first + 1, last + 1) for first, last in taken]

    def mood(self, head: int) -> Proof:
        """The strongest words of a mood: as many as its lead over the others rests on, three at most."""
        yield from ()  # they need no proof
        logits = self._logits
        lead = logits[head] - max(logits[other] for other in MOOD_HEADS if other != head)
        gains = self.gains(head)
        strongest = sorted(range(len(gains)), key=gains.__getitem__, reverse=True)[:_SHOWN]
        taken, left = [], lead * self.page.root(self._number) * _OWN
        for at in strongest:
            taken.append(at)
            left -= gains[at]
            if left < 0:
                break
        return [(at, at) for at in taken]

    @cached_property
    def _starts(self) -> list[int]:
        """Where each word begins: between them is nothing but blanks."""
        starts, at = [], 0
        for word in self.words:
            starts.append(self._text.index(word, at))
            at = starts[-1] + len(word)
        return starts

    def span(self, phrase: Range) -> Span:
        """Where words stand."""
        first, last = phrase
        return Span(self._starts[first], self._starts[last] + len(self.words[last]))


def fast_tagger(path: Path | None = None) -> LearnedTagger:
    """The fast tagger, with the shipped weights or others; raises `WeightsError`."""
    path = path or SHIPPED
    weights = read_weights(path, "fast")
    return LearnedTagger(
        FastModel(load_linear(weights.parts)), weights.card, lexicon_tagger(), partial(fast_tagger, path)
    )
