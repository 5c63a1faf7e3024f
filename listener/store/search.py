"""Findings by a query: candidates from the index, checked by the matcher, newest first, a page at a time.

Findings are looked through from the newest down in stretches that double, so that what is common is found at once
and what is rare by few looks into the index. Work is counted, not timed: a page that would take too long stops where
it is, says so, and can be gone on with.
"""

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from msgspec import Struct

from listener.errors import StoreError
from listener.query import TAG_FIELDS, Doc, Facts, Query
from listener.query.evaluate import holds
from listener.query.fold import fold
from listener.query.glob import regex
from listener.store.candidates import Part, candidates
from listener.store.connection import Database, Row
from listener.store.read import Stored, stored
from listener.store.rows import at, iso, loads, post_of
from listener.store.words import is_current

_STRETCH = 2_000  # findings of the first look
_STEP = 100_000  # instructions of SQLite between two looks at how many there were
_CALL, _CHECK = 200, 2_000  # instructions that take as long as a call from SQLite to us, and as reading a candidate
_FACTS = "f.moments, f.urgency, f.sentiment, f.is_question, f.signals, f.place as needed_at, f.score, f.topic, f.state"


class Search(Struct, frozen=True, kw_only=True):
    """What is looked for."""

    query: Query
    names: Mapping[str, str] = MappingProxyType({})  # topics by id, where they are called otherwise than in the store
    since: datetime | None = None  # only what was found then or later
    before: int | None = None  # only findings older than this `Page.next`
    limit: int | None = 50  # findings a page; None: all
    posts: bool = False  # each post once, with the newest of its findings that match
    steps: int = 50_000_000  # work for a page, in instructions of SQLite: about a second's worth


class Page(Struct, frozen=True):
    """What was found, newest first."""

    found: tuple[Stored, ...]
    next: int | None = None  # where the next page begins; None: there is no more
    stopped: datetime | None = None  # it took too long: what was found before then is not looked at yet


def search(db: Database, wanted: Search, now: datetime) -> Page:
    """One page; raises `StoreError`."""
    if not is_current(db):
        raise StoreError(f"{db.path}: its search index is of another version: `listener run` makes it anew")
    return _Look(db, wanted, now).page()


