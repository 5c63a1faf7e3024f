"""A Slack that does as it is told, and what it sends: for tests of the desk."""

from collections.abc import Callable
from typing import Any

from listener.channels.slack.buttons import FIELD, FORM
from listener.desk.line import Connection
from listener.types import Json

TEAM, APP, INSTALL = "T0OURS", "A0OURS", "install1"
CARD = "trend/slack:#listening/desks/ab"
ADDRESS = "https://example.org/answers/refund"


def pressed(act: str = "own", by: str = "U0ANNA", at: str = "1.1", **changes: Any) -> Json:
    """The payload of a click on a card of ours."""
    button = {"action_id": f"trend.{act}", "action_ts": at, "value": f"{INSTALL} {CARD}", "type": "button"}
    made = {
        "type": "block_actions",
        "team": {"id": TEAM, "domain": "ours"},
        "user": {"id": by, "name": by[2:].lower(), "team_id": TEAM},
        "api_app_id": APP,
        "trigger_id": "7.7.ab",
        "container": {"type": "message", "channel_id": "C0LISTENING", "message_ts": "1.0"},
        "actions": [{**button, **changes.pop("button", {})}],
    }
    return {**made, **changes}


def sent(url: object = ADDRESS, by: str = "U0ANNA", view: str = "V0000000001", **changes: Any) -> Json:
    """The payload of a form that was sent."""
    made = {key: value for key, value in pressed(by=by).items() if key not in ("actions", "container")}
    form = {
        "id": view,
        "callback_id": FORM,
        "private_metadata": f"{INSTALL} {CARD}",
        "state": {"values": {FIELD: {FIELD: {"type": "url_text_input", "value": url}}}},
        **changes.pop("form", {}),
    }
    return {**made, "type": "view_submission", "view": form, **changes}


class FakeSocket:
    """A connection whose other end is the test: `say` sends, `acks` is what came back."""

    def __init__(self, hear: Callable[[Connection, Json], None], greets: bool = True) -> None:
        self._hear, self.is_leaving, self.is_open = hear, False, True
        self.acks: list[Json] = []
        self.errors: list[Exception] = []
        if greets:
            self.say({"type": "hello", "num_connections": 1, "connection_info": {"app_id": APP}})

    def say(self, message: Json) -> None:
        self._hear(self, message)

    def push(self, payload: Json, name: str = "e1") -> None:
        """An envelope with a click or a form."""
        self.say({"envelope_id": name, "type": "interactive", "payload": payload, "accepts_response_payload": True})

    def is_connected(self) -> bool:
        return self.is_open

    def answer(self, message: Json) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.acks.append(message)

    def hang_up(self) -> None:
        self.is_open = False


class FakeSlack:
    """Opens sockets unless `errors` say otherwise, one each; keeps what people were shown."""

    def __init__(self) -> None:
        self.errors: list[Exception] = []
        self.said_errors: list[Exception] = []
        self.sockets: list[FakeSocket] = []
        self.whispers: list[tuple[str, str, str]] = []
        self.views: list[tuple[str, Json]] = []
        self.greets = True

    def team(self) -> str:
        return TEAM

    def connect(self, hear: Callable[[Connection, Json], None]) -> FakeSocket:
        if self.errors:
            raise self.errors.pop(0)
        self.sockets.append(FakeSocket(hear, self.greets))
        return self.sockets[-1]

    def whisper(self, channel: str, user: str, text: str) -> None:
        self.whispers.append((channel, user, text))

    def show(self, trigger: str, view: Json) -> None:
        if self.said_errors:
            raise self.said_errors.pop(0)
        self.views.append((trigger, view))
