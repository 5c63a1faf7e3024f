"""What a trend is called: a name for each one that is told, the same again after a restart."""

from datetime import timedelta
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from listener.trend.threads import Threads, name_of
from tests.conftest import NOW
from tests.trend.test_past import ONE, OTHER, burst


def test_a_second_trend_with_the_same_middle_question_has_a_name_of_its_own() -> None:
    threads = Threads()
    first = threads.join(burst([1, 2, 3]), ONE)
    later = threads.join(burst([1, 7, 8, 9], 7 * 60), OTHER)
    assert first and later and not later.thread
    assert first.question == later.question
    assert name_of(first) != name_of(later)


def test_two_trends_of_one_moment_with_one_middle_question_have_two_names() -> None:
    assert name_of(burst([1, 2, 3])) != name_of(burst([1, 4, 5]))


def test_the_same_posts_told_again_on_another_day_have_another_name() -> None:
    assert name_of(burst([1, 2, 3])) != name_of(burst([1, 2, 3], 24 * 60))


def test_the_name_is_the_same_after_a_restart() -> None:
    trend = burst([1, 2, 3])
    assert name_of(trend) == name_of(replace(trend, score=9.0, votes=3))
    assert name_of(trend) == name_of(burst([1, 2, 3]))


def test_an_update_keeps_the_name_of_its_thread() -> None:
    assert name_of(replace(burst([1, 2, 3, 4], 5), thread="0123")) == "0123"


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=6, unique=True))
@settings(max_examples=30)
def test_a_name_is_short_hexadecimal_and_names_no_post(posts: list[int]) -> None:
    name = name_of(burst(posts))
    assert len(name) == 16
    assert int(name, 16) >= 0


# When a burst is told


def test_a_burst_of_which_half_was_told_is_no_new_one_even_after_the_silence() -> None:
    threads = Threads()
    threads.join(burst([1, 2, 3]), ONE)
    assert threads.join(burst([2, 3, 4, 5], 7 * 60), ONE) is None
    assert len(threads.open) == 1


def test_a_thread_is_forgotten_when_no_window_reaches_back_to_it() -> None:
    threads = Threads()
    threads.join(burst([1, 2, 3]), ONE)
    threads.join(burst([7, 8, 9], 26 * 60 - 1), OTHER)
    assert len(threads.open) == 2
    threads.join(burst([17, 18, 19], 26 * 60), -OTHER)
    assert len(threads.open) == 2


def test_posts_that_joined_quietly_belong_to_the_thread() -> None:
    threads = Threads()
    threads.join(burst([1, 2, 3]), ONE)
    threads.join(burst([3, 4, 5], 5), ONE)
    assert len(threads.told()[0].posts) == 5


@given(st.lists(st.integers(3, 60), min_size=1, max_size=25))
@settings(max_examples=30)
def test_each_message_of_a_thread_has_twice_the_votes_of_the_one_before(counts: list[int]) -> None:
    threads, told = Threads(), list[int]()
    for minute, count in enumerate(counts):
        if trend := threads.join(burst([1, 2, 3], minute, votes=count), ONE):
            told.append(trend.votes)
    assert told[0] == counts[0]
    assert all(after >= 2 * before for before, after in pairwise(told))
    assert max(counts) < 2 * told[-1]


@given(st.lists(st.integers(3, 40), min_size=2, max_size=12), st.integers(1, 11))
@settings(max_examples=30)
def test_a_restart_at_any_message_tells_the_same(counts: list[int], death: int) -> None:
    whole, parts = Threads(), Threads()
    for at, count in enumerate(counts):
        if at == death:
            parts = Threads(parts.told())
        trend = burst([1, 2, 3], at, votes=count)
        assert whole.join(trend, ONE) == parts.join(trend, ONE)


def test_the_mean_survives_being_stored() -> None:
    threads, mean = Threads(), np.linspace(-1, 1, 16, dtype=np.float32)
    threads.join(burst([1, 2, 3]), mean)
    [again] = Threads(threads.told()).open
    assert np.array_equal(again.mean, mean)
    assert again.at == NOW + timedelta()
