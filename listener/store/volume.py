"""How much was read and matched nothing, day by day, with the sample of it that is kept."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct, convert

from listener.store.connection import Database
from listener.store.passed import SAMPLES_A_DAY
from listener.store.rows import at, iso, loads
from listener.types import Post


class Day(Struct, frozen=True):
    """What matched nothing on a day, in UTC, when it was read."""

    sample: tuple[Post, ...]
    of: int  # posts that the sample stands for, its own among them
    lost: int  # posts that it does not stand for: those of platforms whose part of it is erased

    @property
    def weight(self) -> float:
        """How many posts one of the sample stands for."""
        return self.of / len(self.sample) if self.sample else 0.0


class Listened(Struct, frozen=True):
    """From when until when posts were read, at most; and what can't be looked at any more."""

    since: datetime
    until: datetime
    erased: int  # stored posts of that time whose words are gone
    older: int  # stored posts that were read in that time and written before it


def listened(db: Database, since: datetime) -> Listened | None:
    """The part of the time since then in which Listener read; None where it did not."""
    first = db.value("select min(since) from health where kind='source'")
    last = db.value(
        "select max(at) from (select max(ok_at) as at from health where kind='source' "
        "union all select max(fetched_at) from posts union all select max(at) from passed)"
    )
    begin = max(at(first), since) if first else since
    if not (first and last) or at(last) <= begin:
        return None
    [count] = db.rows(
        "select sum(created_at >= ?1 and erased_at is not null) as erased, sum(created_at < ?1) as older "
        "from posts where fetched_at >= ?1",
        (iso(begin),),
    )
    return Listened(begin, at(last), count["erased"] or 0, count["older"] or 0)


def days(db: Database, since: datetime) -> Iterator[Day]:
    """Each day from then on."""
    first = since.date().isoformat()
    for row in db.rows("select distinct day from unmatched where day >= ? order by day", (first,)):
        yield _day(db, row["day"])


def _day(db: Database, day: str) -> Day:
    counts = dict[str, int]()
    for row in db.rows("select source, posts from unmatched where day = ?", (day,)):
        counts[row["source"]] = row["posts"]
    rows = db.rows("select post from samples where day = ?", (day,))
    sample = tuple(convert(loads(row["post"]), Post) for row in rows)
    total = sum(counts.values())
    # Who is missing by chance is stood for by the others. Where posts were taken out, it may have been all of a source.
    is_whole = len(sample) >= min(SAMPLES_A_DAY, total)
    there = {post.source for post in sample}
    of = total if is_whole else sum(count for source, count in counts.items() if source in there)
    return Day(sample, max(of, len(sample)), total - of)
