"""A database with findings and messages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from listener.config import Ops, Retention, Settings, Slack, SourceSettings, Tag, Web
from listener.sources.jsonl import Options
from listener.store import Store
from listener.testing import posts
from listener.types import Batch, Route
from tests.making import NOW, Tell, analysis, topic


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "listener.db"


@pytest.fixture
def settings(path: Path) -> Settings:
    """One source, "feed", that is read every ten seconds."""
    return Settings(
        folder=path.parent / "config",
        store=path,
        sources=(SourceSettings("jsonl", "feed", 10.0, Options(path="posts.jsonl")),),
        channels=(),
        route=Route(channel="fake"),
        own=frozenset(),
        people={},
        ops=Ops(),
        retention=Retention(),
        tag=Tag(),
        slack=Slack(),
        web=Web(),
        topics=(topic(),),
        sets={},
        samples={},
        warnings=(),
    )


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """The database, owned by this process: three posts were found and are to be told."""
    store = Store.open(path, NOW)
    store.activate(["feed"], [topic()], NOW)
    batch = Batch(posts=tuple(posts(3)))
    store.keep("feed", batch, analysis(batch.posts), Tell(), NOW)
    yield store
    store.close()
