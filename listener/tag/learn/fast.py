"""The fast tagger as a start: the weights of grams move, and grams that are frequent in the labelled posts join."""

import itertools
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from listener.tag.hits import features
from listener.tag.learn.fit import HEADS, Floats
from listener.tag.linear import dump_linear, load_linear
from listener.tag.weights import Weights

_JOIN = 2  # posts with a gram that joins
_ZERO, _MOST = 128, 127  # of a weight in one byte
Ints = npt.NDArray[np.int64]


class FastLearner:
    """See `Learner`."""

    kind = "fast"
    hold = 0.3  # of .03 to 3 the best for 60, 200 and 500 labels of origins that were left out

    def __init__(self, weights: Weights, texts: Sequence[str]) -> None:
        self._weights = weights
        names, table, self._biases = _table(weights.parts)
        read = list(map(features, texts))
        counts = Counter(itertools.chain.from_iterable(map(set, read)))
        known = {name: number for number, name in enumerate(names)}
        sizes = {each[-1] for each in read}  # counted by the tagger also where it does not know them
        joined = sorted(
            name for name in sizes | {n for n, count in counts.items() if count >= _JOIN} if name not in known
        )
        self._names = [*names, *joined]
        self._table = np.vstack([table, np.zeros((len(joined), len(HEADS)), np.float32)])
        known |= {name: number for number, name in enumerate(joined, len(names))}
        rows = [[known[name] for name in each if name in known] for each in read]
        self._used = np.unique(np.fromiter(itertools.chain.from_iterable(rows), np.int64))
        self.features = Counts(rows, self._used)
        self.start = self.features.dot(self._table[self._used]) + self._biases
        linear = load_linear(weights.parts)
        self.shipped = np.array([linear.logits(text) for text in texts], np.float32)

    def parts(self, added: Floats) -> dict[str, bytes]:
        """The parts of the file, one byte a weight; grams that tell nothing stay: texts are as long as they were."""
        table = self._table.copy()
        table[self._used] += added[:-1]
        steps = np.abs(table).max(0).clip(1e-9) / _MOST
        whole = np.rint(table / steps).astype(int)
        data = (whole + _ZERO).astype(np.uint8).tobytes()
        changed = dump_linear(self._names, data, steps.tolist(), (self._biases + added[-1]).tolist())
        return {**self._weights.parts, **changed}


class Counts:
    """How often each gram that is used stands in each text, by the root of the text's length: see `Features`."""

    def __init__(self, rows: Sequence[Sequence[int]], used: Ints) -> None:
        self.wide = len(used)
        lengths = np.array([len(row) for row in rows])
        self._texts, self._of = len(rows), np.repeat(np.arange(len(rows)), lengths)
        self._value = np.repeat(lengths.clip(1) ** -0.5, lengths).astype(np.float32)[:, None]
        flat: Ints = np.fromiter(itertools.chain.from_iterable(rows), np.int64)
        self._gram = np.searchsorted(used, flat)
        self._order = np.argsort(self._gram, kind="stable")

    def dot(self, weights: Floats) -> Floats:
        """(D, K) weights to (N, K) sums."""
        return _summed(self._value * weights[self._gram], self._of, self._texts)

    def back(self, slopes: Floats) -> Floats:
        """(N, K) slopes of sums to (D, K) slopes of weights."""
        each = (self._value * slopes[self._of])[self._order]
        return _summed(each, self._gram[self._order], self.wide)


def _summed(values: Floats, groups: Ints, of: int) -> Floats:
    """The sums of rows of one group; groups stand in order, some may be empty."""
    sums = np.zeros((of, values.shape[1]), np.float32)
    if len(groups):
        starts = np.flatnonzero(np.diff(groups, prepend=-1))
        sums[groups[starts]] = np.add.reduceat(values, starts)
    return sums


def _table(parts: Mapping[str, bytes]) -> tuple[list[str], Floats, Floats]:
    """Grams, their weights for each of HEADS, and the biases."""
    names = zlib.decompress(parts["grams"]).decode().split("\n")
    scales = msgspec.json.decode(parts["scales"], type=dict[str, list[float]])
    whole = np.frombuffer(parts["weights"], np.uint8).reshape(len(names), len(HEADS)).astype(np.float32) - _ZERO
    return names, whole * np.array(scales["steps"], np.float32), np.array(scales["biases"], np.float32)
