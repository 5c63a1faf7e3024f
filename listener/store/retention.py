"""What is forgotten by age."""

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from listener.store.connection import Database
from listener.store.erase import MESSAGES_OF_POST, erase
from listener.store.rows import iso

SEEN_FOR = timedelta(days=7)
SAMPLES_FOR = timedelta(days=30)
# What still waits to be told keeps its words until it was.
_HEARD = f"""not exists (select 1 from outbox where state in ('pending', 'sending', 'unknown')
  and key in ({MESSAGES_OF_POST.replace("?", "posts.key")}))"""
_AT_ONCE = 500  # posts a transaction, so that collecting never waits long


def retain(db: Database, keep_posts: timedelta, keep_counts: timedelta, now: datetime) -> int:
    """Erase the words of posts fetched longer than `keep_posts` ago, forget what is older than `keep_counts`.

    Answers how many posts lost their words.
    """
    oldest_counts = now - keep_counts
    with db.write() as conn:
        conn.execute("delete from seen where at < ?", (iso(now - SEEN_FOR),))
        conn.execute("delete from samples where day < ?", ((now - SAMPLES_FOR).date().isoformat(),))
        conn.execute("delete from unmatched where day < ?", (oldest_counts.date().isoformat(),))
        conn.execute("delete from quarantine where at < ?", (iso(now - keep_posts),))
        conn.execute("delete from told where at < ?", (iso(now - timedelta(days=2)),))
    while _some(db, f"fetched_at < ? and {_HEARD}", oldest_counts, _forget):
        pass
    erased, erase_one = 0, partial(_erase, now)
    while some := _some(db, f"fetched_at < ? and erased_at is null and {_HEARD}", now - keep_posts, erase_one):
        erased += some
    return erased


def purge(db: Database) -> None:
    """Remove what was erased from the bytes of the files too: the search index keeps words until it is rewritten."""
    if not db.value("select 1 from meta where name='unpurged'"):
        return
    with db.write() as conn:
        conn.execute("insert into posts_fts(posts_fts) values ('optimize')")
        conn.execute("delete from meta where name='unpurged'")
    db.rows("pragma wal_checkpoint(truncate)")


def erase_unchecked(db: Database, stream: str, before: datetime, now: datetime) -> int:
    """Erase the words of posts of a source that were last seen upstream before then; answers how many."""
    erased = 0
    while rows := db.rows(
        "select key from posts where stream=? and checked_at < ? and erased_at is null limit ?",
        (stream, iso(before), _AT_ONCE),
    ):
        with db.write() as conn:
            erased += sum(erase(conn, row["key"], now, "unchecked") for row in rows)
    return erased


def _some(db: Database, condition: str, before: datetime, work: Callable[[sqlite3.Connection, str], object]) -> int:
    """Do the work on a few posts in one transaction; answers on how many."""
    with db.write() as conn:
        rows = conn.execute(f"select key from posts where {condition} limit ?", (iso(before), _AT_ONCE)).fetchall()
        for row in rows:
            work(conn, row["key"])
        return len(rows)


def _erase(now: datetime, conn: sqlite3.Connection, key: str) -> None:
    erase(conn, key, now, "age")


def _forget(conn: sqlite3.Connection, key: str) -> None:
    conn.execute(f"delete from outbox where key in ({MESSAGES_OF_POST})", (key,))
    conn.execute("delete from events where finding in (select key from findings where post_key=?)", (key,))
    conn.execute("delete from told where alert_key in (select key from alerts where post_key=?)", (key,))
    conn.execute("delete from folds where finding in (select key from findings where post_key=?)", (key,))
    for table in ("alerts", "findings"):
        conn.execute(f"delete from {table} where post_key=?", (key,))
    conn.execute("delete from posts where key=?", (key,))
