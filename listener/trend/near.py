"""What is like a question: looked up once, and kept up to date as more are asked."""

from array import array
from bisect import bisect_left

import numpy as np

from listener.trend.levels import Levels
from listener.trend.past import Floats, Past, Rows

_MOST = 4_000_000  # neighbours that are remembered, 8 bytes each
_BACK = 2_048  # rows that are looked at first, further back than the latest


_NONE: tuple[Rows, Floats] = np.zeros(0, np.intp), np.zeros(0, np.float32)


class _Known:
    """The neighbours of one question from row `first` on, in the order in which they came.

    Those before row `new` are looked up when they are needed, and kept apart.
    """

    __slots__ = ("alike", "before", "dropped", "first", "new", "rows")

    def __init__(self, first: int, dropped: int, rows: Rows, alike: Floats) -> None:
        self.first = self.new = first
        self.dropped = dropped  # rows that were forgotten until then
        self.before = _NONE
        self.rows, self.alike = array("i", rows.astype(np.int32).tobytes()), array("f", alike.tobytes())

    def __len__(self) -> int:
        return len(self.rows) + len(self.before[0])

    def forget(self, before: int, dropped: int) -> None:
        """Know nothing of rows before this one: some of them were forgotten."""
        at = bisect_left(self.rows, before)
        del self.rows[:at], self.alike[:at]
        self.first, self.new, self.before, self.dropped = before, before, _NONE, dropped


class Near:
    """The rows that are at least as like a question as the loosest level; what was found stays known.

    Rows are numbered here as if none was ever forgotten.
    """

    def __init__(self, past: Past, levels: Levels) -> None:
        self.past, self._levels = past, levels
        self._known, self._held = dict[int, _Known](), 0
        self._count, self._due = 0, 0  # of rows so far, and of the levels, when it was last brought up to date

    def __len__(self) -> int:
        """Of how many questions the neighbours are known."""
        return len(self._known)

    def latest(self, row: int) -> tuple[Rows, Floats]:
        """The latest rows that are like this one, and how alike."""
        known, dropped = self._of(row), self.past.dropped
        at = bisect_left(known.rows, self.past.start + dropped)
        rows, alike = np.array(known.rows, np.intp)[at:], np.array(known.alike)[at:]
        rows -= dropped
        return rows, alike

    def known(self, row: int) -> tuple[Rows, Floats]:
        """The rows that stand for the past and are like this one, and how alike: as far back as was looked."""
        known, past = self._of(row), self.past
        rows = np.concatenate([known.before[0], np.frombuffer(known.rows, np.int32)]) - past.dropped
        drawn = past.drawn[rows]
        return rows[drawn], np.concatenate([known.before[1], np.frombuffer(known.alike, np.float32)])[drawn]

    def look_back(self, row: int) -> bool:
        """Look twice as far back; false where there is nothing further back."""
        known, dropped = self._of(row), self.past.dropped
        last = known.first - dropped
        if last <= 0:
            return False
        first = max(0, last - max(_BACK, known.new - known.first))
        rows, alike = self._found(row, first, last)
        known.before = np.concatenate([rows, known.before[0]]), np.concatenate([alike, known.before[1]])
        known.first, self._held = first + dropped, self._held + len(rows)
        return True

    def _of(self, row: int) -> _Known:
        self._catch_up()
        known = self._known.get(row + self.past.dropped)
        if known is None:
            known = self._learn(row)
        elif known.dropped != self.past.dropped:
            self._held -= len(known)
            known.forget(self.past.start + self.past.dropped, self.past.dropped)
            self._held += len(known)
        return known

    def _catch_up(self) -> None:
        """Tell the neighbours of a new row of it; where more than one is new, or the levels are, begin anew."""
        past, due = self.past, self._levels.due
        count = past.size + past.dropped
        if self._count == count and self._due == due:
            return
        new = count - 1
        if self._count != new or self._due != due:
            self._known, self._held = {}, 0
        self._count, self._due = count, due
        self._make_room()
        known = self._learn(past.size - 1)
        for row, alike in zip(known.rows, known.alike, strict=True):
            if row != new and (other := self._known.get(row)) is not None:
                other.rows.append(new)
                other.alike.append(alike)
                self._held += 1

    def _learn(self, row: int) -> _Known:
        first, dropped = self.past.start, self.past.dropped
        rows, alike = self._found(row, first, self.past.size)
        known = self._known[row + dropped] = _Known(first + dropped, dropped, rows, alike)
        self._held += len(known)
        return known

    def _found(self, row: int, first: int, last: int) -> tuple[Rows, Floats]:
        similar = self.past.similar(row, first, last)
        near = (similar >= self._levels.loosest).nonzero()[0]
        return near + (first + self.past.dropped), similar[near]

    def _make_room(self) -> None:
        """Forget who is not among the latest any more, and more if there are too many."""
        oldest = self.past.start + self.past.dropped
        while self._known and ((first := next(iter(self._known))) < oldest or self._held > _MOST):
            self._held -= len(self._known.pop(first))
