"""Requests are counted across processes, by the real clock, before they are made."""

from datetime import timedelta
from pathlib import Path

from listener.meter import budget_name
from listener.store import Store
from listener.testing import FakeClock
from tests.making import NOW


def test_the_next_process_knows_what_this_one_asked(path: Path) -> None:
    clock = FakeClock()
    store = Store.open(path, NOW)
    for _ in range(3):
        store.meter("reddit:a", clock).ask()
        clock.advance(10)
    store.close()  # a kill would do as well: each request was written down
    again = Store.open(path, NOW)
    assert again.meter("reddit:a", clock).ages(25.0) == [20.0, 10.0]
    assert again.meter("reddit:b", clock).ages(25.0) == [], "another credential has its own"
    again.close()


def test_a_clock_that_was_set_back_makes_requests_young_not_future(store: Store) -> None:
    clock = FakeClock()
    meter = store.meter("reddit:a", clock)
    meter.ask()
    clock.advance(-3600)
    assert meter.ages(60.0) == [0.0]


def test_a_pause_lasts_until_the_service_has_requests_again(store: Store) -> None:
    clock = FakeClock()
    meter = store.meter("reddit:a", clock)
    assert meter.pause() == 0.0
    meter.heard(0.0, 90.0)
    clock.advance(30)
    assert meter.pause() == 60.0
    clock.advance(61)
    assert meter.pause() == 0.0
    meter.heard(12.0, 90.0)
    assert meter.pause() == 0.0, "some are left"


def test_what_no_service_counts_any_more_is_forgotten(store: Store) -> None:
    clock = FakeClock()
    meter = store.meter("reddit:a", clock)
    for _ in range(5):
        meter.ask()
        clock.advance(timedelta(hours=2).total_seconds())
    assert store.db.value("select count(*) from requests") == 1


def test_a_budget_tells_nothing_of_its_credential() -> None:
    name = budget_name("x", "a-bearer-token")
    assert name == budget_name("x", "a-bearer-token") != budget_name("x", "another")
    assert name.startswith("x:") and "bearer" not in name
