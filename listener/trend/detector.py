"""Is this asked more than usual? Neighbours in time and meaning, counted as they come."""

from collections.abc import Iterable
from datetime import UTC, datetime

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from listener.trend.bursts import DAY, HISTORY, HOUR, MINUTE, Burst, Search
from listener.trend.levels import Levels
from listener.trend.past import Floats, Past, centre_of
from listener.trend.statistic import Measure, surprise
from listener.trend.threads import Threads, Told
from listener.types.trend import Asked, Kind, Trend

WINDOWS = (15 * MINUTE, HOUR, 6 * HOUR, DAY)
WATERMARK = 2 * HOUR  # how much later than the others a post may come and still count as if on time
COLD = 2 * DAY  # history below which a trend says that it knows little
LATE = DAY  # a burst that ended longer ago is not told
LEAST = 4.0  # the score of a trend: about one false alarm in a busy topic a day
_TRIED = 40  # bursts around a new question, until one is news
HOURS = 24  # that the bars of a trend show
_ROUNDING = 1e-5  # of a cosine


class Memory(Struct, frozen=True):
    """What a detector knows beside the questions themselves."""

    seen: int = 0
    now: float = 0.0
    first: float | None = None
    levels: list[float] = []
    due: int = 0
    threads: list[Told] = []
    middle: list[int] = []


class Detector:
    """Counts the questions of one topic; what it answers depends on them alone.

    Args:
        width: length of the vectors, all of one model.
        least: the score from which on a trend is told.
        measure: the score; others than the own one are there to be compared.
    """

    def __init__(
        self,
        width: int,
        least: float = LEAST,
        topic: str = "",
        measure: Measure = surprise,
        levels: Levels | None = None,
    ) -> None:
        self.past, self.levels, self.threads = Past(width), levels or Levels(), Threads()
        self._topic = topic
        self.seen, self.now = 0, 0.0
        self.first: float | None = None
        self._search = Search(self.past, self.levels, measure, least)

    def add(self, asked: Asked, now: datetime) -> Trend | None:
        """Count a question; answers a trend that it makes or raises, `thread` says which.

        Args:
            now: when the question was read; what lies after it counts as asked now.
        """
        self.now = max(self.now, now.timestamp())
        at = min(asked.at.timestamp(), self.now)
        row = self.remember(asked, at)
        told = (self._told(burst) for burst in self._bursts(row, at))
        return next((trend for trend in told if trend), None)

    @property
    def least(self) -> float:
        """The score from which on a trend is told; it may change at any time."""
        return self._search.least

    @least.setter
    def least(self, least: float) -> None:
        """Tell from this score on."""
        self._search.least = least

    @property
    def centre(self) -> Floats:
        """The middle that vectors of length 1 are seen from; 0 where they are compared as they are."""
        return centre_of(self.past.middle)

    def memory(self) -> Memory:
        """What is to be stored beside the questions."""
        return Memory(
            self.seen,
            self.now,
            self.first,
            self.levels.values.tolist(),
            self.levels.due,
            self.threads.told(),
            self.past.middle.astype(int).tolist() if self.past.middle.any() else [],
        )

    def restore(self, memory: Memory, questions: Iterable[Asked]) -> None:
        """Know again what was stored; the questions in the order in which they came."""
        if memory.middle:
            self.past.about(np.array(memory.middle, np.float32))
        self.past.fill(questions, memory.now - DAY - WATERMARK)
        self.seen, self.now, self.first = memory.seen, memory.now, memory.first
        self.levels.restore(memory.levels, memory.due)
        self.threads = Threads(memory.threads)

    def remember(self, asked: Asked, at: float) -> int:
        """Count a question without looking whether it trends; answers its row."""
        self.now = max(self.now, at)
        self.past.age(self.now - DAY - WATERMARK)
        self.past.forget(self.now - HISTORY - DAY)
        row = self.past.add(asked, at)
        self.seen, self.first = self.seen + 1, at if self.first is None else min(self.first, at)
        self.levels.renew(self.past, self.seen, self.now - HISTORY)
        return row

    # The most surprising window around a new question

    def _bursts(self, row: int, at: float) -> list[Burst]:
        """The most surprising first."""
        found = [*self._search.bursts(row, at, self.seen)]
        found.sort(key=lambda burst: (-burst.score, burst.window))
        different = dict[bytes, Burst]()
        for burst in found:
            different.setdefault(burst.rows.tobytes(), burst)
        return [*different.values()][:_TRIED]

    # One alert a question

    def _told(self, burst: Burst) -> Trend | None:
        past, rows = self.past, burst.rows[self.past.times[burst.rows].argsort(kind="stable")]
        trend = Trend(
            kind=Kind.QUESTION,
            topic=self._topic,
            at=_time(self.now),
            question="",
            votes=len(rows),
            posts=tuple(map(past.posts.__getitem__, rows.tolist())),
            authors=len(rows),
            expected=burst.expected,
            score=burst.score,
            since=_time(float(past.times[rows[0]])),
            window=burst.window,
            cold=self.first is None or self.now - self.first < COLD,
            missed=burst.end < self.now - LATE,
        )
        news = self.threads.join(trend, past.mean(rows))
        return news and self._counted(news, burst)

    def _counted(self, trend: Trend, burst: Burst) -> Trend:
        """The trend with its middle, and with all posts that are as near to that as its votes, copies too."""
        past, between = self.past, self.past.between(burst.rows, burst.rows)
        middle = int(np.argmax(between.sum(axis=0)))
        row = int(burst.rows[middle])
        like = past.start + np.flatnonzero(past.latest(row) >= min(between[middle]) - _ROUNDING)
        within = like[(past.times[like] > burst.end - burst.window) & (past.times[like] <= burst.end)]
        ages = ((self.now - past.times[like]) // HOUR).astype(int)
        return replace(
            trend,
            question=past.posts[row],
            said=len(within),
            authors=_different(past.authors[within].tolist()),
            hours=tuple(np.bincount(ages[ages < HOURS], minlength=HOURS)[::-1].tolist()),
        )


def _different(authors: list[int]) -> int:
    """How many they are; author 0 is always another one."""
    return len({*authors} - {0}) + authors.count(0)


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
