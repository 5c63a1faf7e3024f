"""A linear model in plain Python: the weights of a gram for all heads stand in one long integer, 32 bits a head.

One addition adds them all, so that a text costs some microseconds.
"""

import math
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from listener.tag.explain import Range
from listener.tag.grams import name, size
from listener.tag.hits import MARK, Hit, finder
from listener.tag.weights import MOODS, TAGS

HEADS = (*TAGS, *MOODS)
MOOD_HEADS = range(len(TAGS), len(HEADS))
_ZERO = 128  # stands for a weight of nothing, so that none is negative
_LANES = struct.Struct(f"<{len(HEADS)}I")
_LANE, _BYTE = 32, 0xFF
_NOTHING = sum(_ZERO << _LANE * head for head in range(len(HEADS)))
_TOKENS = 50_000  # that are remembered


Cues = tuple[int, list[tuple[int, int]]]
"""Of cues that end together: the sum of their packed weights; the weights of each, and the count of its tokens."""


Part = tuple[int, int, int]
"""The packed weights of a cue, and the first and last of its tokens."""


class Known(NamedTuple):
    """A token's packed weights (0 where it has none), those of the pairs that it begins by the other word, its name."""

    weights: int
    pairs: Mapping[str, int]
    name: str


class Reading(NamedTuple):
    """What is known of the tokens of a text: packed weights, 0 or None where there are none."""

    words: Sequence[int]  # of each token
    pairs: Sequence[int | None]  # of each token and the next
    said: Sequence[Hit]  # cues
    asked: Sequence[Hit]  # those in questions
    weights: int  # the sum of all, with that of the length
    grams: int  # how many they are


class Linear:
    """Adds up what words, pairs and cues tell; what it remembers changes how soon, never what."""

    def __init__(self, rows: Mapping[str, int], steps: Sequence[float], biases: Sequence[float]) -> None:
        """`rows`: the packed weights of each gram; for each head what one step of a weight is worth, and the bias."""
        self._rows, self._steps, self._biases = rows, steps, biases
        self._pairs = dict[str, dict[str, int]]()
        for gram, row in rows.items():
            first, _, second = gram.partition(" ")
            if second:
                self._pairs.setdefault(first, {})[second] = row
        self._finder = finder() if any(gram.startswith(MARK) for gram in rows) else None
        self._known = dict[str, Known]()
        self._said, self._asked = dict[int, Cues](), dict[int, Cues]()

    def logits(self, words: Sequence[str]) -> list[float]:
        """A logit for each head; `words` as `tokens` gives them."""
        reading = self.read(words)
        return self.told(reading.weights, reading.grams)

    def read(self, words: Sequence[str]) -> Reading:
        """What is known of `tokens`."""
        known = self._known
        single, pairs, names = zip(*[known.get(word) or self._know(word) for word in words], strict=True)
        after = list(map(dict.get, pairs, names[1:]))
        found = [self._rows.get(size(words), _NOTHING), *filter(None, single), *filter(None, after)]
        weights, grams = sum(found), len(found)
        said, asked = self._finder(words) if self._finder else ([], [])
        for hits, sums in ((said, self._said), (asked, self._asked)):
            for ends, _ in hits:
                told, rows = sums.get(ends) or self._sum(ends, sums)
                weights, grams = weights + told, grams + len(rows)
        return Reading(single, after, said, asked, weights, grams)

    def told(self, weights: int, grams: int) -> list[float]:
        """A logit for each head, from the sum of so many packed weights."""
        lanes = _LANES.unpack(weights.to_bytes(_LANES.size, "little"))
        root, zero = math.sqrt(grams), _ZERO * grams
        return [
            bias + (lane - zero) * step / root
            for lane, step, bias in zip(lanes, self._steps, self._biases, strict=True)
        ]

    def gains(self, reading: Reading, cues: Sequence[Part], head: int) -> list[float]:
        """What each token adds to a head, up to a common factor; tokens share what a pair or a cue tells."""
        shift, step = _LANE * head, self._steps[head]
        gained = [((row >> shift & _BYTE) - _ZERO) * step if row else 0.0 for row in reading.words]
        half = step / 2
        for at, row in enumerate(reading.pairs):
            if row:
                told = ((row >> shift & _BYTE) - _ZERO) * half
                gained[at] += told
                gained[at + 1] += told
        for row, first, last in cues:
            told = ((row >> shift & _BYTE) - _ZERO) * step / (last - first + 1)
            for at in range(first, last + 1):
                gained[at] += told
        return gained

    def without(self, reading: Reading, cues: Sequence[Part], taken: Sequence[Range]) -> list[float]:
        """The logits without some tokens, which do not overlap: what then stands side by side is no pair."""
        gone: list[int | None] = []
        before = -1
        for first, last in sorted(taken):
            gone += reading.words[first : last + 1]
            gone += reading.pairs[max(first - 1, before) : last + 1]
            before = last + 1
        gone += [row for row, start, end in cues if any(first <= end and start <= last for first, last in taken)]
        told = [row for row in gone if row]
        return self.told(reading.weights - sum(told), reading.grams - len(told))

    def cues(self, reading: Reading) -> list[Part]:
        """The cues of a text that have weights."""
        found = [(row, last - length + 1, last) for ends, last in reading.said for row, length in self._said[ends][1]]
        for ends, last in reading.asked:
            found += [(row, last - length + 1, last) for row, length in self._asked[ends][1]]
        return found

    def _know(self, token: str) -> Known:
        named = name(token)
        known = Known(self._rows.get(named, 0), self._pairs.get(named, _NO_PAIRS), named)
        if len(self._known) < _TOKENS:
            self._known[token] = known
        return known

    def _sum(self, ends: int, sums: dict[int, Cues]) -> Cues:
        mark = "?" if sums is self._asked else ""
        told = self._finder.ends[ends] if self._finder else ()
        rows = [(self._rows[gram + mark], length) for gram, length in told if gram + mark in self._rows]
        sums[ends] = found = sum(row for row, _ in rows), rows
        return found


_NO_PAIRS = dict[str, int]()


def load_linear(parts: Mapping[str, bytes]) -> Linear:
    """The model from the parts of a file: "grams" in lines, deflated; "weights", a byte a gram and head; "scales"."""
    scales = msgspec.json.decode(parts["scales"], type=dict[str, tuple[float, ...]])
    grams = zlib.decompress(parts["grams"]).decode().split("\n")
    return Linear(
        dict(zip(grams, _rows(parts["weights"]), strict=True)),
        scales["steps"],
        scales["biases"],
    )


def _rows(weights: bytes) -> Iterable[int]:
    """The packed integer of each gram."""
    spread = bytearray(4 * len(weights))
    spread[::4] = weights
    data = bytes(spread)
    return (int.from_bytes(data[at : at + _LANES.size], "little") for at in range(0, len(data), _LANES.size))


def dump_linear(grams: list[str], weights: bytes, steps: list[float], biases: list[float]) -> dict[str, bytes]:
    """The parts of a file that `load_linear` reads; weights in 1…255, 128 is nothing."""
    return {
        "grams": zlib.compress("\n".join(grams).encode(), 9),
        "weights": weights,
        "scales": msgspec.json.encode({"steps": steps, "biases": biases}),
    }
