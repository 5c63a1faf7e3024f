from math import comb, log10

from hypothesis import given
from hypothesis import strategies as st

from listener.trend.statistic import LOOKS, expected, surprise, tail


def exact(votes: int, seen: int, odds: float) -> float:
    """−log10 of the tail, term by term from the start: sums the other side, so it is good for large tails only."""
    below = sum(comb(seen + j - 1, j) * odds**j * (1 - odds) ** seen for j in range(votes))
    return -log10(1 - below)


@given(st.integers(1, 12), st.integers(1, 12), st.floats(0.05, 0.8))
def test_the_tail_is_that_of_the_negative_binomial(votes: int, seen: int, odds: float) -> None:
    wanted = exact(votes, seen, odds)
    if wanted < 6:
        assert abs(tail(votes, seen, odds) - wanted) < 1e-4


@given(st.integers(1, 60), st.integers(1, 500), st.integers(0, 200), st.integers(200, 100_000))
def test_more_votes_surprise_more_and_a_fuller_past_less(votes: int, more: int, seen: int, past: int) -> None:
    window = votes + more
    here = surprise(votes, window, seen, past)
    assert surprise(votes + 1, window, seen, past) >= here - 1e-6
    assert surprise(votes, window, seen + 1, past) <= here + 1e-6
    assert surprise(votes, window + 1, seen, past) <= here + 1e-6


def test_a_night_does_not_make_a_trend() -> None:
    """The share counts: three of three hundred are nothing where one in a hundred always asks it."""
    assert surprise(3, 300, 50, 5_000) <= 0
    assert surprise(3, 20, 0, 5_000) > 4


def test_no_votes_surprise_nobody() -> None:
    assert tail(0, 1, 0.1) == 0
    assert surprise(0, 10, 0, 10) == 0


def test_what_is_usual_grows_with_the_window_and_the_past() -> None:
    assert expected(100, 0, 0) == 0.2
    assert expected(100, 49, 4_500) == 1.0
    assert LOOKS == 4
