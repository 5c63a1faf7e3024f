"""Which questions stand for the past: all of a day, or so many drawn of it; and times in order."""

from heapq import heappush, heappushpop

import numpy as np
import numpy.typing as npt

A_DAY = 2_500  # questions; of a day with more so many are drawn
_DAY = 86_400.0
_FIRST = 256
_BITS = 31  # of a number; hashes have 32
_NUMBER = (1 << _BITS) - 1

Numbers = npt.NDArray[np.int64]


class Drawn:
    """Of each day the questions whose hashes are the smallest, so that it depends on nothing but these."""

    def __init__(self) -> None:
        self._days: dict[int, list[int]] = {}  # heaps, the largest hash first: −hash, then the number

    def draw(self, at: float, drawn_by: int, number: int) -> int | None:
        """Draw a question; answers which one is not drawn now, this or another of its day; None: all are.

        Args:
            drawn_by: the hash of the question, of 32 bits.
            number: what it is called in the answer, of 31 bits; of equals, the earlier one goes.
        """
        day, each = self._days.setdefault(int(at // _DAY), []), number - (drawn_by << _BITS)
        if len(day) < A_DAY:
            heappush(day, each)
            return None
        return heappushpop(day, each) & _NUMBER

    def draw_all(self, times: npt.NDArray[np.float64], drawn_by: Numbers, numbers: Numbers) -> Numbers:
        """Draw many at once, as if one by one; answers which are not drawn now, these or others."""
        days, found = times // _DAY, [numbers[:0]]
        for day in np.unique(days).tolist():
            each = (numbers - (drawn_by << _BITS))[days == day]
            both = np.sort(np.concatenate([np.array(self._days.get(int(day), []), np.int64), each]))
            found.append(both[:-A_DAY] & _NUMBER)
            self._days[int(day)] = both[-A_DAY:].tolist()  # what is in order is a heap
        return np.concatenate(found)

    def forget(self, before: float) -> None:
        """Days that ended before then are forgotten."""
        for day in [day for day in self._days if (day + 1) * _DAY <= before]:
            del self._days[day]


class Ordered:
    """Times, earliest first."""

    def __init__(self) -> None:
        self._times, self._size = np.zeros(_FIRST), 0

    @property
    def times(self) -> npt.NDArray[np.float64]:
        """All of them, until one more is added."""
        return self._times[: self._size]

    def fill(self, times: npt.NDArray[np.float64]) -> None:
        """Hold these and no others."""
        self._times, self._size = np.sort(times), len(times)

    def add(self, at: float) -> None:
        """One more."""
        last = self._size
        if last == len(self._times):
            self._times = np.concatenate([self._times, np.zeros(max(_FIRST, last // 8))])
        place = last
        if last and at < self._times[last - 1]:
            place = int(self.times.searchsorted(at, side="right"))
            self._times[place + 1 : last + 1] = self._times[place:last].copy()
        self._times[place], self._size = at, last + 1

    def drop(self, at: float) -> None:
        """One that is there, less."""
        place = int(self.times.searchsorted(at))
        self._times[place : self._size - 1] = self._times[place + 1 : self._size].copy()
        self._size -= 1
