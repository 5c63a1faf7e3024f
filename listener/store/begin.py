"""What happens once at every start: who we are, whether we died, and whether a backup was put back."""

import secrets
import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from listener.store.connection import Database
from listener.store.guard import Guard, Mark
from listener.store.rows import at, iso
from listener.types import Topic


class Start(Struct, frozen=True):
    """How this start differs from a quiet one."""

    install: str
    epoch: int
    clean: bool  # the process before ended by itself
    restored: bool  # the database is behind its guard


def begin(db: Database, guard: Guard, now: datetime, deadline: timedelta) -> Start:
    """Raise the epoch; what the process before left `sending` becomes `unknown`.

    Args:
        deadline: the longest that one request may last, so that the settle time counts from its end.
    """
    mark = guard.last()
    with db.write() as conn:
        meta = {row["name"]: row["value"] for row in conn.execute("select name, value from meta")}
        first = "install" not in meta
        install = meta.get("install") or (mark.install if mark else secrets.token_hex(8))
        epoch, seq = int(meta.get("epoch", 0)), int(meta.get("seq", 0))
        behind = mark is not None and mark.install == install and (mark.epoch, mark.seq) > (epoch, seq)
        epoch = max(epoch, mark.epoch if mark else 0) + 1
        seq = max(seq, mark.seq if mark else 0)
        _write_meta(conn, {"install": install, "epoch": epoch, "seq": seq, "clean": 0})
        _give_up_claims(conn, now, deadline)
        if behind:
            _after_restore(conn, now)
    guard.compact(Mark(install, epoch, seq))
    guard.append(Mark(install, epoch, seq))
    return Start(install, epoch, meta.get("clean") == "1" or first, behind)


def _give_up_claims(conn: sqlite3.Connection, now: datetime, deadline: timedelta) -> None:
    for row in conn.execute("select id, at from outbox where state='sending'").fetchall():
        # Counted from the claim, not from this start: one kill after another must not put it off for ever.
        ended = min(now, at(row["at"]) + deadline)
        conn.execute(
            "update outbox set state='unknown', at=?, error='the process ended while sending' where id=?",
            (iso(ended), row["id"]),
        )


def _after_restore(conn: sqlite3.Connection, now: datetime) -> None:
    """Nothing unsent may be sent before the channel's history was read: it may be there already."""
    conn.execute("update outbox set state='unknown', at=? where state='pending'", (iso(now),))
    conn.execute("update outbox set at=? where state='unknown'", (iso(now),))
    conn.execute("update health set caught_up_at=null where kind='source'")
    _write_meta(conn, {"restored_at": iso(now)})


def _write_meta(conn: sqlite3.Connection, values: dict[str, object]) -> None:
    for name, value in values.items():
        conn.execute(
            "insert into meta values (?,?) on conflict(name) do update set value=excluded.value", (name, str(value))
        )


def activate(db: Database, sources: Iterable[str], topics: Iterable[Topic], now: datetime) -> None:
    """Remember when each source and topic was first listened to: what is older is stored, not alerted."""
    since = iso(now.replace(microsecond=0))  # platforms give whole seconds: a post of this very second is new
    with db.write() as conn:
        for name in sources:
            conn.execute(
                "insert into health(name, kind, since) values (?,'source',?) on conflict(name) do nothing",
                (f"source:{name}", since),
            )
        for topic in topics:
            conn.execute(
                "insert into topics values (?,?,?,?) on conflict(id) do update set name=excluded.name, "
                "query=excluded.query",
                (topic.id, topic.name, topic.query, since),
            )


def end(db: Database) -> None:
    """Remember that this process ended by itself."""
    with db.write() as conn:
        _write_meta(conn, {"clean": 1})
