"""From the cues that raised a tag to the phrases that a person would underline to explain it."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from listener.tag.data import Wording
from listener.tag.words import Reading
from listener.types import Span

_SHOWN = 3  # phrases a tag
_LONGEST = 8  # words of a phrase
_WINDOW = 12  # words of a sentence that is shown whole
_ADDED = 3  # words by which a phrase is completed that ends on "a" or "to"
_SEVERAL = 1.5  # how much better a phrase of several words explains a tag
_LEAST, _SHARE = 0.3, 0.35  # what a clue must tell, in logits; what a phrase must, as a share of the strongest
_BREAKS = frozenset({"ask", "shout", "stop", "dots", "mark"})
_ASIDE = _BREAKS | {"link", "mention", "money"}


class Clue(NamedTuple):
    """What raised a tag, by how many logits, and where."""

    gain: float
    telling: bool  # whether a reader sees why: "tonight" explains urgency, "I" and "?" do not
    span: Span


class _Phrase(NamedTuple):
    """The tokens first…last, and how much they tell."""

    first: int
    last: int
    tells: float


def phrases(reading: Reading, clues: Iterable[Clue], wording: Wording) -> list[Span]:
    """The phrases that explain a tag, the strongest first, none inside another's words; [] only without clues.

    Where no clue tells anything, as "?" or "I" does not, it is the sentence of the strongest.
    """
    return _Underliner(reading, wording).underline(sorted(clues, key=lambda clue: (-clue.gain, clue.span)))


class _Underliner:
    """Joins, completes and weighs the words of clues in one text."""

    def __init__(self, reading: Reading, wording: Wording) -> None:
        self._text, self._wording = reading.text, wording
        self._tokens = [token for token in reading.tokens if token.kind != "open"]
        self._starts = [token.start for token in self._tokens]

    def underline(self, clues: Sequence[Clue]) -> list[Span]:
        """See `phrases`; `clues` with the strongest first."""
        return self._strongest(clue for clue in clues if clue.telling) or [self._sentence(clue) for clue in clues[:1]]

    def _strongest(self, clues: Iterable[Clue]) -> list[Span]:
        bare = [self._bare(self._phrase(clue)) for clue in clues if clue.gain >= _LEAST]
        full = [self._completed(phrase) for phrase in self._joined(phrase for phrase in bare if self._words(phrase))]
        strong = [phrase for phrase in self._joined(full) if self._explains(phrase)]
        strong.sort(key=self._strength, reverse=True)
        least = _SHARE * self._strength(strong[0]) if strong else 0.0
        shown = _apart(phrase for phrase in strong if self._strength(phrase) >= least)
        return [self._span(phrase) for phrase in shown][:_SHOWN]

    def _phrase(self, clue: Clue) -> _Phrase:
        return _Phrase(
            bisect_left(self._starts, clue.span.start), bisect_left(self._starts, clue.span.end) - 1, clue.gain
        )

    def _bare(self, phrase: _Phrase) -> _Phrase:
        """Without marks, names of accounts and links at its ends."""
        first, last, tells = phrase
        while first <= last and self._beside(first):
            first += 1
        while last > first and self._beside(last):
            last -= 1
        return _Phrase(first, last, tells)

    def _beside(self, at: int) -> bool:
        return self._tokens[at].kind in _ASIDE or self._tokens[at].folded in self._wording.linking

    def _words(self, phrase: _Phrase) -> bool:
        return phrase.first <= phrase.last

    def _joined(self, several: Iterable[_Phrase]) -> list[_Phrase]:
        """Those that overlap or stand side by side made one, unless that grows too long."""
        joined: list[_Phrase] = []
        for phrase in sorted(several):
            if joined and self._touch(joined[-1], phrase):
                first, last, tells = joined.pop()
                joined.append(_Phrase(first, max(last, phrase.last), tells + phrase.tells))
            else:
                joined.append(phrase)
        return joined

    def _touch(self, before: _Phrase, after: _Phrase) -> bool:
        inside = after.last <= before.last
        near = after.first <= before.last or (after.first == before.last + 1 and self._goes_on(before.last))
        return inside or (near and after.last - before.first < _LONGEST)

    def _goes_on(self, at: int) -> bool:
        """Whether the next token follows in the same clause, with nothing but blanks between."""
        if at + 1 >= len(self._tokens):
            return False
        token, after = self._tokens[at], self._tokens[at + 1]
        joined = not self._text[token.end : after.start].strip()
        return joined and after.sentence == token.sentence and after.kind not in _BREAKS

    def _completed(self, phrase: _Phrase) -> _Phrase:
        """With the words that its last word asks for: "planning a" trip, "how do I" fix, "to Park" Slope."""
        last = phrase.last
        while last < phrase.last + _ADDED and self._goes_on(last) and self._open(last):
            last += 1
        while last > phrase.first and self._goes_on(last) and self._dangles(last):
            last -= 1
        return phrase._replace(last=last)

    def _open(self, at: int) -> bool:
        name = "<name>" in self._tokens[at].keys and "<name>" in self._tokens[at + 1].keys
        if self._tokens[at + 1].folded in self._wording.linking:
            return False
        reaching = self._tokens[at].folded in self._wording.reaching
        return name or reaching or self._hollow_at(at) or self._tokens[at].kind == "number"

    def _dangles(self, at: int) -> bool:
        return self._hollow_at(at) and self._tokens[at].folded not in self._wording.closing

    def _hollow_at(self, at: int) -> bool:
        token = self._tokens[at]
        return token.kind in _ASIDE or token.folded in self._wording.hollow or len(token.folded) == 1

    def _explains(self, phrase: _Phrase) -> bool:
        several = phrase.last - phrase.first >= 2
        return several or not all(map(self._hollow_at, range(phrase.first, phrase.last + 1)))

    def _strength(self, phrase: _Phrase) -> float:
        return phrase.tells * (_SEVERAL if phrase.last > phrase.first else 1)

    def _sentence(self, clue: Clue) -> Span:
        """The words about a clue that tells nothing by itself: its sentence, or the part of it around the clue."""
        at = bisect_left(self._starts, clue.span.start)
        sentence = self._tokens[at].sentence
        numbers = [number for number, token in enumerate(self._tokens) if token.sentence == sentence]
        first = max(numbers[0], min(at, numbers[-1] - _WINDOW))
        whole = self._bare(_Phrase(first, min(numbers[-1], first + _WINDOW), 0.0))
        return self._span(whole) if self._words(whole) else clue.span

    def _span(self, phrase: _Phrase) -> Span:
        return Span(self._tokens[phrase.first].start, self._tokens[phrase.last].end)


def _apart(several: Iterable[_Phrase]) -> Iterator[_Phrase]:
    kept: list[_Phrase] = []
    for phrase in several:
        if all(phrase.last < other.first or other.last < phrase.first for other in kept):
            kept.append(phrase)
            yield phrase
