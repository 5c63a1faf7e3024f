"""What a topic's posts want and feel, counted as they come: needs that rise, moods that fall, silences."""

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from listener.trend.bursts import DAY
from listener.trend.detector import COLD, HOURS, LATE, WATERMARK
from listener.trend.hourly import HOUR, KEPT, Hours, Numbers, Rows, Window, sums, usual
from listener.trend.silence import Open, Series, Told, named, silence
from listener.trend.tails import greater, more, usual_share
from listener.types.trend import NEGATIVE, OTHER, Counted, Kind, Trend, Vote

WINDOWS = (HOUR / 4, HOUR, 6 * HOUR, DAY)  # as many as `tails.LOOKS`
LEAST = 4.0  # the score from which on it is told
LEAST_NEED, LEAST_NEGATIVE, LEAST_OF = 5, 5, 10  # votes, negative ones, and those that these are of
SILENCE = 6 * HOUR  # without anything unusual: what comes then is told as new
_SOON = DAY  # of history before anything is told
_SPOKEN = (NEGATIVE, OTHER)  # every post has one of these moods


class _Cell:
    """The votes of one moment or mood: those of the last day, and the numbers of the hours before."""

    def __init__(self) -> None:
        self.hours, self.votes = Hours(), list[Counted]()
        self._authors, self._texts = dict[int, float](), dict[int, float]()

    def takes(self, vote: Vote, at: float) -> bool:
        """Whether it counts: an author counts once a day, and a text once; author 0 is always another one."""
        by_author = bool(vote.author) and abs(at - self._authors.get(vote.author, -DAY)) < DAY
        return not by_author and abs(at - self._texts.get(vote.text, -DAY)) >= DAY

    def remember(self, counted: Counted) -> None:
        """Know of a vote of the last day."""
        insort(self.votes, counted, key=_when)
        self._authors[counted.author] = self._texts[counted.text] = counted.at
        while self.votes[0].at < self.votes[-1].at - DAY - WATERMARK:
            old = self.votes.pop(0)
            for known, name in ((self._authors, old.author), (self._texts, old.text)):
                if known.get(name) == old.at:
                    del known[name]

    def within(self, end: float, seconds: float) -> list[Counted]:
        """The votes of a window, earliest first."""
        first, last = (bisect_right(self.votes, at, key=_when) for at in (end - seconds, end))
        return self.votes[first:last]


