"""Questions that trended: what people said of them, who asked them again, and whose alerts go into their threads."""

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from listener.errors import ListenerError
from listener.store.connection import Database
from listener.store.erase import refresh
from listener.store.rows import at, iso
from listener.types.desk import Act
from listener.types.trend import Kind, Known

OPEN_FOR = timedelta(hours=6)  # after it was last told, a question trends
HELD_FOR = timedelta(seconds=40)  # a post's own alert waits, while a question of its topic trends, to be looked at
NOT_A_QUESTION = "not-a-question"
MOST = 500  # questions of a topic that are known again, the latest


class Again(Struct, frozen=True):
    """A post that is part of a trend, or asks its question again."""

    post: str
    trend: str  # key
    joins: bool = False  # its own alert belongs into the thread of the trend


def known(db: Database, topic: str, model: str) -> list[Known]:
    """The questions of a topic that trended, the latest last."""
    rows = db.rows(
        "select key, vector, within, answer, verdict, muted_until, updated_at, state from trends "
        "where topic=? and kind='question' and model=? and vector is not null order by updated_at desc limit ?",
        (topic, model, MOST),
    )
    return [
        Known(
            key=row["key"],
            vector=row["vector"],
            within=row["within"],
            answer=row["answer"],
            refused=bool(row["verdict"]),
            muted_until=at(row["muted_until"]) if row["muted_until"] else None,
            open_until=at(row["updated_at"]) + OPEN_FOR if row["state"] == "told" else None,
        )
        for row in reversed(rows)
    ]


def trending(conn: sqlite3.Connection, now: datetime) -> set[str]:
    """The topics of which a question trends."""
    sql = (
        "select topic from trends where updated_at >= ? and kind='question' and state='told' and verdict='' "
        "and exists (select 1 from outbox where trend = trends.key)"
    )
    return {row["topic"] for row in conn.execute(sql, (iso(now - OPEN_FOR),))}


def note_again(conn: sqlite3.Connection, topic: str, found: Iterable[Again]) -> None:
    """Remember who asked again; alerts that wait go into the threads of what they are part of."""
    for each in found:
        row = (f"{topic}/{each.post}", each.trend)
        if conn.execute("insert or ignore into replies values (?,?)", row).rowcount:
            refresh(conn, each.post)
        if each.joins:
            conn.execute(
                f"update outbox set within = (select p.key from outbox p where p.trend = ?2 "
                f"and p.channel = outbox.channel order by p.id limit 1) where {_ALONE} and exists "
                "(select 1 from outbox p where p.trend = ?2 and p.channel = outbox.channel)",
                (each.post, each.trend),
            )


def release(conn: sqlite3.Connection, posts: Iterable[str]) -> None:
    """Alerts of these posts were looked at and wait no longer."""
    conn.executemany(f"update outbox set next_at='' where {_ALONE}", [(post,) for post in posts])


_ALONE = (  # messages about one post alone, that nobody has tried to send
    "state='pending' and tries=0 and trend='' and key in (select c.message from carries c "
    "join alerts a on a.key = c.alert where a.post_key=?1) "
    "and (select count(*) from carries c where c.message = outbox.key) = 1"
)


# What people say of it

_OF_QUESTIONS = {"answer", "verdict"}


def answer(db: Database, number: int, url: str) -> bool:
    """Note the address of our answer, and show it to all who asked; False where there is no such trend."""
    return _say(db, number, answer=url)


def mute(db: Database, number: int, until: datetime | None) -> bool:
    """Tell no more of it until then, None: do so again; False where there is no such trend."""
    return _say(db, number, muted_until=iso(until) if until else "")


def refuse(db: Database, number: int, *, undo: bool = False) -> bool:
    """It is no question: nothing like it is told, unless that is undone; False where there is no such trend."""
    return _say(db, number, verdict="" if undo else NOT_A_QUESTION)


def own(db: Database, number: int, name: str) -> bool:
    """Note who takes care of it; False where there is no such trend."""
    return _say(db, number, owner=name, owner_id="")


def end_mutes(db: Database, now: datetime) -> int:
    """Mutes that have run out are over, and cards show it; answers how many."""
    over = "select key, topic from trends where muted_until != '' and muted_until <= ?"
    if not db.rows(over, (iso(now),)):
        return 0
    with db.write() as conn:
        rows = conn.execute(over, (iso(now),)).fetchall()
        for row in rows:
            change(conn, row["key"], row["topic"], {"muted_until": ""})
        return len(rows)


def _say(db: Database, number: int, **said: str) -> bool:
    with db.write() as conn:
        row = conn.execute("select key, topic, kind from trends where id=?", (number,)).fetchone()
        if row is not None:
            if row["kind"] != Kind.QUESTION and _OF_QUESTIONS & said.keys():
                raise ListenerError(f"trend {number} is a {row['kind']}: this can be said of questions alone")
            change(conn, row["key"], row["topic"], said)
        return row is not None


def owned_at(conn: sqlite3.Connection, trend: sqlite3.Row) -> datetime | None:
    """Since when somebody takes care of a trend; None where nobody does, or a command said so."""
    sql = "select at from events where trend=? and kind in (?,?) order by id desc limit 1"
    row = conn.execute(sql, (trend["key"], Act.OWN.value, Act.TAKE_OVER.value)).fetchone()
    return at(row["at"]) if row and trend["owner_id"] else None


def change(conn: sqlite3.Connection, key: str, topic: str, said: Mapping[str, str]) -> None:
    """Set these columns of a trend, and have all that shows it shown anew; within an open transaction."""
    columns = ",".join(f"{name}=?" for name in said)
    conn.execute(f"update trends set {columns} where key=?", (*said.values(), key))
    conn.execute("update outbox set version = version + 1 where trend=?", (key,))
    if "answer" in said:
        posts = conn.execute("select post_key from trend_posts where trend=?", (key,)).fetchall()
        names = [(f"{topic}/{each['post_key']}", key) for each in posts]
        conn.executemany("insert or ignore into replies values (?,?)", names)
        asked = "select f.post_key from replies r join findings f on f.key = r.finding where r.trend=?"
        for [post] in conn.execute(asked, (key,)).fetchall():
            refresh(conn, post)
