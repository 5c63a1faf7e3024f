"""What people ask of the database."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from listener.store.connection import Database, Row
from listener.store.rows import at, finding_of, iso, loads, post_of
from listener.types import Finding, Post


class Stored(Struct, frozen=True):
    """A finding as it stands in the database."""

    finding: Finding
    state: str
    reason: str
    why: str
    created_at: datetime
    deleted: bool


class Answer(Struct, frozen=True):
    """What `listener why` tells of one post."""

    key: str
    url: str
    verdict: str  # "matched", "no match"
    read_at: datetime | None
    findings: tuple[Stored, ...] = ()
    messages: tuple[Mapping[str, Any], ...] = ()  # rows of the outbox: key, channel, state, at, error, ref


def findings(db: Database, since: datetime | None = None, limit: int | None = None) -> Iterator[Stored]:
    """Findings, newest first."""
    rows = db.rows(
        "select * from findings where created_at >= ? order by id desc limit ?",
        (iso(since) if since else "", -1 if limit is None else limit),
    )
    for row in rows:
        yield _stored(db, row)


def _stored(db: Database, row: Row) -> Stored:
    [post] = db.rows("select * from posts where key=?", (row["post_key"],))
    return Stored(
        finding_of(row, post_of(post)),
        row["state"],
        row["reason"],
        row["why"],
        at(row["created_at"]),
        bool(post["deleted_at"]),
    )


def answer(db: Database, wanted: str) -> Answer | None:
    """What became of the post with this address or key; None if it was never read, or longer ago than is kept."""
    key = db.value("select key from posts where key=?1 or url=?1", (wanted,))
    seen = db.rows("select * from seen where key=?1 or url=?1", (key or wanted,))
    if key is None:
        return Answer(seen[0]["key"], seen[0]["url"], seen[0]["verdict"], at(seen[0]["at"])) if seen else None
    found = db.rows("select * from findings where post_key=? order by score desc", (key,))
    messages = db.rows(
        "select o.key, o.channel, o.state, o.at, o.error, o.ref from outbox o join carries c on c.message = o.key "
        "join alerts a on a.key = c.alert where a.post_key = ? order by o.id",
        (key,),
    )
    [post] = db.rows("select url, fetched_at from posts where key=?", (key,))
    return Answer(
        key,
        post["url"],
        "matched",
        at(post["fetched_at"]),
        tuple(_stored(db, row) for row in found),
        tuple(dict(m) for m in messages),
    )


def due_for_recheck(db: Database, stream: str, before: datetime, limit: int) -> list[Post]:
    """Stored posts of a source that were last seen upstream before then, the longest ago first."""
    rows = db.rows(
        "select * from posts where stream=? and checked_at < ? and deleted_at is null order by checked_at limit ?",
        (stream, iso(before), limit),
    )
    return [post_of(row) for row in rows]


def samples(db: Database, since: datetime) -> list[Post]:
    """The uniform sample of posts that matched nothing."""
    rows = db.rows("select post from samples where day >= ?", (since.date().isoformat(),))
    return [_sampled(loads(row["post"])) for row in rows]


def _sampled(raw: dict[str, Any]) -> Post:
    from msgspec import convert  # noqa: PLC0415  # only `estimate` needs it

    return convert(raw, Post)


def status(db: Database) -> dict[str, Any]:
    """Sources, outbox, gaps, quarantine and totals, as JSON-ready values."""
    return {
        "sources": [dict(r) for r in db.rows("select * from health where kind='source' order by name")],
        "channels": [dict(r) for r in db.rows("select * from health where kind='channel' order by name")],
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
            dict(r) for r in db.rows("select source, stream, since, until, why from gaps order by id desc limit 20")
        ],
        "quarantine": db.value("select count(*) from quarantine"),
        "posts": db.value("select count(*) from posts"),
        "findings": db.value("select count(*) from findings"),
        "alerts": db.value("select count(*) from alerts"),
    }
