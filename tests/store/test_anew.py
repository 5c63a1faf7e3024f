"""Vectors made anew: beside those in use, then in their place, all at once."""

import sqlite3
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from listener.errors import StoreError
from listener.store import Store
from listener.store.anew import AnewStore, Change, Progress, Remade, Renewed, progress
from listener.store.cells import CellStore, Look
from listener.store.erase import erase
from listener.store.known import known
from listener.store.trends import REMEMBERED, Counted, Tiding, TrendStore
from listener.testing import posts
from listener.trend.threads import name_of
from listener.types import Batch
from listener.types.trend import Asked, Trend
from tests.making import NOW, Tell, analysis
from tests.store.conftest import remembered

CHANGE = Change("desks", "light-1", "turned-1")


def question(number: int, days: float = 0) -> Asked:
    at = NOW - timedelta(days=days)
    return Asked(post=f"forum:{number}", at=at, author=number, text=-number, vector=bytes([number]))


def trend(*numbers: int) -> Tiding:
    found = Trend(
        topic="desks",
        at=NOW,
        question=f"forum:{numbers[0]}",
        votes=len(numbers),
        posts=tuple(f"forum:{number}" for number in numbers),
        authors=len(numbers),
        expected=0.5,
        score=5.0,
        since=NOW,
        window=3_600,
    )
    return Tiding(trend=found, thread=name_of(found), state="quiet", model="light-1", vector=b"old!", within=0.5)


@pytest.fixture
def anew(store: Store) -> AnewStore:
    """Nine questions by the old vectors, and one trend."""
    batch = Batch(posts=tuple(posts(9)))
    store.keep("feed", batch, analysis(batch.posts), Tell(), NOW)
    asked = tuple(question(n, days=16 if n == 1 else 0) for n in range(1, 10))
    counted = Counted(
        topic="desks", model="light-1", upto=7, memory=b'{"seen":9}', asked=asked, tidings=[trend(2, 3, 4)]
    )
    TrendStore(store.db).keep(counted, NOW)
    return AnewStore(store.db)


def make(anew: AnewStore, most: int = 100, after: int = 0) -> list[str]:
    """Make some of the vectors; answers whose."""
    waiting = anew.waiting(CHANGE, after, most)
    anew.keep(CHANGE.model, {each.id: each.post.encode() for each in waiting})
    return [each.post for each in waiting]


def renewed(*trends: Remade) -> Renewed:
    return Renewed(change=CHANGE, upto=7, memory=b'{"seen":8}', trends=trends)


def names(numbers: Iterable[int]) -> list[str]:
    return [f"forum:{number}" for number in numbers]


def test_by_which_vectors_a_topic_is_counted_is_known(anew: AnewStore) -> None:
    CellStore(anew.db).keep(Look(topic="desks", upto=99, memory=b"{}"), NOW)
    assert [anew.model(topic) for topic in ("desks", "lamps")] == ["light-1", ""]
    assert anew.memory(CHANGE) == (7, b'{"seen":9}')


def test_vectors_are_made_in_the_order_of_the_questions_and_each_once(anew: AnewStore) -> None:
    assert make(anew, 4) == names(range(1, 5))
    assert make(anew, 4) == names(range(5, 9))
    assert make(anew) == names([9])
    assert make(anew) == []


def test_where_it_went_on_it_goes_on(anew: AnewStore) -> None:
    waiting = anew.waiting(CHANGE, 0, 4)
    assert make(anew, after=waiting[-1].id) == names(range(5, 10))
    assert make(anew) == names(range(1, 5))


def test_until_all_is_there_the_old_ones_are_in_use(anew: AnewStore) -> None:
    make(anew, 4)
    old = remembered(anew.db)
    assert old[2] == [question(n) for n in range(2, 10)]
    assert progress(anew.db) == [Progress(model="light-1", questions=9, anew=4, anew_model="turned-1")]


