"""Messages as their rows say, with everything that a card shows read afresh."""

import sqlite3

from listener.store.connection import marks
from listener.store.erase import HIDDEN
from listener.store.rows import at, finding_of, loads, post_of
from listener.types import Alert, Message, Reason


def message_of(conn: sqlite3.Connection, row: sqlite3.Row, install: str) -> Message:
    """The message of a row of `outbox`."""
    return Message(
        key=row["key"],
        channel=row["channel"],
        alerts=tuple(_alert(conn, key) for key in carried(conn, row["key"])),
        notice=row["notice"],
        thread=row["thread"],
        install=install,
    )


def carried(conn: sqlite3.Connection, message: str) -> tuple[str, ...]:
    """Keys of the alerts that a message carries."""
    return tuple(row[0] for row in conn.execute("select alert from carries where message=?", (message,)))


def gone(message: Message) -> bool:
    """Whether nothing of it may be shown any more: the words of every post are gone."""
    return bool(message.alerts) and all(alert.deleted for alert in message.alerts)


def _alert(conn: sqlite3.Connection, key: str) -> Alert:
    row = conn.execute("select * from alerts where key=?", (key,)).fetchone()
    post_row = conn.execute("select * from posts where key=?", (row["post_key"],)).fetchone()
    post, names = post_of(post_row), loads(row["findings"])
    found = {
        f["key"]: finding_of(f, post)
        for f in conn.execute(f"select * from named_findings where key in ({marks(names)})", names)
    }
    return Alert(
        key=key,
        channel=row["channel"],
        reason=Reason(row["reason"]),
        about=tuple(found[name] for name in names if name in found),
        due_at=at(row["due_at"]),
        deadline_at=at(row["deadline_at"]),
        copies=_copies(conn, key),
        deleted=post_row["erased_why"] in HIDDEN,
        gone=post_row["erased_why"] if post_row["erased_why"] in HIDDEN else "",
    )


def _copies(conn: sqlite3.Connection, alert: str) -> int:
    sql = "select count(distinct f.post_key) from folds d join findings f on f.key = d.finding where d.alert=?"
    return int(conn.execute(sql, (alert,)).fetchone()[0])
