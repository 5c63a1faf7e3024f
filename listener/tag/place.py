"""Which words name the place where a need is to be met: "Shibuya", "new york", "near me"."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from listener.tag.data import Places
from listener.tag.words import Reading, Token
from listener.types import Span

_LONGEST = 4  # words in a name that the list knows
_GUESS, _SURE = 1.0, 2.5  # the least weight of a place, and of one that needs no other sign
_KNOWN, _STATE, _HERE = 2.0, 1.5, 2.6  # what a known name, "…, WA" or "[UK]", and "near me" weigh


class _Candidate(NamedTuple):
    """A possible place: how sure (higher is surer), and its first and last token."""

    weight: float
    first: int
    last: int


def find_place(reading: Reading, places: Places, sure: bool = False) -> Span | None:
    """The likeliest place in the text, the first of equals; with `sure` only known names after a preposition."""
    finder = _Finder([token for token in reading.tokens if token.kind != "open"], reading.text, places)
    least = _SURE if sure else _GUESS
    likely = [candidate for candidate in finder.candidates() if candidate.weight >= least]
    if not likely:
        return None
    best = max(likely, key=lambda candidate: candidate.weight)
    return Span(finder.tokens[best.first].start, finder.tokens[best.last].end)


class _Finder:
    """One pass over the tokens of a text. "The last token" of what is not there is the one before it."""

    def __init__(self, tokens: Sequence[Token], text: str, places: Places) -> None:
        self.tokens, self._text, self._places = tokens, text, places

    def candidates(self) -> Iterator[_Candidate]:
        """Every run of capitals, known name and word for "here"."""
        at = 0
        while at < len(self.tokens):
            here = self._listed(at, self._places.here)
            known = self._listed(at, self._places.names)
            last = self._tail(at, max(self._run(at), known))
            if here >= at:
                yield _Candidate(_HERE, at, here)
            if last >= at:
                yield _Candidate(self._cue(at) + self._worth(at, last, known), self._head(at), last)
            at = max(at, last) + 1

    def _worth(self, first: int, last: int, known: int) -> float:
        listed = known >= first
        state = last >= first + 2 and self.tokens[last - 1].folded == "," and len(self.tokens[last].folded) == 2
        bracketed = listed and first > 0 and self.tokens[first - 1].folded == "["
        return (_KNOWN if listed else 0) + (_STATE if state or bracketed else 0)

    def _listed(self, at: int, names: frozenset[str]) -> int:
        """The last token of the longest name in `names` that begins at `at`."""
        for last in range(min(at + _LONGEST, len(self.tokens)) - 1, at - 1, -1):
            if " ".join(token.folded for token in self.tokens[at : last + 1]) in names:
                return last
        return at - 1

    def _run(self, at: int) -> int:
        """The last token of a run of capitals from `at`: "St Louis", "Tacoma, WA"."""
        last = at - 1
        while self._capital(last + 1):
            last += 1
            if last + 1 < len(self.tokens) and self.tokens[last + 1].folded == "," and self._capital(last + 2):
                last += 1
        return last

    def _capital(self, at: int) -> bool:
        if at >= len(self.tokens):
            return False
        token = self.tokens[at]
        return token.kind == "word" and self._text[token.start].isupper() and token.folded not in self._places.never

    def _tail(self, first: int, last: int) -> int:
        """The last token with the small words that end the name."""
        while last >= first and last + 1 < len(self.tokens) and self.tokens[last + 1].folded in self._places.tail:
            last += 1
        return last

    def _head(self, first: int) -> int:
        return first - 1 if first and self.tokens[first - 1].folded == "downtown" else first

    def _cue(self, at: int) -> float:
        """How strongly the word before a name says that a place follows: 2 for the surest, 0 for none."""
        before = at - 1
        while before >= 0 and self.tokens[before].folded in ("the", "downtown"):
            before -= 1
        if before < 0 or self.tokens[before].folded not in self._places.before:
            return 0
        return 2 - self._places.before.index(self.tokens[before].folded) / len(self._places.before)
