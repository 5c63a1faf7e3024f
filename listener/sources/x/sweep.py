"""How far each query was read: pure, the cursor, which outlives changes of topics, and what a page makes of it.

A sweep asks for as many queries as fit one question and reads from the newest post down, page by page, to what an
earlier sweep has read, less an overlap for posts that show late. It is held to times of posts, since an id says nothing
of a post that shows late, and X refuses ids that are older than a week. What was read is noted for each query, not for
the question that they shared. A sweep that was cut off goes on from where it was.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from listener.query.native import either

LEAST, MOST = 10, 100
"""Posts of a page, as X allows."""

WINDOW = 7 * 86_400.0 - 300.0
"""Seconds that X's search looks back, less what a request takes."""

NEWEST = 60.0
"""Seconds before now where reading may begin at the latest."""

RETRY = 900.0
"""Seconds before X is asked again for a query that it did not understand."""

_REFUSED = "refused"
_TOGETHER = 5_400.0  # seconds: queries that were read to points further apart are asked for apart: pages, not posts
_SLACK = 3_600.0  # seconds that our clock may be wrong, and that X's search may be behind
_AHEAD = 300.0  # seconds that X's clock may be ahead of ours; later times are absurd
_SETTLED = 15.0  # seconds: X takes no later end of a stretch
_LATE = 60.0  # seconds that are read again after a sweep that was cut off for long
_DEEP = 60.0  # seconds between two sweeps that read all of the overlap again
_SHALLOW = 15.0  # seconds of it that those between them read again
_UNREAD = 3_600.0  # seconds: what was not read for longer is counted before it is paid for


class Mark(Struct, frozen=True, omit_defaults=True):
    """How far one query was read; times are epoch seconds."""

    done: float = 0.0  # of the newest post
    read: float = 0.0  # when it was last read to its end
    size: int = LEAST  # posts to ask for at first: what there was the last time, and some
    floor: float = 0.0  # nothing older is read again: it would be paid for again
    why: str = ""  # why X refuses it
    tried: float = 0.0  # when it did
    deep: float = 0.0  # when it was last read to its end with all of the overlap


class Sweep(Struct, frozen=True, omit_defaults=True):
    """Reading under way."""

    queries: tuple[str, ...]  # their names
    floor: float  # down to here
    began: float
    top: float = 0.0  # of the newest post
    low: float = 0.0  # of the oldest; 0: none was read
    lowest: int = 0  # the smallest id
    until: int = 0  # the second before which it goes on; 0: from the newest post
    token: str = ""  # X's name for the next page
    count: int = 0  # posts read
    size: int = LEAST
    counted: float = 0.0  # when its posts were last counted; 0: never


class State(Struct, frozen=True, omit_defaults=True):
    """The cursor."""

    marks: dict[str, Mark] = {}
    sweep: Sweep | None = None


class Seen(NamedTuple):
    """What one page showed."""

    times: Sequence[float]
    ids: Sequence[int]
    token: str


def named(queries: Iterable[str]) -> dict[str, str]:
    """Queries by short names."""
    return {sha256(query.encode()).hexdigest()[:12]: query for query in queries}


def decoded(cursor: str) -> State:
    """The state of a cursor; a fresh one where there is none, or of another version."""
    try:
        return msgspec.json.decode(cursor, type=State) if cursor else State()
    except ValueError:
        return State()


def encoded(state: State) -> str:
    """The cursor of a state."""
    return msgspec.json.encode(state).decode()


def begun(state: State, names: Iterable[str], floor: float) -> State:
    """The state that knows since when each query is listened for, however long it waits until it is read."""
    new = {name: Mark(floor=floor) for name in names if name not in state.marks}
    return State({**state.marks, **new}, state.sweep) if new else state


def due(state: State, names: Iterable[str], now: float) -> list[str]:
    """Queries that were not read in this round."""
    marks = ((name, state.marks.get(name, Mark())) for name in names)
    return [name for name, mark in marks if mark.read != now and (not mark.why or now - mark.tried >= RETRY)]


def refusals(state: State, names: Iterable[str]) -> list[str]:
    """Why X refuses the queries, where it refuses all of them."""
    whys = [state.marks.get(name, Mark()).why for name in names]
    return whys if all(whys) else []


def current(
    state: State, names: Mapping[str, str], now: float, *, room: int, since: float, overlap: float
) -> Sweep | None:
    """The sweep to go on with, or the next one; None when all were read in this round.

    Args:
        room: characters of one question.
        since: how far back, in seconds, a query is read at first.
        overlap: seconds that are read again.
    """
    if state.sweep and (left := tuple(name for name in state.sweep.queries if name in names)):
        return state.sweep if left == state.sweep.queries else replace(state.sweep, queries=left, token="")
    floors = {
        name: min(_floor(state.marks.get(name), now, since, overlap), now - NEWEST) for name in due(state, names, now)
    }
    if not floors:
        return None
    chosen = _packed(sorted(floors, key=lambda name: floors[name]), floors, state, names, room)
    floor = min(floors[name] for name in chosen)
    return Sweep(chosen, floor, began=now, size=max(state.marks.get(name, Mark()).size for name in chosen))


