"""What happens once at every start: who we are, what was cut off, and whether a backup was put back."""

import secrets
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from listener.store.connection import Database
from listener.store.guard import Guard, Mark
from listener.store.rows import iso
from listener.types import Topic


class Start(Struct, frozen=True):
    """Who we are, and whether a backup was put back."""

    install: str
    epoch: int  # counts starts
    restored: bool  # the database is behind its guard, or has lost it


def begin(db: Database, guard: Guard, now: datetime) -> Start:
    """Raise the epoch; what the process before left `sending` becomes `unknown`."""
    mark = guard.last()
    with db.write() as conn:
        meta = {row["name"]: row["value"] for row in conn.execute("select name, value from meta")}
        install = meta.get("install") or (mark.install if mark else secrets.token_hex(8))
        epoch, seq = int(meta.get("epoch", 0)), int(meta.get("seq", 0))
        restored = _restored(mark, None if not meta else Mark(install, epoch, seq))
        epoch, seq = max(epoch, mark.epoch if mark else 0) + 1, max(seq, mark.seq if mark else 0)
        _write_meta(conn, {"install": install, "epoch": epoch, "seq": seq})
        conn.execute(
            "update outbox set state='unknown', at=?, error='the process ended while sending' where state='sending'",
            (iso(now),),
        )
        if restored:
            _after_restore(conn, now)
    guard.compact(Mark(install, epoch, seq))
    guard.append(Mark(install, epoch, seq))
    return Start(install, epoch, restored)


def _restored(guard: Mark | None, database: Mark | None) -> bool:
    """Whether something may have been sent that the database does not know of. A false alarm costs one look."""
    if database is None:
        return guard is not None
    return guard is None or guard.install != database.install or guard.progress > database.progress


def _after_restore(conn: sqlite3.Connection, now: datetime) -> None:
    """Nothing unsent may be sent before the channel's history was read: it may be there already."""
    conn.execute("update outbox set state='unknown', at=? where state in ('pending', 'unknown')", (iso(now),))
    conn.execute("update health set caught_up_at=null where kind='source'")
    _write_meta(conn, {"restored_at": iso(now.replace(microsecond=0))})


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
