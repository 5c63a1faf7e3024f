"""The tables of what is counted by moment and mood, and of when sources were listened to."""

from datetime import timedelta
from typing import Any

import pytest

from listener.errors import StoreError
from listener.store import Limits, Store
from listener.store.cells import CellStore, Look
from listener.store.erase import erase
from listener.store.heard import PAUSE, Heard, heard
from listener.store.trends import Tiding
from listener.testing import posts
from listener.types import Analysis, Batch, Gap, Trouble
from listener.types.trend import Counted, Kind, Trend
from tests.making import NOW, Tell, analysis

HOUR = int(NOW.timestamp() // 3_600)


def counted(number: int, hours: float = 0, cell: str = "buy") -> Counted:
    return Counted(cell, f"reddit:{number}", NOW.timestamp() + 3_600 * hours, number, -number)


def look(*votes: Counted, upto: int = 1, tidings: tuple[Tiding, ...] = ()) -> Look:
    return Look(topic="desks", upto=upto, memory=b'{"a":1}', votes=votes, tidings=tidings)


@pytest.fixture
def tables(store: Store) -> CellStore:
    return CellStore(store.db)


def test_what_is_kept_is_remembered_in_its_order(tables: CellStore) -> None:
    assert tables.remembered("desks", NOW).memory == b""
    tables.keep(look(counted(2), counted(1, -1), counted(3, cell="negative"), upto=7), NOW)
    found = tables.remembered("desks", NOW)
    assert (found.upto, found.memory) == (7, b'{"a":1}')
    assert found.votes == [counted(2), counted(1, -1), counted(3, cell="negative")]
    assert sorted(found.hours) == [("buy", HOUR - 1, 1), ("buy", HOUR, 1), ("negative", HOUR, 1)]


def test_hours_add_up_and_topics_are_apart(tables: CellStore) -> None:
    tables.keep(look(counted(1)), NOW)
    tables.keep(look(counted(2)), NOW)
    assert tables.remembered("desks", NOW).hours == [("buy", HOUR, 2)]
    assert tables.remembered("lamps", NOW).hours == []


def test_votes_of_the_day_before_a_cells_latest_are_forgotten_and_its_numbers_stay(tables: CellStore) -> None:
    tables.keep(look(counted(1), counted(2, cell="negative")), NOW)
    tables.keep(look(counted(3, 27)), NOW)
    found = tables.remembered("desks", NOW)
    assert [each.post for each in found.votes] == ["reddit:2", "reddit:3"]
    assert len(found.hours) == 3


def test_an_erased_post_is_no_vote_any_more(tables: CellStore) -> None:
    tables.keep(look(counted(1), counted(2)), NOW)
    with tables.db.write() as conn:
        erase(conn, "reddit:1", NOW)
    assert [each.post for each in tables.remembered("desks", NOW).votes] == ["reddit:2"]
    assert tables.remembered("desks", NOW).hours == [("buy", HOUR, 2)]


def test_a_look_that_breaks_off_leaves_nothing(tables: CellStore) -> None:
    broken = Look(topic="desks", upto=3, memory=b"\xff", votes=[counted(1)])
    with pytest.raises(UnicodeDecodeError):
        tables.keep(broken, NOW)
    assert tables.remembered("desks", NOW).votes == []


def silence(thread: str = "", over: bool = False) -> Tiding:
    trend = Trend(
        kind=Kind.SILENCE,
        topic="desks",
        at=NOW,
        question="",
        votes=int(over),
        posts=(),
        authors=0,
        expected=40,
        score=5,
        since=NOW,
        window=3_600,
        thread=thread,
        over=over,
    )
    return Tiding(trend=trend, thread="abc", state="told", notice="so quiet", channels=("fake:#a", "fake:#b"))


def test_a_silence_is_a_message_without_an_alert_in_each_channel(tables: CellStore) -> None:
    assert tables.keep(look(tidings=(silence(),)), NOW) == 2
    assert tables.keep(look(tidings=(silence(),)), NOW) == 0
    assert tables.db.value("select count(*) from carries") == 0
    assert tables.db.value("select over from trends") == 0
    tables.keep(look(tidings=(silence("abc", over=True),)), NOW)
    assert tables.db.value("select over from trends") == 1
    assert tables.db.value("select count(*) from outbox") == 2, "it was not sent yet: it says the end at once"


# When sources were listened to


def page(store: Store, minutes: float, count: int = 0, **fields: Any) -> None:
    """One pass of the source."""
    at = NOW + timedelta(minutes=minutes)
    found = tuple(posts(count))
    store.keep("feed", Batch(posts=found, **fields), analysis(found) if found else Analysis(), Tell(), at)


def listened(store: Store) -> dict[int, tuple[float, int]]:
    return {each.hour - HOUR: (each.seconds, each.posts) for each in heard(store.db, "feed", 0)}


@pytest.fixture
def active(store: Store) -> Store:
    """One whose source has been read once."""
    store.activate(["feed"], [], NOW)
    page(store, 0, 3)
    return store


def test_what_a_first_pass_brings_is_history(active: Store) -> None:
    assert listened(active) == {}


def test_the_time_between_two_passes_was_listened_to(active: Store) -> None:
    page(active, 10)
    page(active, 25)
    assert listened(active) == {0: (25 * 60, 0)}


def test_a_time_over_the_hour_is_of_both(active: Store) -> None:
    first = 60 - NOW.minute
    page(active, first - 10)
    with active.db.write() as conn:
        conn.execute("delete from heard")
    page(active, first + 5)
    assert {hour: seconds for hour, (seconds, _) in listened(active).items()} == pytest.approx({0: 600, 1: 300})


def test_while_nobody_read_nobody_listened(active: Store) -> None:
    page(active, PAUSE / 60 + 1)
    assert sum(seconds for seconds, _ in listened(active).values()) == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"troubles": [Trouble("r/desks", "gone", NOW)]},
        {"gaps": [Gap("r/desks", NOW, NOW, "a burst")]},
        {"more": True},
    ],
    ids=["a part fails", "a gap", "not its end"],
)
def test_a_pass_that_is_not_whole_does_not_tell_of_silence(active: Store, fields: dict[str, Any]) -> None:
    page(active, 10, **fields)
    assert sum(seconds for seconds, _ in listened(active).values()) == 0


