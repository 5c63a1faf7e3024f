"""A linear model in plain Python: the weights of a gram for all heads stand in one long integer, 32 bits a head.

One addition adds them all, so that a text costs some microseconds.
"""

import itertools
import math
import struct
import zlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from listener.tag.grams import size
from listener.tag.weights import MOODS, TAGS

HEADS = (*TAGS, *MOODS)
_ZERO = 128  # stands for a weight of nothing, so that none is negative
_LANES = struct.Struct(f"<{len(HEADS)}I")
_LANE = 32  # bits


class Linear(NamedTuple):
    """Packed weights of single words, of pairs by their first word, the worth of one step of each head, the biases."""

    words: Mapping[str, int]
    pairs: Mapping[str, Mapping[str, int]]
    steps: tuple[float, ...]
    biases: tuple[float, ...]

    def logits(self, words: list[str]) -> list[float]:
        """A logit for each head; `words` as `tokens` gives them."""
        single, pairs = self.words, self.pairs
        known = [single[word] for word in words if word in single]
        before = words[0]
        for word in words[1:]:
            follow = pairs.get(before)
            if follow and word in follow:
                known.append(follow[word])
            before = word
        known.append(single.get(size(words), 0) or _NOTHING)
        lanes = _LANES.unpack(sum(known).to_bytes(_LANES.size, "little"))
        root, zero = math.sqrt(len(known)), _ZERO * len(known)
        return [
            bias + (lane - zero) * step / root for lane, step, bias in zip(lanes, self.steps, self.biases, strict=True)
        ]

    def gains(self, words: list[str], head: int) -> list[float]:
        """What each of the `tokens` adds to a head, up to a common factor; a pair's weight is shared by its words."""
        single, pairs, step, lane = self.words, self.pairs, self.steps[head], _LANE * head
        gained = [((single.get(word, _NOTHING) >> lane & 0xFFFFFFFF) - _ZERO) * step for word in words]
        for at, (before, word) in enumerate(itertools.pairwise(words)):
            if packed := pairs.get(before, _NO_PAIRS).get(word):
                half = ((packed >> lane & 0xFFFFFFFF) - _ZERO) * step / 2
                gained[at] += half
                gained[at + 1] += half
        return gained[1:-1]


_NO_PAIRS = dict[str, int]()
_NOTHING = sum(_ZERO << _LANE * head for head in range(len(HEADS)))


def load_linear(parts: Mapping[str, bytes]) -> Linear:
    """The model from the parts of a file: "grams" in lines, deflated; "weights", a byte a gram and head; "scales"."""
    scales = msgspec.json.decode(parts["scales"], type=dict[str, tuple[float, ...]])
    rows = zip(zlib.decompress(parts["grams"]).decode().split("\n"), _rows(parts["weights"]), strict=True)
    words: dict[str, int] = {}
    pairs: dict[str, dict[str, int]] = {}
    for gram, packed in rows:
        first, _, second = gram.partition(" ")
        if second:
            pairs.setdefault(first, {})[second] = packed
        else:
            words[gram] = packed
    return Linear(words, pairs, scales["steps"], scales["biases"])


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
