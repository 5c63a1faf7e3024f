"""Once in the channel, whatever the channel does."""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from listener.deliver import Pace, Sender
from listener.errors import Ambiguous, ChannelError
from listener.store import Store
from listener.testing import FakeChannel, FakeClock, edited, posts
from listener.types import Analysis, Batch, Message
from tests.making import Tell, analysis, topic


class Desk:
    """A store with messages, a channel, a sender and a clock to move."""

    def __init__(self, path: Path, count: int = 3, channel: FakeChannel | None = None, **pace: object) -> None:
        self.clock, self.channel = FakeClock(), channel or FakeChannel()
        self.store = Store.open(path, self.clock())
        self.store.activate(["feed"], [topic()], self.clock())
        batch = Batch(posts=tuple(posts(count)))
        self.store.keep("feed", batch, analysis(batch.posts), Tell(), self.clock())
        self.sender = Sender(
            "fake",
            self.channel,
            self.store.outbox,
            self.clock,
            pace=Pace(**{"settle": 30.0, **pace}),  # type: ignore[arg-type]
            fallback=lambda place: "spare",
            rng=random.Random(1),
        )

    def run(self, seconds: float = 0.0) -> None:
        """Step until so many seconds have passed and nothing is due."""
        end = self.clock() + timedelta(seconds=seconds)
        while True:
            wait = self.sender.step()
            if wait and self.clock() + timedelta(seconds=wait) > end:
                self.clock.now = end
                return
            self.clock.advance(wait)

    def state(self, number: int = 1) -> str:
        return str(self.store.db.value("select state from outbox where key=?", (f"fake/forum:{number}/1",)))

    def keys(self) -> list[str]:
        return [message.key for message in self.channel.messages]

    def notices(self) -> list[str]:
        return [row[0] for row in self.store.db.rows("select notice from outbox where sender='ops'")]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def make(**fields: object) -> Desk:
        made.append(Desk(tmp_path / "listener.db", **fields))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.store.close()


ALL = [f"fake/forum:{n}/1" for n in (1, 2, 3)]


def test_every_message_is_sent_once_in_order(desk: Callable[..., Desk]) -> None:
    d = desk()
    d.run(60)
    assert d.keys() == ALL
    assert d.state() == "sent"


def test_a_place_hears_one_message_an_interval(desk: Callable[..., Desk]) -> None:
    d = desk()
    d.channel.interval = 1.0
    began = d.clock()
    heard = []
    d.channel.on_send = lambda message: heard.append((d.clock() - began).total_seconds())
    d.run(10)
    assert heard == [0.0, 1.0, 2.0]


def test_a_lost_answer_is_looked_up_and_not_sent_again(desk: Callable[..., Desk]) -> None:
    d = desk(count=1)
    d.channel.lose = 1
    d.run(29)
    assert d.state() == "unknown"
    d.run(5)
    assert (d.state(), d.keys()) == ("sent", ALL[:1])


@pytest.mark.parametrize("switch", ["", "lose", "drop"])
def test_a_picture_comes_by_one_change_after_the_message_was_sent_once(desk: Callable[..., Desk], switch: str) -> None:
    d = desk(count=1)
    d.channel.pictured = True
    if switch:
        setattr(d.channel, switch, 1)
    d.run(120)
    assert (d.state(), d.keys()) == ("sent", ALL[:1])
    assert [message.key for _, message in d.channel.updates] == ALL[:1]


def test_a_picture_that_is_not_ready_is_tried_again_and_the_message_stays_one(desk: Callable[..., Desk]) -> None:
    d = desk(count=1)
    d.channel.pictured = True
    d.channel.on_send = lambda message: d.channel.errors.clear()
    d.run(0)
    d.channel.updates.clear()
    d.store.db.rows("update outbox set shown = 0")
    d.channel.errors = [ChannelError("fake", "not looked through yet", wait=5.0, scope="message")] * 2
    d.run(9)
    assert d.channel.updates == []
    d.run(2)
    assert (len(d.channel.updates), d.keys(), d.state()) == (1, ALL[:1], "sent")


