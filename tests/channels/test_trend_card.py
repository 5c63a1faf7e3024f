"""The card of a trend, and the ready reply, on every channel."""

import json
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from listener.card import card, sparkline, trend_card
from listener.channels import console, webhook
from listener.channels.slack import plain, render
from listener.testing import posts
from listener.types import Alert, Draft, Message, Reason
from listener.types.trend import Kind, Link, TrendView
from tests.making import NOW, finding

VIEW = TrendView(
    id=7,
    kind=Kind.QUESTION,
    links=(Link("earliest", "https://x.example/1"), Link("most engaged", "https://reddit.example/2")),
    keyword="kettle",
    moment="know",
)
ANSWER = "https://example.org/answers/refund"
ALERT = Alert(
    key="slack/forum:1/0",
    channel="slack",
    reason=Reason.TRENDING,
    about=(finding(posts(1)[0]),),
    due_at=NOW,
    deadline_at=NOW + timedelta(hours=6),
)


def message(view: TrendView | None = VIEW, *alerts: Alert) -> Message:
    return Message(key="trend/slack/kettles/ab", channel="slack", alerts=alerts, notice="📈 Asked", trend=view)


def words(payload: Any) -> list[str]:
    """Every text of a payload, in order."""
    if isinstance(payload, dict):
        return [payload["text"]] if isinstance(payload.get("text"), str) else words([*payload.values()])
    return [text for each in payload for text in words(each)] if isinstance(payload, list) else []


def addresses(payload: Any) -> list[str]:
    if isinstance(payload, dict):
        return [*([payload["url"]] if "url" in payload else []), *addresses([*payload.values()])]
    return [url for each in payload for url in addresses(each)] if isinstance(payload, list) else []


def test_a_trend_is_told_with_keyword_moment_links_and_what_can_be_done() -> None:
    shown = trend_card(VIEW)
    assert shown.about == "“kettle” · 💡 know · not answered by us yet"
    assert shown.links == VIEW.links
    assert shown.commands == "listener trends mute | own | not-a-question | answered 7"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"answer": ANSWER}, "answered by us"),
        ({"refused": True}, "not a question"),
        ({"owner": "Ann"}, "taken care of by Ann"),
        ({"muted_until": NOW}, "muted until 20 Nov 12:00 UTC"),
    ],
)
def test_what_people_said_of_it_is_shown(changed: dict[str, Any], said: str) -> None:
    assert said in trend_card(replace(VIEW, **changed)).about.split(" · ")


@pytest.mark.parametrize(
    ("counts", "bars"),
    [
        ([0] * 24, "▁" * 24),
        ([0, 0, 1], "▁▁█"),
        ([0, 1, 2], "▁▄█"),
        ([1, 20], "▂█"),  # one is more than none
        ([7, 6, 5, 4, 3, 2, 1, 0], "█▇▆▅▄▃▂▁"),
    ],
)
def test_there_is_a_bar_for_each_hour(counts: list[int], bars: str) -> None:
    assert sparkline(counts) == bars


def test_of_a_need_no_answer_is_expected() -> None:
    shown = trend_card(replace(VIEW, kind=Kind.NEED))
    assert "answer" not in shown.about + shown.commands


def test_an_address_that_is_none_is_not_shown() -> None:
    shown = trend_card(replace(VIEW, links=(Link("earliest", "javascript:alert(1)"),), answer="javascript:x"))
    assert (shown.links, shown.answer) == ((), "")


def test_slack_shows_the_card_above_the_question() -> None:
    payload = render(message(VIEW, ALERT))
    said = words(payload["blocks"])
    assert said.index("📈 Asked") < said.index("earliest") < said.index("I want to buy")
    assert addresses(payload["blocks"])[:2] == [each.url for each in VIEW.links]
    assert any("listener trends mute" in text for text in said)


def test_slack_shows_where_it_was_answered() -> None:
    assert ANSWER in addresses(render(message(replace(VIEW, answer=ANSWER)))["blocks"])
    assert f"<{ANSWER}>" in plain(message(replace(VIEW, answer=ANSWER)))["text"]


def test_what_strangers_called_themselves_is_no_markup() -> None:
    evil = render(message(replace(VIEW, keyword="<!channel>", owner="<@U1> *bold*")))
    assert "<!channel>" not in json.dumps(evil["blocks"])
    assert all(block["type"] != "mrkdwn" for block in evil["blocks"])


def test_without_blocks_slack_names_the_addresses() -> None:
    text = plain(message(VIEW, ALERT))["text"]
    assert "earliest <https://x.example/1>" in text


def test_the_console_shows_it_line_by_line() -> None:
    lines = console.render(message(replace(VIEW, answer=ANSWER), ALERT)).splitlines()
    assert lines[0] == "! 📈 Asked"
    assert "  earliest: https://x.example/1" in lines
    assert f"  answered: {ANSWER}" in lines


def test_the_webhook_gets_it_field_by_field() -> None:
    assert json.loads(webhook.render(message(VIEW)))["trend"]["links"][0] == {
        "label": "earliest",
        "url": "https://x.example/1",
    }
    assert json.loads(webhook.render(message(None)))["trend"] is None


# The ready reply


def test_an_alert_shows_the_answer_to_the_same_question() -> None:
    answered = replace(ALERT, draft=Draft("This was asked before, and answered", link=ANSWER))
    assert ANSWER in addresses(render(message(None, answered))["blocks"])
    assert f"asked before, and answered: {ANSWER}" in console.render(message(None, answered))
    shown = card(answered, 100)
    assert shown
    assert shown.answer == ANSWER


def test_an_alert_without_one_shows_none() -> None:
    shown = card(ALERT, 100)
    assert shown
    assert shown.answer == ""
    assert "Asked before" not in json.dumps(render(message(None, ALERT)))