class _Look:
    def __init__(self, db: Database, wanted: Search, now: datetime) -> None:
        self._db, self._wanted, self._now = db, wanted, now
        self._names = {row["id"]: row["name"] for row in db.rows("select id, name from topics")}
        self._names |= {row[0]: row[0] for row in db.rows(_UNKNOWN_TOPICS)} | dict(wanted.names)
        self._part = candidates(wanted.query.tree, now, self._names)
        self._sql = _sql(self._part)
        self._has_tags = bool(wanted.query.fields & set(TAG_FIELDS))
        self._found, self._below = list[int](), 0
        self._steps = wanted.steps

    def page(self) -> Page:
        lowest, self._below = self._bounds()
        stretch = _STRETCH
        with self._db.read() as conn:
            conn.create_function("folded", 1, self._folded, deterministic=True)
            conn.create_function("finds", 2, self._finds, deterministic=True)
            while self._below > lowest and self._look(conn, max(lowest, self._below - stretch)):
                stretch *= 2
        rows = tuple(self._row(finding) for finding in self._found[: self._wanted.limit])
        if self._is_full:
            return Page(rows, self._found[len(rows) - 1])
        if self._below <= lowest:
            return Page(rows)
        return Page(rows, self._below, None if len(rows) == self._wanted.limit else self._time(self._below))

    @property
    def _is_full(self) -> bool:
        """Whether one more was found than the page has room for, so that another page follows."""
        return self._wanted.limit is not None and len(self._found) > self._wanted.limit

    def _bounds(self) -> tuple[int, int]:
        """The ids of the findings to look through: from the first up to below the second."""
        since, before = self._wanted.since, self._wanted.before
        first = self._db.value(
            "select min(id) from findings" + (" where created_at >= ?" if since else ""), (iso(since),) if since else ()
        )
        if first is None:
            return 0, 0
        end = self._db.value("select max(id) from findings") + 1
        return first, end if before is None else min(end, before)

    def _look(self, conn: sqlite3.Connection, low: int) -> bool:
        """Take the findings from `low` on; answers whether to go on below."""
        words = (self._part.words,) if self._part.words else ()
        is_first = self._below - low <= _STRETCH  # it is never cut short, so that each page gets on
        conn.set_progress_handler(None if is_first else self._count, _STEP)
        try:
            for row in conn.execute(self._sql, (low, self._below, *words, *self._part.values)):
                if not self._take(conn, row):
                    return False
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_INTERRUPT":
                raise
            return False
        finally:
            conn.set_progress_handler(None, 0)
        self._below = low
        return True

    def _folded(self, text: str) -> str:
        self._steps -= _CALL
        return fold(text)

    def _finds(self, pattern: str, text: str) -> bool:
        self._steps -= _CALL
        return regex(pattern).search(text) is not None

    def _count(self) -> bool:
        """Whether SQLite has to stop."""
        self._steps -= _STEP
        return self._steps < 0

    def _take(self, conn: sqlite3.Connection, row: Row) -> bool:
        """A candidate joins the page where it matches; answers whether to go on."""
        if self._matches(row) and not (self._wanted.posts and self._is_shown(conn, row)):
            self._found.append(row["finding"])
        self._below = row["finding"]
        return self._steps >= 0 and not self._is_full

    def _matches(self, row: Row) -> bool:
        if self._part.exact:
            return True
        self._steps -= _CHECK
        return self._holds(row)

    def _holds(self, row: Row) -> bool:
        facts = _facts(row, self._names) if self._has_tags else None
        return holds(self._wanted.query.tree, Doc.of(post_of(row), self._now, facts))

    def _is_shown(self, conn: sqlite3.Connection, row: Row) -> bool:
        """Whether the post was found already, by a newer of its findings."""
        newer = conn.execute(f"{_CHECKED} where f.post_key = ? and f.id > ?", (row["key"], row["finding"]))
        return any(map(self._holds, newer.fetchall()))

    def _row(self, finding: int) -> Stored:
        [row] = self._db.rows("select * from named_findings where id = ?", (finding,))
        return stored(self._db, row)

    def _time(self, finding: int) -> datetime | None:
        time = self._db.value("select created_at from findings where id >= ? order by id limit 1", (finding,))
        return at(time) if time else self._now


_CHECKED = f"select f.id as finding, {_FACTS}, p.* from findings f cross join posts p on p.key = f.post_key"
_UNKNOWN_TOPICS = """with recursive t(topic) as (
  select min(topic) from findings union all
  select (select min(f.topic) from findings f where f.topic > t.topic) from t where t.topic is not null
) select topic from t where topic is not null and topic not in (select id from topics)"""


def _sql(part: Part) -> str:
    """Candidates from id ?1 to below ?2, newest first; `cross join` keeps SQLite from another order of tables."""
    columns = "f.id as finding, p.key" if part.exact else f"f.id as finding, {_FACTS}, p.*"
    if part.words or "words." in part.sql:
        tables, number = "words cross join findings f on f.id = words.rowid", "words.rowid"
    else:
        tables, number = "findings f", "f.id"
    conditions = [f"{number} >= ?1 and {number} < ?2", "words match ?" if part.words else "", part.sql]
    return (
        f"select {columns} from {tables} cross join posts p on p.key = f.post_key "
        f"where {' and '.join(filter(None, conditions))} order by {number} desc"
    )


def _facts(row: Row, names: Mapping[str, str]) -> Facts:
    return Facts(
        moments=tuple(loads(row["moments"])),
        urgency=row["urgency"],
        sentiment=row["sentiment"],
        question=bool(row["is_question"]),
        signals=tuple(loads(row["signals"])),
        place=row["needed_at"] or "",
        score=row["score"],
        topic=(row["topic"], names.get(row["topic"], row["topic"])),
        state=row["state"],
    )