def test_a_lost_request_is_sent_again_after_the_look(desk: Callable[..., Desk]) -> None:
    d = desk(count=1)
    d.channel.drop = 1
    d.run(60)
    assert (d.state(), d.keys()) == ("sent", ALL[:1])


def test_history_is_not_read_before_it_has_settled(desk: Callable[..., Desk]) -> None:
    d = desk(count=1)
    d.channel.lose, d.channel.hide = 1, 1
    d.run(29.9)
    d.channel.hide = 0
    d.run(60)
    assert d.keys() == ALL[:1]


def test_a_message_in_doubt_holds_up_no_other(desk: Callable[..., Desk]) -> None:
    d = desk()
    d.channel.lose = 1
    d.run(10)
    assert [d.state(n) for n in (1, 2, 3)] == ["unknown", "sent", "sent"]


def test_without_history_a_message_in_doubt_is_held_and_the_operators_hear_of_it(desk: Callable[..., Desk]) -> None:
    d = desk(count=1, ops="ops")
    d.channel.lose = 1
    d.run(1)
    d.channel.errors = [ChannelError("fake", "history needs channels:history", permanent=True, code="missing_scope")]
    d.run(60)
    assert d.state() == "unknown"
    assert d.notices() == ["fake: 1 messages are held: history needs channels:history"]
    d.run(1000)
    assert (d.state(), d.keys()) == ("sent", ALL[:1]), "with the scope granted it is settled"


def test_without_history_it_is_sent_again_where_that_was_chosen(desk: Callable[..., Desk]) -> None:
    d = desk(count=1, on_ambiguous="resend")
    d.channel.lose = 1
    d.run(1)
    d.channel.errors = [ChannelError("fake", "no scope", permanent=True, code="missing_scope")]
    d.run(60)
    assert d.keys() == ALL[:1] * 2


def test_a_rate_limit_is_waited_for_exactly(desk: Callable[..., Desk]) -> None:
    d = desk(count=1)
    d.channel.errors = [ChannelError("fake", "rate limited", wait=7.0, scope="place")]
    d.run(6.9)
    assert d.keys() == []
    d.run(0.2)
    assert d.keys() == ALL[:1]


def test_an_outage_keeps_the_queue_and_ends_by_itself(desk: Callable[..., Desk]) -> None:
    d = desk()
    d.channel.errors = [ChannelError("fake", "cannot be reached") for _ in range(6)]
    d.run(400)
    assert d.keys() == ALL


def test_a_revoked_token_pauses_everything_and_is_told_once(desk: Callable[..., Desk]) -> None:
    d = desk(ops="ops")
    revoked = ChannelError("fake", "the token was revoked", permanent=True, code="token_revoked")
    d.channel.errors = [revoked] * 5
    d.run(4)
    assert [d.state(n) for n in (1, 2, 3)] == ["pending"] * 3
    assert d.notices() == ["fake: the token was revoked"]
    d.run(1000)
    assert d.keys() == ALL
    assert len(d.notices()) == 1


def test_a_place_that_is_gone_sends_its_alerts_to_the_fallback(desk: Callable[..., Desk]) -> None:
    d = desk(count=1, ops="ops")
    d.channel.errors = [ChannelError("fake", "archived", permanent=True, code="is_archived", scope="place")]
    d.run(1)
    assert d.state() == "failed"
    claimed = d.store.outbox.claim("spare", d.clock())
    assert claimed and claimed.message.notice == "Meant for fake, which could not be reached: archived"
    assert d.notices() == ["fake: archived"]


def test_a_message_that_can_never_be_delivered_is_kept_where_it_is_seen(desk: Callable[..., Desk]) -> None:
    d = desk(count=2, ops="ops")
    d.channel.errors = [ChannelError("fake", "invalid blocks", permanent=True, scope="message")]
    d.run(1)
    assert [d.state(1), d.state(2)] == ["failed", "sent"]
    assert "is kept: invalid blocks" in d.notices()[0]


