"""Decisions into alerts and messages."""

import sqlite3
from datetime import datetime

from msgspec import Struct

from listener.store.erase import refresh
from listener.store.rows import dumps, iso, loads
from listener.types import Alert, Decider, Decisions


def plan(conn: sqlite3.Connection, stream: str, decisions: Decisions, decide: Decider, now: datetime) -> int:
    """Write what is to be told within an open transaction; answers how many alerts are new."""
    state = first_state(conn, stream)
    new = 0
    for alert in decisions.alerts:
        prints = decide.fingerprints(alert.about[0].post)
        if _insert(conn, alert, prints, now):
            enqueue(conn, Letter(key=alert.key, channel=alert.channel, alerts=(alert.key,), state=state), now)
            _remember(conn, alert, prints, now)
            new += 1
        else:
            _join(conn, alert)
    for verdict in decisions.verdicts.values():
        if verdict.folded_into:
            conn.execute("update alerts set copies = copies + 1 where key=?", (verdict.folded_into,))
            refresh(conn, _post_of(conn, verdict.folded_into))
    return new


def first_state(conn: sqlite3.Connection, stream: str) -> str:
    """The state "pending"; or "unknown" where the message may have been sent already, before a backup was put back."""
    waiting = conn.execute(
        "select 1 from meta m, health h where m.name='restored_at' and h.name=? and h.caught_up_at is null",
        (f"source:{stream}",),
    ).fetchone()
    return "unknown" if waiting else "pending"


class Letter(Struct, frozen=True, kw_only=True):
    """A message on its way into the outbox."""

    key: str
    channel: str
    alerts: tuple[str, ...] = ()  # keys
    notice: str = ""
    state: str = "pending"


def enqueue(conn: sqlite3.Connection, letter: Letter, now: datetime) -> bool:
    """Put a message into the outbox unless it is there; True if it was not."""
    row = (
        letter.key,
        letter.channel,
        letter.channel.partition(":")[0],
        letter.notice,
        letter.state,
        iso(now),
        "",  # due at once, whatever clock the sender goes by
        iso(now),
    )
    sql = (
        "insert into outbox(key, channel, sender, notice, thread, state, at, next_at, created_at) "
        "values (?,?,?,?,'',?,?,?,?) on conflict(key) do nothing"
    )
    new = bool(conn.execute(sql, row).rowcount)
    for alert in letter.alerts if new else ():
        conn.execute("insert into carries values (?,?)", (letter.key, alert))
    return new


def _insert(conn: sqlite3.Connection, alert: Alert, prints: tuple[str, ...], now: datetime) -> bool:
    sql = (
        "insert into alerts(key, channel, reason, post_key, revision, findings, fingerprints, due_at, deadline_at, "
        "created_at) values (?,?,?,?,?,?,?,?,?,?) on conflict(key) do nothing"
    )
    row = (
        alert.key,
        alert.channel,
        alert.reason,
        alert.about[0].post.key,
        int(alert.key.rpartition("/")[2]),
        dumps([f.key for f in alert.about]),
        dumps(prints),
        iso(alert.due_at),
        iso(alert.deadline_at),
        iso(now),
    )
    return bool(conn.execute(sql, row).rowcount)


def _remember(conn: sqlite3.Connection, alert: Alert, prints: tuple[str, ...], now: datetime) -> None:
    for fingerprint in prints:
        conn.execute(
            "insert into told values (?,?,?,?) on conflict(channel, fingerprint) do update "
            "set alert_key=excluded.alert_key, at=excluded.at",
            (alert.channel, fingerprint, alert.key, iso(now)),
        )


def _join(conn: sqlite3.Connection, alert: Alert) -> None:
    """The channel has heard of this post: name the further topics on the card it has."""
    row = conn.execute("select findings from alerts where key=?", (alert.key,)).fetchone()
    names = loads(row["findings"])
    more = [f.key for f in alert.about if f.key not in names]
    if more:
        conn.execute("update alerts set findings=? where key=?", (dumps(names + more), alert.key))
        refresh(conn, alert.about[0].post.key)


def _post_of(conn: sqlite3.Connection, alert_key: str) -> str:
    return str(conn.execute("select post_key from alerts where key=?", (alert_key,)).fetchone()[0])
