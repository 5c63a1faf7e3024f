"""What is forgotten by age."""

from datetime import datetime, timedelta

from listener.store.connection import Database
from listener.store.erase import MESSAGES_OF_POST
from listener.store.rows import iso

SEEN_FOR = timedelta(days=7)
SAMPLES_FOR = timedelta(days=30)
_AT_ONCE = 500  # posts a transaction, so that collecting never waits long


def retain(db: Database, keep_posts: timedelta, now: datetime) -> int:
    """Forget posts fetched longer than `keep_posts` ago with all that hangs on them; answers how many."""
    with db.write() as conn:
        conn.execute("delete from seen where at < ?", (iso(now - SEEN_FOR),))
        conn.execute("delete from samples where day < ?", ((now - SAMPLES_FOR).date().isoformat(),))
        conn.execute("delete from quarantine where at < ?", (iso(now - keep_posts),))
        conn.execute("delete from told where at < ?", (iso(now - timedelta(days=2)),))
    total = 0
    while removed := _retain_some(db, iso(now - keep_posts)):
        total += removed
    return total


def _retain_some(db: Database, before: str) -> int:
    with db.write() as conn:
        keys = [
            row[0] for row in conn.execute("select key from posts where fetched_at < ? limit ?", (before, _AT_ONCE))
        ]
        for key in keys:
            conn.execute(
                f"delete from outbox where state in ('sent', 'failed', 'dropped') and key in ({MESSAGES_OF_POST})",
                (key,),
            )
            conn.execute("delete from events where finding in (select key from findings where post_key=?)", (key,))
            for table in ("alerts", "findings"):
                conn.execute(f"delete from {table} where post_key=?", (key,))
            conn.execute("delete from posts where key=?", (key,))
        return len(keys)
