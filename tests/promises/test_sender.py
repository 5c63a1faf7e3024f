"""What the sender promises in a living process."""

import random
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from listener.deliver import Pace, Sender
from listener.errors import ChannelError, StoreError
from listener.schedule import Worker
from listener.store import Store
from listener.store.guard import Guard
from listener.testing import FakeChannel, posts
from listener.types import Batch, Message
from tests.making import Tell, analysis
from tests.test_deliver import ALL, Desk


def patient(d: Desk, seconds: float) -> None:
    """As `Worker` does: trouble with the store is waited for."""
    end = d.clock() + timedelta(seconds=seconds)
    while d.clock() < end:
        try:
            wait = d.sender.step()
        except StoreError:
            wait = 5.0
        d.clock.advance(wait)


def once(function: Callable[..., object], error: Exception) -> Callable[..., object]:
    left = [error]

    def failing(*args: object, **kwargs: object) -> object:
        if left:
            raise left.pop()
        return function(*args, **kwargs)

    return failing


def test_a_message_sent_but_not_recorded_is_settled_by_the_same_process(tmp_path: Path) -> None:
    d = Desk(tmp_path / "listener.db", count=1)
    d.store.outbox.sent = once(d.store.outbox.sent, StoreError("the disk is full"))  # type: ignore[method-assign, assignment]
    patient(d, 3600)
    assert (d.state(), d.keys()) == ("sent", ALL[:1])


def test_a_message_whose_refusal_could_not_be_recorded_is_not_lost(tmp_path: Path) -> None:
    d = Desk(tmp_path / "listener.db", count=1)
    d.channel.errors = [ChannelError("fake", "cannot be reached")]
    d.store.outbox.back = once(d.store.outbox.back, StoreError("the disk is full"))  # type: ignore[method-assign, assignment]
    patient(d, 3600)
    assert d.keys() == ALL[:1]


def test_a_guard_that_cannot_be_written_for_a_while_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    d = Desk(tmp_path / "listener.db", count=3)
    append = Guard.append

    def full(self: Guard, mark: object) -> None:
        if d.clock() < d.began + timedelta(seconds=30):  # type: ignore[attr-defined]
            raise StoreError("no space left")
        append(self, mark)  # type: ignore[arg-type]

    d.began = d.clock()  # type: ignore[attr-defined]
    monkeypatch.setattr(Guard, "append", full)
    patient(d, 3600)
    assert sorted(d.keys()) == ALL


@pytest.mark.slow
@pytest.mark.parametrize("scope", ["place", "message"])
def test_an_unreadable_history_holds_up_no_other_message(tmp_path: Path, scope: str) -> None:
    class Unreadable(FakeChannel):
        def find(self, messages: Iterable[Message], since: datetime) -> dict[str, str]:
            raise ChannelError("fake", "the history is too long to look for lost messages", scope=scope)

    d = Desk(tmp_path / "listener.db", channel=Unreadable())
    d.channel.lose = 1
    d.run(1)  # the first is lost
    more = Batch(posts=tuple(posts(6)))
    d.clock.advance(60)
    d.sender.step()
    d.store.keep("feed", more, analysis(more.posts), Tell(), d.clock())
    d.run(4 * 3600)
    assert len(d.keys()) == 6


def test_a_message_held_for_more_than_a_week_is_still_found(tmp_path: Path) -> None:
    class History(FakeChannel):
        """As Slack: only what is newer than `since` is shown."""

        def __init__(self) -> None:
            super().__init__()
            self.times: dict[str, datetime] = {}

        def send(self, message: Message) -> str:
            self.times[message.key] = d.clock()
            return super().send(message)

        def find(self, messages: Iterable[Message], since: datetime) -> dict[str, str]:
            found = super().find(messages, since)
            return {key: ref for key, ref in found.items() if self.times[key] >= since}

    channel = History()
    d = Desk(tmp_path / "listener.db", count=1, channel=channel)
    channel.lose = 1
    d.run(1)
    noscope = ChannelError("fake", "no scope", permanent=True, code="missing_scope")
    channel.errors = [noscope]
    d.run(60)
    d.clock.advance(8 * 86_400)
    d.run(60)
    assert d.keys() == ALL[:1]


def test_a_clock_set_back_does_not_stop_the_alerts(tmp_path: Path) -> None:
    d = Desk(tmp_path / "listener.db", count=2)
    d.channel.interval = 1.0
    d.sender.step()
    d.clock.advance(-3600)
    d.run(60)
    assert d.keys() == ALL[:2]


def test_an_error_nobody_thought_of_does_not_end_the_channel_in_silence(tmp_path: Path) -> None:
    d = Desk(tmp_path / "listener.db", count=2)
    d.channel.errors = [KeyError("name")]  # Slack lists a channel without a name
    worker = Worker(d.sender)
    worker.start()
    worker.join(0.2)
    alive = worker.is_alive()
    worker.halt()
    worker.join()
    assert alive, "the thread is gone; the process goes on without it, and nothing says so"


def test_a_second_place_that_is_gone_the_same_day_is_told_to_the_operators(tmp_path: Path) -> None:
    d = Desk(tmp_path / "listener.db", count=1, ops="ops")
    batch = Batch(posts=tuple(posts(4)[3:]))
    d.store.keep("feed", batch, analysis(batch.posts), Tell("fake:#b"), d.clock())
    gone = [ChannelError("fake", f"{p} is archived", permanent=True, code="is_archived", scope="place") for p in "ab"]
    d.channel.errors = list(gone)
    d.run(5)
    assert len(d.notices()) == 2


def test_the_settle_time_counts_from_the_request_not_from_the_claim(tmp_path: Path) -> None:
    """The process was suspended between claim and request (or listed many pages of channels), then killed."""
    d = Desk(tmp_path / "listener.db", count=1)
    claimed = d.store.outbox.claim("fake", d.clock())
    assert claimed
    d.clock.advance(120)
    d.channel.send(claimed.message)
    d.clock.advance(1)
    d.store.close()
    d.channel.hide = 1  # Slack shows it some seconds later
    again = Store.open(tmp_path / "listener.db", d.clock())
    d.sender = Sender("fake", d.channel, again.outbox, d.clock, pace=Pace(settle=30.0), rng=random.Random(1))
    d.run(20)
    d.channel.hide = 0
    d.run(60)
    again.close()
    assert d.keys() == ALL[:1]


def test_a_place_that_is_gone_is_not_asked_for_each_message_without_pause(tmp_path: Path) -> None:
    d = Desk(tmp_path / "listener.db", count=50)
    d.channel.interval = 1.0
    d.sender._fallback = lambda place: ""
    tries: list[str] = []

    def gone(message: Message) -> None:
        tries.append(message.key)
        raise ChannelError("fake", "archived", permanent=True, code="is_archived", scope="place")

    d.channel.on_send = gone
    d.run(5)
    assert len(tries) <= 6, "one message a second a place"


def test_an_operators_channel_that_is_gone_does_not_report_itself(tmp_path: Path) -> None:
    d = Desk(tmp_path / "listener.db", count=0, ops="fake:#ops")
    d.store.outbox.notify("ops/feed/x", "fake:#ops", "a source is in trouble", d.clock())
    d.channel.errors = [ChannelError("fake", "no such channel", permanent=True, code="gone", scope="place")]
    d.run(5)
    assert d.store.db.value("select count(*) from outbox where notice like '%no such channel%'") == 1
