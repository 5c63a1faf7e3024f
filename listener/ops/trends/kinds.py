"""How well needs, moods and silences are found: bursts, falls and gaps are put into the tags of real streams."""

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from statistics import median
from time import process_time

import msgspec
import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from listener.ops.trends.events import DAY, HOUR, SPAM, WARM_UP
from listener.ops.trends.judge import Share
from listener.tag import load
from listener.trend import Line, hashed, same_text
from listener.trend.cells import Cells
from listener.trend.hourly import KEPT
from listener.trend.silence import Told
from listener.types import Moment, Post
from listener.types.trend import Counted, Kind, Trend, Vote

SIZES = {Kind.NEED: (5, 10, 20, 40), Kind.MOOD: (10, 20, 40, 80), Kind.SILENCE: (3, 6, 12, 24)}
"""Posts of a burst within an hour; posts in a row of which most turn negative; hours without a post."""
_TURNED = 0.8  # of those posts
_APART = 65 * HOUR  # between two events of a cell, so that one is not usual for the next
_STEP = timedelta(minutes=15)  # between two looks for silences
_DEATHS = 10
_TOLD_WITHIN = {Kind.NEED: 2 * HOUR, Kind.MOOD: HOUR, Kind.SILENCE: 0.0}  # of its first post, its last, its end


class Event(Struct, frozen=True):
    """Something that was put into a stream, to be told by its end at the latest."""

    cell: str
    size: int
    start: float
    end: float


class KindFigures(Struct, frozen=True, kw_only=True):
    """What is found of one kind in one stream."""

    stream: str
    cell: str  # the moment of a need; "negative", "silence"
    usual: float  # posts an hour
    by_size: dict[int, Share]
    delay: dict[int, float | None]  # median minutes from the first post
    natural: float  # alarms a day without events
    permuted: float | None  # alarms a day where every one is false; None: of silences nothing can be permuted
    spam: Share  # bursts by one author, or of one text, that were told
    same: bool  # whether what is rebuilt at every tenth part of the stream tells the same
    a_second: float  # findings of CPU time


def votes_of(lines: Iterable[Line]) -> Iterator[Vote]:
    """What each post counts as, by the fast tagger."""
    tag, rest = load("fast"), iter(lines)
    while posts := [_post(line) for line in islice(rest, 200)]:
        for post, tags in zip(posts, tag(posts), strict=True):
            author = hashed(f"{post.source.partition(':')[0]}:{post.author}") if post.author else 0
            negative = tags.sentiment.label == "negative"
            yield _vote(post.id, post.created_at, (author, same_text(post.text)), tuple(tags.labels), negative)


def _post(line: Line) -> Post:
    at = datetime.fromtimestamp(line.ts, UTC)
    return Post(source=line.platform or "x", id=line.id, text=line.text, created_at=at, author=line.author)


def _vote(
    post: str, at: datetime, who_and_what: tuple[int, int], moments: tuple[str, ...] = (), negative: bool = False
) -> Vote:
    author, text = who_and_what
    return Vote(post=post, at=at, author=author, text=text, moments=moments, negative=negative)


def measure_kind(name: str, votes: Sequence[Vote], kind: Kind, seeds: Iterable[int] = range(1, 6)) -> list[KindFigures]:
    """The figures of each cell of a kind."""
    runs = list[Run]()
    for seed in seeds:
        changed, events = with_events(votes, kind, random.Random(f"{name}/{seed}"))  # noqa: S311  # draws examples
        runs.append(Run(_told(changed, kind), events))
    start = process_time()
    natural = Run(_told(votes, kind))
    a_second = len(votes) / max(1e-9, process_time() - start)
    false = Run(_told(_permuted(votes), kind)) if kind is not Kind.SILENCE else None
    same = _killed(votes, kind) == natural.told
    return [
        KindFigures(
            stream=name,
            cell=cell,
            usual=sum(_holds(vote, cell) for vote in votes) / (votes[-1].at - votes[0].at).total_seconds() * HOUR,
            by_size={s: Share(len(waits) - waits.count(None), len(waits)) for s, waits in hits.items()},
            delay={size: _median(waits) for size, waits in hits.items()},
            natural=_a_day(natural.of(cell), votes),
            permuted=_a_day(false.of(cell), votes) if false else None,
            spam=_spam(votes, cell) if kind is Kind.NEED else Share(0, 0),
            same=same,
            a_second=a_second,
        )
        for cell in _cells(kind)
        for hits in (_hits(runs, cell, kind),)
    ]


class Run(Struct, frozen=True):
    """What was told of a stream, and what had been put into it."""

    told: list[Trend]
    events: list[Event] = []

    def of(self, cell: str) -> list[Trend]:
        """What was told of one cell."""
        names = {Kind.MOOD: "negative", Kind.SILENCE: "silence"}
        return [trend for trend in self.told if names.get(trend.kind, trend.what) == cell]


def _cells(kind: Kind) -> list[str]:
    return [*Moment] if kind is Kind.NEED else ["negative"] if kind is Kind.MOOD else ["silence"]


def _median(waits: Iterable[float | None]) -> float | None:
    there = [wait for wait in waits if wait is not None]
    return median(there) if there else None


def _span(votes: Sequence[Vote]) -> tuple[float, float]:
    """The part of a stream that counts."""
    first, last = votes[0].at.timestamp(), votes[-1].at.timestamp()
    return first + WARM_UP * (last - first), last


def _holds(vote: Vote, cell: str) -> bool:
    return cell == "silence" or (vote.negative if cell == "negative" else cell in vote.moments)


