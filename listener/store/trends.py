"""Questions as they are counted, and the trends that came of them."""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from listener.store.alerts import Letter, enqueue, insert
from listener.store.connection import Database, marks
from listener.store.known import Again, note_again, release
from listener.store.read import WITH_POST, Stored, stored
from listener.store.rows import at, dumps, iso
from listener.types import Alert
from listener.types.trend import Asked, Trend

REMEMBERED = timedelta(days=15)  # that a detector compares with
_KEPT = timedelta(days=31)  # for what is asked most in a month
_PAGE = 5_000  # questions read at once
ASKED = "post_key, at, author, text, vector"  # columns


class Tiding(Struct, frozen=True, kw_only=True):
    """A trend, and who hears of it.

    Args:
        notice: what is said of it now, in plain text.
        alerts: of the question, one a channel; none where nobody is told.
    """

    trend: Trend
    thread: str  # its name
    state: str  # told, missed, quiet
    notice: str = ""
    alerts: tuple[Alert, ...] = ()
    channels: tuple[str, ...] = ()  # who hears of it where there is no alert: of a silence there is no post
    model: str = ""  # whose vector it is
    vector: bytes | None = None  # mean of the vectors of its posts, float32
    within: float = 1.0  # how alike they are


class Counted(Struct, frozen=True, kw_only=True):
    """What looking at some findings of a topic came to: all of it is stored, or nothing."""

    topic: str
    model: str
    upto: int  # id of the last finding
    memory: bytes
    asked: Sequence[Asked] = ()
    tidings: Sequence[Tiding] = ()
    again: Sequence[Again] = ()  # posts that ask what trended
    looked_at: Sequence[str] = ()  # keys of posts whose alerts need not wait any more


class TrendRow(Struct, frozen=True, kw_only=True):
    """A trend as `listener trends` lists it."""

    id: int
    topic: str
    kind: str
    what: str  # of a need the moment, of a silence the source; "" the topic
    of: int  # of a mood: the posts of which `votes` are negative
    question: str  # words; "" where they are gone
    url: str
    votes: int
    expected: float
    score: float
    since: datetime
    at: datetime
    updated_at: datetime
    state: str
    answer: str
    posts: int  # copies and repeats too
    authors: int
    owner: str  # who takes care of it
    muted_until: datetime | None
    refused: bool  # people say that it is no question


