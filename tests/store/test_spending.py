"""Money: what is held and spent stays within its cap, whatever ends the process, and a day's item is paid once."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listener.purse import Hold, Purse
from listener.store import Store
from listener.testing import posts
from listener.types import Batch
from tests.making import NOW, Tell, analysis

CAP = 1_000
PRICE = 5
TOMORROW = NOW + timedelta(days=1)
Step = tuple[int, list[int], bool, int]
Rows = Callable[[str], list[tuple[object, ...]]]


def held(purse: Purse, amount: int) -> Hold:
    hold = purse.hold("collect", amount, CAP, NOW)
    assert hold
    return hold


def test_what_is_held_counts_as_spent_until_it_is_settled(store: Store) -> None:
    purse = store.purse("x")
    hold = held(purse, 500)
    assert purse.left("collect", CAP, NOW) == 500
    purse.settle(hold, ["1", "2"], PRICE, NOW)
    assert purse.left("collect", CAP, NOW) == 990


def test_nothing_is_held_beyond_the_cap(store: Store) -> None:
    purse = store.purse("x")
    held(purse, 600)
    assert purse.hold("collect", 401, CAP, NOW) is None
    assert purse.hold("collect", 400, CAP, NOW)
    assert purse.left("collect", CAP, NOW) == 0


def test_a_lower_cap_leaves_nothing_rather_than_a_debt(store: Store) -> None:
    held(store.purse("x"), 600)
    assert store.purse("x").left("collect", 100, NOW) == 0


def test_an_item_is_paid_once_a_day_whoever_buys_it(store: Store) -> None:
    purse = store.purse("x")
    purse.settle(held(purse, 100), ["1", "2", "2"], PRICE, NOW)
    again = purse.hold("recheck", 100, CAP, NOW)
    assert again
    purse.settle(again, ["1", "3"], PRICE, NOW)
    assert (purse.left("collect", CAP, NOW), purse.left("recheck", CAP, NOW)) == (990, 995)


def test_a_new_day_has_its_own_money_and_pays_again(store: Store) -> None:
    purse = store.purse("x")
    purse.settle(held(purse, 1_000), ["1"], PRICE, NOW)
    assert purse.left("collect", CAP, TOMORROW) == CAP
    hold = purse.hold("collect", 10, CAP, TOMORROW)
    assert hold
    purse.settle(hold, ["1"], PRICE, TOMORROW)
    assert purse.left("collect", CAP, TOMORROW) == 995


def test_an_answer_after_midnight_is_booked_on_the_day_that_it_came(store: Store) -> None:
    purse = store.purse("x")
    purse.settle(held(purse, 500), ["1"], PRICE, TOMORROW)
    assert (purse.left("collect", CAP, NOW), purse.left("collect", CAP, TOMORROW)) == (CAP, 995)


def test_a_kill_between_hold_and_settle_counts_as_spent(path: Path) -> None:
    first = Store.open(path, NOW)
    held(first.purse("x"), 300)
    first.close()
    second = Store.open(path, NOW)
    assert second.purse("x").left("collect", CAP, NOW) == 700
    second.close()


def test_what_was_bought_days_ago_is_forgotten(store: Store, rows: Rows) -> None:
    purse = store.purse("x")
    purse.settle(held(purse, 100), ["1"], PRICE, NOW)
    hold = purse.hold("collect", 10, CAP, NOW + timedelta(days=3))
    assert hold
    purse.settle(hold, ["2"], PRICE, NOW + timedelta(days=3))
    assert rows("select item from bought") == [("2",)]


def test_sources_have_their_own_money(store: Store) -> None:
    held(store.purse("x"), 1_000)
    assert store.purse("other").left("collect", CAP, NOW) == CAP


@given(
    steps=st.lists(
        st.tuples(st.integers(1, 40), st.lists(st.integers(0, 30), max_size=40), st.booleans(), st.integers(0, 30)),
        max_size=25,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
def test_the_bill_of_a_platform_never_passes_the_cap(store: Store, steps: list[Step]) -> None:
    """It bills each item once a day, up to as many as were asked for, whether or not its answer arrives."""
    source = f"x{store.db.value('select count(*) from spending')}"
    purse, billed = store.purse(source), dict[str, set[int]]()
    now = NOW
    for asked, items, arrives, hours in steps:
        now += timedelta(minutes=hours)
        hold = purse.hold("collect", asked * PRICE, CAP, now)
        if hold is None:
            continue
        answer = items[:asked]
        billed.setdefault(hold.day, set()).update(answer)
        if arrives:
            purse.settle(hold, map(str, answer), PRICE, now)
    assert all(len(items) * PRICE <= CAP for items in billed.values())
    assert purse.left("collect", CAP, now) <= CAP - PRICE * len(billed.get(now.date().isoformat(), ()))


@pytest.mark.parametrize(("hours", "left"), [(25, 0), (23, 2)])
def test_words_that_nobody_could_look_up_are_erased_and_their_counts_stay(store: Store, hours: int, left: int) -> None:
    batch = Batch(posts=tuple(posts(2)))
    store.keep("feed", batch, analysis(batch.posts), Tell(), NOW)
    later = NOW + timedelta(hours=hours)
    assert store.erase_unchecked("feed", later - timedelta(hours=24), later) == 2 - left
    assert store.db.value("select count(*) from posts where text <> ''") == left
    assert store.db.value("select count(*) from findings") == 2
    assert store.db.value("select max(version) from outbox") == (1 if left else 2)
    assert store.db.value("select count(*) from posts where erased_why = 'unchecked'") == 2 - left
