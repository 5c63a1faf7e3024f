"""A click is in the database before it is acknowledged, takes effect once, and who clicked is told what matters."""

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.desk import Desk
from listener.desk.desk import Envelope, envelope_of
from listener.desk.rules import decide
from listener.errors import ChannelError, StoreError
from listener.store import Store
from listener.store import desk as stored
from listener.store.known import own
from listener.store.retention import Limits
from listener.store.views import view
from listener.testing import FakeClock
from listener.types import Json
from listener.types.desk import Act, Action, Outcome, Said
from listener.types.trend import Kind
from tests.desk.conftest import told, trend, versions
from tests.desk.fakes import ADDRESS, APP, INSTALL, TEAM, FakeSlack, pressed, sent
from tests.making import NOW

ACK: Json = {"envelope_id": "e1"}
URL = "https://example.org/a"


def hear(desk: Desk, payload: Json, kind: str = "interactive", answers: bool = True) -> Json | None:
    """Let an envelope come, and do what is to be done after it was acknowledged."""
    heard = desk.hear(Envelope("e1", kind, payload, answers), TEAM, APP)
    if heard.errand:
        heard.errand()
    return heard.ack


def card(store: Store) -> str:
    """The value of the buttons of the first card."""
    return f"{INSTALL} {store.db.value('select key from outbox order by id limit 1')}"


def click(desk: Desk, store: Store, act: str, by: str = "U0ANNA", at: str = "1.1") -> Json | None:
    return hear(desk, pressed(act, by, at, button={"value": card(store)}))


def submit(desk: Desk, store: Store, url: str = ADDRESS, **changes: Any) -> Json | None:
    return hear(desk, sent(url, form={"private_metadata": card(store)}, **changes))


def events(store: Store) -> list[tuple[str, str, str]]:
    return [tuple(row) for row in store.db.rows("select kind, by, value from events order by id")]


def test_a_click_is_stored_the_card_is_to_be_shown_anew_and_the_sender_is_woken(
    desk: Desk, store: Store, slack: FakeSlack, woken: list[int]
) -> None:
    before = versions(store)
    assert click(desk, store, "own") == ACK
    assert trend(store, "owner, owner_id") == ("anna", "U0ANNA")
    assert events(store) == [("own", "anna", "")]
    assert versions(store) == [before[0] + 1]
    assert woken == [1]
    assert slack.whispers == [], "the card says it"


def test_a_click_that_comes_again_is_acknowledged_and_changes_nothing(desk: Desk, store: Store) -> None:
    click(desk, store, "own")
    click(desk, store, "let-go", at="1.2")
    before = versions(store), events(store)
    assert click(desk, store, "own") == ACK
    assert (versions(store), events(store)) == before
    assert trend(store, "owner") == ("",)


def test_a_click_without_effect_has_none_later_either(desk: Desk, store: Store) -> None:
    """Ben's click came while Anna had it; brought again after she let go, it must not make him the owner."""
    click(desk, store, "own")
    click(desk, store, "own", "U0BEN", "1.2")
    click(desk, store, "let-go", at="1.3")
    click(desk, store, "own", "U0BEN", "1.2")
    assert trend(store, "owner") == ("",)
    assert [kind for kind, *_ in events(store)] == ["own", "in-vain", "let-go"]


def test_the_second_who_owns_it_hears_who_has_it_and_since_when(
    desk: Desk, store: Store, slack: FakeSlack, clock: FakeClock
) -> None:
    click(desk, store, "own")
    clock.advance(600)
    click(desk, store, "own", "U0BEN", "1.2")
    [(channel, user, text)] = slack.whispers
    assert (channel, user) == ("C0LISTENING", "U0BEN")
    assert text.startswith(f"<@U0ANNA> takes care of this since <!date^{int(NOW.timestamp())}^")
    assert "*Take over*" in text
    assert trend(store, "owner") == ("anna",)
    click(desk, store, "take-over", "U0BEN", "1.3")
    assert trend(store, "owner, owner_id") == ("ben", "U0BEN")


