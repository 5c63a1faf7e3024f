"""What is forgotten by age."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from msgspec import Struct

from listener.store import words
from listener.store.connection import Database
from listener.store.erase import MESSAGES_OF_POST, erase
from listener.store.forget import settle_names
from listener.store.marks import Marker
from listener.store.rows import iso
from listener.types.desk import Act

SEEN_FOR = timedelta(days=7)
SAMPLES_FOR = timedelta(days=30)
# What still waits to be told keeps its words until it was.
_HEARD = f"""not exists (select 1 from outbox where state in ('pending', 'sending', 'unknown')
  and key in ({MESSAGES_OF_POST.replace("?", "posts.key")}))"""
_AT_ONCE = 500  # posts a transaction, so that collecting never waits long


class Limits(Struct, frozen=True, kw_only=True):
    """How long things are kept, from when they were read."""

    posts: timedelta
    counts: timedelta
    sources: Mapping[str, timedelta] = {}  # configured source → how long its platform lets words be kept


def retain(db: Database, limits: Limits, marker: Marker, now: datetime) -> int:
    """Erase the words of posts that are older than the limits, forget what is older than counts are kept.

    Answers how many posts lost their words. Whose they were is kept as a keyed hash, so that they can be forgotten.
    """
    oldest_counts = now - limits.counts
    with db.write() as conn:
        conn.execute("delete from seen where at < ?", (iso(now - SEEN_FOR),))
        conn.execute("delete from passed where at < ?", (iso(now - SEEN_FOR),))
        conn.execute("delete from samples where day < ?", ((now - SAMPLES_FOR).date().isoformat(),))
        conn.execute("delete from unmatched where day < ?", (oldest_counts.date().isoformat(),))
        for table in ("totals", "heard"):
            conn.execute(f"delete from {table} where hour < ?", (int(oldest_counts.timestamp() // 3_600),))
        conn.execute("delete from quarantine where at < ?", (iso(now - limits.posts),))
        conn.execute("delete from told where at < ?", (iso(now - timedelta(days=2)),))
        conn.execute("delete from events where trend != '' and at < ?", (iso(oldest_counts),))
        conn.execute(  # their names are forgotten with their clicks
            "update trends set owner='', owner_id='' where owner_id != '' "
            "and key not in (select trend from events where kind in (?,?))",
            (Act.OWN.value, Act.TAKE_OVER.value),
        )
        for stream, keep in limits.sources.items():
            _forget_unstored(conn, stream, now - keep)
    while _some(db, f"fetched_at < ? and {_HEARD}", [iso(oldest_counts)], _forget):
        pass
    aged, terms = partial(_erase, now, marker, "age"), partial(_erase, now, marker, "terms")
    erased, fresh = 0, f"fetched_at < ? and erased_at is null and {_HEARD}"
    for stream, keep in limits.sources.items():
        if keep < limits.posts:
            while some := _some(db, f"{fresh} and stream = ?", [iso(now - keep), stream], terms):
                erased += some
    while some := _some(db, fresh, [iso(now - limits.posts)], aged):
        erased += some
    return erased


def _forget_unstored(conn: sqlite3.Connection, stream: str, before: datetime) -> None:
    """Delete what was set aside and sampled before then, of a source and the platforms that it brings posts from."""
    conn.execute("delete from quarantine where stream=? and at < ?", (stream, iso(before)))
    conn.execute(  # of a sample only the day is known: all of the day goes
        "delete from samples where day <= ?1 and json_extract(post, '$.source') in "
        "(select source from posts where stream=?2 union select ?2)",
        (before.date().isoformat(), stream),
    )


def purge(db: Database) -> bool:
    """Remove what was erased from the bytes of the files too; False where a reader is in the way: try again later.

    The search index keeps words until it is rewritten, the pages of a table may keep copies of rows that were moved,
    and the log keeps whole pages.
    """
    if not db.value("select 1 from meta where name='unpurged'"):
        return True
    with db.write() as conn:
        settle_names(conn)
        conn.execute("insert into posts_fts(posts_fts) values ('optimize')")
        conn.execute("insert into words(words) values ('optimize')")
    db.rows("vacuum")
    [[busy, *_]] = db.rows("pragma wal_checkpoint(truncate)")
    if busy:
        return False
    with db.write() as conn:
        conn.execute("delete from meta where name='unpurged'")
    return True


def erase_unchecked(db: Database, stream: str, before: datetime, now: datetime) -> int:
    """Erase the words of posts of a source that were last seen upstream before then; answers how many."""
    erased = 0
    with db.write() as conn:
        _forget_unstored(conn, stream, before)
    while rows := db.rows(
        "select key from posts where stream=? and checked_at < ? and erased_at is null limit ?",
        (stream, iso(before), _AT_ONCE),
    ):
        with db.write() as conn:
            erased += sum(erase(conn, row["key"], now, "unchecked") for row in rows)
    return erased


def _some(
    db: Database, condition: str, values: Sequence[str], work: Callable[[sqlite3.Connection, str], object]
) -> int:
    """Do the work on a few posts in one transaction; answers on how many."""
    with db.write() as conn:
        rows = conn.execute(f"select key from posts where {condition} limit ?", (*values, _AT_ONCE)).fetchall()
        for row in rows:
            work(conn, row["key"])
        return len(rows)


def _erase(now: datetime, marker: Marker, why: str, conn: sqlite3.Connection, key: str) -> None:
    [post] = conn.execute("select source, author from posts where key=?", (key,)).fetchall()
    if post["author"]:
        conn.execute("insert or replace into aged values (?,?)", (key, marker.author(post["source"], post["author"])))
    erase(conn, key, now, why)


def _forget(conn: sqlite3.Connection, key: str) -> None:
    conn.execute(f"delete from outbox where key in ({MESSAGES_OF_POST})", (key,))
    conn.execute("delete from events where finding in (select key from findings where post_key=?)", (key,))
    conn.execute("delete from told where alert_key in (select key from alerts where post_key=?)", (key,))
    conn.execute("delete from folds where finding in (select key from findings where post_key=?)", (key,))
    words.remove(conn, key)
    for table in ("alerts", "findings"):
        conn.execute(f"delete from {table} where post_key=?", (key,))
    conn.execute("delete from posts where key=?", (key,))
