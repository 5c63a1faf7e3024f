"""Vectors of questions made anew: kept aside until all of a topic are there, then put in the place of the old ones."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from listener.store.cells import MODEL as CELLS
from listener.store.connection import Database
from listener.store.known import MOST
from listener.store.rows import iso
from listener.store.trends import REMEMBERED, asked_of
from listener.types.trend import Asked

_POSTS = 12  # of a trend whose vectors stand for it


class Change(Struct, frozen=True):
    """The vectors of a topic's questions are to be another model's."""

    topic: str
    before: str
    model: str


class Waiting(Struct, frozen=True):
    """A question whose vector is to be made."""

    id: int
    post: str


class Remade(Struct, frozen=True):
    """What is known of a trend by other vectors."""

    trend: str  # key
    vector: bytes  # mean of its posts' vectors, each of length 1; float32
    within: float  # the mean cosine of pairs of them


class Renewed(Struct, frozen=True, kw_only=True):
    """A topic whose questions are compared by other vectors from now on: all of it is stored, or nothing."""

    change: Change
    upto: int  # id of the last finding that was looked at
    memory: bytes
    trends: Sequence[Remade] = ()


class Progress(Struct, frozen=True, kw_only=True):
    """By which vectors questions are compared, and how far others are that will take their place.

    Args:
        model: of those in use.
        questions: that have them.
        anew: how many have the others already; 0 where none are made.
        anew_model: of the others.
    """

    model: str
    questions: int
    anew: int = 0
    anew_model: str = ""


class AnewStore:
    """The tables of trends while vectors are made anew."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def model(self, topic: str) -> str:
        """By whose vectors the questions of a topic are compared; "" where none was counted yet."""
        sql = "select model from trend_memory where topic=? and model != ? order by upto desc"
        return str(self.db.value(sql, (topic, CELLS)) or "")

    def memory(self, change: Change) -> tuple[int, bytes]:
        """The last finding looked at, and what is known beside the questions, by the old vectors."""
        sql = "select upto, memory from trend_memory where topic=? and model=?"
        [row] = self.db.rows(sql, (change.topic, change.before))
        return row["upto"], row["memory"].encode()

    def waiting(self, change: Change, after: int, limit: int) -> list[Waiting]:
        """Questions with a higher id that have no other vector yet, and whose words are there; the earliest first."""
        rows = self.db.rows(
            "select a.id, a.post_key from asked a join posts p on p.key = a.post_key where a.topic=? and a.model=? "
            "and a.id > ? and p.erased_at is null and not exists "
            "(select 1 from asked_anew n where n.id = a.id and n.model=?) order by a.id limit ?",
            (change.topic, change.before, after, change.model, limit),
        )
        return [Waiting(row["id"], row["post_key"]) for row in rows]

    def keep(self, model: str, made: Mapping[int, bytes]) -> None:
        """Keep vectors aside, by the ids of questions; those of one that is gone meanwhile go, too."""
        rows = [(number, model, vector) for number, vector in made.items()]
        with self.db.write() as conn:
            conn.executemany("insert or replace into asked_anew select id, ?2, ?3 from asked where id=?1", rows)

    def drop_others(self, model: str) -> None:
        """Forget vectors that are not wanted any more: this model's are, or are in use already."""
        sql = "select id from asked_anew where model != ?1 or id in (select id from asked where model = ?1)"
        if self.db.value(f"{sql} limit 1", (model,)) is not None:
            with self.db.write() as conn:
                conn.execute(f"delete from asked_anew where id in ({sql})", (model,))

    def remembered(self, change: Change, now: datetime) -> list[Asked]:
        """The questions that a detector compares with, by their other vectors."""
        rows = self.db.rows(
            "select a.post_key, a.at, a.author, a.text, n.vector from asked a join asked_anew n on n.id = a.id "
            "where a.topic=? and n.model=? and a.at > ? order by a.id",
            (change.topic, change.model, iso(now - REMEMBERED)),
        )
        return [asked_of(row) for row in rows]

    def trends(self, change: Change) -> list[tuple[str, list[str]]]:
        """Questions that trended and are not known by the other vectors: their keys, and some of their posts."""
        rows = self.db.rows(
            "select key from trends where topic=? and kind='question' and model != ? and vector is not null "
            "order by updated_at desc limit ?",
            (change.topic, change.model, MOST),
        )
        sql = "select post_key from trend_posts where trend=? limit ?"
        return [(row["key"], [post["post_key"] for post in self.db.rows(sql, (row["key"], _POSTS))]) for row in rows]

    def renew(self, renewed: Renewed) -> None:
        """Compare by the other vectors from now on; a question that has none is not compared any more."""
        topic, model = renewed.change.topic, renewed.change.model
        with self.db.write() as conn:
            conn.execute(
                "update asked set model=?1, vector=(select n.vector from asked_anew n where n.id = asked.id) "
                "where topic=?2 and id in (select n.id from asked_anew n where n.model=?1)",
                (model, topic),
            )
            conn.execute("delete from asked where topic=? and model != ?", (topic, model))
            conn.execute("delete from asked_anew where id in (select id from asked where topic=?)", (topic,))
            conn.execute("delete from trend_memory where topic=? and model != ?", (topic, CELLS))
            row = (topic, model, renewed.upto, renewed.memory.decode())
            conn.execute("insert into trend_memory values (?,?,?,?)", row)
            conn.executemany(
                "update trends set model=?, vector=?, within=? where key=?",
                [(model, each.vector, each.within, each.trend) for each in renewed.trends],
            )


def progress(db: Database) -> list[Progress]:
    """For each model that is in use, how far another is that will take its place; what most questions have first."""
    rows = db.rows(
        "select a.model, count(*) as questions, count(n.id) as anew, max(n.model) as other "
        "from asked a left join asked_anew n on n.id = a.id group by a.model order by questions desc"
    )
    return [
        Progress(model=row["model"], questions=row["questions"], anew=row["anew"], anew_model=row["other"] or "")
        for row in rows
    ]
