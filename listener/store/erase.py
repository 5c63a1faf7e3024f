"""What remains of a post whose words are gone: its counts."""

import sqlite3
from datetime import datetime

from listener.store import words
from listener.store.draw import draw
from listener.store.rows import iso

HIDDEN = ("deleted", "unchecked", "terms", "forgotten")
"""Why words are gone that no message may show any more."""
UNSHOWN = ",".join(f"'{why}'" for why in HIDDEN)

MESSAGES_OF_POST = "select c.message from carries c join alerts a on a.key = c.alert where a.post_key = ?"


def erase(conn: sqlite3.Connection, key: str, now: datetime, why: str = "deleted") -> int:
    """Erase the words, author and address of a post everywhere within an open transaction; 1 if it was stored.

    Args:
        why: "deleted" upstream, "unchecked" there for too long or kept as long as its "terms" allow, so that its
            messages lose the words too, or "age".
    """
    found = conn.execute(
        "update posts set text='', title='', author='', url='', links='[]', tags='[]', place='', parent='', hash='', "
        "community = case when author != '' and instr(lower(community), lower(author)) then '' else community end, "
        "erased_at=?, erased_why=? where key=? and erased_at is null",
        (iso(now), why, key),
    ).rowcount
    words.change(conn, key)
    conn.execute("update findings set evidence='[]', spans='[]', place=null, vector=null where post_key=?", (key,))
    for table in ("asked", "votes"):
        conn.execute(f"delete from {table} where post_key=?", (key,))
    conn.execute("update seen set url='', hash='' where key=?", (key,))
    source, _, post_id = key.partition(":")
    unstored = conn.execute("delete from samples where draw=?", (draw(key),)).rowcount
    unstored += conn.execute("delete from quarantine where source=? and post_id=?", (source, post_id)).rowcount
    if found or unstored:
        unpurged(conn)
    if why != "age":
        refresh(conn, key)
    return found


def unpurged(conn: sqlite3.Connection) -> None:
    """Note that words are left in the bytes of the files."""
    conn.execute("insert into meta values ('unpurged', '1') on conflict(name) do nothing")


def refresh(conn: sqlite3.Connection, post_key: str) -> None:
    """Have every message that shows a post shown anew."""
    conn.execute(f"update outbox set version = version + 1 where key in ({MESSAGES_OF_POST})", (post_key,))
    linked = "trend != '' and trend in (select trend from trend_posts where post_key=?)"
    conn.execute(f"update outbox set version = version + 1 where {linked}", (post_key,))
