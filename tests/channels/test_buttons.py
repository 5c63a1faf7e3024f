"""The buttons on the card of a trend: what can be done as it is, and nothing else."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from listener.channels.slack import Channel, Options, render
from listener.channels.slack.buttons import FIELD, buttons, form, named
from listener.types import Message
from listener.types.desk import Shown
from listener.types.trend import Kind, TrendView
from tests.channels.conftest import Secrets
from tests.channels.server import Server, answer
from tests.channels.test_trend_card import ALERT, VIEW, words
from tests.making import NOW

ANSWER = "https://example.org/answers/refund"
KEY = "trend/slack:#listening/kettles/ab"


def message(view: TrendView | None = VIEW, key: str = KEY, install: str = "here") -> Message:
    return Message(key=key, channel="slack:#listening", notice="📈 Asked", trend=view, alerts=(ALERT,), install=install)


def shown(**said: Any) -> list[str]:
    """The labels of the buttons, where this is said of the trend."""
    return [button["text"]["text"] for block in buttons(message(replace(VIEW, **said))) for button in block["elements"]]


@pytest.mark.parametrize(
    ("said", "labels"),
    [
        ({}, ["Own it", "Answered…", "Mute 24 h", "Not a question"]),
        ({"owner": "anna", "owner_id": "U1"}, ["Take over", "Let go", "Answered…", "Mute 24 h", "Not a question"]),
        ({"owner": "Carl"}, ["Take over", "Answered…", "Mute 24 h", "Not a question"]),
        ({"muted_until": NOW}, ["Own it", "Answered…", "Unmute", "Not a question"]),
        ({"answer": ANSWER}, ["Change the answer…", "Mute 24 h"]),
        (
            {"answer": ANSWER, "owner": "anna", "owner_id": "U1"},
            ["Take over", "Let go", "Change the answer…", "Mute 24 h"],
        ),
        ({"refused": True, "owner": "anna", "answer": ANSWER}, ["It is a question"]),
        ({"kind": Kind.NEED}, ["Own it", "Mute 24 h"]),
        (
            {"kind": Kind.SILENCE, "owner": "anna", "owner_id": "U1", "muted_until": NOW},
            ["Take over", "Let go", "Unmute"],
        ),
    ],
)
def test_only_what_makes_sense_is_offered(said: dict[str, Any], labels: list[str]) -> None:
    assert shown(**said) == labels


def test_a_button_names_the_installation_and_the_card() -> None:
    [block] = buttons(message())
    assert {button["value"] for button in block["elements"]} == {f"here {KEY}"}
    assert named(f"here {KEY}") == ("here", KEY)
    assert named("here trend/slack:#a b/c d/e") == ("here", "trend/slack:#a b/c d/e")
    assert [button["action_id"] for button in block["elements"]] == [
        *("trend.own", "trend.answered", "trend.mute", "trend.not-a-question"),
    ]


def test_what_is_hard_to_undo_is_asked_for_twice() -> None:
    asked = {b["action_id"]: "confirm" in b for b in buttons(message(replace(VIEW, owner="anna")))[0]["elements"]}
    assert asked == {
        "trend.take-over": True,
        "trend.answered": False,
        "trend.mute": False,
        "trend.not-a-question": True,
    }


@pytest.mark.parametrize(
    "made",
    [message(None), message(install=""), message(key=f"trend/{'x' * 2_000}")],
    ids=["no trend", "no name", "long"],
)
def test_a_message_that_cannot_be_named_has_none(made: Message) -> None:
    assert buttons(made) == []


def kinds(payload: Any) -> list[str]:
    return [block["type"] for block in payload["blocks"]]


def test_with_buttons_the_card_needs_no_commands() -> None:
    payload = render(message(), with_buttons=True)
    assert kinds(payload).count("actions") == 1
    assert kinds(payload)[-1] == "actions", "read first, then act"
    assert not any("listener trends" in text for text in words(payload["blocks"]))
    without = render(message())
    assert "actions" not in kinds(without)
    assert any("listener trends mute" in text for text in words(without["blocks"]))


def test_an_owner_who_clicked_is_mentioned_and_one_whom_a_command_named_is_not() -> None:
    clicked = json.dumps(render(message(replace(VIEW, owner="anna", owner_id="U0ANNA")), with_buttons=True))
    assert '{"type": "user", "user_id": "U0ANNA"}' in clicked
    assert "taken care of by anna" not in clicked
    assert "since" not in clicked, "no button says since when"
    named_by_command = json.dumps(render(message(replace(VIEW, owner="Carl")), with_buttons=True))
    assert "taken care of by Carl" in named_by_command
    assert '"user"' not in named_by_command


def test_the_card_says_since_when_in_the_readers_own_time() -> None:
    view = replace(VIEW, owner="anna", owner_id="U0ANNA", owned_at=NOW)
    [owner] = [block for block in render(message(view))["blocks"] if "U0ANNA" in str(block)]
    *_, since, date = owner["elements"][0]["elements"]
    assert since["text"] == " since "
    assert date == {
        "type": "date",
        "timestamp": int(NOW.timestamp()),
        "format": "{date_short_pretty} at {time}",
        "fallback": "20 Nov 12:00 UTC",
    }


def test_who_takes_over_is_told_from_whom() -> None:
    [block] = buttons(message(replace(VIEW, owner="an\u202ena {0}")))
    assert block["elements"][0]["confirm"]["text"]["text"].startswith("anna {0} takes care of this already.")


def test_every_text_is_short_enough_for_slack() -> None:
    for said in ({}, {"owner": "anna", "owner_id": "U1"}, {"refused": True}):
        for button in buttons(message(replace(VIEW, **said)))[0]["elements"]:
            assert len(button["text"]["text"]) <= 75
            if confirm := button.get("confirm"):
                assert (len(confirm["title"]["text"]), len(confirm["text"]["text"])) <= (100, 300)
                assert len(confirm["confirm"]["text"]) <= 30


def test_the_form_shows_the_question_harmless_and_short() -> None:
    made = form("here k", Shown("how\u202e long\n" + "x" * 5_000, ANSWER))
    assert (made["callback_id"], made["private_metadata"]) == ("trend.answer", "here k")
    assert len(made["title"]["text"]) <= 24
    question, field = made["blocks"]
    assert question["text"]["text"].startswith("how long x")
    assert len(question["text"]["text"]) <= 300
    assert field["element"] == {
        "type": "url_text_input",
        "action_id": FIELD,
        "focus_on_load": True,
        "initial_value": ANSWER,
    }
    assert form("here k", Shown("", ""))["blocks"][0]["text"]["text"] == "A question that many ask"


@pytest.mark.parametrize(("token", "has"), [("xapp-1-A1-2-3", True), ("", False), ("xoxb-1", False), ("xapp-ä", False)])
def test_a_card_has_buttons_where_the_app_level_token_is_there(token: str, has: bool, server: Server) -> None:
    server.script = [answer({"ok": True, "channel": "C1", "ts": "1.2"})]
    env = Secrets(SLACK_BOT_TOKEN="xoxb-1", **({"SLACK_APP_TOKEN": token} if token else {}))
    made = Message(key=KEY, channel="slack:C123", notice="📈 Asked", trend=VIEW, install="here")
    Channel(Options(pictures=False), env, server.url).send(made)
    blocks = server.seen[0].form["blocks"]
    assert ("trend.own" in str(blocks)) is has


def test_an_alert_has_none_yet() -> None:
    alone = Message(key="slack/forum:1/0", channel="slack", alerts=(ALERT,), install="here")
    assert "actions" not in kinds(render(alone, with_buttons=True))