def test_a_look_at_stored_posts_is_no_pass(active: Store) -> None:
    page(active, 10, listing=False)
    assert listened(active) == {}


def test_new_posts_are_counted_in_the_hour_in_which_they_are_read(active: Store) -> None:
    page(active, 5, 2)
    assert listened(active) == {0: (300, 2)}
    assert [type(each) for each in heard(active.db, "feed", HOUR + 1)] == []
    assert heard(active.db, "feed", HOUR) == [Heard(HOUR, 300, 2)]


def test_since_when_sources_are_listened_to_is_known(active: Store) -> None:
    assert [*CellStore(active.db).since(["feed", "other"])] == ["feed"]


def test_a_gap_is_known_until_it_is_filled(active: Store) -> None:
    tables = CellStore(active.db)
    page(active, 10, gaps=[Gap("r/desks", NOW, NOW + timedelta(minutes=5), "a burst")])
    assert tables.gaps(["feed", "other"], NOW)
    assert not tables.gaps(["other"], NOW)
    assert not tables.gaps(["feed"], NOW + timedelta(minutes=6))
    page(active, 20, filled=["r/desks"])
    assert not tables.gaps(["feed"], NOW)


def test_numbers_are_kept_as_long_as_counts(active: Store) -> None:
    page(active, 10)
    CellStore(active.db).keep(look(counted(1)), NOW)
    limits = Limits(posts=timedelta(days=90), counts=timedelta(days=400))
    active.retain(limits, NOW + timedelta(days=399))
    assert active.db.value("select count(*) from totals") == active.db.value("select count(*) from heard") == 1
    active.retain(limits, NOW + timedelta(days=402))
    assert active.db.value("select count(*) from totals") == active.db.value("select count(*) from heard") == 0


def test_a_full_disk_is_told(tables: CellStore) -> None:
    tables.db.close()
    with pytest.raises(StoreError):
        tables.remembered("desks", NOW)