def test_of_an_owner_whom_a_command_named_no_time_is_known_and_no_markup_is_made(
    desk: Desk, store: Store, slack: FakeSlack
) -> None:
    click(desk, store, "own")
    assert own(store.db, 1, "<!channel> *Carl*")
    assert trend(store, "owner_id") == ("",), "it is not Anna's any more"
    click(desk, store, "own", "U0BEN", "1.2")
    [(_, _, text)] = slack.whispers
    assert text.lstrip().startswith("!channel   Carl  takes care of this. ")


def test_the_card_knows_since_when_it_is_owned(desk: Desk, store: Store, clock: FakeClock) -> None:
    def owned() -> datetime | None:
        with store.db.read() as conn:
            found = view(conn, str(store.db.value("select key from trends")))
        assert found
        return found.owned_at

    assert owned() is None
    click(desk, store, "own")
    assert owned() == NOW
    click(desk, store, "own", "U0BEN", "1.2")
    assert owned() == NOW, "that was in vain"
    clock.advance(60)
    click(desk, store, "take-over", "U0BEN", "1.3")
    assert owned() == NOW + timedelta(minutes=1)
    assert own(store.db, 1, "Carl")
    assert owned() is None


def test_who_clicked_is_forgotten_when_counts_are(desk: Desk, store: Store, clock: FakeClock) -> None:
    limits, day = Limits(posts=timedelta(days=90), counts=timedelta(days=400)), timedelta(days=1)
    click(desk, store, "own")
    clock.advance(100 * 86_400)
    click(desk, store, "mute", "U0BEN", at="1.2")
    store.retain(limits, NOW + 399 * day)
    assert trend(store, "owner, owner_id") == ("anna", "U0ANNA")
    store.retain(limits, NOW + 401 * day)
    assert (events(store), trend(store, "owner, owner_id")) == ([("mute", "ben", "")], ("", ""))
    assert own(store.db, 1, "Ann")
    store.retain(limits, NOW + 501 * day)
    assert (events(store), trend(store, "owner, owner_id")) == ([], ("Ann", "")), "whom a command named stays"


def test_only_who_has_it_can_let_it_go(desk: Desk, store: Store, slack: FakeSlack) -> None:
    click(desk, store, "own")
    click(desk, store, "let-go", "U0BEN", "1.2")
    assert "only they can let it go" in slack.whispers[0][2]
    assert trend(store, "owner") == ("anna",)


def test_muting_for_a_day_counts_from_the_click(desk: Desk, store: Store, clock: FakeClock) -> None:
    clock.advance(60)
    click(desk, store, "mute")
    assert trend(store, "muted_until") == ("2026-11-21T12:01:00.000000Z",)
    click(desk, store, "unmute", at="1.2")
    assert trend(store, "muted_until") == ("",)


def test_what_is_no_question_may_be_one_again(desk: Desk, store: Store) -> None:
    click(desk, store, "not-a-question")
    assert trend(store, "verdict") == ("not-a-question",)
    click(desk, store, "a-question", at="1.2")
    assert trend(store, "verdict") == ("",)


def test_a_click_on_a_card_that_is_gone_says_so(desk: Desk, store: Store, slack: FakeSlack) -> None:
    value = card(store)
    with store.db.write() as conn:
        conn.execute("delete from trends")
    for act in ("own", "answered"):
        assert hear(desk, pressed(act, button={"value": value})) == ACK
    assert {text for _, _, text in slack.whispers} == {
        "Listener does not know this card any more. Nothing was changed."
    }
    assert len(slack.whispers) == 2
    assert slack.views == []
    assert events(store) == []


def test_a_card_of_another_listener_says_so(desk: Desk, store: Store, slack: FakeSlack) -> None:
    assert hear(desk, pressed(button={"value": "other1 trend/x"})) == ACK
    assert "another Listener" in slack.whispers[0][2]
    assert events(store) == []


def test_a_click_of_another_workspace_is_silently_left_alone(desk: Desk, store: Store, slack: FakeSlack) -> None:
    assert hear(desk, pressed(button={"value": card(store)}, team={"id": "T0OTHER"})) == ACK
    assert (events(store), slack.whispers) == ([], [])


@pytest.mark.parametrize("kind", ["events_api", "slash_commands"])
def test_what_was_not_asked_for_is_acknowledged(desk: Desk, store: Store, kind: str) -> None:
    assert hear(desk, pressed(button={"value": card(store)}), kind) == ACK
    assert events(store) == []


