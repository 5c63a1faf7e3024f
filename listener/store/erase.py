"""What remains of a post that was deleted upstream: its counts."""

import sqlite3
from datetime import datetime

from listener.store.draw import draw
from listener.store.rows import iso

MESSAGES_OF_POST = "select c.message from carries c join alerts a on a.key = c.alert where a.post_key = ?"


def erase(conn: sqlite3.Connection, key: str, now: datetime) -> int:
    """Erase the words, author and address of a post everywhere within an open transaction; 1 if it was stored."""
    found = conn.execute(
        "update posts set text='', title='', author='', url='', links='[]', tags='[]', place='', hash='', deleted_at=? "
        "where key=? and deleted_at is null",
        (iso(now), key),
    ).rowcount
    conn.execute("update findings set evidence='[]', spans='[]', place=null, vector=null where post_key=?", (key,))
    conn.execute("update seen set url='', hash='' where key=?", (key,))
    conn.execute("delete from samples where draw=?", (draw(key),))
    source, _, post_id = key.partition(":")
    conn.execute("delete from quarantine where source=? and post_id=?", (source, post_id))
    refresh(conn, key)
    return found


def refresh(conn: sqlite3.Connection, post_key: str) -> None:
    """Have every message that shows a post shown anew."""
    conn.execute(f"update outbox set version = version + 1 where key in ({MESSAGES_OF_POST})", (post_key,))
