"""Whole pages of tokens looked up at once: numbers in arrays, which lie side by side where objects lie scattered."""

from collections.abc import Callable, Mapping, Sequence
from threading import Lock

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
NONE = -1
_TOKENS = 50_000  # that are remembered
_ODD = 0x9E3779B97F4A7C15  # 2^64 over the golden ratio: spreads keys that follow each other


class Known:
    """What is known of tokens, as rows of numbers; it remembers, and forgets all where they become too many."""

    def __init__(self, wide: int, learn: Callable[[str], Sequence[int]]) -> None:
        self._learn, self._lock = learn, Lock()
        self._numbers: dict[str, int] = {}
        self._table = np.zeros((1024, wide), np.int64)

    def __call__(self, words: Sequence[str]) -> Ints:
        """(words, wide): a row for each token."""
        with self._lock:
            numbers = list(map(self._numbers.get, words))
            if None in numbers:
                self._add({word for word, number in zip(words, numbers, strict=True) if number is None})
                if None in (numbers := list(map(self._numbers.get, words))):  # others were forgotten
                    self._add(set(words))
                    numbers = list(map(self._numbers.get, words))
            return self._table[np.array(numbers, np.int64)]

    def _add(self, words: set[str]) -> None:
        if len(self._numbers) + len(words) > _TOKENS:
            self._numbers.clear()
        while len(self._numbers) + len(words) > len(self._table):
            self._table = np.concatenate([self._table, np.zeros_like(self._table)])
        for word in words:
            if word not in self._numbers:
                self._table[len(self._numbers)] = self._learn(word)
                self._numbers[word] = len(self._numbers)


class Table:
    """Numbers by keys of numbers, hashed: where a key's place is taken, it stands in the next one that is free."""

    def __init__(self, values: Mapping[int, int]) -> None:
        self._bits = max(4, (4 * len(values)).bit_length())
        self._keys, self._values = np.full((2, 1 << self._bits), NONE, np.int64)
        left = np.array(list(values), np.int64)
        told = np.array(list(values.values()), np.int64)
        at = self._place(left)
        while len(left):
            free = self._keys[at] == NONE
            first = np.unique(np.where(free, at, NONE), return_index=True)[1]
            first = first[free[first]]
            self._keys[at[first]], self._values[at[first]] = left[first], told[first]
            left, told, at = (np.delete(each, first) for each in (left, told, self._next(at)))

    def __call__(self, keys: Ints) -> Ints:
        """The number of each key, −1 where there is none."""
        at = self._place(keys)
        found = self._keys[at]
        values = np.where(found == keys, self._values[at], NONE)
        lost = np.flatnonzero((found != keys) & (found != NONE))
        while len(lost):
            at[lost] = self._next(at[lost])
            found = self._keys[at[lost]]
            values[lost] = np.where(found == keys[lost], self._values[at[lost]], NONE)
            lost = lost[(found != keys[lost]) & (found != NONE)]
        return values

    def _place(self, keys: Ints) -> Ints:
        spread = keys.astype(np.uint64) * np.uint64(_ODD)
        return (spread >> np.uint64(64 - self._bits)).astype(np.int64)

    def _next(self, at: Ints) -> Ints:
        return (at + 1) & ((1 << self._bits) - 1)


def runs(first: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Of runs of numbers: to which each belongs, and the numbers."""
    which = np.repeat(np.arange(len(count)), count)
    return which, np.arange(len(which)) + np.repeat(first - np.cumsum(count) + count, count)
