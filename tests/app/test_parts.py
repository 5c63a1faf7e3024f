"""A page of many posts is stored in parts, so that whoever else writes never waits long; and leads to the same."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from threading import Thread

import pytest

from listener.app import App, app, assemble
from listener.collect import PART, parted
from listener.config import Env, load
from listener.plugins import find
from listener.store import Store
from listener.store.connection import Database
from listener.testing import FakeClock, posts
from listener.types import Batch, Gap, Rough
from tests.app.test_rough import CONFIG, post
from tests.making import NOW

TOPICS = '[[topics]]\nname = "desks"\nthreshold = 0\nquery = "desk"\n'
LINES = [
    *[post(number, f"where can I buy desk number {number}?") for number in range(7)],
    post(7, "nothing"),
    {"id": 8},
    post(9, "nothing again"),
]
TABLES = {
    "posts": "select key, revision from posts order by key",
    "findings": "select key, state, reason from findings order by key",
    "outbox": "select key, state from outbox order by key",
    "quarantine": "select post_id from quarantine",
    "unmatched": "select source, posts from unmatched",
    "passed": "select length(keys) from passed",
    "heard": "select stream, posts from heard",
    "cursors": "select json_extract(cursor, '$.line') from cursors",
}
MOST = 3


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "parted", partial(parted, most=MOST))


class File:
    """A file that is read like a log, into a database that is opened for each life."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "listener.toml").write_text(CONFIG.format(folder=folder, name="listener"))
        (folder / "topics.toml").write_text(TOPICS)
        self.folder, self.path, self.clock = folder, folder / "posts.jsonl", FakeClock()
        self.path.write_text("")
        list(self.read())
        self.path.write_text("".join(json.dumps(line) + "\n" for line in LINES))
        self.clock.advance(60)

    def read(self) -> Iterator[int]:
        """Read the file; answers how many posts each transaction stored."""
        settings = load(self.folder, {}, find)
        with closing(Store.open(settings.store, self.clock())) as store:
            listener = App(assemble(settings, Env({})), store, self.clock, self.clock)
            yield from (kept.posts for kept in listener.read("jsonl", to_the_end=True))

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        with closing(sqlite3.connect(self.folder / "listener.db")) as db:
            return {name: db.execute(sql).fetchall() for name, sql in TABLES.items()}


def die_after(file: File, parts: int) -> None:
    life = file.read()
    assert len(list(islice(life, parts))) == parts
    life.close()  # type: ignore[attr-defined]


def test_no_transaction_writes_more_posts_than_a_part_holds(small: None, tmp_path: Path) -> None:
    file = File(tmp_path)
    assert list(file.read()) == [3, 3, 1]


def test_another_program_writes_between_two_parts(small: None, tmp_path: Path) -> None:
    file, seen = File(tmp_path), list[int]()
    with closing(sqlite3.connect(tmp_path / "listener.db", timeout=0, isolation_level=None)) as other:
        for _ in file.read():
            other.execute("begin immediate")
            seen += [row[0] for row in other.execute("select count(*) from posts")]
            other.execute("commit")
    assert seen == [3, 6, 7]


def test_the_cursor_moves_with_the_last_part_alone(small: None, tmp_path: Path) -> None:
    file = File(tmp_path)
    assert [file.rows()["cursors"] for _ in file.read()] == [[], [], [(len(LINES),)]]


@pytest.mark.parametrize("deaths", [[1], [2], [1, 1], [2, 1], [3]])
def test_a_death_between_two_parts_loses_and_repeats_nothing(small: None, tmp_path: Path, deaths: list[int]) -> None:
    whole, died = File(tmp_path / "whole"), File(tmp_path / "died")
    list(whole.read())
    for parts in deaths:
        die_after(died, parts)
    list(died.read())
    assert died.rows() == whole.rows()
    assert [len(died.rows()[table]) for table in ("posts", "findings", "outbox")] == [7, 7, 7]


def test_parts_lead_where_the_whole_page_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = File(tmp_path / "whole")
    assert list(whole.read()) == [7]
    monkeypatch.setattr(app, "parted", partial(parted, most=2))
    in_parts = File(tmp_path / "parts")
    assert list(in_parts.read()) == [2, 2, 2, 1]
    assert in_parts.rows() == whole.rows()


def test_only_the_last_part_says_that_a_page_was_read() -> None:
    page = Batch(
        posts=tuple(posts(5)),
        rough=Rough([], [], [], lambda _: posts(1)[0]),
        deleted=("fake:9",),
        cursors={"new": "5"},
        gaps=(Gap("new", NOW, NOW, "away"),),
        filled=("new",),
        wait=3.0,
    )
    *before, last = parted(page, 2)
    assert [each.posts for each in (*before, last)] == [page.posts[:2], page.posts[2:4], page.posts[4:]]
    assert {(each.rough, each.deleted, each.gaps, each.filled, each.more, *each.cursors) for each in before} == {
        (None, (), (), (), True)
    }
    assert last == Batch(
        posts=page.posts[4:],
        rough=page.rough,
        deleted=page.deleted,
        cursors=page.cursors,
        gaps=page.gaps,
        filled=page.filled,
        wait=3.0,
    )


@pytest.mark.parametrize("count", [0, 1, PART])
def test_a_page_that_one_part_holds_stays_whole(count: int) -> None:
    page = Batch(posts=tuple(posts(1)) * count, cursors={"new": "5"})
    assert list(parted(page)) == [page]


def test_who_waits_for_the_database_comes_before_who_has_just_written(tmp_path: Path) -> None:
    db, order = Database(tmp_path / "turns.db"), list[str]()
    clicking = Thread(target=lambda: note(db, order, "click"))
    with db.write():
        clicking.start()
        while not db.turns.is_awaited:  # it ends: nothing else can be done by a thread that was started
            pass
        with db.read():  # who has the database may use it within
            order.append("first page")
    note(db, order, "second page")
    clicking.join()
    db.close()
    assert order == ["first page", "click", "second page"]


def note(db: Database, order: list[str], name: str) -> None:
    with db.write():
        order.append(name)