@pytest.mark.parametrize(
    "message", [{}, {"envelope_id": ""}, {"envelope_id": "e" * 300, "type": "interactive"}, {"envelope_id": 7}]
)
def test_what_is_no_envelope_is_none(message: Json) -> None:
    assert envelope_of(message) is None


# The form


def test_the_form_shows_the_question_and_the_answer_so_far(desk: Desk, store: Store, slack: FakeSlack) -> None:
    assert click(desk, store, "answered") == ACK
    [(trigger, view)] = slack.views
    assert (trigger, view["private_metadata"]) == ("7.7.ab", card(store))
    assert view["blocks"][0]["text"]["text"] == "📈 Asked", "the words of the post are gone"
    assert "initial_value" not in view["blocks"][1]["element"]
    submit(desk, store)
    click(desk, store, "answered", at="1.2")
    assert slack.views[1][1]["blocks"][1]["element"]["initial_value"] == ADDRESS


def test_an_address_is_noted_and_the_form_closes(desk: Desk, store: Store, slack: FakeSlack) -> None:
    assert submit(desk, store) == ACK
    assert trend(store, "answer") == (ADDRESS,)
    assert events(store) == [("answered", "anna", ADDRESS)]
    assert submit(desk, store, "https://example.org/other") == ACK, "the same form, once more"
    assert trend(store, "answer") == (ADDRESS,)
    assert slack.whispers == []


def test_no_address_keeps_the_form_open_and_says_why(desk: Desk, store: Store) -> None:
    answer = submit(desk, store, "javascript:x")
    assert answer
    assert answer["payload"]["response_action"] == "errors"
    assert "http" in answer["payload"]["errors"]["url"]
    assert submit(desk, store) == ACK, "the same form, mended"


def test_a_form_whose_trend_is_gone_says_so(desk: Desk, store: Store) -> None:
    value = card(store)
    with store.db.write() as conn:
        conn.execute("delete from trends")
    answer = hear(desk, sent(form={"private_metadata": value}))
    assert answer
    assert "does not know this card" in answer["payload"]["errors"]["url"]


def test_where_no_words_may_be_answered_the_envelope_alone_is(desk: Desk, store: Store) -> None:
    payload = sent("nothing", form={"private_metadata": card(store)})
    assert hear(desk, payload, answers=False) == ACK


@pytest.mark.parametrize("kind", [Kind.NEED, Kind.MOOD, Kind.SILENCE])
def test_a_need_can_be_owned_but_not_answered(desk: Desk, store: Store, slack: FakeSlack, kind: Kind) -> None:
    with store.db.write() as conn:
        conn.execute("update trends set kind=?", (kind.value,))
    click(desk, store, "own")
    assert trend(store, "owner") == ("anna",)
    click(desk, store, "not-a-question", at="1.2")
    assert "Only a question" in slack.whispers[0][2]
    click(desk, store, "answered", at="1.3")
    assert slack.views == []
    answer = submit(desk, store)
    assert answer
    assert "Only a question" in answer["payload"]["errors"]["url"]
    assert trend(store, "verdict, answer") == ("", "")


@pytest.mark.parametrize(("code", "told"), [("expired_trigger_id", True), ("exchanged_trigger_id", False)])
def test_a_form_that_came_too_late_is_told_and_one_that_is_open_stays(
    desk: Desk, store: Store, slack: FakeSlack, code: str, told: bool
) -> None:
    slack.said_errors = [ChannelError("slack", code, code=code)]
    click(desk, store, "answered")
    assert [text for _, _, text in slack.whispers] == ["The form came too late. Please click again."] * told


def test_another_refusal_of_the_form_is_raised_for_the_log(desk: Desk, store: Store, slack: FakeSlack) -> None:
    slack.said_errors = [ChannelError("slack", "down", code="unreachable")]
    with pytest.raises(ChannelError):
        click(desk, store, "answered")


# Trouble with the database


@pytest.fixture
def locked(store: Store) -> Callable[[], sqlite3.Connection]:
    """Has another process write for as long as the connection is open."""

    def lock() -> sqlite3.Connection:
        store.db.conn.execute("pragma busy_timeout = 1")
        other = sqlite3.connect(store.db.path, isolation_level=None)
        other.execute("begin immediate")
        return other

    return lock


