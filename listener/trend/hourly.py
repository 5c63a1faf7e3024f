"""How often something came hour by hour, and what is usual of it at a time of day."""

from math import ceil

import numpy as np
import numpy.typing as npt
from msgspec import Struct

Numbers = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

HOUR = 3_600.0
HISTORY = 14 * 24  # hours of the past that are compared with
KEPT = HISTORY + 24 + 2  # a window reaches into the past, too
UNEVEN = 0.2  # how much a number varies beyond chance, squared and as a share, until it is known
_KNOWN_BY = 10  # windows until what was seen of that counts as much
_OFTEN = 2  # days: what was told at the same time of so many is usual then
_FIRST = 24.0  # hours in which what was never seen is taken to come once


class Usual(Struct, frozen=True):
    """What a window usually holds: a negative binomial."""

    mean: float
    shape: float  # the smaller, the less even


class Hours:
    """A number for each of the latest hours, which are counted from 1970 on; what is older is forgotten."""

    def __init__(self) -> None:
        self.last, self._values = 0, np.zeros(KEPT)

    def add(self, hour: int, number: float = 1.0) -> None:
        """Add to an hour."""
        if hour > self.last:
            self._values, self.last = self.until(hour), hour
        if hour > self.last - KEPT:
            self._values[KEPT - 1 + hour - self.last] += number

    def until(self, hour: int) -> Numbers:
        """The numbers of so many hours, the last of which is this one."""
        found, moved = np.zeros(KEPT), hour - self.last
        if 0 <= moved < KEPT:
            found[: KEPT - moved] = self._values[moved:]
        elif -KEPT < moved < 0:
            found[-moved:] = self._values[:moved]
        return found

    def items(self) -> dict[int, float]:
        """All that is not nothing, by hour."""
        first = self.last - KEPT + 1
        return {first + int(at): float(self._values[at]) for at in np.flatnonzero(self._values)}


def sums(values: Numbers, width: int) -> Numbers:
    """The sums of `width` numbers in a row; those that begin with the first one are the first."""
    total = np.concatenate((np.zeros(1), np.cumsum(values)))
    found: Numbers = total[width:] - total[:-width]
    return found


class Window(Struct, frozen=True):
    """A time whose count is compared with those before it: `seconds` that end at `end`."""

    end: float
    seconds: float

    @property
    def width(self) -> int:
        """Whole hours of the past that it is compared with."""
        return max(1, ceil(self.seconds / HOUR))

    def earlier(self, heard: Numbers, last: int, odd: Numbers | None = None) -> tuple[Rows, Rows]:
        """Which windows of the past, by their first hour, are compared: all; and those at this time of earlier days.

        Args:
            heard: for each hour, of which this is the last, 1 where it was listened to.
            odd: 1 where it was told that something is unusual: that is usual at a time of day where it was so twice.
        """
        before = int((self.end - self.seconds) // HOUR)  # the first hour that is not wholly before the window
        width, first = self.width, last - len(heard) + 1
        whole = sums(heard, width) > width - 0.5
        starts = first + np.arange(len(whole))
        whole &= (starts + width <= before) & (starts >= before - HISTORY)
        days_ago = int(self.end // HOUR) + 1 - width - starts
        at_this_time = whole & (np.minimum(days_ago % 24, -days_ago % 24) <= 1)
        if odd is not None:
            unusual = sums(odd, width) > 0.5
            days = np.unique((days_ago[at_this_time & unusual] + 1) // 24)
            whole, at_this_time = whole & ~unusual, at_this_time & ~(unusual & (len(days) < _OFTEN))
        return np.flatnonzero(whole), np.flatnonzero(at_this_time)


def usual(counts: Numbers, window: Window, compared: tuple[Rows, Rows]) -> tuple[Usual, ...]:
    """What such a window usually holds: of all hours; and, where known, at this time of day.

    Args:
        compared: as of `Window.earlier`.
    """
    every, at_this_time = compared
    share = window.seconds / HOUR / window.width
    held = sums(counts, window.width)
    hours = len(every) + window.width - 1 if len(every) else 0
    total = float(held[every].mean()) / window.width * hours if len(every) else 0.0
    mean = (total + 1) / (hours + _FIRST) * window.width
    found = [Usual(mean * share, _shape(held[every], hours / window.width, total))]
    if len(at_this_time):
        then, days = held[at_this_time], len(at_this_time) / 3
        mean = (float(then.mean()) * days + mean) / (days + 1)
        found.append(Usual(mean * share, _shape(then, days, total)))
    return tuple(found)


def _shape(held: Numbers, independent: float, total: float) -> float:
    """How even the windows were, as far as so many independent ones tell; never surer than `total` votes allow."""
    uneven, mean = 0.0, float(held.mean()) if len(held) else 0.0
    if mean and len(held) > 1:
        uneven = max(0.0, (float(held.var(ddof=1)) - mean) / mean**2)
    uneven = (independent * uneven + _KNOWN_BY * UNEVEN) / (independent + _KNOWN_BY)
    return 1 / (uneven + 1 / (1 + total))
