"""What the accurate tagger's encoder reads of places, word by word: `listener.tag.place` weighs it with other signs."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from listener.types import Span

HEAT = ("hottest", "mean heat", "edge", "whole", "unread")
"""The signs that a reading gives."""

_WARM = -1.0  # the logit from which a word belongs to the name of a place
_COLD, _UNREAD = -6.0, -math.inf
_DOUBT = -12.0


class Read(NamedTuple):
    """What a model thinks of each stretch of a text.

    Logits tell how likely it belongs to the name of a place; `begins` and `ends`, as logarithms of probabilities, that
    the name begins or ends with it (none where the model cannot tell).
    """

    spans: Sequence[Span]
    logits: Sequence[float]
    begins: Sequence[float] = ()
    ends: Sequence[float] = ()


class Reading:
    """A model's thoughts on the words of one text."""

    def __init__(self, words: Sequence[Span], read: Read) -> None:
        self._read = read
        self._pieces = list(_pieces(words, read.spans))
        self._heats = [max(read.logits[first:last], default=_UNREAD) for first, last in self._pieces]

    def runs(self) -> Iterator[tuple[int, int]]:
        """The runs of words [first, last) that belong to a name."""
        first = None
        for at, heat in enumerate((*self._heats, _UNREAD)):
            if heat >= _WARM and first is None:
                first = at
            elif heat < _WARM and first is not None:
                yield first, at
                first = None

    def signs(self, first: int, last: int) -> dict[str, float]:
        """How warm the words [first, last) are, how cold those beside them, and whether they are the whole name."""
        if max(self._heats[first:last]) == _UNREAD:
            return {"unread": 1.0}
        warm = [max(_COLD, heat) / 3 for heat in self._heats[first:last]]
        beside = max([_COLD, *self._heats[max(0, first - 1) : first], *self._heats[last : last + 1]]) / 3
        return {
            "hottest": max(warm),
            "mean heat": sum(warm) / len(warm),
            "edge": min(warm[0], warm[-1]) - beside,
            "whole": self._whole(first, last),
        }

    def _whole(self, first: int, last: int) -> float:
        pieces = [piece for run in self._pieces[first:last] for piece in range(*run)]
        if not self._read.begins:
            return 0.0
        return max(_DOUBT, self._read.begins[pieces[0]] + self._read.ends[pieces[-1]]) / 4


def _pieces(words: Sequence[Span], pieces: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """The pieces [first, last) that share a character with each word; both stand in order."""
    first = 0
    for word in words:
        while first < len(pieces) and pieces[first].end <= word.start:
            first += 1
        last = first
        while last < len(pieces) and pieces[last].start < word.end:
            last += 1
        yield first, last