def test_what_cannot_be_stored_is_not_acknowledged_and_the_person_is_told(
    desk: Desk, store: Store, slack: FakeSlack, locked: Callable[[], sqlite3.Connection]
) -> None:
    other = locked()
    assert click(desk, store, "own") is None
    assert "click again in a minute" in slack.whispers[0][2]
    answer = submit(desk, store)
    assert answer
    assert "cannot be written" in answer["payload"]["errors"]["url"], "the form stays, with what was typed"
    other.close()
    assert click(desk, store, "own") == ACK
    assert submit(desk, store) == ACK
    assert trend(store, "owner, answer") == ("anna", ADDRESS)


def test_a_form_that_cannot_be_made_is_told(
    desk: Desk, store: Store, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise StoreError("the disk is full")

    value = card(store)
    monkeypatch.setattr(stored, "shown", broken)
    with pytest.raises(StoreError):
        hear(desk, pressed("answered", button={"value": value}))
    assert "click again in a minute" in slack.whispers[0][2]


# However clicks come

CLICKS = st.lists(
    st.tuples(st.sampled_from([act for act in Act if act is not Act.ANSWER]), st.sampled_from(["U0ANNA", "U0BEN"])),
    min_size=1,
    max_size=6,
)


@pytest.fixture(scope="module")
def many(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = shutil.copytree(made, tmp_path_factory.mktemp("many") / "copy")
    store = Store.open(folder / "listener.db", NOW)
    store.db.conn.execute("pragma synchronous = off")  # no test pulls the plug
    yield store
    store.close()


def _actions(store: Store, clicks: list[tuple[Act, str]]) -> list[Action]:
    """A new trend, and these clicks on its card."""
    number = store.db.value("select count(*) from trends")
    told(store, thread=f"t{number}")
    card = store.db.value("select key from outbox order by id desc limit 1")
    return [
        Action(key=f"{number}/{n}", act=act, card=card, user=user, name=user, at=NOW + timedelta(minutes=n))
        for n, (act, user) in enumerate(clicks)
    ]


def _once_each(actions: list[Action]) -> Said:
    said = Said()
    for action in actions:
        said, _ = decide(action, said)
    return said


def _stored(store: Store) -> Said:
    return stored._said(store.db.rows("select * from trends order by id desc limit 1")[0])


@settings(max_examples=40)
@given(CLICKS, st.lists(st.integers(0, 5), max_size=8), st.randoms(use_true_random=False))
def test_repeated_and_mixed_clicks_end_as_each_taken_once_in_the_order_of_arrival(
    many: Store, clicks: list[tuple[Act, str]], again: list[int], rng: random.Random
) -> None:
    actions = _actions(many, clicks)
    arriving = [*actions, *(actions[n % len(actions)] for n in again)]
    rng.shuffle(arriving)
    outcomes = [stored.take(many.db, action, decide).outcome for action in arriving]
    first = list({action.key: action for action in arriving}.values())
    assert _stored(many) == _once_each(first)
    assert outcomes.count(Outcome.AGAIN) == len(arriving) - len(actions)


@settings(max_examples=8)
@given(CLICKS, st.integers(2, 4))
def test_clicks_that_come_by_several_connections_at_once_count_once_each(
    many: Store, clicks: list[tuple[Act, str]], copies: int
) -> None:
    actions = _actions(many, clicks)
    threads = [Thread(target=lambda: [stored.take(many.db, each, decide) for each in actions]) for _ in range(copies)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = many.db.rows(
        "select key from events where trend = (select key from trends order by id desc limit 1) order by id"
    )
    by_key = {action.key: action for action in actions}
    assert sorted(row["key"] for row in rows) == sorted(by_key)
    assert _stored(many) == _once_each([by_key[row["key"]] for row in rows])


def test_a_copy_of_an_old_database_does_not_know_what_it_did_not_hear(store: Store) -> None:
    """After a restore a click that comes again counts: what it did was lost with the database."""
    action = Action(key="k", act=Act.OWN, card=card(store).partition(" ")[2], user="U0ANNA", name="anna", at=NOW)
    assert stored.take(store.db, action, decide).outcome is Outcome.DONE
    with store.db.write() as conn:
        conn.execute("delete from events")
        conn.execute("update trends set owner='', owner_id=''")
    assert stored.take(store.db, action, decide).outcome is Outcome.DONE