def test_a_message_that_breaks_the_channel_is_looked_up_tried_again_and_in_the_end_kept(
    desk: Callable[..., Desk],
) -> None:
    d = desk(count=2, ops="ops")
    broken = "fake/forum:1/1"

    def choke(message: Message) -> None:
        if message.key == broken:
            raise KeyError("colour")

    d.channel.on_send = choke
    d.run(3000)
    assert [d.state(1), d.state(2)] == ["failed", "sent"]
    assert d.store.db.value("select tries from outbox where key=?", (broken,)) == 5
    assert "could not be delivered and is kept: KeyError: 'colour'" in d.notices()[0]


def test_an_edit_changes_the_message_in_place(desk: Callable[..., Desk]) -> None:
    d = desk(count=1)
    d.run(1)
    changed = edited(posts(1)[0], "edited")
    d.store.keep("feed", Batch(posts=(changed,)), Analysis(), Tell(), d.clock())
    d.run(1)
    assert [m.alerts[0].about[0].post.text for _, m in d.channel.updates] == ["edited"]
    assert d.keys() == ALL[:1]


def test_a_change_to_a_message_deleted_by_hand_is_let_go(desk: Callable[..., Desk]) -> None:
    d = desk(count=1)
    d.run(1)
    d.store.keep("feed", Batch(deleted=("forum:1",)), Analysis(), Tell(), d.clock())
    d.channel.errors = [ChannelError("fake", "message_not_found", permanent=True, scope="message")]
    d.run(5)
    assert (d.channel.updates, d.store.outbox.stale("fake", d.clock())) == ([], None)


def test_a_change_is_tried_again_after_trouble(desk: Callable[..., Desk]) -> None:
    d = desk(count=1)
    d.run(1)
    d.store.keep("feed", Batch(deleted=("forum:1",)), Analysis(), Tell(), d.clock())
    d.channel.errors = [Ambiguous("fake", "timed out"), ChannelError("fake", "limited", wait=3.0, scope="place")]
    d.run(30)
    assert [m.alerts[0].deleted for _, m in d.channel.updates] == [True]


def test_a_channel_without_history_sends_again_at_once(tmp_path: Path) -> None:
    class Plain:
        interval = 0.0

        def __init__(self) -> None:
            self.tries: list[str] = []

        def send(self, message: Message) -> str:
            self.tries.append(message.key)
            if len(self.tries) == 1:
                raise Ambiguous("plain", "timed out")
            return "ok"

    plain = Plain()
    d = Desk(tmp_path / "listener.db", count=1, channel=plain)  # type: ignore[arg-type]
    d.run(60)
    d.store.close()
    assert plain.tries == ALL[:1] * 2


def test_words_that_must_go_and_what_is_new_take_turns(desk: Callable[..., Desk]) -> None:
    """A backlog of alerts must not hold up what was deleted or forgotten, nor a wave of deletions the alerts."""
    d = desk(count=60)
    d.channel.interval = 1.0
    d.run(20)
    told = [f"forum:{n}" for n in range(1, 11)]
    d.store.keep("feed", Batch(deleted=tuple(told)), Analysis(), Tell(), d.clock())
    before = len(d.keys())
    d.run(20)
    assert len(d.channel.updates) == pytest.approx(10, abs=1)
    assert len(d.keys()) - before == pytest.approx(10, abs=1)


def test_without_telling_only_what_was_told_is_changed(desk: Callable[..., Desk]) -> None:
    d = desk(count=3)
    d.sender.step()
    d.store.keep("feed", Batch(deleted=("forum:1",)), Analysis(), Tell(), d.clock())
    while not d.sender.step(tell=False):
        pass
    assert (len(d.keys()), len(d.channel.updates)) == (1, 1)
