"""An app over fakes: a real store, real rules, a source and a channel that misbehave on request."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from listener.app import App, Parts, assemble, once
from listener.config import Env, load
from listener.plugins import find
from listener.store import Store
from listener.testing import FakeChannel, FakeClock, FakeSource, posts
from listener.types import Post
from tests.app.asking import background

LISTENER = """tag.tagger = "fast"
[store]
url = "sqlite:///{folder}/listener.db"
[[sources]]
use = "tests.app.plugged:Source"
name = "feed"
[[sources]]
use = "tests.app.plugged:Source"
name = "other"
[[channels]]
use = "tests.app.plugged:Channel"
name = "desk"
[route]
channel = "desk"
"""
TOPICS = """
[[topics]]
name = "kettles"
query = "kettle OR ramen OR headphones OR desk"
threshold = 0
"""


class Office:
    """Everything of one app, at hand."""

    def __init__(self, folder: Path) -> None:
        self.config, self.clock, self.env = folder / "config", FakeClock(), Env({})
        self.config.mkdir()
        self.write("listener.toml", LISTENER.format(folder=folder))
        self.write("topics.toml", TOPICS)
        settings = load(self.config, self.env, find)
        self.parts: Parts = assemble(settings, self.env)
        self.store = Store.open(settings.store, self.clock())
        self.app = App(self.parts, self.store, self.clock, self.clock)
        self.feed.add(*posts(4))

    def write(self, name: str, text: str) -> None:
        (self.config / name).write_text(text)

    @property
    def feed(self) -> FakeSource:
        source = self.app.parts.sources["feed"].source
        assert isinstance(source, FakeSource)
        return source

    @property
    def desk(self) -> FakeChannel:
        channel = self.app.parts.channels["desk"]
        assert isinstance(channel, FakeChannel)
        return channel

    def hear(self, *posts: Post) -> list[str]:
        """Let these come, one look each; answers the notices of what was sent, as they were then."""
        told = list[str]()
        for post in posts:
            before = len(self.desk.sent)
            self.clock.now = max(self.clock.now, post.created_at)
            self.feed.add(post)
            once(self.app, ["feed"])
            told += [message.notice for message in [*self.desk.sent.values()][before:] if message.notice]
        return told

    def count(self, table: str) -> int:
        return int(self.store.db.value(f"select count(*) from {table}"))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def busy(office: Office) -> Office:
    """One that has listened for days."""
    office.feed.posts.clear()
    office.feed.add(*background())
    once(office.app, ["feed"])
    return office
