"""A database in which a question trends and is told in Slack; and the desk that answers its buttons."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from listener.desk import Desk
from listener.store import Store
from listener.store.trends import Counted, Tiding, TrendStore
from listener.testing import FakeClock
from listener.types.trend import Kind, Trend
from tests.desk.fakes import INSTALL, FakeSlack
from tests.making import NOW, topic


def told(store: Store, kind: Kind = Kind.QUESTION, thread: str = "ab") -> None:
    """A trend that Slack hears of."""
    trend = Trend(
        kind=kind,
        topic="desks",
        at=NOW,
        question="x:1",
        votes=3,
        posts=("x:1", "x:2", "x:3"),
        authors=3,
        expected=0.5,
        score=5.0,
        since=NOW - timedelta(hours=1),
        window=3_600,
    )
    tiding = Tiding(trend=trend, thread=thread, state="told", notice="📈 Asked", channels=("slack:#listening",))
    counted = Counted(topic="desks", model="light-1", upto=1, memory=b"{}", tidings=[tiding])
    assert TrendStore(store.db).keep(counted, NOW) == 1


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a database that each test gets a copy of."""
    folder = tmp_path_factory.mktemp("made")
    store = Store.open(folder / "listener.db", NOW)
    store.activate(["feed"], [topic()], NOW)
    told(store)
    store.close()
    return folder


@pytest.fixture
def store(tmp_path: Path, made: Path) -> Iterator[Store]:
    folder = shutil.copytree(made, tmp_path / "copy")
    store = Store.open(folder / "listener.db", NOW)
    store.db.conn.execute("pragma synchronous = off")  # no test pulls the plug
    yield store
    store.close()


@pytest.fixture
def slack() -> FakeSlack:
    return FakeSlack()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def woken() -> list[int]:
    """An entry for each time that the sender was woken."""
    return []


@pytest.fixture
def desk(store: Store, slack: FakeSlack, clock: FakeClock, woken: list[int]) -> Desk:
    return Desk(store.db, INSTALL, slack, clock, lambda: woken.append(1))


def trend(store: Store, columns: str = "owner, owner_id, muted_until, verdict, answer") -> tuple[object, ...]:
    """What the database says of the trend."""
    return tuple(store.db.rows(f"select {columns} from trends")[0])


def versions(store: Store) -> list[int]:
    """Of the content of all cards."""
    return [row[0] for row in store.db.rows("select version from outbox order by id")]