def _a_day(told: Sequence[Trend], votes: Sequence[Vote]) -> float:
    span = _span(votes)
    return sum(trend.at.timestamp() >= span[0] for trend in told) / ((span[1] - span[0]) / DAY)


# Events


def with_events(votes: Sequence[Vote], kind: Kind, draw: random.Random) -> tuple[list[Vote], list[Event]]:
    """The votes with events of a kind, their sizes by turns; each cell has its own."""
    span, found, events = _span(votes), list(votes), list[Event]()
    for cell in _cells(kind):
        at, turn = max(span[0], votes[0].at.timestamp() + 2.2 * DAY) + draw.uniform(0, _APART), draw.randrange(4)
        while at < span[1] - DAY / 4:
            size = SIZES[kind][turn % 4]
            event = _put(found, Event(cell, size, at, at), draw)
            events += [event] if event.end < span[1] else []
            at, turn = event.end + _APART, turn + 1
    return sorted(found, key=lambda vote: vote.at), events


def _put(votes: list[Vote], event: Event, draw: random.Random) -> Event:
    if event.cell == "silence":
        end = event.start + event.size * HOUR
        votes[:] = [vote for vote in votes if not event.start < vote.at.timestamp() <= end]
        return replace(event, end=end)
    if event.cell == "negative":
        near = [n for n, vote in enumerate(votes) if vote.at.timestamp() >= event.start][: event.size]
        for number in near:
            if draw.random() < _TURNED:
                votes[number] = replace(votes[number], negative=True)
        return replace(event, end=votes[near[-1]].at.timestamp())
    times = [event.start + draw.uniform(0, HOUR) for _ in range(event.size)]
    votes += [_new(event.cell, at, draw.getrandbits(60), draw.getrandbits(60)) for at in times]
    return replace(event, end=max(times))


def _new(cell: str, at: float, author: int, text: int) -> Vote:
    return _vote(f"new:{author}:{text}", datetime.fromtimestamp(at, UTC), (author, text), (cell,))


def _permuted(votes: Sequence[Vote]) -> list[Vote]:
    """The same posts at each other's times."""
    times = [vote.at for vote in votes]
    random.Random(1).shuffle(times)  # noqa: S311
    return sorted((replace(vote, at=at) for vote, at in zip(votes, times, strict=True)), key=lambda vote: vote.at)


def _spam(votes: Sequence[Vote], cell: str) -> Share:
    """Thirty posts by one author, and one text by thirty authors, in the middle of the stream."""
    told, middle = 0, votes[len(votes) // 2].at.timestamp()
    for fixed in range(2):
        flood = [_new(cell, middle + 60 * n, *((7, n) if fixed else (n + 1, 7))) for n in range(SPAM)]
        names = {vote.post for vote in flood}
        near = [vote for vote in votes if vote.at.timestamp() < middle + 2 * HOUR]
        found = Run(_told(sorted([*near, *flood], key=lambda vote: vote.at), Kind.NEED)).of(cell)
        told += any(2 * len(names & {*trend.posts}) >= len(trend.posts) for trend in found)
    return Share(told, 2)


# What is told


def _told(votes: Sequence[Vote], kind: Kind) -> list[Trend]:
    """What is told first of each; updates are not."""
    return [trend for trend in _run(votes, Cells(), kind) if not trend.thread]


def _run(votes: Sequence[Vote], cells: Cells, kind: Kind) -> Iterator[Trend]:
    for vote, after in pairwise([*votes, votes[-1]]):
        yield from (trend for trend in cells.add(vote, vote.at) if trend.kind is kind)
        now = vote.at + _STEP
        while kind is Kind.SILENCE and now < after.at:
            if trend := cells.silence(now, np.ones(KEPT)):
                yield trend
            now += _STEP


def _killed(votes: Sequence[Vote], kind: Kind) -> list[Trend]:
    """What is told where the process dies so many times, and what it knew is read again from what was stored."""
    told, cells, counted, step = list[Trend](), Cells(), list[Counted](), len(votes) // _DEATHS + 1
    for at in range(0, len(votes), step):
        told += [trend for trend in _run(votes[at : at + step], cells, kind)]
        counted += cells.counted
        cells = _restored(cells, counted)
    return [trend for trend in told if not trend.thread]


def _restored(cells: Cells, counted: Sequence[Counted]) -> Cells:
    """Another one that knows what this one would have stored."""
    again, hours, latest = Cells(), dict[tuple[str, int], int](), dict[str, float]()
    for each in counted:
        key = each.cell, int(each.at // HOUR)
        hours[key] = hours.get(key, 0) + 1
        latest[each.cell] = max(each.at, latest.get(each.cell, 0.0))
    told = msgspec.json.decode(msgspec.json.encode(cells.told()), type=Told)
    votes = [each for each in counted if each.at >= latest[each.cell] - 26 * HOUR]
    again.restore(told, votes, [(*key, number) for key, number in hours.items()])
    return again


def _hits(runs: Sequence[Run], cell: str, kind: Kind) -> dict[int, list[float | None]]:
    """By size, for each event the minutes until it was told; None: it was not, or too late."""
    found: dict[int, list[float | None]] = {size: [] for size in SIZES[kind]}
    for run in runs:
        times = [trend.at.timestamp() for trend in run.of(cell)]
        for event in run.events:
            until = (event.start if kind is Kind.NEED else event.end) + _TOLD_WITHIN[kind]
            waits = [(at - event.start) / 60 for at in times if event.start <= at <= until]
            if event.cell == cell:
                found[event.size].append(min(waits, default=None))
    return found
