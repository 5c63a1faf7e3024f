"""How far a listing has been read: pure, the cursor and what a page makes of it.

A listing shows the newest first, a hundred a page, a thousand at most. A sweep reads it from the top down to what an
earlier sweep has read, less an overlap for posts that show late. The mark moves up only when a sweep has come down to
it; one that was cut off goes on from where it was. Times are epoch seconds of posts, never of our clock.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

CEILING = 1_000
"""Most posts that a listing ever shows."""

OVERLAP, AGAIN = 600, 100
"""What every sweep reads again, for posts that show late: so many seconds, and so many posts at least."""

_AHEAD = 300  # seconds that Reddit's clock may be ahead of ours; later times are absurd
_DAWN = 1_100_000_000  # Reddit is younger


class Sweep(Struct, frozen=True, omit_defaults=True):
    """The cursor of one stream."""

    done: int  # everything up to here was read
    start: int  # nothing older is wanted
    first: int = 0  # when reading began, until a first sweep has ended: nothing before it can be missed
    at: float = 0.0  # when the last whole sweep began; 0: there was none
    rate: float = 0.0  # new posts a second that it found
    began: float = 0.0  # when the sweep under way began; 0: none is
    top: int = 0  # its newest post: `done` once it ends
    after: str = ""  # it goes on below this post; "": from the top
    low: int = 0  # its oldest post yet
    seen: int = 0  # posts of it yet
    fresh: int = 0  # those of them that are newer than `done`
    gone: str = ""  # the post below which nothing was, so that it had to begin again

    @property
    def mark(self) -> int:
        """What a sweep has to come down to, so that nothing is missed."""
        return self.first or self.done


class Entry(NamedTuple):
    """A post of a listing."""

    name: str
    time: float | None  # None: missing, or no number
    raw: object


class Page(NamedTuple):
    """What a listing answered."""

    entries: Sequence[Entry]
    after: str  # where the next page begins; "": there is none


class Step(NamedTuple):
    """What a page makes of a sweep."""

    sweep: Sweep
    wanted: list[Entry]
    lost: tuple[int, int] | None = None  # between which times posts were missed: the listing ended before


def decoded(cursor: str) -> Sweep | None:
    """The sweep of a cursor; None where there is none, or of another version: the first look back repeats nothing."""
    try:
        return msgspec.json.decode(cursor, type=Sweep) if cursor else None
    except ValueError:
        return None


def encoded(sweep: Sweep) -> str:
    """The cursor of a sweep."""
    return msgspec.json.encode(sweep).decode()


def begin(cursor: str, now: float, since: float) -> Sweep | None:
    """The sweep to go on with, None where all was read at `now`; the first one looks back `since` seconds."""
    start = int(now - since)
    sweep = decoded(cursor) or Sweep(done=start, start=start)
    if sweep.began:
        return sweep
    if sweep.at == now:
        return None
    return replace(sweep, began=now, top=sweep.done, first=0 if sweep.at else sweep.first or int(now))


def advance(sweep: Sweep, page: Page, now: float, ceiling: int = CEILING) -> Step:
    """What a page that was asked for with `sweep.after` makes of the sweep."""
    is_resumed = sweep.began != now
    if sweep.after and not page.entries and (is_resumed or sweep.gone != sweep.after):
        return Step(_from_the_top(sweep, now), [])
    floor = max(sweep.start, sweep.done - OVERLAP)
    times = [int(entry.time) for entry in page.entries if entry.time and _DAWN < entry.time <= now + _AHEAD]
    new = replace(
        sweep,
        top=max([sweep.top, *times]),
        low=times[-1] if times else sweep.low,
        seen=sweep.seen + len(page.entries),
        fresh=sweep.fresh + sum(time > sweep.done for time in times),
    )
    wanted = [
        entry
        for rank, entry in enumerate(page.entries, sweep.seen)
        if not entry.time or entry.time >= (sweep.start if rank < AGAIN else floor)
    ]
    is_through = 0 < new.low < (floor if new.seen >= AGAIN else sweep.start)
    if page.after and page.entries and not is_through:
        return Step(replace(new, after=page.after), wanted)
    if is_resumed and not is_through and new.low >= new.mark:
        return Step(_from_the_top(new, now), wanted)  # how much came meanwhile was not counted
    lost = None if is_through else _lost(new, ceiling)
    rate = new.fresh / max(1, new.top - sweep.done) if sweep.at else 0.0
    return Step(Sweep(max(sweep.done, new.top), sweep.start, at=sweep.began, rate=round(rate, 3)), wanted, lost)


def _from_the_top(sweep: Sweep, now: float) -> Sweep:
    return replace(sweep, after="", low=0, seen=0, fresh=0, began=now, gone=sweep.after)


def _lost(ended: Sweep, ceiling: int) -> tuple[int, int] | None:
    """What a sweep missed that met the end of the listing: a short listing just ends, a long one is cut."""
    if ended.seen < ceiling // 2:  # what moderators removed takes its place in a listing, though it is not shown
        return None
    is_met = ended.low < ended.mark or (ended.low == ended.mark and ended.seen < ceiling)
    return None if is_met else (ended.mark, ended.low)


def back_to(sweep: Sweep, time: float) -> Sweep:
    """A sweep that reads again what came since `time`."""
    return Sweep(min(sweep.done, int(time)), sweep.start, at=1.0 if sweep.at else 0.0)
