"""Operators hear of trouble that lasts and of its end, once each, whatever restarts between."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listener.app import App, assemble
from listener.config import load
from listener.errors import SourceError
from listener.plugins import find
from listener.store import Store
from listener.types import Trouble
from tests.app.conftest import LISTENER, Office
from tests.making import NOW

OPS = '[ops]\nchannel = "desk"\nafter = "10m"\n'
REFUSED = "the token was refused"


class Desk(Office):
    """An office whose operators are told after ten minutes; `restart` ends its process."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.write("listener.toml", LISTENER.format(folder=folder) + OPS)
        self.app.use(assemble(load(self.config, self.env, find), self.env))

    def restart(self) -> None:
        parts, path = self.app.parts, self.store.db.path
        self.store.close()
        self.store = Store.open(path, self.clock())
        self.app = App(parts, self.store, self.clock, self.clock)

    def poll(self, *, fails: bool) -> None:
        self.feed.errors = [SourceError("feed", REFUSED, permanent=True, code="401")] if fails else []
        self.app.poll("feed")

    @property
    def told(self) -> list[str]:
        return [row["notice"] for row in self.store.db.rows("select notice from outbox where notice != '' order by id")]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.store.close()


BEGAN = f"Source feed cannot be read since 2026-11-20 12:00 UTC: {REFUSED}"
ENDED = "Source feed is read again; the trouble began at 2026-11-20 12:00 UTC"


def test_trouble_and_its_end_are_told_once_across_restarts(desk: Desk) -> None:
    for _ in range(5):
        desk.poll(fails=True)
        desk.clock.advance(240)
        desk.restart()
    assert desk.told == [BEGAN]
    for _ in range(3):
        desk.poll(fails=False)
        desk.restart()
    assert desk.told == [BEGAN, ENDED]


def test_trouble_is_told_after_its_minutes_though_the_next_try_is_later(desk: Desk) -> None:
    desk.poll(fails=True)
    desk.clock.advance(599)
    desk.app.tell_operators()
    assert desk.told == []
    desk.clock.advance(1)
    desk.app.tell_operators()
    desk.app.tell_operators()
    assert desk.told == [BEGAN]


def test_an_end_that_a_kill_kept_from_being_told_is_told_by_the_next_process(desk: Desk) -> None:
    desk.poll(fails=True)
    desk.clock.advance(600)
    desk.app.tell_operators()
    desk.feed.errors = []
    for _ in desk.app.read("feed"):
        pass  # stored, and killed before anything else
    desk.restart()
    desk.app.tell_operators()
    assert desk.told == [BEGAN, ENDED]


def test_a_second_trouble_is_another_one(desk: Desk) -> None:
    for _ in range(2):
        desk.poll(fails=True)
        desk.clock.advance(600)
        desk.app.tell_operators()
        desk.poll(fails=False)
    assert len(desk.told) == len(set(desk.told)) == 4


def test_a_part_that_fails_is_told_by_its_name_and_so_is_its_end(desk: Desk) -> None:
    desk.feed.troubles = [Trouble("feeds.example/a", "it is gone", NOW + timedelta(days=1))]
    desk.app.poll("feed")
    desk.clock.advance(600)
    desk.app.tell_operators()
    desk.feed.troubles.clear()
    desk.app.poll("feed")
    desk.app.poll("feed")
    assert desk.told == [
        "feeds.example/a of source feed cannot be read since 2026-11-20 12:00 UTC: it is gone",
        "The trouble with feeds.example/a of source feed, which began at 2026-11-20 12:00 UTC, is over",
    ]


def test_a_database_that_cannot_be_written_is_no_traceback(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.store.db.conn.execute("drop table troubles")
    desk.app.tell_operators()
    assert "operators could not be told" in caplog.text and "tried again later" in caplog.text


STEPS = st.lists(st.sampled_from(["fail", "well", "wait", "restart", "look"]), max_size=12)


@given(STEPS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_beginnings_and_ends_take_turns_whatever_happens(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    for step in steps:
        match step:
            case "fail" | "well":
                desk.poll(fails=step == "fail")
            case "wait":
                desk.clock.advance(400)
            case "restart":
                desk.restart()
            case "look":
                desk.app.tell_operators()
    told = desk.told
    desk.store.close()
    assert ["cannot be read" in text for text in told] == [n % 2 == 0 for n in range(len(told))]
