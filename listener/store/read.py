"""What people ask of the database."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from listener.store.connection import Database, Row, marks
from listener.store.passed import passed_at
from listener.store.rows import at, finding_of, iso, post_of
from listener.types import Finding, Post


class Stored(Struct, frozen=True):
    """A finding as it stands in the database."""

    finding: Finding
    state: str
    reason: str
    why: str
    created_at: datetime
    erased: str = ""  # why its words are gone: "age", or as `Alert.gone`; "" they are there
    stream: str = ""  # the configured source that brought it


class Answer(Struct, frozen=True):
    """What `listener why` tells of one post."""

    key: str
    url: str
    verdict: str  # "matched", "no match"
    read_at: datetime | None
    findings: tuple[Stored, ...] = ()
    messages: tuple[Mapping[str, Any], ...] = ()  # rows of the outbox: key, channel, state, at, error, ref
    aside: str = ""  # why it is in quarantine


class Waiting(Struct, frozen=True):
    """A message of the outbox that is not delivered, or that was given up."""

    key: str
    channel: str
    state: str  # pending, sending, unknown, failed
    tries: int
    error: str
    at: datetime  # of the last change of state
    next_at: datetime | None  # not to be tried before; None: at once
    told: bool  # a fallback channel has told its alerts


class Showing(Struct, frozen=True):
    """A message about a post that was forgotten."""

    key: str
    channel: str
    sender: str
    state: str
    waits: bool  # to be changed; or its fate is not known yet
    error: str = ""


def showing(db: Database) -> list[Showing]:
    """Messages that left, or may have left, before what they show was forgotten."""
    rows = db.rows(
        "select distinct o.key, o.channel, o.sender, o.state, o.error, "
        "o.state != 'sent' or o.shown < o.version as waits "
        "from outbox o join carries c on c.message = o.key join alerts a on a.key = c.alert "
        "join posts p on p.key = a.post_key "
        "where p.erased_why = 'forgotten' and o.state in ('sending', 'unknown', 'sent') order by o.id"
    )
    return [Showing(**{**dict(row), "waits": bool(row["waits"])}) for row in rows]


WITH_POST = "exists (select 1 from posts where key = post_key)"
"""Of `named_findings` those whose post nobody has deleted by hand."""


def findings(db: Database, since: datetime | None = None, limit: int | None = None) -> Iterator[Stored]:
    """Findings, newest first."""
    rows = db.rows(
        f"select * from named_findings where created_at >= ? and {WITH_POST} order by id desc limit ?",
        (iso(since) if since else "", -1 if limit is None else limit),
    )
    for row in rows:
        yield stored(db, row)


def stored(db: Database, row: Row) -> Stored:
    """The finding of a row of `named_findings`."""
    [post] = db.rows("select * from posts where key=?", (row["post_key"],))
    return Stored(
        finding_of(row, post_of(post)),
        row["state"],
        row["reason"],
        row["why"],
        at(row["created_at"]),
        post["erased_why"],
        post["stream"],
    )


def answer(db: Database, wanted: str) -> Answer | None:
    """What became of the post with this address or key; None if it was never read, or longer ago than is kept."""
    key = db.value("select key from posts where key=?1 or url=?1", (wanted,))
    seen = db.rows("select * from seen where key=?1 or url=?1", (key or wanted,))
    if key is None:
        return _unstored(db, wanted, seen[0] if seen else None)
    found = db.rows("select * from named_findings where post_key=? order by score desc", (key,))
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
        tuple(stored(db, row) for row in found),
        tuple(dict(m) for m in messages),
    )


def _unstored(db: Database, wanted: str, seen: Row | None) -> Answer | None:
    """What is known of a post that matched nothing, or that was set aside."""
    key = seen["key"] if seen else wanted
    source, _, post_id = key.partition(":")
    aside = db.rows("select why, at from quarantine where source=? and post_id=? order by id desc", (source, post_id))
    if aside:
        return Answer(key, seen["url"] if seen else "", "set aside", at(aside[0]["at"]), aside=aside[0]["why"])
    if seen:
        return Answer(key, seen["url"], seen["verdict"], at(seen["at"]))
    read_at = passed_at(db, wanted)
    return Answer(wanted, "", "no match", at(read_at)) if read_at else None


_UNSEEN = "stream = :stream and checked_at < :seen and erased_at is null"
_YOUNG = (  # later looks are `longest` apart anyway
    "erased_at is null and fetched_at > :since and stream = :stream and checked_at >= :seen and "
    "julianday(:now) - julianday(checked_at) + :rounding >= max(:first, julianday(checked_at) - julianday(fetched_at))"
)


def due_for_recheck(
    db: Database, stream: str, longest: timedelta, first: timedelta | None, now: datetime, limit: int
) -> list[Post]:
    """Stored posts of a source that should be looked at again, the longest unseen first.

    Args:
        longest: no post goes longer unseen.
        first: a new post is looked at after this long, then after twice as long, and so on.
    """
    values, found = _times(stream, longest, first, now), list[Row]()
    for due in (_UNSEEN, _YOUNG) if first else (_UNSEEN,):
        sql = f"select * from posts where {due} order by checked_at limit :limit"
        found += db.rows(sql, {**values, "limit": limit - len(found)})
    return [post_of(row) for row in found]


def count_due(db: Database, stream: str, longest: timedelta, first: timedelta | None, now: datetime) -> int:
    """How many posts are due for another look; see `due_for_recheck`."""
    values = _times(stream, longest, first, now)
    which = (_UNSEEN, _YOUNG) if first else (_UNSEEN,)
    return sum(db.rows(f"select count(*) from posts where {due}", values)[0][0] for due in which)


def _times(stream: str, longest: timedelta, first: timedelta | None, now: datetime) -> dict[str, object]:
    return {
        "stream": stream,
        "now": iso(now),
        "since": iso(now - 2 * longest),
        "seen": iso(now - longest),
        "first": (first or longest) / timedelta(days=1),
        "rounding": timedelta(seconds=1) / timedelta(days=1),
    }


def waiting(db: Database, states: Collection[str], limit: int) -> list[Waiting]:
    """Messages in these states, oldest first."""
    rows = db.rows(
        "select key, channel, state, tries, error, at, next_at, "
        "exists(select 1 from outbox f where f.instead_of = o.key) as told "
        f"from outbox o where state in ({marks(list(states))}) order by id limit ?",
        (*states, limit),
    )
    return [_waiting(row) for row in rows]


def _waiting(row: Row) -> Waiting:
    times = {"at": at(row["at"]), "next_at": at(row["next_at"]) if row["next_at"] else None}
    return Waiting(**{**dict(row), **times, "told": bool(row["told"])})


def first_read(db: Database) -> datetime | None:
    """When the first page was read, of those of the last 7 days."""
    first = db.value("select min(at) from (select at from seen union all select at from passed)")
    return at(first) if first else None


def schema(db: Database) -> dict[str, str]:
    """Each table with the statement that made it, comments included."""
    rows = db.rows("select name, sql from sqlite_master where type='table' and sql is not null")
    return {row["name"]: row["sql"] for row in rows}


def damage(db: Database) -> list[str]:
    """What is broken in the file, in SQLite's words."""
    return [row[0] for row in db.rows("pragma quick_check") if row[0] != "ok"]
