"""A store in a folder of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from listener.store import Store
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
