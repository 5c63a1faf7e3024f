"""Intervals of counts: what the tables say, and how often they hold the truth."""

from math import exp, sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.ops.chance import below, interval


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (5, 1.6235, 11.6683), (10, 4.7954, 18.3904), (100, 81.3640, 121.6270)],
)
def test_a_plain_count_has_the_interval_of_the_tables(count: int, low: float, high: float) -> None:
    """Garwood's, of 1936."""
    assert interval([(1.0, count)]) == pytest.approx((low, high), abs=1e-3)


def test_a_weight_alone_is_a_factor() -> None:
    low, high = interval([(1.0, 7)])
    assert interval([(250.0, 7)]) == pytest.approx((250 * low, 250 * high))


def test_parts_of_one_weight_are_one_part() -> None:
    assert interval([(3.0, 4), (3.0, 0), (3.0, 5)]) == pytest.approx(interval([(3.0, 9)]))


def test_where_nothing_was_sampled_there_is_nothing_to_tell() -> None:
    assert interval([]) == (0.0, 0.0)
    assert interval([(0.0, 0)]) == (0.0, 0.0)


def test_a_part_in_which_nothing_was_found_may_still_hold_some() -> None:
    low, high = interval([(2.0, 10), (500.0, 0)])
    assert low == pytest.approx(interval([(2.0, 10)])[0])
    assert high > 500


def test_large_counts_are_quick_and_nearly_normal() -> None:
    low, high = interval([(1.0, 150_000)])
    assert (low, high) == pytest.approx((150_000 - 1.96 * sqrt(150_000), 150_000 + 1.96 * sqrt(150_000)), abs=5)


@pytest.mark.parametrize("x", [0.001, 0.5, 1.0, 1.9, 2.1, 5.0, 50.0])
def test_the_gamma_function_of_shape_one_is_that_of_waiting_times(x: float) -> None:
    assert below(1.0, x) == pytest.approx(1 - exp(-x))
    assert below(2.0, x) == pytest.approx(1 - exp(-x) * (1 + x))


@given(st.lists(st.tuples(st.floats(1.01, 1e4), st.integers(0, 50)), min_size=1, max_size=6))
def test_the_interval_holds_the_figure_itself(counts: list[tuple[float, int]]) -> None:
    low, high = interval(counts)
    total = sum(weight * count for weight, count in counts)
    assert 0 <= low <= total < high
    assert (low < total) == (total > 0)


def drawn(random: Random, mean: float) -> int:
    """A Poisson count, by waiting times."""
    count, time = 0, random.expovariate(1.0)
    while time < mean:
        count, time = count + 1, time + random.expovariate(1.0)
    return count


@pytest.mark.parametrize("parts", [[(10.0, 0.5)], [(10.0, 4.0)], [(2.0, 6.0), (40.0, 1.5)], [(1.5, 20.0), (3.0, 9.0)]])
def test_the_truth_is_held_in_95_of_100_cases(parts: list[tuple[float, float]]) -> None:
    """Parts: weight, and how many are found on average."""
    random, truth, held = Random(7), sum(weight * mean for weight, mean in parts), 0
    for _ in range(400):
        low, high = interval([(weight, drawn(random, mean)) for weight, mean in parts])
        held += low <= truth <= high
    assert held / 400 >= 0.94
