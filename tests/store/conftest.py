"""A store in a folder of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from listener.store import Store
from listener.store.connection import Database
from listener.store.trends import TrendStore
from listener.types.trend import Asked
from tests.making import NOW, topic


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "listener.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store.open(path, NOW)
    store.activate(["feed"], [topic()], NOW)
    yield store
    store.close()


@pytest.fixture
def rows(store: Store) -> Callable[[str], list[tuple[object, ...]]]:
    """Runs SQL on the store."""
    return lambda sql: [tuple(row) for row in store.db.rows(sql)]


def remembered(db: Database, topic: str = "desks", model: str = "light-1") -> tuple[int, bytes, list[Asked]]:
    """What `TrendStore.remembered` answers now, its questions in a list."""
    upto, memory, asked = TrendStore(db).remembered(topic, model, NOW)
    return upto, memory, [*asked]
