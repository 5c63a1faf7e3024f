"""The bursts around a question: its nearest neighbours of a while, against how often as near ones came before."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from math import inf, log10

import numpy as np
from msgspec import Struct

from listener.trend.levels import Levels
from listener.trend.near import Near
from listener.trend.past import Floats, Past, Rows, Times, voters
from listener.trend.statistic import Measure, expected

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
HISTORY = 14 * DAY
LEAST_VOTES = 3
# Window and what its bursts must score beyond others: over hours, what people ask goes up and down by itself.
SPANS = ((15 * MINUTE, 0.0), (30 * MINUTE, 0.0), (HOUR, 0.0), (6 * HOUR, 2.5), (DAY, 4.0))
# The more questions are known, the more surprises whatever is new: of those beyond so many, each tenfold asks for more.
_KNOWN, _TENFOLD = 1_000, 1.7
_COUNTS = (3, 4, 5, 6, 7, 8, 10, 12, 15, 18, 22, 27, 33, 40, 50, 65, 80, 100, 150, 200, 300)  # of votes tried
_OTHERS = 2  # neighbours of a new question that are looked at as the middle of a burst of an hour at most
_ITS_HOURS = 1.5  # times as much as of all questions, and half of it, is asked of a subject at hours that are its own
_COARSE = 1_024  # rows; so many more or fewer in the past hardly change how many votes are needed


class Burst(Struct, frozen=True, gc=False):
    """The votes around one question in one window, and how surprising they are."""

    score: float
    rows: Rows  # one a vote, in the order in which they came
    expected: float
    window: float
    end: float


class Moment:
    """How much was asked in the windows that end then, and before each."""

    def __init__(self, past: Past, end: float) -> None:
        self.end, self._drawn = end, past.ordered_drawn.times
        self.starts = np.array([*(end - window for window, _ in SPANS), end, end - HISTORY])
        *starts, until, _ = _upto(past.ordered.times, self.starts)
        self.sizes = {window: until - start for (window, _), start in zip(SPANS, starts, strict=True)}
        *starts, _, first = _upto(self._drawn, self.starts)
        self.before = {window: start - first for (window, _), start in zip(SPANS, starts, strict=True)}
        self._coarse = {window: (_rounded(size), _more(self.before[window])) for window, size in self.sizes.items()}
        self.beyond = {window: _TENFOLD * log10(max(1, before / _KNOWN)) for window, before in self.before.items()}
        self._at_its_hours = dict[float, int]()

    def most(self, measure: Measure, window: float) -> tuple[float, ...]:
        """What as many votes as are tried score at most: where nobody asked the same before."""
        return _most(measure, *self._coarse[window])

    def at_most(self, measure: Measure, votes: int, window: float, seen: int) -> float:
        """The score of so many votes, or somewhat more; it is soon found, for it is the same for long."""
        size, before = self._coarse[window]
        return _scored(measure, votes, size, seen, before)

    def before_at_its_hours(self, window: float) -> int:
        """How much was asked before the window, at its hours."""
        if window not in self._at_its_hours:
            middles = self.end - DAY * np.arange(1, HISTORY // DAY + 1)
            reach = HOUR + window / 2
            first, last = np.nextafter(middles - reach, -np.inf), np.minimum(middles + reach, self.end - window)
            spans = np.concatenate([np.maximum(first, self.end - HISTORY), last])
            upto = _upto(self._drawn, spans)
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
        self._known: tuple[Times, Floats] | None = None  # when it was asked, and how alike
        self._alike = dict[tuple[float, float, bool], list[float]]()  # of those before a window, in order
        self._whole = False  # whether there is nothing further back

    def score(self, votes: int, level: float, moment: Moment, window: float, least: float = 0) -> tuple[float, float]:
        """The surprise of so many votes at least as alike as `level`, and how many would be usual.

        Args:
            least: where the score is below, it may be less still: the whole past is not looked at then.
        """
        score, usual = self._so_far(votes, level, moment, window, least)
        while score >= least and self._look_back():
            score, usual = self._so_far(votes, level, moment, window, least)
        return score, usual

    def at_its_hours(self, votes: int, level: float, moment: Moment, window: float) -> float:
        """The surprise of so many votes in a subject that has its hours, against these; infinite if it has none."""
        near, seen = self._seen(level, moment, window), self._seen(level, moment, window, at_its_hours=True)
        then, before = moment.before_at_its_hours(window), moment.before[window]
        if 2 * seen < near or seen * before <= _ITS_HOURS * near * then:
            return inf
        return self._measure(votes, moment.sizes[window], seen, then, then / before)

    def _so_far(self, votes: int, level: float, moment: Moment, window: float, least: float) -> tuple[float, float]:
        seen, size, before = self._seen(level, moment, window), moment.sizes[window], moment.before[window]
        if seen and (at_most := moment.at_most(self._measure, votes, window, seen)) < least:
            return at_most, 0.0
        score = self._measure(votes, size, seen, before)
        if score >= least and seen and window < DAY:
            seen_then = self._seen(level, moment, window, at_its_hours=True)
            if seen_then:  # against the same time of earlier days alone
                then = moment.before_at_its_hours(window)
                score = min(score, self._measure(votes, size, seen_then, then, then / before))
        return score, expected(size, seen, before)

    def _look_back(self) -> bool:
        if self._whole or not self._near.look_back(self._centre):
            self._whole = True
            return False
        self._known, self._alike = None, {}
        return True

    def _seen(self, level: float, moment: Moment, window: float, *, at_its_hours: bool = False) -> int:
        """How many that lie before the window are as alike."""
        key = moment.end, window, at_its_hours
        if (alike := self._alike.get(key)) is None:
            alike = self._alike[key] = self._before(moment, window, at_its_hours)
        return len(alike) - bisect_left(alike, level)

    def _before(self, moment: Moment, window: float, at_its_hours: bool) -> list[float]:
        """How alike those are that lie before the window, in order."""
        if self._known is None:
            rows, alike = self._near.known(self._centre)
            self._known = self._near.past.times[rows], alike
        times, alike = self._known
        found = moment.earlier(times, window)
        if at_its_hours:
            found &= moment.at_its_hours(times, window)
        ordered = alike[found]
        ordered.sort()
        return ordered.tolist()  # type: ignore[no-any-return]


class Neighbours(Struct, frozen=True, gc=False):
    """Questions of late that are like one: the nearest first."""

    rows: Rows
    alike: Floats
    beyond: list[float]  # `Levels.beyond` of each
    times: Times
    new: int  # which of them is the new one; −1: none, for what lies in the middle of all is not near to itself
    authors_and_texts: list[tuple[int, int]]
    again: frozenset[int]  # those of whose author, or with whose text, there is a nearer one

    def votes(self, inside: list[int]) -> list[int]:
        """Which of these count: an author once, and a text once, by the nearest of its questions."""
        if self.again.isdisjoint(inside):
            return inside
        return [inside[at] for at in voters(map(self.authors_and_texts.__getitem__, inside))]


class _Centre(Struct, frozen=True, gc=False):
    """A question around which is looked."""

    row: int
    beyond: float  # what any votes around it must score beyond others
    longest: float  # seconds; no window is longer


class Search:
    """Looks for bursts that reach a score.

    How alike the votes of a burst must be, no threshold says: the third vote, the fourth and so on each set a level,
    at which the past is counted too. A question with many near ones is thus held to a stricter level than a lone one.
    """

    def __init__(self, past: Past, levels: Levels, measure: Measure, least: float) -> None:
        self.near = Near(past, levels)
        self._past, self._levels, self._measure, self.least = past, levels, measure, least
        self._moment: tuple[int, Moment] | None = None

    def bursts(self, new: int, at: float, seen: int) -> Iterator[Burst]:
        """The bursts that the question in row `new` is a vote of, asked at `at`.

        They are around it, or around the nearest of the hour before. Those that it is no vote of were looked at when
        their own last vote came.

        Args:
            seen: questions so far.
        """
        near, alike = self.near.latest(new)
        if len(near) < 2:  # what is near one alone may be the third that is near that one
            return
        order = (-alike).argsort(kind="stable")
        near, beyond = near[order], self._levels.beyond(alike[order])
        yield from self._around(_Centre(new, beyond[:LEAST_VOTES][-1], DAY), new, at, seen)
        past = self._past
        others = (past.times[near] > at - HOUR) & (past.texts[near] != past.texts[new])  # around a copy are the same
        for each in others.nonzero()[0][:_OTHERS].tolist():
            yield from self._around(_Centre(int(near[each]), beyond[each], HOUR), new, at, seen)

    def _around(self, centre: _Centre, new: int, at: float, seen: int) -> Iterator[Burst]:
        rows, alike = self.near.latest(centre.row)
        if len(rows) < LEAST_VOTES:
            return
        found, history, ordered = None, None, self._past.times[rows]
        ordered.sort()
        first, later = min(at, float(self._past.times[centre.row])), ordered[ordered.searchsorted(at, "right") :]
        for end in {at, *later.tolist()}:  # what comes late may have later neighbours
            moment = self._moment_of(end, seen)
            for window, extra in self._promising(moment, ordered, first, centre):
                found = found or self._neighbours(rows, alike, new)
                history = history or History(self.near, centre.row, self._measure)
                yield from self._within(window, extra, moment, found, history)

    def _moment_of(self, end: float, seen: int) -> Moment:
        if self._moment is None or self._moment[0] != seen or self._moment[1].end != end:
            self._moment = seen, Moment(self._past, end)
        return self._moment[1]

    def _promising(self, moment: Moment, times: Times, first: float, centre: _Centre) -> Iterator[tuple[float, float]]:
        """The windows back to `first` or further with enough neighbours, and what their bursts must score beyond.

        With the same neighbours as a shorter one, a window surprises less.
        """
        *until, upto, _ = _upto(times, moment.starts)
        fewer = LEAST_VOTES - 1
        for (window, over_hours), before in zip(SPANS, until, strict=True):
            if upto - before > fewer and moment.end - first < window <= centre.longest:
                fewer = upto - before
                extra = 0.0 if self._levels.fixed else over_hours + moment.beyond[window]
                if moment.at_most(self._measure, fewer, window, 0) >= self.least + extra + centre.beyond:
                    yield window, extra

    def _neighbours(self, rows: Rows, alike: Floats, new: int) -> Neighbours:
        order = (-alike).argsort(kind="stable")
        rows, alike = rows[order], alike[order]
        authors, texts = self._past.authors[rows].tolist(), self._past.texts[rows].tolist()
        return Neighbours(
            rows=rows,
            alike=alike,
            beyond=self._levels.beyond(alike),
            times=self._past.times[rows],
            new=next(iter((rows == new).nonzero()[0].tolist()), -1),
            authors_and_texts=(both := [*zip(authors, texts, strict=True)]),
            again=_again(both),
        )

    def _within(
        self, window: float, extra: float, moment: Moment, found: Neighbours, history: History
    ) -> Iterator[Burst]:
        since, until = moment.end - window, moment.end
        inside = ((found.times > since) & (found.times <= until)).nonzero()[0].tolist()
        votes = found.votes(inside)
        recurs, voting = None, found.rows[votes]
        for count, most in self._tried(votes, found.new, moment, window):
            last = -1 if self._levels.fixed else votes[count - 1]
            least = self.least + extra + found.beyond[last]
            if most < least:
                continue  # not even if nobody asked the same before
            level = self._levels.loosest if self._levels.fixed else float(found.alike[last])
            score, usual = history.score(count, level, moment, window, least)
            if score >= least:
                recurs = self._recurs(len(votes), moment, window, history) if recurs is None else recurs
                if recurs:
                    return
                yield Burst(score - least + self.least, np.sort(voting[:count]), usual, window, moment.end)

    def _tried(self, votes: list[int], new: int, moment: Moment, window: float) -> Iterable[tuple[int, float]]:
        """How many of the votes are tried, with the new one among them, and what so many score at most.

        Where the level is fixed, all of them or none.
        """
        own = bisect_left(votes, new)
        if own == len(votes) or votes[own] != new:
            return []  # there is a nearer one of its author, or of its text
        if self._levels.fixed:
            return [(len(votes), inf)] if len(votes) >= LEAST_VOTES else []
        first, last = bisect_right(_COUNTS, own), bisect_right(_COUNTS, len(votes))
        return zip(_COUNTS[first:last], moment.most(self._measure, window)[first:last], strict=True)

    def _recurs(self, votes: int, moment: Moment, window: float, history: History) -> bool:
        """Whether as much is asked of the subject at this time of other days, though not in these very words."""
        if self._levels.fixed or window >= DAY:
            return False
        return history.at_its_hours(votes, self._levels.loosest, moment, window) < self.least


def _again(who_and_what: Iterable[tuple[int, int]]) -> frozenset[int]:
    """Which of them have an author, or a text, of one before; author 0 is always another one."""
    authors, texts, again = {0: -1}, dict[int, int](), list[int]()
    for at, (author, text) in enumerate(who_and_what):
        if (author and authors.setdefault(author, at) != at) or texts.setdefault(text, at) != at:
            again.append(at)
    return frozenset(again)


def _upto(ordered: Times, times: Times | list[float]) -> list[int]:
    """How many of those in order lie no later than each of these times."""
    found: list[int] = ordered.searchsorted(times, side="right").tolist()
    return found


def _more(size: int) -> int:
    """Somewhat more, so that it is the same for long: more in the past only make votes more surprising."""
    return size // _COARSE * _COARSE + _COARSE


def _rounded(size: int) -> int:
    """A little less, so that many share it: fewer questions in a window only make votes more surprising."""
    places = max(0, size.bit_length() - 5)
    return size >> places << places


@lru_cache(maxsize=16_384)
def _scored(measure: Measure, votes: int, window: int, seen: int, past: int) -> float:
    return measure(votes, window, seen, past)


@lru_cache(maxsize=4_096)
def _most(measure: Measure, window: int, past: int) -> tuple[float, ...]:
    return tuple(measure(votes, window, 0, past) for votes in _COUNTS)
