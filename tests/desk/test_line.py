"""The connection: opened, lost, refused, silent, asked to leave; and what comes by it."""

from collections.abc import Callable, Iterator
from functools import partial
from threading import Event, Thread
from time import monotonic, sleep

import pytest

from listener.desk import Desk, Line
from listener.desk import line as line_module
from listener.errors import ChannelError, StoreError
from listener.store import Store
from listener.testing import FakeClock
from tests.desk.conftest import trend
from tests.desk.fakes import APP, FakeSlack, FakeSocket, pressed
from tests.desk.test_desk import card

TOKEN = ChannelError("slack", "SLACK_APP_TOKEN was revoked: make one", permanent=True, code="token_revoked")


@pytest.fixture
def told() -> list[str]:
    """What the operators hear."""
    return []


@pytest.fixture
def line(
    slack: FakeSlack, desk: Desk, store: Store, clock: FakeClock, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Line]:
    """Not started; it never rests for long."""
    for name in ("_LOOK", "_SHORTEST", "_LONGEST", "_PROBE"):
        monkeypatch.setattr(line_module, name, 0.001)
    monkeypatch.setattr(line_module, "_GREETING", 0.05)
    made = Line(slack, desk, store, clock, lambda error, since: told.append(f"{error} since {since:%H:%M}"))
    yield made
    made.halt()
    if made.ident:
        made.join(5)
        assert not made.is_alive()


def until(true: Callable[[], object]) -> None:
    """Wait for something that will be so."""
    end = monotonic() + 10
    while not true():
        assert monotonic() < end, "it never came about"
        sleep(0.001)


def standing(slack: FakeSlack, number: int = 1) -> FakeSocket:
    """The connection of this number, which stands."""
    until(lambda: len(slack.sockets) >= number)
    return slack.sockets[number - 1]


def health(store: Store) -> tuple[object, ...]:
    rows = store.db.rows("select ok_at, error from health where kind='desk'")
    return tuple(rows[0]) if rows else ()


def test_a_click_is_acknowledged_by_the_connection_that_brought_it(line: Line, slack: FakeSlack, store: Store) -> None:
    line.start()
    socket = standing(slack)
    socket.push(pressed(button={"value": card(store)}), "e7")
    assert socket.acks == [{"envelope_id": "e7"}]
    assert trend(store, "owner") == ("anna",)
    until(lambda: health(store) == ("2026-11-20T12:00:00.000000Z", ""))


def test_until_the_first_hello_nothing_is_said_of_the_run_before(
    line: Line, slack: FakeSlack, store: Store, clock: FakeClock
) -> None:
    store.well("desk", "slack", clock())
    before, slack.greets = health(store), False
    line.start()
    until(lambda: health(store) != before)
    assert health(store)[0] is None


def test_a_lost_connection_is_opened_again_and_a_click_that_comes_twice_counts_once(
    line: Line, slack: FakeSlack, store: Store
) -> None:
    line.start()
    first = standing(slack)
    first.errors = [ChannelError("slack", "the socket was lost", code="lost")]
    first.push(pressed(button={"value": card(store)}))
    assert first.acks == [], "the acknowledgement was lost"
    first.is_open = False
    second = standing(slack, 2)
    second.push(pressed(button={"value": card(store)}))
    assert second.acks == [{"envelope_id": "e1"}]
    assert store.db.value("select count(*) from events") == 1


def test_who_is_to_leave_stays_until_the_next_connection_stands(line: Line, slack: FakeSlack) -> None:
    line.start()
    first, stayed = standing(slack), []
    connect = slack.connect

    def note(hear: Callable[..., None]) -> FakeSocket:
        stayed.append(first.is_open)
        return connect(hear)

    slack.connect = note  # type: ignore[method-assign]
    first.is_leaving = True
    standing(slack, 2)
    until(lambda: not first.is_open)
    assert stayed[0] is True


