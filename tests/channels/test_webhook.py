import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from listener.channels.webhook import Channel, Options, render, sign
from listener.errors import Ambiguous, ChannelError, MissingSecret
from listener.plugins import find
from listener.types import Message
from tests.channels.conftest import Secrets
from tests.channels.hostile import HOSTILE
from tests.channels.server import Answer, Server, answer, closed_port, drip, reset

Make = Callable[..., Message]


@pytest.fixture
def hook(server: Server, secrets: Secrets) -> Channel:
    server.script = [answer(b"", 204)]
    return Channel(Options(url=f"{server.url}hook?x=1", timeout=5, deadline=0.5), secrets)


def test_a_message_is_posted_with_its_key_and_signature(hook: Channel, server: Server, message: Make) -> None:
    assert hook.send(message()) == "204"
    (seen,) = server.seen
    assert seen.path == "/hook?x=1"
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["idempotency-key"] == "slack/forum:1/1"
    expected = hmac.new(b"hush", seen.body, hashlib.sha256).hexdigest()
    assert seen.headers["x-listener-signature"] == sign(seen.body, "hush") == f"v1={expected}"


def test_the_body_is_the_message_field_by_field(hook: Channel, server: Server, message: Make) -> None:
    hook.send(message())
    body = server.seen[0].body
    assert msgspec.json.decode(body, type=Message) == message()
    (alert,) = json.loads(body)["alerts"]
    assert alert["deadline_at"] == "2026-11-20T15:00:00Z"
    assert alert["about"][0]["post"]["text"] == "where can I buy a standing desk?"


def test_a_deleted_post_is_not_told(message: Make) -> None:
    body = json.loads(render(message(deleted=True)))
    assert (body["alerts"][0]["deleted"], body["alerts"][0]["about"]) == (True, [])
    assert "standing" not in json.dumps(body)


def test_vectors_stay_inside(message: Make) -> None:
    (alert,) = json.loads(render(message(tags={"vector": b"12345678"})))["alerts"]
    assert alert["about"][0]["tags"]["vector"] is None


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_stays_data(hook: Channel, server: Server, message: Make, text: str) -> None:
    hook.send(message(text, author=text, key=f"slack/{text[:50]}/1"))
    body = json.loads(server.seen[0].body)
    assert body["alerts"][0]["about"][0]["post"]["text"] == text.encode("utf-8", "replace").decode()


@pytest.mark.parametrize(
    ("status", "scope", "permanent"),
    [
        (301, "channel", True),
        (400, "message", True),
        (401, "channel", True),
        (403, "channel", True),
        (404, "channel", True),
        (408, "channel", False),
        (410, "channel", True),
        (413, "message", True),
        (422, "message", True),
        (429, "channel", False),
    ],
)
def test_a_refusal_says_what_it_holds_for(
    hook: Channel, server: Server, message: Make, status: int, scope: str, permanent: bool
) -> None:
    server.script = [answer(b"", status, Location="https://new.example/hook?token=hidden", Retry_After="7")]
    with pytest.raises(ChannelError) as caught:
        hook.send(message())
    error = caught.value
    assert (error.scope, error.permanent, error.code) == (scope, permanent, str(status))
    assert error.wait == (7.0 if status in (408, 429) else None)
    assert ("new.example" in str(error)) == (status == 301)
    assert "hidden" not in str(error)
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "reply", [reset, answer(b"", 500), answer(b"", 503, Retry_After="9"), drip(), drip(b"HTTP/1.1 200 OK\r\nX: ")]
)
def test_an_unclear_answer_is_ambiguous(hook: Channel, server: Server, message: Make, reply: Answer) -> None:
    server.script = [reply]
    with pytest.raises(Ambiguous):
        hook.send(message())
    assert len(server.seen) == 1


def test_a_receiver_in_trouble_may_say_how_long(hook: Channel, server: Server, message: Make) -> None:
    server.script = [answer(b"", 503, Retry_After="9")]
    with pytest.raises(Ambiguous) as caught:
        hook.send(message())
    assert caught.value.wait == 9.0


def test_a_receiver_that_is_not_there_has_seen_nothing(secrets: Secrets, message: Make) -> None:
    with pytest.raises(ChannelError, match="cannot be reached") as caught:
        Channel(Options(url=f"http://127.0.0.1:{closed_port()}/"), secrets).send(message())
    assert not caught.value.permanent


def test_without_a_secret_there_is_no_channel() -> None:
    with pytest.raises(MissingSecret, match="LISTENER_WEBHOOK_SECRET"):
        Channel(Options(url="https://receiver.example/"), Secrets())


def test_a_secret_that_goes_away_stops_the_channel(
    hook: Channel, server: Server, secrets: Secrets, message: Make
) -> None:
    del secrets["LISTENER_WEBHOOK_SECRET"]
    with pytest.raises(ChannelError, match="LISTENER_WEBHOOK_SECRET") as caught:
        hook.send(message())
    assert caught.value.permanent
    assert server.seen == []


@pytest.mark.parametrize("given", [{"url": "ftp://a/"}, {"url": "https://"}, {}, {"url": "http://a/", "secret": "x"}])
def test_settings_that_cannot_work_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(given, Options)


def test_it_is_found_by_its_name(secrets: Secrets) -> None:
    plugin = find("channel", "webhook")
    made = plugin.make(plugin.options(url="https://receiver.example/"), secrets)
    assert made.interval == 0.0
    assert not plugin.places
