"""Is this asked more than usual? Neighbours in time and meaning, counted as they come."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import numpy as np
from msgspec import Struct

from listener.trend.levels import Levels
from listener.trend.past import Floats, Past, Rows, Times, voters
from listener.trend.statistic import Measure, expected, least_votes, surprise
from listener.trend.threads import Threads, Told
from listener.types.trend import Asked, Kind, Trend

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
WINDOWS = (15 * MINUTE, HOUR, 6 * HOUR, DAY)
WATERMARK = 2 * HOUR  # how much later than the others a post may come and still count as if on time
HISTORY = 14 * DAY
COLD = 2 * DAY  # history below which a trend says that it knows little
LATE = DAY  # a burst that ended longer ago is not told
LEAST_VOTES = 3
LEAST = 4.0  # the score of a trend: about one false alarm in a busy topic a day
_OTHERS = 4  # neighbours of a new question that are looked at as the middle of the burst
_WINDOWS = np.array(WINDOWS)


class Burst(Struct, frozen=True):
    """The votes around one question in one window, and how surprising they are."""

    score: float
    rows: Rows  # one a vote, earliest first
    expected: float
    window: float
    end: float


class Memory(Struct, frozen=True):
    """What a detector knows beside the questions themselves."""

    seen: int = 0
    now: float = 0.0
    first: float | None = None
    levels: list[float] = []
    due: int = 0
    threads: list[Told] = []


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
        self._least, self._topic, self._measure = least, topic, measure
        self.seen, self.now = 0, 0.0
        self.first: float | None = None
        self._counted: tuple[float, int, tuple[int, ...]] = (0.0, -1, ())

    def add(self, asked: Asked, now: datetime) -> Trend | None:
        """Count a question; answers a trend that it makes or raises, `thread` says which.

        Args:
            now: when the question was read; what lies after it counts as asked now.
        """
        self.now = max(self.now, now.timestamp())
        at = min(asked.at.timestamp(), self.now)
        row = self.remember(asked, at)
        told = (self._told(burst) for burst in self._bursts(row, at) if burst.score >= self._least)
        return next((trend for trend in told if trend), None)

    def memory(self) -> Memory:
        """What is to be stored beside the questions."""
        return Memory(
            self.seen, self.now, self.first, self.levels.values.tolist(), self.levels.due, self.threads.told()
        )

    def restore(self, memory: Memory, questions: Iterable[Asked]) -> None:
        """Know again what was stored; the questions in the order in which they came."""
        for asked in questions:
            self.past.add(asked, asked.at.timestamp())
            self.past.age(memory.now - DAY - WATERMARK)  # at once: what is not among the latest takes a quarter
        self.seen, self.now, self.first = memory.seen, memory.now, memory.first
        self.levels.values, self.levels.due = np.array(memory.levels, np.float32), memory.due
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
        similar = self.past.latest(row)
        near = np.flatnonzero(similar >= self.levels.values[0])
        if len(near) < 2:
            return []
        closest = near[np.argsort(-similar[near], kind="stable")][: _OTHERS + 1] + self.past.start
        found = [*self._around(row, at, similar)]
        for other in closest[closest != row][:_OTHERS]:
            found += self._around(int(other), at, self.past.latest(int(other)))
        return sorted(found, key=lambda burst: (-burst.score, burst.window))

    def _around(self, centre: int, at: float, similar: Floats) -> Iterator[Burst]:
        """The bursts around `centre` that hold what was asked at `at`."""
        near = np.flatnonzero(similar >= self.levels.values[0])
        if len(near) < LEAST_VOTES:
            return
        past, history = self.past, _History(self.past, centre, self._measure)
        rows, alike = past.start + near, similar[near]
        times = past.times[rows]
        for end in {at, *times[times > at].tolist()}:  # what comes late may have later neighbours
            crowd = self._crowd(end)
            for window, level in self._promising(crowd, end - times, alike):
                if not window > end - at or not 0 <= end - past.times[centre] < window:
                    continue
                inside = (times > end - window) & (times <= end) & (alike >= level)
                if burst := self._burst(self._voters(rows[inside]), crowd, _Span(window, end, level), history):
                    yield burst

    def _crowd(self, end: float) -> tuple[int, ...]:
        """How many questions each window holds that ends then."""
        if end != self._counted[0] or self.seen != self._counted[1]:
            past = self.past
            self._counted = (end, self.seen, _by_window(end - past.times[past.start : past.size]))
        return self._counted[2]

    def _promising(self, crowd: tuple[int, ...], ages: Times, alike: Floats) -> Iterator[tuple[float, float]]:
        """Windows and levels that hold enough, as far as the latest questions tell."""
        levels, size = self.levels.values, self.past.size
        inside, before = _table(ages, np.searchsorted(levels, alike, side="right"), len(levels))
        for at, window in enumerate(WINDOWS):
            wanted = max(LEAST_VOTES, least_votes(self._measure, crowd[at], size, self._least))
            for level, count, seen in zip(levels.tolist(), inside[at], before[at], strict=True):
                if count < wanted:
                    break
                if not seen or self._measure(count, crowd[at], seen, size) >= self._least:
                    yield window, level

    def _burst(self, rows: Rows, crowd: tuple[int, ...], span: "_Span", history: "_History") -> Burst | None:
        """These votes as a burst, if that is surprising."""
        size = crowd[WINDOWS.index(span.window)]
        if len(rows) < max(LEAST_VOTES, least_votes(self._measure, size, self.past.size, self._least)):
            return None
        score, usual = history.score(len(rows), size, span)
        if score < self._least:
            return None
        return Burst(score, rows, usual, span.window, span.end)

    def _voters(self, rows: Rows) -> Rows:
        """Those of the rows that count, earliest first."""
        past = self.past
        rows = rows[np.argsort(past.times[rows], kind="stable")]
        return rows[voters(zip(past.authors[rows].tolist(), past.texts[rows].tolist(), strict=True))]

    # One alert a question

    def _told(self, burst: Burst) -> Trend | None:
        past, rows = self.past, burst.rows
        medoid = int(rows[int(np.argmax(past.between(rows).sum(axis=0)))])
        trend = Trend(
            kind=Kind.QUESTION,
            topic=self._topic,
            at=_time(self.now),
            question=past.posts[medoid],
            votes=len(rows),
            posts=tuple(past.posts[row] for row in rows),
            authors=len({*past.authors[rows].tolist()} - {0}) or len(rows),
            expected=burst.expected,
            score=burst.score,
            since=_time(float(past.times[rows[0]])),
            window=burst.window,
            cold=self.first is None or self.now - self.first < COLD,
            missed=burst.end < self.now - LATE,
        )
        return self.threads.join(trend, past.mean(rows))


class _Span(Struct, frozen=True):
    """A window, when it ends, and how alike what is counted in it must be."""

    window: float
    end: float
    level: float


class _History:
    """How often the same as `centre` was asked before; looked up when it is first needed."""

    def __init__(self, past: Past, centre: int, measure: Measure) -> None:
        self._past, self._centre, self._measure = past, centre, measure
        self._similar: Floats | None = None

    def score(self, count: int, size: int, span: _Span) -> tuple[float, float]:
        """The surprise of so many votes among `size` questions, and how many would be usual."""
        past = self._past
        if self._similar is None:
            self._similar = past.all(self._centre)
        times, same = past.times[: past.size], self._similar >= span.level
        before = (times <= span.end - span.window) & (times > span.end - HISTORY)
        all_before, seen = int(np.count_nonzero(before)), int(np.count_nonzero(before & same))
        score = self._measure(count, size, seen, all_before)
        if seen and span.window < DAY:
            apart = np.abs((times - span.end + DAY / 2) % DAY - DAY / 2)
            hours = before & (apart <= HOUR + span.window / 2) & (times < span.end - DAY / 2)
            at_hours, seen_then = int(np.count_nonzero(hours)), int(np.count_nonzero(hours & same))
            if seen_then:  # against the same time of earlier days alone, give or take an hour
                score = min(score, self._measure(count, size, seen_then, at_hours, at_hours / all_before))
        return score, expected(size, seen, all_before)


def _by_window(ages: Times) -> tuple[int, ...]:
    """How many are younger than each window; what is younger than 0 is in none."""
    found = np.searchsorted(_WINDOWS, ages[ages >= 0], side="right")
    return tuple(np.bincount(found, minlength=len(WINDOWS) + 1).cumsum()[: len(WINDOWS)].tolist())


def _table(ages: Times, levels: Rows, count: int) -> tuple[list[list[int]], list[list[int]]]:
    """By window and level: how many are younger than the window and as alike as the level, and how many are older."""
    kept = ages >= 0
    cells = np.searchsorted(_WINDOWS, ages[kept], side="right") * (count + 1) + levels[kept]
    table = np.bincount(cells, minlength=(len(WINDOWS) + 1) * (count + 1)).reshape(-1, count + 1)
    inside = table[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:].cumsum(axis=0)
    return inside[:-1].tolist(), (inside[-1] - inside[:-1]).tolist()


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
