"""The least of a function is found, from anywhere and always the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.tag.learn.descend import Flat, Valued, least

NUMBERS = st.floats(-9, 9, allow_nan=False)


def bowl(middle: Flat, steep: Flat) -> Valued:
    return lambda at: (float((steep * (at - middle) ** 2).sum()), 2 * steep * (at - middle))


def banana(at: Flat) -> tuple[float, Flat]:
    """Rosenbrock's valley: its floor is bent, and nearly flat."""
    x, y = at
    slope = np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])
    return float((1 - x) ** 2 + 100 * (y - x * x) ** 2), slope


@settings(max_examples=40)
@given(st.lists(st.tuples(NUMBERS, NUMBERS, st.floats(0.1, 50)), min_size=1, max_size=6))
def test_the_middle_of_a_bowl_is_found(sides: list[tuple[float, float, float]]) -> None:
    start, middle, steep = (np.array(side) for side in zip(*sides, strict=True))
    valued = bowl(middle, steep)
    assert valued(least(valued, start))[0] <= 1e-3 * max(1.0, valued(start)[0])


def test_a_bent_valley_is_followed_to_its_end() -> None:
    assert least(banana, np.array([-1.2, 1.0]), 200).tolist() == pytest.approx([1, 1], abs=0.01)


def test_the_same_start_ends_at_the_same_place() -> None:
    ends = [least(banana, np.array([0.3, -2.0]), 25).tolist() for _ in range(2)]
    assert ends[0] == ends[1]


def test_who_stands_at_the_least_stays() -> None:
    assert least(bowl(np.zeros(3), np.ones(3)), np.zeros(3)).tolist() == [0, 0, 0]


def test_no_steps_lead_nowhere() -> None:
    assert least(banana, np.array([5.0, 5.0]), 0).tolist() == [5, 5]


def test_a_slope_that_lies_does_no_harm() -> None:
    start = np.array([1.0])
    assert least(lambda at: (float(at[0] ** 2), -2 * at), start).tolist() == start.tolist()
