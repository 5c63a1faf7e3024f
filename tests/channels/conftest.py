"""Invented alerts, secrets and a scripted web server, for the tests of all channels."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from listener.errors import MissingSecret
from listener.types import Alert, Evidence, Finding, Match, Message, Moment, Post, Reason, Score, Span, Tags
from tests.channels.server import Server


class Secrets(dict[str, str]):
    """An environment with these secrets."""

    def secret(self, name: str) -> str:
        if name not in self:
            raise MissingSecret(name)
        return self[name]


@pytest.fixture
def secrets() -> Secrets:
    return Secrets(SLACK_BOT_TOKEN="xoxb-very-secret", LISTENER_WEBHOOK_SECRET="hush")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def finding(post: Callable[..., Post], now: datetime) -> Callable[..., Finding]:
    """Makes a finding on an invented post; `topic`, `tags` and any field of the post may be given."""

    def make(text: str = "where can I buy a standing desk?", topic: str = "desks", **fields: Any) -> Finding:
        tags = fields.pop("tags", {})
        spans = fields.pop("spans", (Span(18, 31),))
        leaves = fields.pop("leaves", ("standing desk",))
        written = {"author": "pia", "url": "https://forum.example/t/1", **fields}
        tagged: dict[str, Any] = {
            "moments": {Moment.BUY: 0.9},
            "labels": (Moment.BUY,),
            "evidence": (Evidence("buy", 0, 15, "where can I buy"),),
            **tags,
        }
        return Finding(
            post=post(text, **written),
            match=Match(topic, leaves, spans),
            tags=Tags(**tagged),
            score=Score(82, 93, 70, 88, now + timedelta(hours=3)),
        )

    return make


@pytest.fixture
def alert(finding: Callable[..., Finding], now: datetime) -> Callable[..., Alert]:
    """Makes an alert; its fields may be given, all others go to its finding."""

    def make(text: str = "where can I buy a standing desk?", **fields: Any) -> Alert:
        own: dict[str, Any] = {
            name: fields.pop(name) for name in ("about", "copies", "deleted", "reason", "key") if name in fields
        }
        settings: dict[str, Any] = {
            "key": "slack/forum:1/1",
            "channel": "slack:#listening",
            "reason": Reason.FIRST,
            "due_at": now,
            "deadline_at": now + timedelta(hours=3),
            **own,
        }
        return Alert(**{"about": (finding(text, **fields),), **settings})

    return make


@pytest.fixture
def message(alert: Callable[..., Alert]) -> Callable[..., Message]:
    """Makes a message; its fields may be given, all others go to its alert."""

    def make(text: str = "where can I buy a standing desk?", **fields: Any) -> Message:
        names = ("alerts", "channel", "install", "notice", "thread")
        own = {name: fields.pop(name) for name in names if name in fields}
        key = fields.get("key", "slack/forum:1/1")
        settings = {"key": key, "channel": "slack:#listening", "install": "here", **own}
        return Message(**{"alerts": (alert(text, **fields),), **settings})

    return make
