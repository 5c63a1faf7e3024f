"""Is anything never told? Folding, edits, routes with several channels, over the real rules and store."""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from listener.alert import Router, Rules
from listener.deliver import Sender
from listener.errors import ChannelError
from listener.query import parse  # noqa: F401
from listener.store import Limits, Store
from listener.testing import FakeChannel, FakeClock, edited, posts
from listener.types import Analysis, Batch, Finding, Post, Receipt, Route
from tests.making import NOW, finding, topic

WORDS = "where can I buy a standing desk in Leeds?"
LATER = NOW + timedelta(minutes=30)


class Town:
    def __init__(self, path: Path, route: Route, *ids: str) -> None:
        topics = [topic(i) for i in ids or ("desks",)]
        self.rules = Rules(topics, Router(route, {}, {}))
        self.store = Store.open(path, NOW)
        self.store.activate(["feed"], topics, NOW)

    def read(self, *found: Finding, deleted: tuple[str, ...] = (), at: Any = LATER) -> None:
        page = Batch(posts=tuple({f.post.key: f.post for f in found}.values()), deleted=deleted)
        self.store.keep("feed", page, Analysis(findings=found), self.rules, at)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(r) for r in self.store.db.rows(sql)]

    def sent(self, sender: str = "slack") -> list[str]:
        keys = []
        while c := self.store.outbox.claim(sender, LATER):
            self.store.outbox.sent(Receipt(c.message.key, c.message.channel, LATER, "r"), c.version)
            keys.append(c.message.key)
        return keys


ALL = Route(channel="slack:#all")


def two() -> tuple[Post, Post]:
    first, second = posts(2)
    return replace(first, text=WORDS), replace(second, text=WORDS)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path / "listener.db", ALL)


def test_a_copy_of_a_post_deleted_before_it_was_told_is_told(town: Town) -> None:
    first, second = two()
    town.read(finding(first))
    town.read(deleted=(first.key,))
    town.read(finding(second))
    assert town.sent() == ["slack:#all/forum:2/1"], "nobody has heard of these words"


def test_a_copy_folded_into_a_post_that_is_then_deleted_unsent_is_told(town: Town) -> None:
    first, second = two()
    town.read(finding(first), finding(second))
    town.read(deleted=(first.key,))
    assert town.sent() == ["slack:#all/forum:2/1"], "the other author still asks"


def test_a_copy_of_a_message_that_failed_is_told(town: Town) -> None:
    first, second = two()
    town.read(finding(first))
    town.store.outbox.claim("slack", LATER)
    town.store.outbox.fail("slack:#all/forum:1/1", LATER, "invalid blocks")
    town.read(finding(second))
    assert town.sent() == ["slack:#all/forum:2/1"]


def test_copies_are_counted_on_the_card_of_each_channel(tmp_path: Path) -> None:
    both = Route(channel="slack:#all", routes=(Route(channel="slack:#a", go_on=True), Route(channel="slack:#b")))
    town = Town(tmp_path / "listener.db", both)
    first, second = two()
    town.read(finding(first))
    town.read(finding(second))
    claims = [town.store.outbox.claim("slack", LATER), town.store.outbox.claim("slack", LATER)]
    copies = {c.message.channel: c.message.alerts[0].copies for c in claims if c}
    assert copies == {"slack:#a": 1, "slack:#b": 1}


def test_an_edit_that_makes_a_post_match_another_topic_is_told(tmp_path: Path) -> None:
    town = Town(tmp_path / "listener.db", ALL, "desks", "kettles")
    first = replace(posts(1)[0], text=WORDS)
    town.read(finding(first))
    town.sent()
    change = edited(first, WORDS + " And where can I get a kettle by tonight?")
    town.read(finding(change), finding(change, topic="kettles"), at=LATER + timedelta(hours=1))
    assert town.sent() != [], "a changed card notifies nobody; why says: told to slack:#all"


def test_an_edit_of_what_was_never_told_is_judged_anew(town: Town) -> None:
    first = replace(posts(1)[0], text="I might want some desk")
    town.read(finding(first, value=20.0))
    assert town.sent() == []
    town.read(finding(edited(first, WORDS), value=90.0), at=LATER + timedelta(minutes=5))
    assert town.sent() != [], "suppressed as not risen, though it was never told"


def test_a_copy_that_is_edited_into_another_want_is_told(town: Town) -> None:
    first, second = two()
    town.read(finding(first), finding(second))
    town.sent()
    town.read(finding(edited(second, "where can I buy a really good kettle in York?")), at=LATER + timedelta(minutes=5))
    assert town.sent() != []


def test_words_that_go_back_and_forth_are_told_once(town: Town) -> None:
    """Two sources of one platform, one with cut texts, or an index that lags behind a look-up."""
    first = replace(posts(1)[0], text=WORDS)
    change = edited(first, WORDS + " I need it today, please, it is urgent")
    town.read(finding(first))
    for n in range(4):
        town.read(finding(change, urgency=2), at=LATER + timedelta(minutes=2 * n))
        town.read(finding(first), at=LATER + timedelta(minutes=2 * n + 1))
    assert len(town.sent()) == 2, "the first, and the rise"


def test_words_forgotten_by_age_while_the_message_waits_are_not_called_deleted(town: Town) -> None:
    first = replace(posts(1)[0], text=WORDS)
    town.read(finding(first))
    town.store.retain(Limits(posts=timedelta(hours=1), counts=timedelta(days=400)), LATER + timedelta(hours=2))
    town.sent()
    assert town.rows("select error from outbox") != [("deleted upstream before it was sent",)]


def test_counts_kept_shorter_than_folding_do_not_stop_a_source(town: Town) -> None:
    first, second = two()
    town.read(finding(first))
    town.store.retain(Limits(posts=timedelta(hours=1), counts=timedelta(hours=1)), LATER + timedelta(hours=2))
    town.read(finding(second), at=LATER + timedelta(hours=3))


def test_an_id_with_an_angle_has_a_fallback_too(tmp_path: Path) -> None:

    town = Town(tmp_path / "listener.db", ALL)
    town.read(finding(replace(posts(1)[0], id="<abc@mail.example>")))
    channel = FakeChannel()
    channel.errors = [ChannelError("slack", "archived", permanent=True, code="is_archived", scope="place")]
    clock = FakeClock(LATER)
    sender = Sender("slack", channel, town.store.outbox, clock, fallback=lambda _: "console", rng=random.Random(1))
    sender.step()
    assert town.store.outbox.claim("console", LATER)
