"""How everything is, as far as the database knows: what `listener status` shows."""

from datetime import datetime, timedelta
from statistics import median
from typing import Any

from msgspec import Struct

from listener.store.connection import Database
from listener.store.rows import at, iso


class Asked(Struct, frozen=True):
    """What is known of the requests of a credential."""

    count: int  # lately
    first: datetime | None  # of those
    left: float | None = None  # as the service said
    resets_at: datetime | None = None  # when all of them will be free again, as the service said


def status(db: Database) -> dict[str, Any]:
    """Sources, outbox, gaps, quarantine and totals, as JSON-ready values."""
    return {
        "sources": [
            {**dict(r), "lag": _lag(db, r["name"].partition(":")[2], r["since"])}
            for r in db.rows("select * from health where kind='source' order by name")
        ],
        "desk": next((dict(r) for r in db.rows("select * from health where kind='desk'")), None),
        "outbox": {
            f"{r['sender']} {r['state']}": r["n"]
            for r in db.rows("select sender, state, count(*) as n from outbox group by sender, state")
        },
        "failed": [
            dict(r)
            for r in db.rows(
                "select key, channel, error, at from outbox where state='failed' order by id desc limit 20"
            )
        ],
        "gaps": [
            dict(r)
            for r in db.rows("select source, stream, since, until, why, filled_at from gaps order by id desc limit 20")
        ],
        "quarantine": db.value("select count(*) from quarantine"),
        "posts": db.value("select count(*) from posts"),
        "findings": db.value("select count(*) from findings"),
        "alerts": db.value("select count(*) from alerts"),
    }


def _lag(db: Database, stream: str, since: str) -> float | None:
    """Median seconds from posting to reading, of the latest posts of a source; None where there are none."""
    rows = db.rows(
        "select created_at, fetched_at from posts where stream=? and created_at >= ? "
        "and id > (select max(id) from posts) - 5000 order by id desc limit 50",  # bounded, however rare the source
        (stream, since),
    )
    return median((at(r["fetched_at"]) - at(r["created_at"])).total_seconds() for r in rows) if rows else None


def gaps(db: Database, source: str) -> tuple[int, int]:
    """How many stretches of a source could not be read, and how many were read after all."""
    [row] = db.rows(
        "select count(*) - count(filled_at) as open, count(filled_at) as filled from gaps where source=?", (source,)
    )
    return row["open"], row["filled"]


def asked(db: Database, budget: str, seconds: float, now: datetime) -> Asked:
    """The requests of the last so many seconds, and what the service said of those that are left."""
    since = iso(now - timedelta(seconds=seconds))
    [row] = db.rows("select count(*) as n, min(at) as first from requests where budget=? and at > ?", (budget, since))
    said = db.rows("select remaining, resets_at from rates where budget=? and resets_at > ?", (budget, iso(now)))
    first = at(row["first"]) if row["first"] else None
    if not said:
        return Asked(row["n"], first)
    return Asked(row["n"], first, said[0]["remaining"], at(said[0]["resets_at"]))


def money(db: Database, source: str, now: datetime) -> dict[str, tuple[int, int]]:
    """What each part of a source has spent and holds today, in millionths of a dollar."""
    day = iso(now)[:10]
    rows = db.rows("select part, spent, held from spending where source=? and day=? order by part", (source, day))
    return {row["part"]: (row["spent"], row["held"]) for row in rows}
