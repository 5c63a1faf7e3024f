"""A kill while a question to X is under way may empty the purse: what it was about is read once there is money."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from listener.app import App, assemble
from listener.config import Env, load
from listener.ops.status import SourceStatus, status
from listener.plugins import find
from listener.sources.x import Source
from listener.sources.x.api import Answer
from listener.store import Store
from listener.testing import FakeClock
from tests.sources.x.fake import NOW, X, tweet

LISTENER = """tag.tagger = "fast"
[store]
url = "sqlite:///{folder}/listener.db"
[[sources]]
use = "x"
max_usd_per_day = 0.1
[[channels]]
use = "console"
[route]
channel = "console"
"""  # money for 16 new posts a day, and a question wants it for ten
TOPICS = """
[[topics]]
name = "desks"
query = "desk"
threshold = 0
"""


class Killed(BaseException):
    """The process is no more."""


class Life:
    """The product over an X in memory, from start to start."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.service, self.clock = folder, X(), FakeClock(NOW)
        (folder / "listener.toml").write_text(LISTENER.format(folder=folder))
        (folder / "topics.toml").write_text(TOPICS)
        self.start()

    def start(self) -> None:
        env = Env({"X_BEARER_TOKEN": "some-token"})
        self.settings = load(self.folder, env, find)
        parts = assemble(self.settings, env)
        self.store = Store.open(self.settings.store, self.clock())
        self.app = App(parts, self.store, self.clock, self.clock)
        source = parts.sources["x"].source
        assert isinstance(source, Source)
        source._api = self.service  # type: ignore[assignment]  # stands for an Api

    def killed(self) -> None:
        with pytest.raises(Killed):
            self.app.poll("x")
        self.store.close()
        self.start()

    @property
    def found(self) -> set[int]:
        return {int(row["post_key"].removeprefix("x:")) for row in self.store.db.rows("select post_key from findings")}

    @property
    def status(self) -> SourceStatus:
        [seen] = status(self.settings, Env({"X_BEARER_TOKEN": "some-token"}), self.store, "", self.clock()).sources
        return seen


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    """One that has read the five posts that there were, when two more come."""
    made = Life(tmp_path)
    made.service.tweets = [tweet(n, 300 - n * 10) for n in range(1, 6)]
    assert made.app.poll("x") is None and made.found == {1, 2, 3, 4, 5}
    made.service.tweets += [tweet(n, -n) for n in (6, 7)]
    made.clock.advance(120)
    yield made
    made.store.close()


def kill(life: Life, moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be killed at that moment of the next question."""
    search = life.service.search

    def cut(*asked: object) -> Answer:
        if moment == "answered":
            search(*asked)  # type: ignore[arg-type]  # as they came
        raise Killed

    with monkeypatch.context() as patch:
        if moment == "paid":
            patch.setattr(life.store, "keep", cut)
        else:
            patch.setattr(life.service, "search", cut)
        life.killed()


@pytest.mark.parametrize("moment", ["asked", "answered", "paid"])
def test_a_kill_that_leaves_no_money_delays_posts_and_says_so(
    life: Life, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill(life, moment, monkeypatch)
    wait = life.app.poll("x")
    assert wait and life.found == {1, 2, 3, 4, 5}
    assert life.status.error == (
        "today's $0.08 for reading new posts is spent (max_usd_per_day = 0.1); it goes on at 00:00 UTC"
    )
    assert life.status.next_read == life.clock() + timedelta(seconds=wait)
    assert life.status.money and life.status.money.held == (0 if moment == "paid" else 0.05)
    assert life.status.gaps_open == 0, "nothing is lost"
    life.clock.advance(wait)
    assert life.app.poll("x") is None
    assert life.found == {1, 2, 3, 4, 5, 6, 7}
    assert (life.status.error, life.status.gaps_open) == ("", 0)
