"""Posts that matched nothing, of sources that bring thousands a second: a few bytes of each, and a uniform sample."""

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from listener.edge import repair
from listener.store.connection import Database
from listener.store.draw import SIZE, digest, draw_of
from listener.store.rows import dumps, iso
from listener.types import Rough

SAMPLES_A_DAY = 5_000


def stored(conn: sqlite3.Connection, keys: Sequence[str]) -> list[int]:
    """The numbers of the keys of stored posts."""
    sql = "select key from json_each(?) where value in (select key from posts)"
    return [row[0] for row in conn.execute(sql, (dumps(keys),))]


def note_passed(conn: sqlite3.Connection, rough: Rough, now: datetime) -> int:
    """Remember posts that matched nothing, count them, sample them; answers how many."""
    day, digests = now.date().isoformat(), [digest(key) for key in rough.keys]
    urls = b"".join(digest(line.url) for line in rough.lines if line.url)
    conn.execute("insert into passed(at, keys, urls) values (?,?,?)", (iso(now), b"".join(digests), urls))
    count_unmatched(conn, day, Counter([key[: key.index(":")] for key in rough.keys]))
    largest = conn.execute(
        "select draw from samples where day=? order by draw limit 1 offset ?", (day, SAMPLES_A_DAY - 1)
    ).fetchone()
    border = (largest[0] << 1).to_bytes(SIZE, "big") if largest else b"\xff" * (SIZE + 1)
    for each, line in zip(digests, rough.lines, strict=True):
        if each >= border:
            continue
        try:
            post = repair(rough.read(line), now)
        except (ValueError, TypeError):
            continue
        conn.execute("insert or ignore into samples values (?,?,?)", (day, draw_of(each), dumps(post)))
    return len(digests)


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
