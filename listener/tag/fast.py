"""The fast tagger: learned weights of words and pairs of words, and the lexicon's cues, a page of posts at a time."""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from itertools import pairwise
from pathlib import Path

import numpy as np

from listener.tag.explain import Range, Taken
from listener.tag.learned import LearnedTagger
from listener.tag.linear import MOOD_HEADS, Linear, Page, load_linear
from listener.tag.proofs import MOOD, Asked, proofs_of, proved
from listener.tag.tagger import lexicon_tagger
from listener.tag.texts import Row
from listener.tag.verdict import Case, Judge, Scored
from listener.tag.weights import read_weights
from listener.types import Evidence, Span

SHIPPED = Path(__file__).parent / "fast.weights"


_SHOWN = 3  # words of a mood
_OWN = 0.9  # of what a word tells for a mood against the others, the share that is for the mood


class FastPage:
    """A page as the linear model read it."""

    def __init__(self, linear: Page, tokens: Row) -> None:
        self.linear, self._tokens = linear, tokens
        self.starts: list[int] = (tokens.starts[:-1] + 1).tolist()  # the first word of each text
        self._ends: list[int] = (tokens.starts[1:] - 1).tolist()
        self._places: tuple[list[int], list[int]] = tokens.places.tolist(), tokens.ends.tolist()

    def words(self, text: int) -> list[str]:
        """The words of a text: its tokens without those of begin and end."""
        every = self._tokens.strings.all
        return [every[number] for number in self._tokens.numbers[self.starts[text] : self._ends[text]].tolist()]

    def place(self, text: int, first: int, last: int) -> tuple[int, int]:
        """Where words of a text stand in it."""
        begins, ends = self._places
        return begins[self.starts[text] + first], ends[self.starts[text] + last]

    def gains(self, asked: Sequence[tuple[int, int]]) -> list[list[float]]:
        """What each word of a text adds to a head, up to a common factor, for pairs of a text and a head."""
        if not asked:
            return []
        gains, starts = self.linear.gains(*np.array(asked, np.int64).T)
        told, bounds = gains.tolist(), pairwise(starts.tolist())
        return [told[first + 1 : end - 1] for first, end in bounds]

    def mood(self, text: int, case: Case, head: int, gains: list[float]) -> list[Evidence]:
        """The words of a mood that tell most: as many as its lead over others rests on; `gains` is used up."""
        logits, shown = case.scored.logits, list[Evidence]()
        lead = logits[head] - max([logits[other] for other in MOOD_HEADS if other != head])
        left = lead * self.linear.roots[text] * _OWN
        for _ in range(min(_SHOWN, len(gains))):
            at = gains.index(most := max(gains))
            start, end = self.place(text, at, at)
            shown.append(Evidence(MOOD, start, end, case.text[start:end]))
            left, gains[at] = left - most, -math.inf
            if left < 0:
                break
        return shown

    def without(self, asked: Sequence[tuple["FastLook", Taken]]) -> list[list[float]]:
        """The logits of texts without some of their words."""
        return self.linear.without([look.asks(taken) for look, taken in asked]) if asked else []


class FastModel:
    """The linear model as `LearnedTagger` asks for it."""

    def __init__(self, linear: Linear) -> None:
        self._linear = linear

    def page(self, texts: Sequence[str], tokens: Row) -> list[Scored]:
        """The logits of each text."""
        linear = self._linear.page(tokens)
        page = FastPage(linear, tokens)
        return [Scored(logits, read=page) for logits in linear.logits]

    def explain(self, cases: Sequence[Case], judge: Judge) -> list[list[Evidence]]:
        """The words that carried the tags of each text of a page, then those of its mood, which need no proof."""
        if not cases:
            return []
        page: FastPage = cases[0].scored.read
        given = [(text, head) for text, case in enumerate(cases) for _, head in case.verdict.given]
        moods = [(text, head) for text, case in enumerate(cases) if (head := case.verdict.mood_head) is not None]
        told = page.gains(given + moods)
        gains: dict[int, dict[int, list[float]]] = {}
        for (text, head), each in zip(given, told, strict=False):
            gains.setdefault(text, {})[head] = each
        asked = [_asked(FastLook(page, text, gains[text]), cases[text], judge) for text in gains]
        shown: list[list[Evidence]] = [[] for _ in cases]
        for text, proof in zip(gains, proved(asked, page.without), strict=True):
            shown[text] = proof
        for (text, head), each in zip(moods, told[len(given) :], strict=True):
            shown[text] += page.mood(text, cases[text], head, each)
        return shown


def _asked(look: "FastLook", case: Case, judge: Judge) -> Asked:
    return Asked(case.text, look, proofs_of(look, case.verdict, judge))


class FastLook:
    """The words of a text; what would be told without some is worked out from weights, with nothing read again."""

    def __init__(self, page: FastPage, text: int, gains: Mapping[int, Sequence[float]]) -> None:
        self._page, self._text, self._gains = page, text, gains
        self.words = page.words(text)

    def gains(self, head: int) -> Sequence[float]:
        """What each word adds to a head, up to a common factor."""
        return self._gains[head]

    def asks(self, taken: Taken) -> tuple[int, list[Range]]:
        """The number of the text in its page, and words as tokens of it."""
        return self._text, [(first + 1, last + 1) for first, last in taken]

    def span(self, phrase: Range) -> Span:
        """Where words stand."""
        return Span(*self._page.place(self._text, *phrase))


def fast_tagger(path: Path | None = None) -> LearnedTagger:
    """The fast tagger, with the shipped weights or others; raises `WeightsError`."""
    return _made(path) if path else _shipped(SHIPPED)


def _made(path: Path) -> LearnedTagger:
    weights = read_weights(path, "fast")
    return LearnedTagger(
        FastModel(load_linear(weights.parts)), weights.card, lexicon_tagger(), partial(fast_tagger, path)
    )


_shipped = lru_cache(1)(_made)  # read once, however often the configuration changes
