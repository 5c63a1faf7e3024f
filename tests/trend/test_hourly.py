"""Numbers an hour, and what is usual of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.trend.hourly import HOUR, KEPT, Hours, Numbers, Usual, Window, sums
from listener.trend.hourly import usual as usual_of

EVER = np.ones(KEPT)


def at(hour: float) -> float:
    return hour * HOUR


def numbers(last: int, of: dict[int, float]) -> Hours:
    hours = Hours()
    for hour, number in sorted(of.items()):
        hours.add(hour, number)
    assert hours.until(last)[-1] == of.get(last, 0)
    return hours


def usual(counts: Numbers, heard: Numbers, last: int, window: Window) -> tuple[Usual, ...]:
    return usual_of(counts, window, window.earlier(heard, last))


def test_what_was_added_to_an_hour_stands_at_its_place_counted_from_the_last() -> None:
    hours = Hours()
    for hour in (1_000, 1_000, 1_003):
        hours.add(hour)
    assert hours.until(1_003)[-4:].tolist() == [2, 0, 0, 1]
    assert hours.until(1_005)[-6:].tolist() == [2, 0, 0, 1, 0, 0]
    assert hours.until(1_000)[-1] == 2


def test_an_hour_that_comes_late_is_counted_and_one_that_is_too_old_is_not() -> None:
    hours = Hours()
    hours.add(1_000)
    hours.add(998)
    hours.add(1_000 - KEPT)
    assert hours.until(1_000)[-3:].tolist() == [1, 0, 1]
    assert hours.until(1_000).sum() == 2


def test_long_after_the_last_hour_nothing_is_known() -> None:
    hours = Hours()
    hours.add(1_000, 7)
    assert hours.until(1_000 + KEPT).sum() == 0
    assert hours.until(1_000 + KEPT - 1).sum() == 7
    assert hours.until(900).sum() == 0


@given(st.lists(st.integers(1_000, 1_000 + KEPT - 1), max_size=40))
def test_the_order_in_which_hours_come_does_not_matter(found: list[int]) -> None:
    there, back = Hours(), Hours()
    there.add(1_000 + KEPT - 1)
    back.add(1_000 + KEPT - 1)
    for hour in found:
        there.add(hour)
    for hour in reversed(found):
        back.add(hour)
    assert there.until(1_500).tolist() == back.until(1_500).tolist()


def test_sums_are_of_so_many_in_a_row() -> None:
    assert sums(np.array([1.0, 2, 3, 4]), 2).tolist() == [3, 5, 7]
    assert sums(np.array([1.0, 2]), 2).tolist() == [3]


@pytest.mark.parametrize(("seconds", "width"), [(900, 1), (3_600, 1), (21_600, 6), (86_400, 24), (5_000, 2)])
def test_a_window_is_compared_with_whole_hours(seconds: float, width: int) -> None:
    assert Window(at(1_000), seconds).width == width


def test_a_window_is_compared_with_none_that_overlaps_it() -> None:
    every, then = Window(at(1_000.5), HOUR).earlier(EVER, 1_000)
    first = 1_000 - KEPT + 1
    assert first + every.max() == 998, "the hour from 998 to 999 ends before 999.5"
    days = {1_000 - (first + int(row)) for row in then}
    assert {hours % 24 for hours in days} == {0, 1, 23}
    assert 24 in days
    assert 0 not in days


def test_hours_that_were_not_listened_to_are_not_compared_with() -> None:
    heard = EVER.copy()
    heard[-30:-10] = 0
    every, _ = Window(at(1_001), HOUR).earlier(heard, 1_000)
    assert not {*every.tolist()} & {*range(KEPT - 30, KEPT - 10)}
    wide, _ = Window(at(1_001), 6 * HOUR).earlier(heard, 1_000)
    assert not {*wide.tolist()} & {*range(KEPT - 35, KEPT - 10)}, "a window of which an hour is missing is unknown"


def test_the_usual_is_the_mean_of_the_hours_before() -> None:
    hours = numbers(1_000, dict.fromkeys(range(640, 1_000), 4.0))
    [every, then] = usual(hours.until(1_000), EVER, 1_000, Window(at(1_001), HOUR))
    assert every.mean == pytest.approx(4, rel=0.08)
    assert then.mean == pytest.approx(4, rel=0.02)


def test_a_quarter_of_an_hour_usually_holds_a_quarter_of_it() -> None:
    hours = numbers(1_000, dict.fromkeys(range(640, 1_000), 4.0))
    [every, _] = usual(hours.until(1_000), EVER, 1_000, Window(at(1_001), HOUR / 4))
    assert every.mean == pytest.approx(1, rel=0.08)


def test_what_comes_every_morning_is_usual_in_the_morning() -> None:
    hours = numbers(1_000, {hour: 24.0 for hour in range(640, 1_000) if hour % 24 == 1_000 % 24})
    every, then = usual(hours.until(1_000), EVER, 1_000, Window(at(1_001), HOUR))
    assert every.mean < 2
    assert then.mean > 6, "a third of the windows within an hour of that time"


def test_what_changes_much_of_itself_is_less_even() -> None:
    even = numbers(1_000, dict.fromkeys(range(640, 1_000), 4.0))
    uneven = numbers(1_000, {hour: 16.0 * (hour % 4 == 0) for hour in range(640, 1_000)})
    shapes = [usual(h.until(1_000), EVER, 1_000, Window(at(1_001), HOUR))[0].shape for h in (even, uneven)]
    assert shapes[0] > 20 * shapes[1]


def test_of_nothing_that_was_ever_heard_one_a_day_is_expected_and_no_time_of_day_is_known() -> None:
    [found] = usual(np.zeros(KEPT), np.zeros(KEPT), 1_000, Window(at(1_001), HOUR))
    assert found.mean == pytest.approx(1 / 24)
    assert found.shape == pytest.approx(1 / 1.2)


@pytest.mark.parametrize(("days", "usual_then"), [((1,), False), ((1, 2), True), ((2, 9), True)])
def test_what_was_told_to_be_unusual_is_usual_at_that_time_where_it_was_so_twice(
    days: tuple[int, ...], usual_then: bool
) -> None:
    odd = np.zeros(KEPT)
    for day in days:
        odd[KEPT - 1 - 24 * day] = 1
    (every, then), (without, still) = (Window(at(1_001), HOUR).earlier(EVER, 1_000, o) for o in (None, odd))
    assert {*every.tolist()} - {*without.tolist()} == {KEPT - 1 - 24 * day for day in days}
    assert (then.tolist() == still.tolist()) is usual_then
    assert {*still.tolist()} <= {*then.tolist()}
