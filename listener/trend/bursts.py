"""The bursts around a question: its nearest neighbours of a while, against how often as near ones came before."""

from collections.abc import Iterator
from functools import cached_property, lru_cache

import numpy as np
from msgspec import Struct

from listener.trend.levels import Levels
from listener.trend.past import Floats, Past, Rows, Times, voters
from listener.trend.statistic import Measure, expected, least_votes

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
HISTORY = 14 * DAY
LEAST_VOTES = 3
# Window and what its bursts must score beyond others: over hours, what people ask goes up and down by itself.
SPANS = ((15 * MINUTE, 0.25), (30 * MINUTE, 0.25), (HOUR, 0.25), (6 * HOUR, 1.25), (DAY, 1.75))
_COUNTS = (3, 4, 5, 6, 7, 8, 10, 12, 15, 18, 22, 27, 33, 40, 50, 65, 80, 100, 150, 200, 300)  # of votes tried
_COARSE = 1_024  # rows; so many more or fewer in the past hardly change how many votes are needed


class Burst(Struct, frozen=True):
    """The votes around one question in one window, and how surprising they are."""

    score: float
    rows: Rows  # one a vote, earliest first
    expected: float
    window: float
    end: float


class Moment:
    """How much was asked in the windows that end then, and before each."""

    def __init__(self, past: Past, end: float) -> None:
        ages = end - past.times[past.start : past.size]
        found = np.searchsorted([window for window, _ in SPANS], ages[ages >= 0], side="right")
        sizes = np.bincount(found, minlength=len(SPANS) + 1).cumsum()
        self.end, self.sizes = end, {window: int(size) for (window, _), size in zip(SPANS, sizes, strict=False)}
        self._times, self._before = past.times[: past.size], dict[float, tuple[int, int]]()

    def before(self, window: float) -> tuple[int, int]:
        """How much was asked before the window, and how much of that at its hours."""
        if window not in self._before:
            earlier = self._times[self.earlier(self._times, window)]
            self._before[window] = len(earlier), int(np.count_nonzero(self.at_its_hours(earlier, window)))
        return self._before[window]

    def earlier(self, times: Times, window: float) -> np.ndarray:
        """Which of these times lie before the window, and are remembered."""
        return (times <= self.end - window) & (times > self.end - HISTORY)

    def at_its_hours(self, times: Times, window: float) -> np.ndarray:
        """Which of these times lie on an earlier day, at the same time give or take an hour."""
        apart = np.abs((times - self.end + DAY / 2) % DAY - DAY / 2)
        return (apart <= HOUR + window / 2) & (times < self.end - DAY / 2)


class Neighbours(Struct, frozen=True):
    """Questions that are like one: the nearest first."""

    rows: Rows
    times: Times
    alike: Floats
    lacks: Floats  # `Levels.lack` of each


class History:
    """What was ever asked like the question in row `centre`; looked up when it is first needed."""

    def __init__(self, past: Past, centre: int, loosest: float, measure: Measure) -> None:
        self._past, self._centre, self._loosest, self._measure = past, centre, loosest, measure

    @cached_property
    def _near(self) -> Neighbours:
        similar = self._past.all(self._centre)
        rows = np.flatnonzero(similar >= self._loosest)
        return Neighbours(rows, self._past.times[rows], similar[rows], similar[:0])

    def score(self, votes: int, level: float | np.float32, moment: Moment, window: float) -> tuple[float, float]:
        """The surprise of so many votes at least as alike as `level`, and how many would be usual."""
        times = self._near.times[self._near.alike >= level]
        times = times[moment.earlier(times, window)]
        size, (before, then) = moment.sizes[window], moment.before(window)
        score = self._measure(votes, size, len(times), before)
        if len(times) and window < DAY:
            seen = int(np.count_nonzero(moment.at_its_hours(times, window)))
            if seen:  # against the same time of earlier days alone
                score = min(score, self._measure(votes, size, seen, then, then / before))
        return score, expected(size, len(times), before)


class Search:
    """Looks for bursts that reach a score.

    How alike the votes of a burst must be, no threshold says: the third vote, the fourth and so on each set a level,
    at which the past is counted too. A question with many near ones is thus held to a stricter level than a lone one.
    """

    def __init__(self, past: Past, levels: Levels, measure: Measure, least: float) -> None:
        self.past, self.levels = past, levels
        self._measure, self._least = measure, least
        self._latest: tuple[int, Moment] | None = None

    def around(self, centre: int, at: float, similar: Floats, seen: int) -> Iterator[Burst]:
        """The bursts around the question in row `centre` that hold what was asked at `at`.

        Args:
            similar: of `centre` and the latest questions.
            seen: questions so far.
        """
        past = self.past
        near = np.flatnonzero(similar >= self.levels.loosest)
        if len(near) < LEAST_VOTES:
            return
        near = near[np.argsort(-similar[near], kind="stable")]
        rows = past.start + near
        found = Neighbours(rows, past.times[rows], similar[near], self.levels.lack(similar[near]))
        history = History(past, centre, self.levels.loosest, self._measure)
        for end in {at, *found.times[found.times > at].tolist()}:  # what comes late may have later neighbours
            moment = self._moment(end, seen)
            for window, extra in SPANS:
                if end - at < window and 0 <= end - past.times[centre] < window:
                    yield from self._within(window, extra, moment, found, history)

    def _moment(self, end: float, seen: int) -> Moment:
        if self._latest is None or self._latest[0] != seen or self._latest[1].end != end:
            self._latest = seen, Moment(self.past, end)
        return self._latest[1]

    def _within(
        self, window: float, extra: float, moment: Moment, found: Neighbours, history: History
    ) -> Iterator[Burst]:
        ages, size, past = moment.end - found.times, moment.sizes[window], self.past
        extra = 0.0 if self.levels.fixed else extra
        inside = np.flatnonzero((ages >= 0) & (ages < window))
        at_most = past.size // _COARSE * _COARSE + _COARSE
        enough = least_votes(self._measure, size, at_most, self._least + extra)
        if len(inside) < max(LEAST_VOTES, enough):
            return
        votes, older = self._voters(found.rows, inside), np.cumsum(ages >= window)
        for count in self._counts(len(votes)):
            last = -1 if self.levels.fixed else votes[count - 1]
            least = self._least + extra + float(found.lacks[last])
            if _scored(self._measure, count, size, int(older[last]), at_most) < least:
                continue  # not even if only the latest questions counted
            level = self.levels.loosest if self.levels.fixed else found.alike[last]
            score, usual = history.score(count, level, moment, window)
            if score >= least:
                rows = found.rows[votes[:count]]
                rows = rows[np.argsort(past.times[rows], kind="stable")]
                yield Burst(score - least + self._least, rows, usual, window, moment.end)

    def _voters(self, rows: Rows, inside: Rows) -> Rows:
        """Those that count, the nearest first."""
        authors, texts = self.past.authors[rows[inside]], self.past.texts[rows[inside]]
        return inside[voters(zip(authors.tolist(), texts.tolist(), strict=True))]

    def _counts(self, votes: int) -> list[int]:
        """How many of the votes are tried; all of them alone where the level is fixed."""
        if self.levels.fixed:
            return [votes] if votes >= LEAST_VOTES else []
        return [count for count in _COUNTS if count <= votes]


@lru_cache(maxsize=16_384)
def _scored(measure: Measure, votes: int, window: int, seen: int, past: int) -> float:
    return measure(votes, window, seen, past)
