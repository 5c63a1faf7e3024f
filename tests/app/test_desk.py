"""When the desk is at work: with Slack and an app-level token, from the start to the end, across changes."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from listener.app import assemble, desk
from listener.app.app import App
from listener.app.run import Running
from listener.config import Env, load
from listener.errors import ChannelError
from listener.plugins import find
from listener.schedule import Schedule
from tests.app.conftest import LISTENER, Office

SLACK = LISTENER.replace(
    "[route]",
    """[[channels]]
use = "slack"
[ops]
channel = "desk"
[route]""",
)
TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


def app_with(office: Office, folder: Path, env: Env, listener: str = SLACK) -> App:
    office.write("listener.toml", listener.format(folder=folder))
    parts = assemble(load(office.config, env, find), env)
    return App(parts, office.store, office.clock, office.clock)


@pytest.mark.parametrize(
    ("env", "wanted"),
    [
        (TOKENS, True),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, False),
        ({"SLACK_APP_TOKEN": "xapp-1"}, False),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xoxb-1"}, False),
    ],
)
def test_buttons_are_answered_where_both_tokens_are_there(
    office: Office, tmp_path: Path, env: dict[str, str], wanted: bool
) -> None:
    assert desk.is_wanted(app_with(office, tmp_path, Env(env)), Env(env)) is wanted


def test_without_slack_nobody_is_needed(office: Office) -> None:
    assert not desk.is_wanted(office.app, Env(TOKENS))


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ({}, []),
        ({"SLACK_APP_TOKEN": "xapp-1"}, []),
        ({"SLACK_APP_TOKEN": "xoxb-1"}, ["cards in Slack have no buttons: SLACK_APP_TOKEN is no app-level token"]),
        ({"SLACK_APP_TOKEN_FILE": "/no/file"}, ["cards in Slack have no buttons: set SLACK_APP_TOKEN or"]),
    ],
)
def test_a_token_that_is_none_is_told_at_the_start(
    office: Office, tmp_path: Path, token: dict[str, str], said: list[str]
) -> None:
    app = app_with(office, tmp_path, Env({"SLACK_BOT_TOKEN": "xoxb-1", **token}))
    assert [line[: len(start)] for line, start in zip(app.parts.skipped, said, strict=True)] == said


def test_operators_hear_once_a_day_of_a_token_that_is_refused(office: Office, tmp_path: Path) -> None:
    app, woken = app_with(office, tmp_path, Env(TOKENS)), list[int]()
    app.on_alert = lambda: woken.append(1)
    line = desk.line(app, Env(TOKENS))
    refused = ChannelError("slack", "SLACK_APP_TOKEN was revoked: make one", permanent=True, code="token_revoked")
    began = office.clock()
    line._told(refused, began)
    line._told(refused, began)
    rows = office.store.db.rows("select notice from outbox where key like 'ops/desk/%'")
    assert [row["notice"] for row in rows] == ["Buttons in Slack do nothing: SLACK_APP_TOKEN was revoked: make one"]
    assert woken == [1]
    line._errands.end()


def test_operators_hear_of_trouble_that_lasts_and_not_of_a_moment_of_it(office: Office, tmp_path: Path) -> None:
    app, began = app_with(office, tmp_path, Env(TOKENS)), office.clock()
    line = desk.line(app, Env(TOKENS))
    lost = ChannelError("slack", "cannot be reached: no answer in time", code="unreachable")

    def told() -> list[str]:
        line._told(lost, began)
        rows = office.store.db.rows("select notice from outbox where key like 'ops/desk/%'")
        return [row["notice"] for row in rows]

    assert told() == []
    office.clock.advance(14 * 60)
    assert told() == []
    office.clock.advance(60)
    assert told() == ["Buttons in Slack do nothing: cannot be reached: no answer in time"]
    office.clock.advance(3_600)
    assert len(told()) == 1
    line._errands.end()


class Idle(Thread):
    """A desk at which nobody clicks."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._halted = Event()

    def run(self) -> None:
        self._halted.wait(10)

    def halt(self) -> None:
        self._halted.set()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Idle]]:
    """The desks that were opened."""
    found = list[Idle]()

    def line(app: App, env: Env) -> Idle:
        found.append(Idle())
        return found[-1]

    monkeypatch.setattr(desk, "line", line)
    yield found
    for each in found:
        each.halt()


def test_a_connection_outlasts_a_change_of_the_configuration_and_ends_with_its_channel(
    office: Office, tmp_path: Path, made: list[Idle]
) -> None:
    env, schedule = Env(TOKENS), Schedule(office.clock)
    running = Running(app_with(office, tmp_path, env), env, schedule)
    running._attend()
    assert [each.is_alive() for each in made] == [True]
    office.write("topics.toml", "[[topics]]\nname = 'tents'\nquery = 'tent'\n")
    assert running.reload()
    assert [each.is_alive() for each in made] == [True]
    office.write("listener.toml", LISTENER.format(folder=tmp_path))
    assert running.reload()
    assert [each.is_alive() for each in made] == [False]
    office.write("listener.toml", SLACK.format(folder=tmp_path))
    assert running.reload()
    assert [each.is_alive() for each in made] == [False, True]
    assert schedule.end()
    assert [each.is_alive() for each in made] == [False, False]