class Cells:
    """Counts the findings of one topic; what it answers depends on them alone.

    Args:
        least: the score from which on a trend is told; it may change at any time.
        deaf: hours since 1970 in which nothing was listened to.
    """

    def __init__(self, topic: str = "", least: float = LEAST, deaf: frozenset[int] = frozenset()) -> None:
        self.topic, self.deaf, self.least = topic, deaf, least
        self._cells: dict[str, _Cell] = {}
        self.open: dict[str, Open] = {}
        self._unusual: dict[str, set[int]] = {}
        self.first: float | None = None
        self.counted = list[Counted]()  # since it was last taken away

    def told(self) -> Told:
        """What is to be stored beside the votes."""
        return Told(self.open, {name: sorted(hours) for name, hours in self._unusual.items()})

    def restore(self, told: Told, votes: Iterable[Counted], hours: Iterable[tuple[str, int, int]]) -> None:
        """Know again what was stored: votes of the last day, and the number of each cell and hour."""
        self.open = dict(told.open)
        self._unusual = {name: set(hours) for name, hours in told.hours.items()}
        for name, hour, number in sorted(hours, key=lambda each: each[1]):
            self._cell(name).hours.add(hour, number)
            self._begin(hour * HOUR)
        for counted in votes:
            self._cell(counted.cell).remember(counted)

    def add(self, vote: Vote, now: datetime, *, tell: bool = True) -> list[Trend]:
        """Count a finding; answers what it makes unusual, `thread` says where that was told before.

        Args:
            now: when it was read; what lies after it counts as posted now.
            tell: False: it is history, from before anybody listened.
        """
        at, found = min(vote.at.timestamp(), now.timestamp()), list[Trend]()
        self._begin(at // HOUR * HOUR)
        for name in (*vote.moments, NEGATIVE if vote.negative else OTHER):
            cell = self._cell(name)
            if not cell.takes(vote, at):
                continue
            counted = Counted(name, vote.post, at, vote.author, vote.text)
            cell.hours.add(int(at // HOUR))
            cell.remember(counted)
            self.counted.append(counted)
            if tell and name != OTHER:
                found += self._look(name, now.timestamp())
        return found

    def _cell(self, name: str) -> _Cell:
        return self._cells.setdefault(name, _Cell())

    def _begin(self, at: float) -> None:
        self.first = at if self.first is None else min(self.first, at)

    # More than usual

    def _look(self, name: str, now: float) -> list[Trend]:
        """The most surprising of the windows that end with the latest vote of a cell."""
        end = self._cell(name).votes[-1].at
        seen = [self._mood(end, w) if name == NEGATIVE else self._need(name, end, w) for w in WINDOWS]
        best = max((each for each in seen if each), key=lambda each: each.score, default=None)
        if best is None or best.score < self.least or end < now - LATE:
            return []
        return self._told(name, replace(best, at=_time(now)))

    def _need(self, name: str, end: float, seconds: float) -> Trend | None:
        votes, window = self._cell(name).within(end, seconds), Window(end, seconds)
        if len(votes) < LEAST_NEED:
            return None
        last = int(end // HOUR)
        compared = window.earlier(self.heard(last), last, self._odd(name, last))
        if not _is_known(compared, window):
            return None
        found = usual(self._cell(name).hours.until(last), window, compared)
        score, mean = min((more(len(votes), each), -each.mean) for each in found)
        return self._trend(Kind.NEED, name, window, _Seen(votes, score, -mean))

    def _mood(self, end: float, seconds: float) -> Trend | None:
        votes, window, last = self._cell(NEGATIVE).within(end, seconds), Window(end, seconds), int(end // HOUR)
        of = len(votes) + len(self._cell(OTHER).within(end, seconds))
        if len(votes) < LEAST_NEGATIVE or of < LEAST_OF:
            return None
        compared = window.earlier(self.heard(last), last, self._odd(NEGATIVE, last))
        if not _is_known(compared, window):
            return None
        bad, others = (sums(self._cell(name).hours.until(last), window.width) for name in _SPOKEN)
        past = (usual_share(bad[rows], (bad + others)[rows]) for rows in compared if len(rows))
        score, share = min((greater(len(votes), of, each), -each.mean) for each in past)
        return self._trend(Kind.MOOD, "", window, _Seen(votes, score, -share * of, of))

    def _trend(self, kind: Kind, what: str, window: Window, seen: "_Seen") -> Trend:
        votes, day = seen.votes, self._cell(what or NEGATIVE).within(window.end, DAY)
        bars = Counter(int((window.end - each.at) // HOUR) for each in day)
        return Trend(
            kind=kind,
            topic=self.topic,
            what=what,
            at=_time(window.end),
            question=votes[-1].post,
            votes=len(votes),
            posts=tuple(each.post for each in votes),
            authors=len({each.author for each in votes} - {0}) or len(votes),
            hours=tuple(bars[age] for age in reversed(range(HOURS))),
            of=seen.of,
            expected=seen.expected,
            score=seen.score,
            since=_time(votes[0].at),
            window=window.seconds,
            cold=self.first is None or window.end - self.first < COLD,
        )

    def _told(self, name: str, trend: Trend) -> list[Trend]:
        """The trend, if it is new, or has twice the votes that were told."""
        now, before = trend.at.timestamp(), self.open.get(name)
        if before is None or now - before.at >= SILENCE:
            self.open[name] = Open(named(trend), now, trend.votes)
            self._note(name, trend)
            return [trend]
        if grown := trend.votes >= 2 * before.votes:
            self._note(name, trend)
        self.open[name] = Open(before.first, now, trend.votes if grown else before.votes)
        return [replace(trend, thread=before.first)] if grown else []

    def _note(self, name: str, trend: Trend) -> None:
        """The hours of what is told are not usual; a level that stays is, for it is told no more."""
        last, hours = int(trend.at.timestamp() // HOUR), self._unusual.setdefault(name, set())
        hours.update(range(int(trend.since.timestamp() // HOUR), last + 1))
        self._unusual[name] = {hour for hour in hours if hour > last - KEPT}

    def _odd(self, name: str, last: int) -> Numbers:
        """For each hour up to this one, 1 where a cell was told to be unusual."""
        return np.isin(np.arange(last - KEPT + 1, last + 1), [*self._unusual.get(name, ())]).astype(float)

    def heard(self, last: int) -> Numbers:
        """For each hour up to this one, 1 where it was listened to."""
        hours = np.arange(last - KEPT + 1, last + 1)
        since = hours >= (self.first or 0.0) // HOUR
        return (since & ~np.isin(hours, [*self.deaf])).astype(float)

    def spoken(self, now: datetime, heard: Numbers) -> Series:
        """How often the topic spoke.

        Args:
            heard: for each hour, of which the present is the last, which part of it was listened to.
        """
        cells, hour = [self._cell(name) for name in _SPOKEN], int(now.timestamp() // HOUR)
        counts = sum((cell.hours.until(hour) for cell in cells), np.zeros(KEPT))
        latest = max((cell.votes[-1].at for cell in cells if cell.votes), default=None)
        return Series(self.topic, "", counts, np.minimum(heard, self.heard(hour)), latest)

    def silence(self, now: datetime, heard: Numbers) -> Trend | None:
        """That the topic should speak and does not, told once; and that it speaks again, in the thread of that."""
        return silence(self.open, self.spoken(now, heard), now, self.least)


class _Seen(Struct, frozen=True):
    """The votes of a window, how surprising they are, how many are usual, and of how many posts of any mood."""

    votes: list[Counted]
    score: float
    expected: float
    of: int = 0


def _is_known(compared: tuple[Rows, Rows], window: Window) -> bool:
    """Whether there is enough of the past to compare with: a day, and twice as long as the window."""
    return len(compared[0]) > max(_SOON / HOUR, 2 * window.width) - window.width


def _when(counted: Counted) -> float:
    return counted.at


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
