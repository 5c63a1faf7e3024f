"""Chances, against sums that anybody can check."""

from math import comb, exp, log10

import numpy as np
import pytest

from listener.trend.cells import WINDOWS
from listener.trend.hourly import Usual
from listener.trend.tails import LOOKS, UsualShare, greater, more, none, usual_share

EVEN = 1e7
LOOKED = log10(LOOKS)


def test_more_than_usual_by_even_chance_is_the_tail_of_a_poisson_distribution() -> None:
    chance = 1 - sum(exp(-3) * 3**k / [1, 1, 2, 6, 24, 120, 720, 5_040, 40_320, 362_880][k] for k in range(10))
    assert more(10, Usual(3, EVEN)) == pytest.approx(-log10(chance) - LOOKED, abs=1e-3)


def test_no_more_than_usual_is_no_surprise() -> None:
    assert more(3, Usual(3, 5)) == 0
    assert greater(3, 10, UsualShare(0.3, 50)) == 0


def test_the_less_even_the_past_the_smaller_the_surprise() -> None:
    assert more(20, Usual(3, 1)) < more(20, Usual(3, 5)) < more(20, Usual(3, EVEN))
    assert none(Usual(20, 1)) < none(Usual(20, 5)) < none(Usual(20, EVEN))
    assert greater(20, 25, UsualShare(0.3, 10)) < greater(20, 25, UsualShare(0.3, 100))


def test_nothing_by_even_chance_is_the_tail_of_a_poisson_distribution_at_zero() -> None:
    assert none(Usual(9.21, EVEN)) == pytest.approx(4, abs=1e-3)
    assert none(Usual(0, 5)) == 0


def test_a_greater_share_by_even_chance_is_the_tail_of_a_binomial_distribution() -> None:
    chance = sum(comb(20, k) * 0.3**k * 0.7 ** (20 - k) for k in range(15, 21))
    assert greater(15, 20, UsualShare(0.3, EVEN)) == pytest.approx(-log10(chance) - LOOKED, abs=1e-3)


def test_all_of_many_is_a_number_still() -> None:
    assert 50 < greater(5_000, 5_000, UsualShare(0.3, 50)) < 500


def test_a_share_that_never_changes_is_known_well_and_one_that_does_badly() -> None:
    of = np.full(200, 20.0)
    steady, moody = usual_share(np.full(200, 6.0), of), usual_share(np.tile([0.0, 12.0], 100), of)
    assert steady.mean == moody.mean == pytest.approx(0.3, abs=0.01)
    assert steady.size > 5 * moody.size


def test_of_a_share_of_which_nothing_is_known_a_third_is_expected_hardly_known() -> None:
    found = usual_share(np.zeros(0), np.zeros(0))
    assert found.mean == pytest.approx(1 / 3)
    assert found.size < 3


def test_windows_of_a_few_posts_say_nothing_of_how_a_share_changes() -> None:
    few = usual_share(np.tile([0.0, 4.0], 100), np.full(200, 4.0))
    assert few.size == pytest.approx(1 / (0.03 + 1 / 803))


def test_each_window_is_one_look() -> None:
    assert len(WINDOWS) == LOOKS