def test_then_the_new_ones_take_their_place(anew: AnewStore) -> None:
    make(anew)
    found = anew.remembered(CHANGE, NOW)
    assert [each.post for each in found] == names(range(2, 10)), f"those of the last {REMEMBERED.days} days"
    anew.renew(renewed(Remade("desks/t", b"new!", 0.7)))
    assert remembered(anew.db, model="turned-1") == (7, b'{"seen":8}', found)
    assert remembered(anew.db) == (0, b"", [])
    assert progress(anew.db) == [Progress(model="turned-1", questions=9)]
    assert anew.model("desks") == "turned-1"


def test_what_trended_is_known_by_the_new_vectors_alone(anew: AnewStore) -> None:
    [(key, of)] = anew.trends(CHANGE)
    assert of == names([2, 3, 4])
    anew.renew(renewed(Remade(key, b"new!", 0.7)))
    [again] = known(anew.db, "desks", "turned-1")
    assert (again.key, again.vector, again.within) == (key, b"new!", 0.7)
    assert known(anew.db, "desks", "light-1") == []
    assert anew.trends(CHANGE) == []


def test_a_question_whose_words_are_gone_is_not_waited_for_and_leaves(anew: AnewStore) -> None:
    with anew.db.write() as conn:
        conn.execute("update posts set erased_at='2026' where key='forum:3'")
    assert "forum:3" not in make(anew)
    anew.renew(renewed())
    assert anew.db.value("select count(*) from asked where post_key='forum:3'") == 0


def test_a_post_that_is_erased_leaves_what_is_made_too(anew: AnewStore) -> None:
    make(anew)
    with anew.db.write() as conn:
        erase(conn, "forum:3", NOW)
    assert anew.db.value("select count(*) from asked_anew") == 8
    waiting = anew.waiting(Change("desks", "light-1", "other-1"), 0, 100)
    with anew.db.write() as conn:
        erase(conn, "forum:4", NOW)
    anew.keep("other-1", {each.id: b"late" for each in waiting})
    assert anew.db.value("select count(*) from asked_anew where model='other-1'") == 7


@pytest.mark.parametrize(("wanted", "left"), [("turned-1", 9), ("turned-2", 0), ("light-1", 0)])
def test_vectors_that_are_not_wanted_any_more_go(anew: AnewStore, wanted: str, left: int) -> None:
    make(anew)
    anew.drop_others(wanted)
    assert anew.db.value("select count(*) from asked_anew") == left


def test_another_topic_keeps_its_own(anew: AnewStore) -> None:
    lamps = Counted(topic="lamps", model="light-1", upto=3, memory=b"{}", asked=[question(5)])
    TrendStore(anew.db).keep(lamps, NOW)
    make(anew)
    anew.renew(renewed())
    assert anew.model("lamps") == "light-1"
    assert len(remembered(anew.db, topic="lamps")[2]) == 1
    assert progress(anew.db) == [
        Progress(model="turned-1", questions=9),
        Progress(model="light-1", questions=1),
    ]


class Breaking:
    """A connection that breaks at one statement."""

    def __init__(self, conn: sqlite3.Connection, at: int) -> None:
        self._conn, self._left = conn, at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._conn, name)

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        self._break()
        return self._conn.execute(sql, *values)

    def executemany(self, sql: str, *values: Any) -> sqlite3.Cursor:
        self._break()
        return self._conn.executemany(sql, *values)

    def _break(self) -> None:
        self._left -= 1
        if not self._left:
            raise sqlite3.OperationalError("the disk is gone")


@pytest.mark.parametrize("at", range(2, 9))
def test_trouble_in_the_midst_leaves_the_old_ones_in_use(
    anew: AnewStore, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    make(anew)
    [(key, _)] = anew.trends(CHANGE)
    with monkeypatch.context() as patch:
        patch.setattr(anew.db, "conn", Breaking(anew.db.conn, at))
        with pytest.raises(StoreError):
            anew.renew(renewed(Remade(key, b"new!", 0.7)))
    assert anew.model("desks") == "light-1"
    assert len(remembered(anew.db)[2]) == 8
    assert len(known(anew.db, "desks", "light-1")) == 1
    assert len(anew.remembered(CHANGE, NOW)) == 8