def _packed(
    waiting: Sequence[str], floors: Mapping[str, float], state: State, names: Mapping[str, str], room: int
) -> tuple[str, ...]:
    """The query that waits for the oldest posts, and as many others of its kind as fit."""
    first, *others = waiting
    chosen, like_first = [first], _kind(state, first)
    length = len(names[first]) + 2
    for name in sorted(others, key=lambda each: -len(names[each])):
        more = len(names[name]) + len(" OR ()")
        is_near = floors[name] - floors[first] <= _TOGETHER
        if is_near and _kind(state, name) == like_first != _REFUSED and length + more <= room:
            chosen.append(name)
            length += more
    return tuple(sorted(chosen))  # the same question as before, if it is about the same


def _kind(state: State, name: str) -> str:
    """New queries are counted first, so without those whose posts are paid for; refused ones stay alone."""
    mark = state.marks.get(name, Mark())
    return _REFUSED if mark.why else "known" if mark.read else "new"


def _floor(mark: Mark | None, now: float, since: float, overlap: float) -> float:
    if mark is None or not mark.read:
        return mark.floor if mark and mark.floor else now - since
    read = mark.read if mark.read <= now else 0.0  # by a clock that was ahead
    again = overlap if _is_deep(mark, now) else min(overlap, _SHALLOW)
    return max(max(mark.done, read - _SLACK) - again, mark.floor)


def _is_deep(mark: Mark, now: float) -> bool:
    return abs(now - mark.deep) >= _DEEP


def question(sweep: Sweep, names: Mapping[str, str]) -> str:
    """What X is asked for."""
    return either(names[name] for name in sweep.queries)


def resumed(sweep: Sweep, now: float) -> Sweep:
    """The sweep as X can be asked for it: by its name for the next page, below what was read, or from the top again."""
    if sweep.token or not sweep.low:
        return sweep
    end = int(sweep.low) + 1
    if end <= now - _SETTLED:
        return replace(sweep, until=end)
    return replace(sweep, until=0, low=0.0, lowest=0, count=0)


def raised(sweep: Sweep, floor: float) -> Sweep:
    """The sweep, no further than down to there."""
    return replace(sweep, floor=floor, token="") if floor > sweep.floor else sweep


def is_to_count(state: State, sweep: Sweep, now: float, overlap: float) -> bool:
    """Whether so much more may have come that it has to be counted: of a new query, or one not read for an hour.

    The first page is read in any case: mostly it is the only one.
    """
    last = sweep.counted or min(state.marks.get(name, Mark()).read for name in sweep.queries)
    is_settled = int(sweep.low) + 1 <= now - _SETTLED
    return sweep.count > 0 and now - last > _UNREAD and sweep.low - sweep.floor > overlap and is_settled


def affordable(floor: float, end: float, counts: Sequence[tuple[float, float, int]], most: int) -> float:
    """Down to where no more than so many posts are; `counts` says how many are between two times."""
    total = 0
    for _, until, count in sorted(counts, reverse=True):
        total += count
        if total > most:
            return max(floor, min(until, end))
    return floor


def is_over(sweep: Sweep) -> bool:
    """Whether it came down to its floor, which may have been raised."""
    return bool(sweep.low) and sweep.low < sweep.floor


def moved(state: State, sweep: Sweep, seen: Seen, now: float) -> State:
    """The state after a page."""
    lowest = min([*filter(None, [sweep.lowest]), *seen.ids], default=0)
    is_circling = bool(sweep.token and seen.ids) and lowest == sweep.lowest
    after = replace(
        sweep,
        top=max([sweep.top, *(time for time in seen.times if time <= now + _AHEAD)]),
        low=min([*filter(None, [sweep.low]), *seen.times], default=0.0),
        lowest=lowest,
        token="" if is_circling else seen.token,
        count=sweep.count + len(seen.ids),
    )
    return State(state.marks, after) if seen.token else ended(state, after)


def ended(state: State, sweep: Sweep) -> State:
    """The state after a sweep that came to its end."""
    size = min(MOST, max(LEAST, 2 * sweep.count))
    floor = sweep.top - _LATE if sweep.counted > sweep.began + _UNREAD else 0.0
    marks = {}
    for name in sweep.queries:
        before = state.marks.get(name, Mark())
        done = max(sweep.top, sweep.floor, before.done)
        deep = sweep.began if _is_deep(before, sweep.began) else before.deep
        marks[name] = Mark(done, sweep.began, size, floor, deep=deep)
    kept = {
        name: mark
        for name, mark in state.marks.items()
        if max(mark.read, mark.tried, mark.floor) >= sweep.began - WINDOW
    }
    return State({**kept, **marks})


def refused(state: State, sweep: Sweep, why: str, now: float) -> State:
    """The state after X did not understand the question: each query is asked for alone, until it is known which."""
    if len(sweep.queries) > 1:
        middle = len(sweep.queries) // 2
        return State(state.marks, replace(sweep, queries=sweep.queries[:middle], token=""))
    name = sweep.queries[0]
    return State({**state.marks, name: replace(state.marks.get(name, Mark()), why=why, tried=now)})
