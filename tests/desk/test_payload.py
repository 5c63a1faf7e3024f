"""What Slack sends is read as far as it is ours, short and whole; the rest has no effect."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.desk.payload import Click, Ours, Unfit, read
from listener.types import Json
from listener.types.desk import Act
from tests.desk.fakes import ADDRESS, APP, CARD, INSTALL, TEAM, pressed, sent
from tests.making import NOW

OURS = Ours(TEAM, APP, INSTALL)


def click(payload: Json) -> Click:
    found = read(payload, OURS, NOW)
    assert isinstance(found, Click), found
    return found


def unfit(payload: Json) -> Unfit:
    found = read(payload, OURS, NOW)
    assert isinstance(found, Unfit), found
    return found


@pytest.mark.parametrize("act", [act for act in Act if act is not Act.ANSWER])
def test_a_click_names_the_act_the_card_and_the_person(act: Act) -> None:
    found = click(pressed(act, "U0BEN", "17.5"))
    assert found.action
    assert (found.action.act, found.action.card, found.action.user, found.action.name) == (act, CARD, "U0BEN", "ben")
    assert found.action.key == f"slack/U0BEN/17.5/{act}"
    assert (found.action.at, found.channel) == (NOW, "C0LISTENING")


def test_the_same_click_has_the_same_key_and_another_has_not() -> None:
    keys = [click(each).action for each in (pressed(), pressed(), pressed(at="1.2"), pressed(by="U0BEN"))]
    first, again, later, other = [each.key for each in keys if each]
    assert first == again
    assert len({first, later, other}) == 3


def test_who_wants_to_answer_is_first_asked_for_the_address() -> None:
    found = click(pressed("answered"))
    assert (found.action, found.trigger, found.card) == (None, "7.7.ab", f"{INSTALL} {CARD}")


def test_a_form_brings_the_address() -> None:
    found = click(sent(" https://example.org/ä b "))
    assert found.action
    assert (found.action.act, found.action.value) == (Act.ANSWER, "https://example.org/%C3%A4%20b")
    assert found.action.key == "slack/U0ANNA/V0000000001/answered"


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "  ",
        "javascript:alert(1)",
        "example.org",
        "ftp://x.example",
        "https://",
        7,
        [],
        "https://x.example/" * 500,
    ],
)
def test_what_is_no_address_is_said_below_the_field(url: object) -> None:
    assert "no address" in unfit(sent(url)).mistake


@pytest.mark.parametrize("values", [{}, {"url": {}}, {"other": {"url": {"value": ADDRESS}}}])
def test_a_form_without_its_field_has_no_address(values: Json) -> None:
    assert unfit(sent(form={"state": {"values": values}})).mistake


@pytest.mark.parametrize(
    "changes",
    [{"team": {"id": "T0OTHER"}}, {"api_app_id": "A0OTHER"}, {"team": None}, {"team": {}}, {"api_app_id": None}],
)
def test_clicks_of_other_workspaces_and_apps_have_no_effect_and_nobody_is_told(changes: Json) -> None:
    for payload in (pressed(**changes), sent(**changes)):
        found = unfit(payload)
        assert found.why
        assert (found.user, found.channel, found.mistake) == ("", "", "")


def test_where_slack_does_not_say_which_app_we_are_the_workspace_decides() -> None:
    assert isinstance(read(pressed(), Ours(TEAM, "", INSTALL), NOW), Click)


@pytest.mark.parametrize("value", ["", "other1 trend/x", INSTALL, f"{INSTALL} ", f"{INSTALL}trend/x"])
def test_a_card_of_another_listener_is_left_alone_and_the_person_told(value: str) -> None:
    found = unfit(pressed(button={"value": value}))
    assert found.why == "is on a card of another Listener"
    assert (found.user, found.channel) == ("U0ANNA", "C0LISTENING")
    assert unfit(sent(form={"private_metadata": value})).mistake


@pytest.mark.parametrize("name", ["open", "trend.", "trend.sing", "x.own"])
def test_buttons_that_are_not_ours_have_no_effect(name: str) -> None:
    assert isinstance(read(pressed(button={"action_id": name}), OURS, NOW), Unfit)


@pytest.mark.parametrize(
    "payload",
    [
        pressed(button={"value": "x" * 10_000_000}),
        pressed(button={"action_ts": "1" * 300}),
        pressed(actions=[]),
        pressed(actions=[{"action_id": "trend.own"}] * 30),
        pressed(actions="own"),
        pressed(user={"id": "anna"}),
        pressed(user={"id": "U0ANNA> <!channel"}),
        pressed(container={"channel_id": "C0/../x"}),
        sent(form={"id": "x" * 300}),
        sent(form={"private_metadata": "x" * 3_001}),
        sent(form={"state": []}),
    ],
    ids=range(11),
)
def test_what_is_too_long_or_malformed_is_refused_in_a_line(payload: Json) -> None:
    found = unfit(payload)
    assert found.why.startswith("cannot be read: ")
    assert len(found.why) < 250


@pytest.mark.parametrize("payload", [{}, {"type": "view_closed"}, {"type": "shortcut"}, {"type": 7}, {"type": ["x"]}])
def test_of_what_was_not_asked_for_nothing_is_said(payload: Json) -> None:
    assert unfit(payload) == Unfit("")


def test_a_name_is_short_and_harmless_and_never_empty() -> None:
    def name(said: str) -> str:
        action = click(pressed(user={"id": "U0ANNA", "name": said})).action
        assert action
        return action.name

    assert name("a" * 500) == "a" * 39 + "…"
    assert name("an\u202ena\n\x00") == "anna"
    assert name("\u200b") == "U0ANNA"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60)
@given(st.data())
def test_nothing_that_slack_may_send_breaks_it(data: st.DataObject) -> None:
    payload: dict[str, Any] = json.loads(json.dumps(data.draw(st.sampled_from([pressed(), sent()]))))
    for _ in range(data.draw(st.integers(1, 3))):
        place: Any = payload
        key = data.draw(st.sampled_from(sorted(place)))
        while isinstance(place[key], dict) and place[key] and data.draw(st.booleans()):
            place = place[key]
            key = data.draw(st.sampled_from(sorted(place)))
        place[key] = data.draw(values)
    assert isinstance(read(payload, OURS, NOW), Click | Unfit)
