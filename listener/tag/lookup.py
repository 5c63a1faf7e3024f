"""Whole pages of strings looked up at once: numbers in arrays, which lie side by side where objects lie scattered."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from threading import Lock

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
NONE = -1
_ROOM = 6  # places for each number
_STRIDE = 7919  # a prime: rows that follow each other begin far apart
_AT_ONCE = 50  # places that are tried together


class Strings(dict[str, int]):
    """Numbers of strings; one that is not there yet gets the next number."""

    def __init__(self) -> None:
        super().__init__()
        self.all: list[str] = []  # by number

    def __missing__(self, string: str) -> int:
        number = self[string] = len(self.all)
        self.all.append(string)
        return number


class Rows:
    """Rows of numbers, more and more of them."""

    def __init__(self, wide: int) -> None:
        self._room = np.zeros((1024, wide), np.int64)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, rows: Sequence[Sequence[int]]) -> None:
        """Rows behind those that are there."""
        if not rows:
            return
        while self._count + len(rows) > len(self._room):
            self._room = np.concatenate([self._room, np.zeros_like(self._room)])
        self._room[self._count : self._count + len(rows)] = rows
        self._count += len(rows)

    def __getitem__(self, numbers: Ints) -> Ints:
        return self._room[numbers]


class Known:
    """What is known of strings, as rows of numbers; each is learned once, for as long as its number stands."""

    def __init__(self, wide: int, learn: Callable[[str], Sequence[int]]) -> None:
        self._wide, self._learn, self._lock = wide, learn, Lock()
        self._strings, self._rows = Strings(), Rows(wide)

    def __call__(self, strings: Strings, numbers: Ints) -> Ints:
        """(numbers, wide): a row for each number."""
        with self._lock:
            if strings is not self._strings:
                self._strings, self._rows = strings, Rows(self._wide)
            if len(self._rows) < len(strings):
                self._rows.add([self._learn(string) for string in strings.all[len(self._rows) :]])
            return self._rows[numbers]


class Table:
    """Numbers by a row and a key: all rows lie in one long line, each from where its keys find places that are free."""

    def __init__(self, values: Mapping[tuple[int, int], int], rows: int, keys: int) -> None:
        """`rows` and `keys`: how many there may be; both are counted from 0."""
        cells = defaultdict[int, list[int]](list)
        for row, key in values:
            cells[row].append(key)
        span, first = _ROOM * len(values), np.zeros(rows, np.int64)
        owner, held = np.full((2, span + 2 * keys), NONE, np.int64)
        for row in sorted(cells, key=lambda row: -len(cells[row])):  # the longest first, as long as there is room
            if len(cells[row]) > 1:
                taken = np.array(cells[row])
                first[row] = at = _free(owner, taken, row * _STRIDE, span)
                owner[at + taken] = row
        lone = np.array([row for row in cells if len(cells[row]) == 1], np.int64)
        places = keys + np.flatnonzero(owner[keys : keys + span] == NONE)[: len(lone)]
        first[lone], owner[places] = places - [cells[row][0] for row in lone.tolist()], lone
        which, under = np.array(list(values), np.int64).reshape(-1, 2).T
        held[first[which] + under] = list(values.values())
        self._first, self._owner, self._held = first, owner, held

    def __call__(self, rows: Ints, keys: Ints) -> Ints:
        """The number of each row and key, −1 where there is none."""
        at = self._first[rows] + keys
        told: Ints = np.where(self._owner[at] == rows, self._held[at], NONE)
        return told


def _free(owner: Ints, keys: Ints, start: int, span: int) -> int:
    """From where all keys find places that nobody owns."""
    tries = ((start + _STRIDE * np.arange(at, at + _AT_ONCE)) % span for at in count(0, _AT_ONCE))
    free = ((at, np.flatnonzero((owner[at[:, None] + keys] == NONE).all(1))) for at in tries)
    return next(int(at[found[0]]) for at, found in free if len(found))


def runs(first: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Of runs of numbers: to which each belongs, and the numbers."""
    which = np.repeat(np.arange(len(counts)), counts)
    return which, np.arange(len(which)) + np.repeat(first - np.cumsum(counts) + counts, counts)


def bounds(counts: Ints) -> Ints:
    """Where each of so many begins that stand one behind the other, and the end of the last."""
    return np.append(0, np.cumsum(counts))


def totals(values: Ints, starts: Ints) -> Ints:
    """The sums of rows of whole numbers from each start to the next; without any nothing."""
    sums = np.zeros((len(values) + 1, *values.shape[1:]), np.int64)
    np.cumsum(values, axis=0, out=sums[1:])
    told: Ints = sums[starts[1:]] - sums[starts[:-1]]
    return told


def rounded(values: Floats) -> Floats:
    """To four digits."""
    told: Floats = np.rint(values * 10_000) / 10_000
    return told