def test_a_refused_token_is_told_and_tried_again(
    line: Line, slack: FakeSlack, store: Store, told: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    slack.errors = [TOKEN, TOKEN, TOKEN]
    line.start()
    standing(slack)
    assert told == ["slack: SLACK_APP_TOKEN was revoked: make one since 12:00"] * 3
    assert caplog.text.count("was revoked") == 1, "the log says it once"
    until(lambda: health(store) == ("2026-11-20T12:00:00.000000Z", ""))


def test_trouble_begins_anew_after_it_was_well(
    line: Line, slack: FakeSlack, clock: FakeClock, told: list[str], store: Store
) -> None:
    line.start()
    first = standing(slack)
    until(lambda: health(store))
    clock.advance(60)
    first.is_open = False
    until(lambda: told)
    assert told == ["slack: the socket was lost since 12:01"]


def test_trouble_is_noted_for_people(line: Line, slack: FakeSlack, store: Store) -> None:
    slack.errors = [ChannelError("slack", "cannot be reached", code="unreachable", wait=30)]
    line.start()
    until(lambda: health(store))
    assert health(store) == (None, "cannot be reached")


def test_who_says_nothing_is_left(line: Line, slack: FakeSlack, store: Store) -> None:
    slack.greets = False
    line.start()
    until(lambda: len(slack.sockets) >= 2)
    assert not slack.sockets[0].is_open
    assert health(store)[1] == "opened a socket and said nothing"


def test_an_odd_error_ends_nothing(line: Line, slack: FakeSlack, store: Store) -> None:
    slack.errors = [AttributeError("odd"), OSError("odd")]
    line.start()
    socket = standing(slack)
    socket.say({"envelope_id": "e1", "type": "interactive", "payload": {"type": []}})
    socket.push(pressed(button={"value": card(store)}), "e2")
    assert {"envelope_id": "e2"} in socket.acks


def test_what_is_no_envelope_is_not_answered(line: Line, slack: FakeSlack) -> None:
    line.start()
    socket = standing(slack)
    for message in ({}, {"type": "disconnect"}, {"type": "hello", "connection_info": "?", "num_connections": "?"}):
        socket.say(message)
    assert socket.acks == []


def test_many_connections_are_noticed(line: Line, slack: FakeSlack, caplog: pytest.LogCaptureFixture) -> None:
    line.start()
    standing(slack).say({"type": "hello", "num_connections": 5, "connection_info": {"app_id": APP}})
    assert "counts 5 connections of this app" in caplog.text


def test_a_halt_ends_a_rest_a_greeting_and_a_connection(line: Line, slack: FakeSlack) -> None:
    slack.errors = [ChannelError("slack", "down", wait=1_000.0)]
    line.start()
    until(lambda: not slack.errors)
    line.halt()
    line.join(5)
    assert not line.is_alive()


def test_a_failing_word_is_no_more_than_a_line_in_the_log(
    line: Line, slack: FakeSlack, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    done = Event()
    slack.said_errors = [ChannelError("slack", "is down", code="unreachable"), KeyError("odd"), StoreError("full")]
    show = slack.show

    def noted(trigger: str, view: dict[str, object]) -> None:
        done.set() if not slack.said_errors else None
        show(trigger, view)

    slack.show = noted  # type: ignore[method-assign]
    line.start()
    for number in range(4):
        standing(slack).push(pressed("answered", at=f"{number}", button={"value": card(store)}))
    until(lambda: slack.views)
    assert done.is_set()
    assert "is down" in caplog.text
    assert "stumbled" in caplog.text


def test_too_many_words_at_once_are_left(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    from listener.desk import errands  # noqa: PLC0415

    monkeypatch.setattr(errands, "_MOST", 1)
    begun, go, done = Event(), Event(), list[int]()
    made = errands.Errands()

    def slow() -> None:
        begun.set()
        go.wait(5)

    made.add(slow)
    assert begun.wait(5)
    for number in range(3):
        made.add(partial(done.append, number))
    go.set()
    until(lambda: done == [0])
    go.clear()
    begun.clear()
    made.add(slow)
    assert begun.wait(5)
    made.add(partial(done.append, 7))

    def once_left() -> None:
        until(lambda: [*made._waiting.queue] == [None])
        go.set()

    Thread(target=once_left).start()
    made.end()
    assert done == [0], "what waits at the end is left"
    assert "too much is to be said" in caplog.text
