"""How sources and channels are, for people and for the next process."""

from datetime import datetime

from listener.store.connection import Database
from listener.store.rows import at, iso


def failed(db: Database, kind: str, name: str, error: str, now: datetime, next_at: datetime) -> None:
    """Note trouble; `error_at` is when it began."""
    with db.write() as conn:
        conn.execute(
            "insert into health(name, kind, since, error, error_at, failures, next_at) values (?,?,?,?,?,1,?) "
            "on conflict(name) do update set error=excluded.error, error_at=coalesce(error_at, excluded.error_at), "
            "failures = failures + 1, next_at=excluded.next_at",
            (f"{kind}:{name}", kind, iso(now), error, iso(now), iso(next_at)),
        )


def trouble_since(db: Database, kind: str, name: str) -> datetime | None:
    """When the present trouble began; None where there is none."""
    found = db.value("select error_at from health where name=?", (f"{kind}:{name}",))
    return at(found) if found else None


def well(db: Database, kind: str, name: str, now: datetime) -> None:
    """Note that it works."""
    with db.write() as conn:
        conn.execute(
            "insert into health(name, kind, since, ok_at) values (?,?,?,?) on conflict(name) do update "
            "set ok_at=excluded.ok_at, error='', error_at=null, failures=0, next_at=null",
            (f"{kind}:{name}", kind, iso(now), iso(now)),
        )
