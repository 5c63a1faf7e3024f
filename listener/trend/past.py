"""The questions of a topic that are remembered: when, who, which words, and a vector each."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from math import inf
from zlib import crc32

import numpy as np
import numpy.typing as npt

from listener.trend.drawn import Drawn, Ordered
from listener.types.trend import Asked

Floats = npt.NDArray[np.float32]
Times = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

_BLOCK = 8_192  # rows that are multiplied at once: they fit into the cache
_BEFORE = 8_192  # rows before the latest that are kept ready, too: there is looked first
_FIRST = 256
_MOST = 20_000  # rows of which the middle is taken
_LEAST_SPREAD = np.float32(1e-4)
_COLUMNS = ("times", "drawn", "authors", "texts", "_numbers", "_vectors", "_norms", "_along", "_spread")
_SCALE = np.float32(1 / 256)  # of the middle, whose parts are whole numbers as well


class Past:
    """Rows in order of arrival; the latest, from `start` on, and some before are kept ready to be multiplied.

    The others stand for the past: of a day with very many so many are drawn, and the rest is forgotten.

    Products of int8 values are whole numbers below 2²⁴, which float32 holds exactly: similarities are the same on
    every machine, in any order, and after every restart. They are the cosines of what is left of the vectors, each
    made as long as 1, without their common middle, if `recentre` was called; else of the vectors themselves.

    Args:
        width: length of a vector, at most 1,024.
    """

    def __init__(self, width: int) -> None:
        self.size, self.start, self.width = 0, 0, width
        self.dropped = 0  # rows that were forgotten
        self.posts: list[str] = []
        self.times = np.zeros(_FIRST)
        self.drawn = np.zeros(_FIRST, bool)  # whether they stand for the past
        self.ordered, self.ordered_drawn = Ordered(), Ordered()  # times: of the latest and those drawn, and of these
        self._days, self._idle = Drawn(), 0  # rows that are neither
        self._numbers = np.zeros(_FIRST, np.int64)  # as if none was ever forgotten
        self.authors = np.zeros(_FIRST, np.int64)
        self.texts = np.zeros(_FIRST, np.int64)
        self._vectors = np.zeros((_FIRST, width), np.int8)
        self._norms = np.ones(_FIRST, np.float32)
        self._along = np.zeros(_FIRST, np.float32)  # each vector's part along the middle
        self._spread = np.ones(_FIRST, np.float32)  # how far it is from the middle
        self._ready, self._ready_from = np.zeros((_FIRST, width), np.float32), 0
        self.middle, self._square = np.zeros(width, np.float32), np.float32(0)

    def since(self, since: float) -> Rows:
        """The latest rows and those drawn, as far as they were asked since then."""
        kept = (self.times[: self.size] > since) & self.drawn[: self.size]
        kept[self.start :] = self.times[self.start : self.size] > since
        return np.flatnonzero(kept)

    def recentre(self, since: float) -> None:
        """Take the mean of the vectors since then as their middle: what all of a topic have in common says little."""
        rows = self.since(since)[-_MOST:]
        if len(rows):
            mean = (self._vectors[rows] / self._norms[rows, None]).mean(axis=0, dtype=np.float64)
            self.about(np.rint(mean / _SCALE).astype(np.float32))

    def about(self, middle: Floats) -> None:
        """Take this as the middle, in whole numbers of 1/256."""
        self.middle, self._square = middle, np.float32(middle @ middle * _SCALE * _SCALE)
        for first in range(0, self.size, _BLOCK):
            self._place(slice(first, min(first + _BLOCK, self.size)))

    def _place(self, rows: slice) -> None:
        """Where these rows are, seen from the middle."""
        along = self._vectors[rows].astype(np.float32) @ self.middle * _SCALE / self._norms[rows]
        self._along[rows], self._spread[rows] = along, np.sqrt(np.maximum(1 - 2 * along + self._square, _LEAST_SPREAD))

    def _cosines(self, products: Floats, left: Rows | slice | int, right: Rows | slice) -> Floats:
        """Cosines about the middle, from products of the vectors."""
        found: Floats = products / (self._norms[right] * self._norms[left])
        if not self._square:
            return found
        found -= self._along[right] + self._along[left] - self._square
        found /= self._spread[right] * self._spread[left]
        return found

    def fill(self, questions: Iterable[Asked], since: float) -> None:
        """Remember many questions at once, in the order in which they came; the latest are those since then."""
        rest = iter(questions)
        while some := [*islice(rest, _BLOCK)]:
            rows = slice(self.size, self.size + len(some))
            self._make_room(rows.stop)
            self.posts += [asked.post for asked in some]
            self.times[rows] = [asked.at.timestamp() for asked in some]
            self.authors[rows] = [asked.author for asked in some]
            self.texts[rows] = [asked.text for asked in some]
            self._numbers[rows] = np.arange(rows.start, rows.stop) + self.dropped
            self._vectors[rows] = np.frombuffer(b"".join(asked.vector for asked in some), np.int8).reshape(
                len(some), -1
            )
            self._norms[rows] = np.maximum(1, np.linalg.norm(self._vectors[rows].astype(np.float32), axis=1))
            self._place(rows)
            self.size = rows.stop
            hashes = np.array([_hash(asked.post) for asked in some])
            self.drawn[rows] = True
            numbers = self._days.draw_all(self.times[rows], hashes, self._numbers[rows])
            others = self._numbers[: self.size].searchsorted(numbers)
            self.drawn[others[self._numbers[others] == numbers]] = False  # some are so old that they were forgotten
            self._pass(since)
            self._idle = self.start - int(np.count_nonzero(self.drawn[: self.start]))
            self.forget(-inf)
        self._make_ready()
        self._order()

    def add(self, asked: Asked, at: float) -> int:
        """Remember a question; answers its row."""
        row, vector = self.size, np.frombuffer(asked.vector, np.int8)
        self._make_room(row + 1)
        self.posts.append(asked.post)
        self.times[row], self.authors[row], self.texts[row] = at, asked.author, asked.text
        self._vectors[row], self._norms[row], self._numbers[row] = vector, norm(asked.vector), row + self.dropped
        if self._square:  # without a middle nothing is seen from it
            self._place(slice(row, row + 1))
        if row - self._ready_from == len(self._ready):
            self._make_ready()
        self._ready[row - self._ready_from] = vector
        self.size += 1
        self.ordered.add(at)
        self.ordered_drawn.add(at)
        if (other := self._draw(row)) is not None:
            self.ordered_drawn.drop(float(self.times[other]))
            if other < self.start:
                self.ordered.drop(float(self.times[other]))
                self._idle += 1
        return row

    def _draw(self, row: int) -> int | None:
        """Let a row stand for its day; answers which one does not now."""
        own = int(self._numbers[row])
        number = self._days.draw(float(self.times[row]), _hash(self.posts[row]), own)
        self.drawn[row] = number != own
        if number is None or number == own:
            return None if number is None else row
        other = int(self._numbers[: self.size].searchsorted(number))
        if self._numbers[other] != number:
            return None  # it is so old that it was forgotten
        self.drawn[other] = False
        return other

    def _make_room(self, rows: int) -> None:
        if rows <= len(self.times):
            return
        for name in _COLUMNS:
            old = getattr(self, name)
            new = np.zeros((max(rows, len(old) + max(_FIRST, len(old) // 8)), *old.shape[1:]), old.dtype)
            new[: len(old)] = old
            setattr(self, name, new)

    def _make_ready(self) -> None:
        """Keep these rows ready, with room for more."""
        first = self._ready_from = max(0, self.start - _BEFORE)
        self._ready = np.zeros((max(_FIRST, (self.size - first) * 9 // 8), self.width), np.float32)
        self._ready[: self.size - first] = self._vectors[first : self.size]

    def age(self, before: float) -> None:
        """What was asked before then is not among the latest any more."""
        first = self.start
        self._pass(before)
        for row in range(first, self.start):
            if not self.drawn[row]:
                self.ordered.drop(float(self.times[row]))
                self._idle += 1

    def _pass(self, before: float) -> None:
        while self.start < self.size and self.times[self.start] < before:
            self.start += 1

    def forget(self, before: float) -> None:
        """Drop what was asked before then or is not drawn, once it is an eighth of all: moving the rest takes time."""
        eighth = -(-self.size // 8)
        is_old = 0 < eighth <= self.start and self.times[0] < before and self.times[:eighth].max() < before
        if not is_old and 8 * self._idle <= self.size:
            return
        kept = np.flatnonzero(self.drawn[: self.start] & (self.times[: self.start] >= before))
        latest, moved = slice(self.start, self.size), self.start - len(kept)
        for name in _COLUMNS:
            column = getattr(self, name)
            column[: len(kept)] = column[kept]
            column[len(kept) : self.size - moved] = column[latest].copy()
        self.posts = [self.posts[row] for row in kept] + self.posts[latest]
        self.size, self.start = self.size - moved, len(kept)
        self.dropped, self._idle = self.dropped + moved, 0
        self._days.forget(before)
        self._make_ready()
        self._order()

    def _order(self) -> None:
        self.ordered.fill(self.times[self.since(-inf)])
        self.ordered_drawn.fill(self.times[: self.size][self.drawn[: self.size]])

    def latest(self, row: int) -> Floats:
        """Cosines of a row with the latest rows."""
        return self.similar(row, self.start, self.size)

    def all(self, row: int) -> Floats:
        """Cosines of a row with all rows."""
        return self.similar(row, 0, self.size)

    def similar(self, row: int, first: int, last: int) -> Floats:
        """Cosines of a row with the rows from `first` on, before `last`."""
        vector, ready = self._vectors[row].astype(np.float32), self._ready_from
        if first >= ready:
            return self._cosines(self._ready[first - ready : last - ready] @ vector, row, slice(first, last))
        found = np.empty(last - first, np.float32)
        for at in range(first, last, _BLOCK):
            rows = slice(at, min(at + _BLOCK, last))
            found[at - first : rows.stop - first] = self._vectors[rows].astype(np.float32) @ vector
        return self._cosines(found, row, slice(first, last))

    def between(self, left: Rows, right: Rows) -> Floats:
        """Cosines of rows with others, a row of the answer for each of the left."""
        vectors, others = (self._vectors[rows].astype(np.float32) for rows in (left, right))
        return self._cosines(vectors @ others.T, left[:, None], right)

    def asked(self, row: int) -> Asked:
        """A row as it was added."""
        return Asked(
            post=self.posts[row],
            at=datetime.fromtimestamp(float(self.times[row]), UTC),
            author=int(self.authors[row]),
            text=int(self.texts[row]),
            vector=self._vectors[row].tobytes(),
        )

    def named(self, posts: Iterable[str]) -> list[Asked]:
        """What these posts ask, as it was added, in the order in which it came."""
        wanted = {*posts}
        return [self.asked(row) for row, post in enumerate(self.posts) if post in wanted]

    def mean(self, rows: Rows) -> Floats:
        """The mean of the vectors of these rows, seen from the middle, each of length 1."""
        units = self._vectors[rows] / self._norms[rows, None]
        if self._square:
            units = (units - self.middle * _SCALE) / self._spread[rows, None]
        found: Floats = units.mean(axis=0, dtype=np.float64).astype(np.float32)
        return found


def centre_of(middle: Sequence[int] | Floats) -> Floats:
    """A middle in whole numbers, as it lies among vectors of length 1."""
    found: Floats = np.asarray(middle, np.float32) * _SCALE
    return found


def norm(vector: bytes) -> float:
    """The length of a vector of int8; 1 for none at all."""
    parts = np.frombuffer(vector, np.int8).astype(np.float32)
    return max(1.0, float(np.sqrt(parts @ parts)))


def _hash(post: str) -> int:
    return crc32(post.encode("utf-8", "replace"))


def voters(who_and_what: Iterable[tuple[int, int]]) -> list[int]:
    """Which of them count: in this order an author once, and a text once; author 0 is always another one."""
    authors, texts, counted = set[int](), set[int](), list[int]()
    for at, (author, text) in enumerate(who_and_what):
        if text not in texts and not (author and author in authors):
            counted.append(at)
            authors.add(author)
            texts.add(text)
    return counted
