"""What is counted by moment and mood: votes of the last day, numbers of all hours, and what was told of them."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from listener.store.connection import Database, marks
from listener.store.known import OPEN_FOR
from listener.store.rows import at, iso
from listener.store.trends import Tiding, keep_tiding
from listener.types.trend import Counted

MODEL = "cells"  # in place of a model's name: these are no vectors
_RECENT = timedelta(hours=26).total_seconds()  # before the latest vote of a cell
_HISTORY = 16 * 24  # hours


class Look(Struct, frozen=True, kw_only=True):
    """What looking at some findings of a topic came to: all of it is stored, or nothing."""

    topic: str
    upto: int  # id of the last finding
    memory: bytes
    votes: Sequence[Counted] = ()
    tidings: Sequence[Tiding] = ()


class Memory(Struct, frozen=True):
    """What is stored of a topic."""

    upto: int
    memory: bytes  # b"": nothing
    votes: list[Counted]
    hours: list[tuple[str, int, int]]  # cell, hour since 1970, votes


class CellStore:
    """The tables of what is counted."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def remembered(self, topic: str, now: datetime) -> Memory:
        """What is known of a topic."""
        known = self.db.rows("select upto, memory from trend_memory where topic=? and model=?", (topic, MODEL))
        votes = self.db.rows("select cell, post_key, at, author, text from votes where topic=? order by id", (topic,))
        hours = self.db.rows(
            "select cell, hour, votes from totals where topic=? and hour > ?",
            (topic, int(now.timestamp() // 3_600) - _HISTORY),
        )
        upto, memory = (known[0]["upto"], known[0]["memory"].encode()) if known else (0, b"")
        found = [Counted(row["cell"], row["post_key"], row["at"], row["author"], row["text"]) for row in votes]
        return Memory(upto, memory, found, [(row["cell"], row["hour"], row["votes"]) for row in hours])

    def keep(self, look: Look, now: datetime) -> int:
        """Store a look and what is to be told of it in one transaction; answers how many messages are new."""
        with self.db.write() as conn:
            for vote in look.votes:
                _count(conn, look.topic, vote)
            for cell in {vote.cell for vote in look.votes}:
                _prune(conn, look.topic, cell)
            conn.execute(
                "insert or replace into trend_memory values (?,?,?,?)",
                (look.topic, MODEL, look.upto, look.memory.decode()),
            )
            return sum(keep_tiding(conn, tiding, now) for tiding in look.tidings)

    def asked(self, topic: str, posts: Sequence[str], now: datetime) -> int:
        """How many of these posts ask a question that trends, or of which people do not want to hear."""
        names = [f"{topic}/{post}" for post in posts]
        sql = (
            "select count(distinct r.finding) from replies r join trends t on t.key = r.trend where t.kind='question' "
            "and ((t.updated_at >= ? and t.state='told') or t.verdict != '' or t.muted_until > ?) "
            f"and r.finding in ({marks(names)})"
        )
        return int(self.db.value(sql, (iso(now - OPEN_FOR), iso(now), *names)))

    def since(self, streams: Sequence[str]) -> dict[str, datetime]:
        """When each of these sources was first listened to."""
        names = [f"source:{stream}" for stream in streams]
        rows = self.db.rows(f"select name, since from health where name in ({marks(names)})", names)
        return {row["name"].removeprefix("source:"): at(row["since"]) for row in rows}

    def gaps(self, streams: Sequence[str], since: datetime) -> bool:
        """Whether something of these sources could not be read since then."""
        sql = f"select 1 from gaps where filled_at is null and until >= ? and source in ({marks(streams)}) limit 1"
        return self.db.value(sql, (iso(since), *streams)) is not None


def _count(conn: sqlite3.Connection, topic: str, vote: Counted) -> None:
    conn.execute(
        "insert into votes(topic, cell, post_key, at, author, text) values (?,?,?,?,?,?)",
        (topic, vote.cell, vote.post, vote.at, vote.author, vote.text),
    )
    conn.execute(
        "insert into totals values (?,?,?,1) on conflict(topic, hour, cell) do update set votes = votes + 1",
        (topic, vote.cell, int(vote.at // 3_600)),
    )


def _prune(conn: sqlite3.Connection, topic: str, cell: str) -> None:
    """A window reaches no further back than a day before the latest vote of a cell."""
    latest = "(select max(at) from votes where topic = ?1 and cell = ?2)"
    conn.execute(f"delete from votes where topic = ?1 and cell = ?2 and at < {latest} - ?3", (topic, cell, _RECENT))