class TrendStore:
    """The tables of trends."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def fresh(self, topic: str, after: int, limit: int) -> list[tuple[int, datetime, Stored]]:
        """Findings of a topic that were not looked at, with their ids and the times when they were read."""
        rows = self.db.rows(
            "select f.*, p.fetched_at from named_findings f join posts p on p.key = f.post_key "
            "where f.topic=? and f.id > ? order by f.id limit ?",
            (topic, after, limit),
        )
        return [(row["id"], at(row["fetched_at"]), stored(self.db, row)) for row in rows]

    def remembered(self, topic: str, model: str, now: datetime) -> tuple[int, bytes, Iterator[Asked]]:
        """The last finding looked at, what is known beside the questions (b"": nothing), and the questions."""
        known = self.db.rows("select upto, memory from trend_memory where topic=? and model=?", (topic, model))
        found = self._questions(topic, model, iso(now - REMEMBERED))
        return (known[0]["upto"], known[0]["memory"].encode(), found) if known else (0, b"", found)

    def _questions(self, topic: str, model: str, since: str) -> Iterator[Asked]:
        """Page by page: they may be hundreds of thousands."""
        these = "topic=? and model=? and at > ? and id > ?"
        sql, last = f"select {ASKED}, id from asked not indexed where {these} order by id limit ?", 0
        while rows := self.db.rows(sql, (topic, model, since, last, _PAGE)):
            yield from map(asked_of, rows)
            last = rows[-1]["id"]

    def asked(self, topic: str, since: datetime) -> tuple[str, bytes, list[Asked]]:
        """The model whose questions are the latest, what is known beside them, and its questions since then."""
        latest = (
            "select model, memory from trend_memory where topic=? and model in (select model from asked where topic=?)"
        )
        known = self.db.rows(f"{latest} order by upto desc limit 1", (topic, topic))
        if not known:
            return "", b"", []
        model, memory = known[0]["model"], known[0]["memory"].encode()
        sql = f"select {ASKED} from asked where topic=? and model=? and at >= ? order by id"
        return model, memory, [asked_of(row) for row in self.db.rows(sql, (topic, model, iso(since)))]

    def finding(self, topic: str, post_key: str) -> Stored | None:
        """The finding of a topic about a post."""
        sql = f"select * from named_findings where topic=? and post_key=? and {WITH_POST}"
        rows = self.db.rows(sql, (topic, post_key))
        return stored(self.db, rows[0]) if rows else None

    def keep(self, counted: Counted, now: datetime) -> int:
        """Store what was counted and what is to be told in one transaction; answers how many messages are new."""
        with self.db.write() as conn:
            for asked in counted.asked:
                row = (counted.topic, asked.post, iso(asked.at), asked.author, asked.text, counted.model, asked.vector)
                conn.execute(
                    "insert or replace into asked(topic, post_key, at, author, text, model, vector) "
                    "values (?,?,?,?,?,?,?)",
                    row,
                )
            conn.execute(
                "insert or replace into trend_memory values (?,?,?,?)",
                (counted.topic, counted.model, counted.upto, counted.memory.decode()),
            )
            old = iso(now - _KEPT)
            conn.execute("delete from asked where topic=? and at < ?", (counted.topic, old))
            told = sum(keep_tiding(conn, tiding, now) for tiding in counted.tidings)
            note_again(conn, counted.topic, counted.again)
            release(conn, counted.looked_at)
            return told

    def trends(self, since: datetime) -> list[TrendRow]:
        """Trends that were found or that grew since then, the latest first."""
        rows = self.db.rows(
            "select t.*, p.text as words, p.title, p.url from trends t left join posts p on p.key = t.question "
            "where t.updated_at >= ? order by t.updated_at desc, t.id desc",
            (iso(since),),
        )
        return [_row(row) for row in rows]


def asked_of(row: sqlite3.Row) -> Asked:
    """The question of a row that begins with the columns `ASKED`."""
    post, posted, author, text, vector = row[:5]
    return Asked(post=post, at=at(posted), author=author, text=text, vector=vector)


def keep_tiding(conn: sqlite3.Connection, tiding: Tiding, now: datetime) -> int:
    """One trend: its row, and a message for each channel, or what has changed of it."""
    trend = tiding.trend
    key = f"{trend.topic}/{tiding.thread}"
    _write(conn, key, tiding)
    if tiding.state != "told":
        return 0
    if trend.thread:
        return _grow(conn, key, tiding, now)
    new = 0
    for alert in tiding.alerts:
        insert(conn, alert, (), now)
        letter = Letter(
            key=f"trend/{alert.channel}/{key}",
            channel=alert.channel,
            alerts=(alert.key,),
            notice=tiding.notice,
            trend=key,
        )
        new += enqueue(conn, letter, now)
    for channel in tiding.channels:
        letter = Letter(key=f"trend/{channel}/{key}", channel=channel, notice=tiding.notice, trend=key)
        new += enqueue(conn, letter, now)
    return new


def _write(conn: sqlite3.Connection, key: str, tiding: Tiding) -> None:
    trend = tiding.trend
    row = {
        "key": key,
        "kind": trend.kind,
        "topic": trend.topic,
        "what": trend.what,
        "question": trend.question,
        "votes": trend.votes,
        "authors": trend.authors,
        "posts": trend.said or trend.votes,
        "hours": dumps(trend.hours),
        '"of"': trend.of,
        "over": trend.over,
        "cold": trend.cold,
        "expected": trend.expected,
        "score": trend.score,
        "since": iso(trend.since),
        "seconds": trend.window,
        "at": iso(trend.at),
        "updated_at": iso(trend.at),
        "state": tiding.state,
        "model": tiding.model,
        "vector": tiding.vector,
        "within": tiding.within,
    }
    new = ["votes", "authors", "posts", "hours", '"of"', "over", "updated_at"]
    new += [] if trend.over else ["expected", "score", "seconds"]  # a silence that ends was as unusual as it was
    grows = ",".join(f"{name}=excluded.{name}" for name in new)
    conn.execute(
        f"insert into trends({','.join(row)}) values ({marks(list(row))}) on conflict(key) do update set {grows}",
        list(row.values()),
    )
    conn.executemany("insert or ignore into trend_posts values (?,?)", [(key, post) for post in trend.posts])


def _grow(conn: sqlite3.Connection, key: str, tiding: Tiding, now: datetime) -> int:
    """Show the card anew, and say it in its thread."""
    new, quiet = 0, "select 1 from trends where key=? and (muted_until > ? or verdict != '')"
    if conn.execute(quiet, (key, iso(now))).fetchone():
        return 0
    conn.execute("update trends set muted_until='' where key=?", (key,))  # it is over
    parents = conn.execute("select key, channel, ref from outbox where trend=?", (key,)).fetchall()
    for parent in parents:
        conn.execute("update outbox set notice=?, version = version + 1 where key=?", (tiding.notice, parent["key"]))
        if not parent["ref"]:
            continue  # it has not been sent yet: it will say this at once
        reply = f"{parent['key']}/{tiding.trend.votes}"
        new += enqueue(conn, Letter(key=reply, channel=parent["channel"], notice=tiding.notice), now)
        conn.execute("update outbox set thread=? where key=?", (parent["ref"], reply))
    return new


def _row(row: sqlite3.Row) -> TrendRow:
    names = "id topic kind what of votes posts authors expected score state answer owner"
    plain = {name: row[name] for name in names.split()}
    return TrendRow(
        question=f"{row['title'] or ''} {row['words'] or ''}".strip(),
        url=row["url"] or "",
        since=at(row["since"]),
        at=at(row["at"]),
        updated_at=at(row["updated_at"]),
        muted_until=at(row["muted_until"]) if row["muted_until"] else None,
        refused=bool(row["verdict"]),
        **plain,
    )
