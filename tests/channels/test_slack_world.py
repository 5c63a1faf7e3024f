"""The real slack_sdk over TLS and a proxy, against a strict Slack that keeps a ledger."""

import importlib
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from listener.channels.slack import SCOPES, Channel, Options
from listener.errors import Ambiguous, ChannelError
from listener.types import Alert, Message
from tests.channels.conftest import Secrets
from tests.channels.hostile import HOSTILE
from tests.channels.server import Server, drip

pytestmark = pytest.mark.world

Make = Callable[..., Message]
PLACES = count(1)
LONG_AGO, FAR_AHEAD = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def running(shared: Path) -> Iterator[Any]:
    """One world for all tests of this module, with exactly the manifest's scopes."""
    tools = str(shared / "tools")
    if tools not in sys.path:
        sys.path.append(tools)
    with importlib.import_module("loopback.world").World(speed=0) as world:
        world.slack.scopes = ",".join(SCOPES)
        yield world


@pytest.fixture
def world(running: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The world, healed, and this process pointed at it."""
    for name, value in running.env.items():
        monkeypatch.setenv(name, value)
    yield running
    running.faults.clear()
    running.slack.scopes = ",".join(SCOPES)
    assert running.ledger["errors"] == []
    assert running.ledger["unknown_hosts"] == []


@pytest.fixture
def place(world: Any) -> str:
    """A channel of this test's own, since Slack takes one message a second in each."""
    number = next(PLACES)
    world.slack.channel(f"C0TEST{number}", name=f"test{number}")
    return f"#test{number}"


@pytest.fixture
def slack(world: Any, secrets: Secrets) -> Channel:
    return Channel(Options(), secrets)


@pytest.fixture
def told(message: Make, place: str) -> Make:
    """Makes messages to this test's channel."""

    def make(text: str = "where can I buy a standing desk?", **fields: Any) -> Message:
        return message(text, **{"channel": f"slack:{place}", **fields})

    return make


def posted(world: Any, place: str) -> list[Any]:
    channel = f"C0{place.removeprefix('#').upper()}"
    return [entry for entry in world.ledger["slack"]["messages"] if entry["channel"] == channel]


def test_a_card_arrives_once_and_is_found_changed_and_removed(
    world: Any, slack: Channel, told: Make, place: str
) -> None:
    ref = slack.send(told())
    (entry,) = posted(world, place)
    assert ref == f"{entry['channel']}/{entry['ts']}"
    assert slack.find([told()], FAR_AHEAD) == {}
    assert slack.find([told()], LONG_AGO) == {"slack/forum:1/1": ref}
    slack.update(told("an edited question about desks"), ref)
    assert "edited" in world.ledger["slack"]["updates"][-1]["text"]
    slack.erase(told(), ref)
    assert "standing" not in str(world.ledger["slack"]["updates"][-1]["blocks"])
    slack.remove(ref)
    assert slack.find([told()], LONG_AGO) == {}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_arrives_on_the_first_try(world: Any, slack: Channel, told: Make, place: str, text: str) -> None:
    slack.send(told(text, title=text, author=text, community=text, topic=text, notice=text, url=text))
    (entry,) = posted(world, place)
    assert entry["blocks"]


def test_a_list_and_a_notice_arrive(
    world: Any, slack: Channel, told: Make, place: str, alert: Callable[..., Alert]
) -> None:
    slack.send(told(alerts=tuple(alert() for _ in range(30)), notice="30 posts waited"))
    assert len(posted(world, place)) == 1


def test_a_reply_stands_in_its_thread_and_is_found_there(
    world: Any, slack: Channel, told: Make, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loopback.slack.messages.Messages.pace", lambda *_: None)
    parent = slack.send(told())
    reply = told(key="second", thread=parent)
    ref = slack.send(reply)
    assert posted(world, place)[1]["thread_ts"] == parent.partition("/")[2]
    assert slack.find([reply], LONG_AGO) == {"second": ref}


def test_an_answer_lost_after_the_post_is_ambiguous_and_found_again(
    world: Any, slack: Channel, told: Make, place: str
) -> None:
    world.fault("slack:drop-after-accept:on=chat.postMessage:times=1")
    with pytest.raises(Ambiguous):
        slack.send(told())
    (entry,) = posted(world, place)
    assert slack.find([told()], LONG_AGO)["slack/forum:1/1"].endswith(entry["ts"])


@pytest.mark.parametrize("fault", ["drop", "html", "truncate", "cut", "500", "503", "internal_error", "down"])
def test_an_unclear_answer_is_ambiguous_and_never_posted_again(
    world: Any, slack: Channel, told: Make, place: str, fault: str
) -> None:
    slack.resolve(place)
    world.fault(f"slack:{fault}:on=chat.postMessage")
    before = len(world.ledger["requests"])
    with pytest.raises(Ambiguous):
        slack.send(told())
    asked = [request["path"] for request in world.ledger["requests"][before:]]
    assert asked == ["/api/chat.postMessage"]
    assert len(posted(world, place)) <= 1


def test_a_drip_over_tls_ends_at_the_deadline(
    world: Any, server: Server, secrets: Secrets, told: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "localhost")
    server.script = [drip(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{")]
    server.socket = world.authority.context("localhost").wrap_socket(server.socket, server_side=True)
    slack = Channel(Options(timeout=5, deadline=0.4), secrets, f"https://localhost:{server.server_address[1]}/")
    with pytest.raises(Ambiguous, match="no answer in time"):
        slack.send(told(channel="slack:C0A"))
    assert len(server.seen) == 1


def test_a_slow_answer_ends_at_the_timeout(world: Any, secrets: Secrets, told: Make, place: str) -> None:
    slack = Channel(Options(timeout=0.3), secrets)
    slack.resolve(place)
    world.fault("slack:slow:1s:on=chat.postMessage")
    with pytest.raises(Ambiguous, match="no answer in time"):
        slack.send(told())


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        ("token_revoked", ("channel", True)),
        ("account_inactive", ("channel", True)),
        ("401", ("channel", True)),
        ("channel_not_found", ("place", True)),
        ("429", ("place", False)),
        ("msg_too_long", ("message", True)),
    ],
)
def test_a_refusal_is_definite(
    world: Any, slack: Channel, told: Make, place: str, fault: str, meaning: tuple[str, bool]
) -> None:
    world.fault(f"slack:{fault}:on=chat.postMessage")
    with pytest.raises(ChannelError) as caught:
        slack.send(told())
    assert (caught.value.scope, caught.value.permanent) == meaning
    assert posted(world, place) == []


def test_the_second_message_within_a_second_is_told_to_wait(world: Any, slack: Channel, told: Make, place: str) -> None:
    slack.send(told())
    with pytest.raises(ChannelError) as caught:
        slack.send(told(key="second"))
    assert caught.value.wait == 1.0
    assert len(posted(world, place)) == 1


@pytest.mark.parametrize(
    ("channel", "cure"),
    [
        ("#archived", "archived"),
        ("#random", "/invite @listener"),
        ("#nowhere", "/invite @listener"),
        ("C0NOWHERE", "/invite @listener"),
    ],
)
def test_a_place_that_cannot_be_used_names_the_cure(
    world: Any, slack: Channel, told: Make, channel: str, cure: str
) -> None:
    with pytest.raises(ChannelError, match=cure) as caught:
        slack.send(told(channel=f"slack:{channel}"))
    assert (caught.value.scope, caught.value.permanent) == ("place", True)


def test_a_private_channel_is_found_by_name(world: Any, slack: Channel, told: Make) -> None:
    assert slack.send(told(channel="slack:#private")).startswith("C0PRIVATE/")


@pytest.mark.parametrize("missing", ["chat:write", "history"])
def test_a_missing_scope_is_named(world: Any, slack: Channel, told: Make, missing: str) -> None:
    world.slack.scopes = ",".join(scope for scope in SCOPES if missing not in scope)
    assert slack.scopes() == set(world.slack.scopes.split(","))
    with pytest.raises(ChannelError, match=missing) as caught:
        slack.send(told()) if missing == "chat:write" else slack.find([told()], LONG_AGO)
    assert (caught.value.permanent, caught.value.code) == (True, "missing_scope")


def test_a_token_of_another_kind_is_named(world: Any) -> None:
    with pytest.raises(ChannelError, match="not a bot token"):
        Channel(Options(), Secrets(SLACK_BOT_TOKEN="xapp-1-socket")).probe()


def test_a_certificate_that_is_not_trusted_means_nothing_was_sent(
    world: Any, secrets: Secrets, told: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(ChannelError, match="certificate is not trusted") as caught:
        Channel(Options(), secrets).send(told(channel="slack:C0SALES"))
    assert not caught.value.permanent
