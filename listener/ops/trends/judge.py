"""Which bursts were found, how soon, and what else was told."""

from collections.abc import Iterable, Sequence
from math import sqrt
from statistics import median

from msgspec import Struct

from listener.ops.trends.events import DAY, HOUR, Event, span
from listener.trend import Line
from listener.types.trend import Trend

_IN_TIME = 2 * HOUR
_LEAST_VOTES = 3


class Share(Struct, frozen=True):
    """So many of so many, with the 95 % interval of Wilson."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """The share; 0 of none."""
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """From where to where the true share lies."""
        if not self.of:
            return 0.0, 1.0
        z, n = 1.96, self.of
        middle = (self.value + z * z / (2 * n)) / (1 + z * z / n)
        half = z * sqrt(self.value * (1 - self.value) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.2f} ({low:.2f}–{high:.2f})"


class Verdict(Struct, frozen=True):
    """What became of the bursts of some runs."""

    found: dict[str, float]  # by Event.key: seconds from its first post to the alert
    spam: int = 0  # alerts about one author's posts, or about copies
    others: int = 0  # alerts about neither

    def recall(self, events: Iterable[Event], size: int = 0) -> Share:
        """How many of the real bursts of this size were found; 0: of all sizes."""
        wanted = [e for e in events if e.kind == "real" and size in (0, e.size)]
        return Share(sum(e.key in self.found for e in wanted), len(wanted))

    def delay(self, events: Iterable[Event], size: int) -> float | None:
        """The median delay in minutes of those found; None where there are none."""
        waits = [self.found[e.key] / 60 for e in events if e.size == size and e.key in self.found]
        return median(waits) if waits else None


def judge(trends: Iterable[Trend], events: Sequence[Event], lines: Sequence[Line]) -> Verdict:
    """Match alerts with bursts: one counts for a burst within two hours, if half of its posts are the burst's."""
    found, spam, others = dict[str, float](), 0, 0
    by_key, since = {event.key: event for event in events}, span(lines)[0]
    for trend in trends:
        event = by_key.get(_most(trend))
        if event is None or 2 * sum(map(event.holds, trend.posts)) < len(trend.posts):
            others += trend.at.timestamp() >= since
        elif event.kind != "real":
            spam += 1
        elif (wait := trend.at.timestamp() - event.times[0]) <= _IN_TIME:
            found.setdefault(event.key, wait)
    return Verdict(found, spam, others)


def _most(trend: Trend) -> str:
    """The burst that most posts belong to, if any."""
    keys = [post.rpartition(".")[0] for post in trend.posts]
    return max(keys, key=keys.count)


def a_day(trends: Iterable[Trend], lines: Sequence[Line]) -> float:
    """Alerts a day in the part of a stream that counts."""
    since = span(lines)[0]
    return sum(trend.at.timestamp() >= since for trend in trends) / ((lines[-1].ts - since) / DAY)


def oracle(events: Iterable[Event], size: int) -> float | None:
    """The median minutes until the third post, for one who knows the bursts: nobody can be quicker."""
    waits = [(e.times[_LEAST_VOTES - 1] - e.times[0]) / 60 for e in events if e.size == size and e.kind == "real"]
    return median(waits) if waits else None
