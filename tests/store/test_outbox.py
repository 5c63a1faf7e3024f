"""The outbox: one claim a message, every outcome kept."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from listener.store import Store
from listener.store.read import findings
from listener.store.trends import TrendStore
from listener.testing import edited, posts
from listener.types import Analysis, Batch, Receipt
from tests.making import NOW, Tell, analysis

Rows = Callable[[str], list[tuple[object, ...]]]
A, B = "fake/forum:1/1", "fake/forum:2/1"


@pytest.fixture
def two(store: Store) -> Store:
    batch = Batch(posts=tuple(posts(2)))
    store.keep("feed", batch, analysis(batch.posts), Tell(), NOW)
    return store


def key_of(store: Store, **fields: object) -> str | None:
    claimed = store.outbox.claim("fake", NOW, **fields)  # type: ignore[arg-type]
    return claimed.message.key if claimed else None


def test_each_message_is_claimed_once_in_order(two: Store) -> None:
    assert [key_of(two), key_of(two), key_of(two)] == [A, B, None]


def test_a_claim_carries_everything_the_card_shows(two: Store) -> None:
    claimed = two.outbox.claim("fake", NOW)
    assert claimed
    [alert] = claimed.message.alerts
    [found] = alert.about
    assert found == analysis(posts(1)).findings[0]
    assert claimed.message.install == two.outbox.install


def test_a_busy_place_is_passed_over(two: Store) -> None:
    assert key_of(two, busy=["fake"]) is None
    assert key_of(two, busy=["fake:#other"]) == A


def test_a_refused_message_is_due_again_when_told(two: Store) -> None:
    key_of(two)
    two.outbox.back(A, NOW, NOW + timedelta(seconds=9), "wait")
    assert key_of(two) == B
    assert two.outbox.claim("fake", NOW + timedelta(seconds=8)) is None
    claimed = two.outbox.claim("fake", NOW + timedelta(seconds=9))
    assert claimed and (claimed.message.key, claimed.tries) == (A, 2)


def test_a_sent_message_stays_sent(two: Store, rows: Rows) -> None:
    key_of(two)
    two.outbox.sent(Receipt(A, "fake", NOW, "C1/1"), 1)
    two.outbox.back(A, NOW, NOW, "late news")
    two.outbox.unknown(A, NOW, "later news")
    assert rows(f"select state, ref from outbox where key='{A}'") == [("sent", "C1/1")]


def test_a_message_whose_place_is_gone_goes_to_the_fallback_with_a_note(two: Store, rows: Rows) -> None:
    key_of(two)
    two.outbox.reroute(A, "console", "Meant for fake", NOW, "archived")
    assert rows(f"select state, error from outbox where key='{A}'") == [("failed", "archived; sent to console instead")]
    claimed = two.outbox.claim("console", NOW)
    assert claimed and claimed.message.notice == "Meant for fake"
    assert claimed.message.alerts[0].key == A
    assert two.outbox.retry(NOW) == 0, "it was delivered elsewhere"


def test_failed_messages_can_be_retried(two: Store) -> None:
    key_of(two)
    two.outbox.fail(A, NOW, "too long")
    assert two.outbox.retry(NOW) == 1
    assert key_of(two) == A


def test_a_change_after_sending_is_shown_once(two: Store) -> None:
    key_of(two)
    two.outbox.sent(Receipt(A, "fake", NOW, "ref"), 1)
    changed = edited(posts(1)[0], "now I need it today")
    two.keep("feed", Batch(posts=(changed,)), Analysis(), Tell(), NOW)
    stale = two.outbox.stale("fake", NOW)
    assert stale and (stale.message.key, stale.ref, stale.version) == (A, "ref", 2)
    assert stale.message.alerts[0].about[0].post.text == "now I need it today"
    two.outbox.shown(A, 2)
    assert two.outbox.stale("fake", NOW) is None


def test_a_change_during_sending_is_not_forgotten(two: Store) -> None:
    claimed = two.outbox.claim("fake", NOW)
    assert claimed
    changed = edited(posts(1)[0], "changed while the request was under way")
    two.keep("feed", Batch(posts=(changed,)), Analysis(), Tell(), NOW)
    two.outbox.sent(Receipt(A, "fake", NOW, "ref"), claimed.version)
    stale = two.outbox.stale("fake", NOW)
    assert stale and stale.version == 2


def test_what_was_deleted_before_it_was_sent_is_dropped(two: Store, rows: Rows) -> None:
    two.keep("feed", Batch(deleted=("forum:1",)), Analysis(), Tell(), NOW)
    assert key_of(two) == B
    assert rows(f"select state from outbox where key='{A}'") == [("dropped",)]


def test_a_notice_is_put_in_once(store: Store, rows: Rows) -> None:
    assert store.outbox.notify("ops/x", "fake:#ops", "trouble", NOW)
    assert not store.outbox.notify("ops/x", "fake:#ops", "trouble", NOW)
    assert rows("select notice from outbox") == [("trouble",)]


def test_waiting_counts_what_is_not_delivered(two: Store) -> None:
    key_of(two)
    assert two.outbox.waiting(["fake"]) == 2
    two.outbox.sent(Receipt(A, "fake", NOW, "ref"), 1)
    assert two.outbox.waiting(["fake"]) == 1
    assert two.outbox.waiting(["other"]) == 0


@pytest.mark.parametrize("table", ["posts where key='forum:1'", "alerts where post_key='forum:1'"])
def test_what_somebody_deleted_by_hand_holds_up_nothing_else(two: Store, table: str) -> None:
    """A shell of SQLite deletes posts, since it does not mind foreign keys."""
    with two.db.read() as conn:
        conn.execute("pragma foreign_keys=off")
        conn.execute(f"delete from {table}")
    assert [key_of(two), key_of(two)] == [B, None]
    assert two.db.value("select state from outbox where key=?", (A,)) == "dropped"


@pytest.mark.parametrize("table", ["posts where key='forum:1'", "alerts where post_key='forum:1'"])
def test_a_sent_message_whose_post_was_deleted_by_hand_shows_nothing_of_it(two: Store, table: str) -> None:
    assert key_of(two) == A
    two.outbox.sent(Receipt(A, "fake", NOW, "C1/1"), 1)
    with two.db.write() as conn:
        conn.execute("update outbox set version=version+1, sender='fake' where key=?", (A,))
    with two.db.read() as conn:
        conn.execute("pragma foreign_keys=off")
        conn.execute(f"delete from {table}")
    claimed = two.outbox.stale("fake", NOW)
    assert claimed
    assert all(alert.deleted for alert in claimed.message.alerts)


def test_a_finding_whose_post_was_deleted_by_hand_is_found_no_more(two: Store) -> None:
    with two.db.read() as conn:
        conn.execute("pragma foreign_keys=off")
        conn.execute("delete from posts where key='forum:1'")
    assert [each.finding.post.key for each in findings(two.db)] == ["forum:2"]
    assert TrendStore(two.db).finding("desks", "forum:1") is None
    assert TrendStore(two.db).finding("desks", "forum:2")
