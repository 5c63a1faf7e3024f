"""Posts that matched nothing, of sources that bring thousands a second: a few bytes of each, and a uniform sample."""

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from listener.edge import repair
from listener.store.connection import Database
from listener.store.draw import SIZE, digest, digests, draw_of
from listener.store.rows import dumps, iso
from listener.types import Post, Rough

SAMPLES_A_DAY = 5_000
_LARGEST = "select draw from samples indexed by samples_draws where day = ?1 order by draw limit 1 offset ?2 - 1"


def stored(conn: sqlite3.Connection, keys: Sequence[str]) -> list[int]:
    """The numbers of the keys of stored posts."""
    sql = "select key from json_each(?) where value in (select key from posts)"
    return [row[0] for row in conn.execute(sql, (dumps(keys),))]


def note_passed(conn: sqlite3.Connection, rough: Rough, now: datetime) -> int:
    """Remember posts that matched nothing, count them, sample them; answers how many."""
    day, keys = now.date().isoformat(), digests(rough.keys)
    urls = b"".join(digests([line.url for line in rough.lines if line.url]))
    conn.execute("insert into passed(at, keys, urls) values (?,?,?)", (iso(now), b"".join(keys), urls))
    count_unmatched(conn, day, _by_source(rough.keys))
    border = border_of(conn, day)
    drawn = [number for number, key in enumerate(keys) if key < border]
    add_samples(conn, day, [(draw_of(keys[number]), post) for number, post in _read(rough, drawn, now)])
    return len(keys)


def _by_source(keys: Sequence[str]) -> Mapping[str, int]:
    """How many keys each source has: mostly it is one source that brings a page."""
    only = keys[0].partition(":")[0] if keys else ""
    if "\n".join(["", *keys]).count(f"\n{only}:") == len(keys):
        return {only: len(keys)} if keys else {}
    return Counter([key.partition(":")[0] for key in keys])


def _read(rough: Rough, numbers: Iterable[int], now: datetime) -> Iterator[tuple[int, Post]]:
    """The posts of these numbers, but for those that cannot be mended."""
    for number in numbers:
        with suppress(ValueError, TypeError):
            yield number, repair(rough.read(rough.lines[number]), now)


def border_of(conn: sqlite3.Connection, day: str) -> bytes:
    """A post is in the sample of a day if the digest of its key is below."""
    largest = conn.execute(_LARGEST, (day, SAMPLES_A_DAY)).fetchone()
    return int(largest[0] << 1).to_bytes(SIZE, "big") if largest else b"\xff" * (SIZE + 1)


def add_samples(conn: sqlite3.Connection, day: str, posts: Collection[tuple[int, Post]]) -> None:
    """Add posts by their draws; the smallest draws of a day are a uniform sample whatever the order of arrival."""
    rows = [(day, drawn, dumps(post)) for drawn, post in posts]
    if rows and conn.executemany("insert or ignore into samples values (?,?,?)", rows).rowcount:
        conn.execute(f"delete from samples where day = ?1 and draw > ({_LARGEST})", (day, SAMPLES_A_DAY))


def count_unmatched(conn: sqlite3.Connection, day: str, counts: Mapping[str, int]) -> None:
    """Add to how many posts of each platform matched nothing that day."""
    conn.executemany(
        "insert into unmatched values (?,?,?) on conflict(day, source) do update set posts = posts + excluded.posts",
        [(day, source, count) for source, count in counts.items()],
    )


def passed_at(db: Database, wanted: str) -> str:
    """When the post with this key or address was read and matched nothing; "" where it was not."""
    sought = digest(wanted)
    rows = db.rows(
        "select at, keys, urls from passed where instr(keys, ?1) or instr(urls, ?1) order by id desc", (sought,)
    )
    return next((str(row["at"]) for row in rows if _holds(row["keys"], sought) or _holds(row["urls"], sought)), "")


def _holds(digests: bytes, sought: bytes) -> bool:
    at = digests.find(sought)
    while at >= 0 and at % SIZE:
        at = digests.find(sought, at + 1)
    return at >= 0
