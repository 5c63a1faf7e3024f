"""Decisions into alerts and messages."""

import sqlite3
from datetime import datetime

from msgspec import Struct

from listener.store.erase import refresh
from listener.store.known import HELD_FOR, trending
from listener.store.rows import dumps, iso, loads
from listener.types import Alert, Decider, Decisions


def plan(conn: sqlite3.Connection, stream: str, decisions: Decisions, decide: Decider, now: datetime) -> int:
    """Write what is to be told within an open transaction; answers how many alerts are new."""
    new, busy = 0, trending(conn, now) if decisions.alerts else set[str]()
    for alert in decisions.alerts:
        prints, post = decide.fingerprints(alert.about[0].post), alert.about[0].post
        if insert(conn, alert, prints, now):
            state = first_state(conn, post.created_at, stream)
            held = iso(now + HELD_FOR) if busy & {f.match.topic for f in alert.about} else ""
            letter = Letter(key=alert.key, channel=alert.channel, alerts=(alert.key,), state=state, not_before=held)
            enqueue(conn, letter, now)
            _remember(conn, alert, prints, now)
            new += 1
        else:
            _join(conn, alert)
    for finding, into in decisions.folds:
        if conn.execute("insert or ignore into folds values (?,?)", (into, finding)).rowcount:
            refresh(conn, _post_of(conn, into))
    return new


def first_state(conn: sqlite3.Connection, written: datetime, stream: str = "") -> str:
    """The state "pending"; or "unknown" where the message may have been sent already, before a backup was put back.

    That is so for every post written before then, and for all of a source that has not caught up since.
    """
    restored = conn.execute("select value from meta where name='restored_at'").fetchone()
    if restored is None:
        return "pending"
    behind = conn.execute(
        "select 1 from health where name=? and caught_up_at is null", (f"source:{stream}",)
    ).fetchone()
    return "unknown" if behind or iso(written) <= restored[0] else "pending"


def promote(conn: sqlite3.Connection, alert_key: str, now: datetime) -> None:
    """An alert will never be heard, for its post is gone: the first post that repeated its words takes its place."""
    heir = conn.execute(
        "select f.post_key, f.expires_at, a.* from folds d join alerts a on a.key = d.alert join findings f "
        "on f.key = d.finding join posts p on p.key = f.post_key "
        "where d.alert=? and p.erased_at is null order by f.id limit 1",
        (alert_key,),
    ).fetchone()
    if heir is None:
        return
    key, post_key = f"{heir['channel']}/{heir[0]}/1", heir[0]
    mine = "select finding from folds where alert=? and finding in (select key from findings where post_key=?)"
    names = [row[0] for row in conn.execute(f"{mine} order by finding", (alert_key, post_key))]
    new = conn.execute(
        "insert into alerts(key, channel, reason, post_key, revision, findings, fingerprints, due_at, deadline_at, "
        "created_at) values (?,?,'first',?,1,?,?,?,?,?) on conflict(key) do nothing",
        (key, heir["channel"], post_key, dumps(names), heir["fingerprints"], iso(now), heir["expires_at"], iso(now)),
    ).rowcount
    conn.execute(f"delete from folds where alert=? and finding in ({mine})", (alert_key, alert_key, post_key))
    conn.execute("update or ignore folds set alert=? where alert=?", (key, alert_key))
    conn.execute("update told set alert_key=? where alert_key=?", (key, alert_key))
    for name in names:
        why = f"told to {heir['channel']}: the post that said it first is gone"
        conn.execute("update findings set state='open', reason='first', why=? where key=?", (why, name))
    if new:
        enqueue(conn, Letter(key=key, channel=heir["channel"], alerts=(key,)), now)


class Letter(Struct, frozen=True, kw_only=True):
    """A message on its way into the outbox."""

    key: str
    channel: str
    alerts: tuple[str, ...] = ()  # keys
    notice: str = ""
    state: str = "pending"
    instead_of: str = ""  # key of the message whose place was gone
    not_before: str = ""  # "" due at once, whatever clock the sender goes by
    trend: str = ""  # key of the trend that it shows


def enqueue(conn: sqlite3.Connection, letter: Letter, now: datetime) -> bool:
    """Put a message into the outbox unless it is there; True if it was not."""
    row = (
        letter.key,
        letter.channel,
        letter.channel.partition(":")[0],
        letter.notice,
        letter.instead_of,
        letter.state,
        iso(now),
        letter.not_before,
        letter.trend,
        iso(now),
    )
    sql = (
        "insert into outbox(key, channel, sender, notice, instead_of, thread, state, at, next_at, trend, created_at) "
        "values (?,?,?,?,?,'',?,?,?,?,?) on conflict(key) do nothing"
    )
    new = bool(conn.execute(sql, row).rowcount)
    for alert in letter.alerts if new else ():
        conn.execute("insert into carries values (?,?)", (letter.key, alert))
    return new


def insert(conn: sqlite3.Connection, alert: Alert, prints: tuple[str, ...], now: datetime) -> bool:
    """Write an alert unless it is there; True if it was not."""
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
