"""The bursts around a question: its nearest neighbours of a while, against how often as near ones came before."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from math import inf

import numpy as np
from msgspec import Struct

from listener.trend.levels import Levels
from listener.trend.near import Near
from listener.trend.past import Floats, Past, Rows, Times, voters
from listener.trend.statistic import Measure, expected, least_votes

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
HISTORY = 14 * DAY
LEAST_VOTES = 3
# Window and what its bursts must score beyond others: over hours, what people ask goes up and down by itself.
SPANS = ((15 * MINUTE, 0.25), (30 * MINUTE, 0.25), (HOUR, 0.25), (6 * HOUR, 1.25), (DAY, 1.75))
_COUNTS = (3, 4, 5, 6, 7, 8, 10, 12, 15, 18, 22, 27, 33, 40, 50, 65, 80, 100, 150, 200, 300)  # of votes tried
_ITS_HOURS = 1.5  # times as much as of all questions, and half of it, is asked of a subject at hours that are its own
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
        self.end, self._ordered = end, past.ordered[: past.size]
        first, *starts, until = self._upto([end - HISTORY, *(end - window for window, _ in SPANS), end])
        self.sizes = {window: until - start for (window, _), start in zip(SPANS, starts, strict=True)}
        self.before = {window: start - first for (window, _), start in zip(SPANS, starts, strict=True)}
        self._at_its_hours = dict[float, int]()

    def _upto(self, times: Times | list[float]) -> list[int]:
        """How much was asked until each of these times."""
        found: list[int] = self._ordered.searchsorted(times, side="right").tolist()
        return found

    def before_at_its_hours(self, window: float) -> int:
        """How much was asked before the window, at its hours."""
        if window not in self._at_its_hours:
            middles = self.end - DAY * np.arange(1, HISTORY // DAY + 1)
            reach = HOUR + window / 2
            first, last = np.nextafter(middles - reach, -np.inf), np.minimum(middles + reach, self.end - window)
            spans = np.concatenate([np.maximum(first, self.end - HISTORY), last])
            upto = self._upto(spans)
            self._at_its_hours[window] = sum(upto[len(middles) :]) - sum(upto[: len(middles)])
        return self._at_its_hours[window]

    def earlier(self, times: Times, window: float) -> np.ndarray:
        """Which of these times lie before the window, and are remembered."""
        return (times <= self.end - window) & (times > self.end - HISTORY)

    def at_its_hours(self, times: Times, window: float) -> np.ndarray:
        """Which of these times lie on an earlier day, at the same time give or take an hour."""
        apart = np.abs((times - self.end + DAY / 2) % DAY - DAY / 2)
        return (apart <= HOUR + window / 2) & (times < self.end - DAY / 2)


class History:
    """What was asked before like the question in row `centre`; looked up as far back as is needed."""

    def __init__(self, near: Near, centre: int, measure: Measure) -> None:
        self._near, self._centre, self._measure = near, centre, measure
        self._before = dict[tuple[float, float], tuple[Times, Floats]]()

    def score(
        self, votes: int, level: float | np.float32, moment: Moment, window: float, least: float = 0
    ) -> tuple[float, float]:
        """The surprise of so many votes at least as alike as `level`, and how many would be usual.

        Args:
            least: where the score is below, it may be less still: the whole past is not looked at then.
        """
        score, usual = self._so_far(votes, level, moment, window, least)
        while score >= least and self._near.look_back(self._centre):
            self._before.clear()
            score, usual = self._so_far(votes, level, moment, window, least)
        return score, usual

    def at_its_hours(self, votes: int, level: float | np.float32, moment: Moment, window: float) -> float:
        """The surprise of so many votes in a subject that has its hours, against these; infinite if it has none."""
        times, alike = self._earlier(moment, window)
        near = times[alike >= level]
        seen = int(np.count_nonzero(moment.at_its_hours(near, window)))
        then, before = moment.before_at_its_hours(window), moment.before[window]
        if 2 * seen < len(near) or seen * before <= _ITS_HOURS * len(near) * then:
            return inf
        return self._measure(votes, moment.sizes[window], seen, then, then / before)

    def _so_far(
        self, votes: int, level: float | np.float32, moment: Moment, window: float, least: float
    ) -> tuple[float, float]:
        times, alike = self._earlier(moment, window)
        near = alike >= level
        seen, size, before = int(np.count_nonzero(near)), moment.sizes[window], moment.before[window]
        score = self._measure(votes, size, seen, before)
        if score >= least and seen and window < DAY:
            seen_then = int(np.count_nonzero(moment.at_its_hours(times[near], window)))
            if seen_then:  # against the same time of earlier days alone
                then = moment.before_at_its_hours(window)
                score = min(score, self._measure(votes, size, seen_then, then, then / before))
        return score, expected(size, seen, before)

    def _earlier(self, moment: Moment, window: float) -> tuple[Times, Floats]:
        """When those before the window were asked, and how alike they are."""
        if (moment.end, window) not in self._before:
            rows, alike = self._near.known(self._centre)
            times = self._near.past.times[rows]
            earlier = moment.earlier(times, window)
            self._before[moment.end, window] = times[earlier], alike[earlier]
        return self._before[moment.end, window]


class Neighbours(Struct, frozen=True):
    """Questions of late that are like one: the nearest first."""

    rows: Rows
    alike: Floats
    lacks: list[float]  # `Levels.lack` of each
    times: list[float]
    voters: list[tuple[int, int]]  # author and text
    each_counts: bool  # no author and no text is there twice


class Search:
    """Looks for bursts that reach a score.

    How alike the votes of a burst must be, no threshold says: the third vote, the fourth and so on each set a level,
    at which the past is counted too. A question with many near ones is thus held to a stricter level than a lone one.
    """

    def __init__(self, past: Past, levels: Levels, measure: Measure, least: float) -> None:
        self.near = Near(past, levels)
        self._past, self._levels, self._measure, self._least = past, levels, measure, least
        self._moment: tuple[int, Moment] | None = None

    def around(self, centre: int, at: float, seen: int) -> Iterator[Burst]:
        """The bursts around the question in row `centre` that hold what was asked at `at`.

        Args:
            seen: questions so far.
        """
        rows, alike = self.near.latest(centre)
        if len(rows) < LEAST_VOTES:
            return
        times = self._past.times[rows]
        found, history = None, History(self.near, centre, self._measure)
        for end in {at, *times[times > at].tolist()}:  # what comes late may have later neighbours
            moment = self._moment_of(end, seen)
            for window, extra in self._promising(moment, times, min(at, float(self._past.times[centre]))):
                found = found or self._neighbours(rows, times, alike)
                yield from self._within(window, extra, moment, found, history)

    def _moment_of(self, end: float, seen: int) -> Moment:
        if self._moment is None or self._moment[0] != seen or self._moment[1].end != end:
            self._moment = seen, Moment(self._past, end)
        return self._moment[1]

    def _promising(self, moment: Moment, times: Times, first: float) -> Iterator[tuple[float, float]]:
        """The windows back to `first` or further with enough neighbours, and what their bursts must score beyond."""
        ages = sorted(age for age in (moment.end - times).tolist() if age >= 0)
        at_most = _coarse(self._past.size) + _COARSE
        for window, over_hours in SPANS:
            count = bisect_left(ages, window)
            if count >= LEAST_VOTES and moment.end - first < window:
                extra = 0.0 if self._levels.fixed else over_hours
                size = _rounded(moment.sizes[window])
                if count >= least_votes(self._measure, size, at_most, self._least + extra):
                    yield window, extra

    def _neighbours(self, rows: Rows, times: Times, alike: Floats) -> Neighbours:
        order = (-alike).argsort(kind="stable")
        rows, alike = rows[order], alike[order]
        authors, texts = self._past.authors[rows].tolist(), self._past.texts[rows].tolist()
        known = [author for author in authors if author]
        differ = len(set(texts)) == len(texts) and len(set(known)) == len(known)
        who = [*zip(authors, texts, strict=True)]
        return Neighbours(rows, alike, self._levels.lack(alike).tolist(), times[order].tolist(), who, differ)

    def _within(
        self, window: float, extra: float, moment: Moment, found: Neighbours, history: History
    ) -> Iterator[Burst]:
        size, since, until = moment.sizes[window], moment.end - window, moment.end
        at_most, rounded = _coarse(self._past.size) + _COARSE, _rounded(size)
        inside = [at for at, time in enumerate(found.times) if since < time <= until]
        older = [at for at, time in enumerate(found.times) if time <= since]
        votes = inside if found.each_counts else [inside[at] for at in voters(found.voters[at] for at in inside)]
        for count in self._counts(len(votes)):
            last = -1 if self._levels.fixed else votes[count - 1]
            least = self._least + extra + found.lacks[last]
            nearer = bisect_right(older, last) if last >= 0 else len(older)
            if _scored(self._measure, count, rounded, nearer, at_most) < least:
                continue  # not even if only the latest questions counted
            level = self._levels.loosest if self._levels.fixed else found.alike[last]
            score, usual = history.score(count, level, moment, window, least)
            if score >= least:
                if self._recurs(len(votes), moment, window, history):
                    return
                rows = found.rows[votes[:count]]
                rows = rows[np.argsort(self._past.times[rows], kind="stable")]
                yield Burst(score - least + self._least, rows, usual, window, moment.end)

    def _recurs(self, votes: int, moment: Moment, window: float, history: History) -> bool:
        """Whether as much is asked of the subject at this time of other days, though not in these very words."""
        if self._levels.fixed or window >= DAY:
            return False
        return history.at_its_hours(votes, self._levels.loosest, moment, window) < self._least

    def _counts(self, votes: int) -> Iterable[int]:
        """How many of the votes are tried; all of them alone where the level is fixed."""
        if self._levels.fixed:
            return [votes] if votes >= LEAST_VOTES else []
        return _COUNTS[: bisect_right(_COUNTS, votes)]


def _rounded(size: int) -> int:
    """A little less, so that many share it: fewer questions in a window only make votes more surprising."""
    places = max(0, size.bit_length() - 5)
    return size >> places << places


def _coarse(size: int) -> int:
    return size // _COARSE * _COARSE


@lru_cache(maxsize=16_384)
def _scored(measure: Measure, votes: int, window: int, seen: int, past: int) -> float:
    return measure(votes, window, seen, past)
