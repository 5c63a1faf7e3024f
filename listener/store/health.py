"""How sources and channels are, for people and for the next process."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from listener.store.connection import Database
from listener.store.rows import at, iso
from listener.types import Trouble


class Standing(Struct, frozen=True):
    """Trouble that stands: of a source as a whole, or of a part of it."""

    stream: str  # the part, as people know it; "" the whole source
    why: str
    since: datetime
    next_try: datetime | None = None


def failed(db: Database, kind: str, name: str, error: str, now: datetime, next_at: datetime) -> None:
    """Note trouble; `error_at` is when it began."""
    with db.write() as conn:
        conn.execute(
            "insert into health(name, kind, since, error, error_at, failures, next_at) values (?,?,?,?,?,1,?) "
            "on conflict(name) do update set error=excluded.error, error_at=coalesce(error_at, excluded.error_at), "
            "failures = failures + 1, next_at=excluded.next_at, asked_until=null",
            (f"{kind}:{name}", kind, iso(now), error, iso(now), iso(next_at)),
        )


def asked_to_wait(db: Database, name: str, until: datetime) -> None:
    """Note that a platform wants a source left alone until then, by whatever process; after `failed`."""
    with db.write() as conn:
        conn.execute("update health set asked_until=? where name=?", (iso(until), f"source:{name}"))


def trouble_since(db: Database, kind: str, name: str) -> datetime | None:
    """When the present trouble began; None where there is none."""
    found = db.value("select error_at from health where name=?", (f"{kind}:{name}",))
    return at(found) if found else None


def asked_until(db: Database, name: str) -> datetime | None:
    """Until when a platform asked us to leave a source alone; None where it did not."""
    found = db.value("select asked_until from health where name=?", (f"source:{name}",))
    return at(found) if found else None


def plan(db: Database, name: str, at: datetime) -> None:
    """Note when a source is read next, where that is not its usual interval."""
    with db.write() as conn:
        conn.execute("update health set next_at=? where name=?", (iso(at), f"source:{name}"))


def well(db: Database, kind: str, name: str, now: datetime) -> None:
    """Note that it works."""
    with db.write() as conn:
        conn.execute(
            "insert into health(name, kind, since, ok_at) values (?,?,?,?) on conflict(name) do update "
            "set ok_at=excluded.ok_at, error='', error_at=null, failures=0, next_at=null, asked_until=null",
            (f"{kind}:{name}", kind, iso(now), iso(now)),
        )


def begun(db: Database, kind: str, name: str) -> None:
    """Note that nothing is known yet of how it is: what is noted is of the process before."""
    with db.write() as conn:
        conn.execute(
            "update health set ok_at=null, error='', error_at=null, failures=0, next_at=null where name=?",
            (f"{kind}:{name}",),
        )


def note_troubles(conn: sqlite3.Connection, name: str, troubles: Iterable[Trouble], now: datetime) -> None:
    """These parts of a source cannot be read, and no others; one that failed before keeps when that began."""
    before = {r["stream"]: r["since"] for r in conn.execute("select * from troubles where source=?", (name,))}
    conn.execute("delete from troubles where source=?", (name,))
    conn.executemany(
        "insert or replace into troubles(source, stream, why, since, next_at) values (?,?,?,?,?)",
        [(name, each.stream, each.why, before.get(each.stream, iso(now)), iso(each.next_try)) for each in troubles],
    )


def standing(db: Database, name: str) -> list[Standing]:
    """The trouble of a source and of its parts."""
    whole = db.rows(
        "select '' as stream, error as why, error_at as since, next_at from health "
        "where name=? and error != '' and error_at is not null",
        (f"source:{name}",),
    )
    parts = db.rows("select stream, why, since, next_at from troubles where source=? order by since, stream", (name,))
    return [
        Standing(r["stream"], r["why"], at(r["since"]), at(r["next_at"]) if r["next_at"] else None)
        for r in (*whole, *parts)
    ]
