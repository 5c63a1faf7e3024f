"""Messages as their rows say, with everything that a card shows read afresh."""

import sqlite3
from datetime import UTC, datetime

from listener.store.connection import marks
from listener.store.erase import HIDDEN
from listener.store.rows import at, finding_of, loads, post_of
from listener.store.views import view
from listener.types import Alert, Draft, Message, Reason

_THEN = datetime(1970, 1, 1, tzinfo=UTC)  # long over


def message_of(conn: sqlite3.Connection, row: sqlite3.Row, install: str) -> Message:
    """The message of a row of `outbox`."""
    return Message(
        key=row["key"],
        channel=row["channel"],
        alerts=tuple(_alert(conn, key) for key in carried(conn, row["key"])),
        notice=row["notice"],
        trend=view(conn, row["trend"]) if row["trend"] else None,
        thread=row["thread"] or _thread_of(conn, row["within"]),
        install=install,
    )


def _thread_of(conn: sqlite3.Connection, parent: str) -> str:
    """The ref of the message in whose thread another belongs; "" where it never arrived: then it stands for itself."""
    row = conn.execute("select ref from outbox where key=? and state='sent'", (parent,)).fetchone() if parent else None
    return str(row["ref"]) if row else ""


def carried(conn: sqlite3.Connection, message: str) -> tuple[str, ...]:
    """Keys of the alerts that a message carries."""
    return tuple(row[0] for row in conn.execute("select alert from carries where message=?", (message,)))


def gone(message: Message) -> bool:
    """Whether nothing of it may be shown any more: the words of every post are gone."""
    return bool(message.alerts) and all(alert.deleted for alert in message.alerts)


def _alert(conn: sqlite3.Connection, key: str) -> Alert:
    row = conn.execute("select * from alerts where key=?", (key,)).fetchone()
    post_row = row and conn.execute("select * from posts where key=?", (row["post_key"],)).fetchone()
    if post_row is None:  # somebody deleted it by hand
        return Alert(key=key, channel="", reason=Reason.FIRST, about=(), due_at=_THEN, deadline_at=_THEN, deleted=True)
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
        draft=_ready(conn, names),
    )


def _ready(conn: sqlite3.Connection, findings: list[str]) -> Draft | None:
    """Our answer to the question that one of these findings asks again."""
    sql = (
        "select t.answer from replies r join trends t on t.key = r.trend "
        f"where r.finding in ({marks(findings)}) and t.answer != '' order by t.updated_at desc limit 1"
    )
    row = conn.execute(sql, findings).fetchone()
    return Draft("This was asked before, and answered", link=row["answer"]) if row else None


def _copies(conn: sqlite3.Connection, alert: str) -> int:
    sql = "select count(distinct f.post_key) from folds d join findings f on f.key = d.finding where d.alert=?"
    return int(conn.execute(sql, (alert,)).fetchone()[0])
