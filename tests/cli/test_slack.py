"""The app manifest; and a test card in a strict Slack, with exactly the manifest's permissions."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from listener.channels.slack import SCOPES
from tests.cli.conftest import Run

SLACK = """
[[channels]]
use = "slack"
[[channels]]
use = "console"
[route]
channel = "console"
[[route.routes]]
match = "moment:buy"
channel = "slack:#listening"
"""


def test_the_manifest_is_json_with_the_permissions_that_are_used(listener: Run) -> None:
    answer = listener("slack", "manifest")
    assert answer.code == 0
    assert answer.json["oauth_config"]["scopes"]["bot"] == list(SCOPES)


def test_without_slack_in_the_configuration_the_test_says_what_to_add(listener: Run) -> None:
    answer = listener("slack", "test")
    assert (answer.code, answer.out) == (2, "")
    assert 'add [[channels]] with use = "slack" to config/listener.toml' in answer.err


def test_without_a_token_the_test_says_what_to_set(listener: Run, home: Path) -> None:
    (home / "config" / "listener.toml").write_text(SLACK)
    answer = listener("slack", "test")
    assert (answer.code, answer.err) == (1, "set SLACK_BOT_TOKEN or SLACK_BOT_TOKEN_FILE\n")


def test_without_a_route_to_slack_a_place_must_be_named(listener: Run, home: Path) -> None:
    (home / "config" / "listener.toml").write_text(SLACK.replace('"slack:#listening"', '"console"'))
    answer = listener("slack", "test")
    assert answer.code == 2
    assert 'no route leads to Slack: name a place, such as `listener slack test --channel "#listening"`' in answer.err


@pytest.fixture
def world(shared: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A Slack at which this process points; the app is in #listening, not in #random."""
    (home / "config" / "listener.toml").write_text(SLACK)
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-invented")
    tools = str(shared / "tools")
    if tools not in sys.path:
        sys.path.append(tools)
    with importlib.import_module("loopback.world").World(speed=0) as world:
        world.slack.scopes = ",".join(SCOPES)
        for name, value in world.env.items():
            monkeypatch.setenv(name, value)
        yield world
        assert world.ledger["errors"] == []
        assert world.ledger["unknown_hosts"] == []


@pytest.mark.world
def test_the_test_card_is_posted_where_alerts_go_and_removed(listener: Run, world: Any) -> None:
    answer = listener("slack", "test")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines() == ["posted a test card to slack:#listening", "removed it: Slack works"]
    [posted], [deleted] = world.ledger["slack"]["messages"], world.ledger["slack"]["deletes"]
    assert posted["channel"] == deleted["channel"] == "C0LISTENING"
    assert posted["ts"] == deleted["ts"]
    assert "This is a test from Listener" in str(posted["blocks"])
    assert world.ledger["slack"]["refused"] == []


@pytest.mark.world
@pytest.mark.parametrize("channel", ["#random", "slack:#random"])
def test_a_place_where_the_app_is_not_says_how_to_invite_it(listener: Run, world: Any, channel: str) -> None:
    answer = listener("slack", "test", "--channel", channel)
    assert (answer.code, answer.out) == (1, "")
    assert "/invite @listener" in answer.err
    assert world.ledger["slack"]["messages"] == []


@pytest.mark.world
def test_json_names_the_message(listener: Run, world: Any) -> None:
    tried = listener("slack", "test", "--json").json
    assert tried["channel"] == "slack:#listening"
    assert tried["ref"].startswith("C0LISTENING/")
    assert tried["removed"] is True


@pytest.mark.world
def test_the_doctor_is_content_with_this_slack(listener: Run, world: Any, database: Path) -> None:
    said = listener("doctor").out
    assert said.endswith("nothing is wrong\n")
    assert "· cards in Slack have no buttons: SLACK_APP_TOKEN is not set" in said
    world.slack.scopes = ",".join(scope for scope in SCOPES if scope != "channels:history")
    answer = listener("doctor")
    assert answer.code == 1
    assert "lacks the scope channels:history" in answer.out


@pytest.mark.world
@pytest.mark.parametrize("missing", [("channels:history",), ("channels:history", "groups:history")])
def test_a_missing_history_is_told_with_its_cure(listener: Run, world: Any, missing: tuple[str, ...]) -> None:
    world.slack.scopes = ",".join(scope for scope in SCOPES if scope not in missing)
    answer = listener("slack", "test")
    assert answer.code == 0
    assert answer.err.startswith(f"The app lacks {' and '.join(missing)}: where Slack's answer to a message is lost")
    assert "OAuth & Permissions" in answer.err


@pytest.mark.world
def test_the_doctor_names_an_archived_channel(listener: Run, world: Any, database: Path) -> None:
    [channel] = [each for each in world.slack.channels.values() if each["name"] == "listening"]
    channel["is_archived"] = True
    assert "✗ slack:#listening: it is archived\n  → unarchive it" in listener("doctor").out
