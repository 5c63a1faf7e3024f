from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.trend.levels import LEAST, QUANTILES, Levels, alike, same
from listener.trend.past import Past, norm
from listener.trend.threads import SILENCE, Threads, name_of
from listener.trend.words import hashed
from listener.types.trend import Asked, Trend
from tests.conftest import NOW

WIDTH = 16
vectors = st.lists(st.integers(-127, 127), min_size=WIDTH, max_size=WIDTH)


def asked(number: int, vector: list[int], minutes: float = 0) -> Asked:
    at = NOW + timedelta(minutes=minutes)
    return Asked(post=f"x:{number}", at=at, author=number, text=number, vector=np.array(vector, np.int8).tobytes())


def filled(many: list[list[int]]) -> Past:
    past = Past(WIDTH)
    for number, vector in enumerate(many):
        past.add(asked(number, vector), NOW.timestamp() + 60 * number)
    return past


@given(st.lists(vectors, min_size=1, max_size=12))
def test_cosines_are_those_of_the_vectors_by_every_way(many: list[list[int]]) -> None:
    past, last = filled(many), len(many) - 1
    exact = np.array(many, float)
    norms = np.maximum(1, np.linalg.norm(exact, axis=1))
    wanted = exact @ exact[last] / (norms * norms[last])
    assert np.allclose(past.latest(last), wanted, atol=1e-5)
    assert np.array_equal(past.latest(last), past.all(last))
    rows = np.arange(len(many))
    assert np.allclose(past.between(rows, rows)[last], wanted, atol=1e-5)
    assert np.allclose(past.between(rows, rows[[last]])[:, 0], wanted, atol=1e-5)


def one_sided(count: int = 300) -> Past:
    """Vectors with much in common, as those of an encoder have; two of them are nearly the same."""
    draw = np.random.default_rng(7)
    many = np.clip(draw.integers(-30, 30, (count, WIDTH)) + 60, -127, 127)
    many[1] = many[0] + draw.integers(-3, 3, WIDTH)
    return filled(many.tolist())


def test_about_their_middle_vectors_that_lie_on_one_side_are_told_apart() -> None:
    past = one_sided()
    before = past.all(0)
    past.recentre(0)
    after = past.all(0)
    assert np.median(before[2:]) > 0.8
    assert abs(np.median(after[2:])) < 0.1
    assert after[1] > 0.95


@pytest.mark.parametrize("at", [0, 7, 299])
def test_cosines_about_the_middle_are_the_same_by_every_way(at: int) -> None:
    past = one_sided()
    past.recentre(0)
    rows = np.arange(past.size)
    assert np.array_equal(past.latest(at), past.all(at))
    assert np.allclose(past.between(rows, rows)[at], past.all(at), atol=1e-5)
    assert np.allclose(past.between(rows, rows[[at]])[:, 0], past.all(at), atol=1e-5)
    assert np.allclose(
        np.outer(past.mean(rows[at : at + 1]), 1)[:, 0] @ past.mean(rows[:2]), _mean(past, at), atol=1e-3
    )


def _mean(past: Past, at: int) -> float:
    return float(past.all(at)[:2].mean())


def test_a_middle_that_was_stored_gives_the_same_cosines_to_the_bit() -> None:
    past, again = one_sided(), Past(WIDTH)
    past.recentre(0)
    again.about(past.middle.astype(int).astype(np.float32))
    for row in range(past.size):
        again.add(past.asked(row), past.times[row])
    assert np.array_equal(past.all(3), again.all(3))


@given(st.lists(vectors, min_size=1, max_size=12))
def test_a_row_comes_back_as_it_was_added(many: list[list[int]]) -> None:
    past = filled(many)
    for number, vector in enumerate(many):
        assert past.asked(number) == asked(number, vector, number)


def test_what_is_old_is_not_among_the_latest_and_is_dropped_in_time() -> None:
    past = filled([[number % 100] * WIDTH for number in range(1_000)])
    past.age(NOW.timestamp() + 60 * 900)
    assert past.start == 900
    assert len(past.latest(999)) == 100
    past.forget(NOW.timestamp() + 60 * 50)
    assert past.size == 1_000, "few are not worth moving all others"
    past.forget(NOW.timestamp() + 60 * 500)
    assert (past.size, past.start, past.posts[0]) == (500, 400, "x:500")
    assert past.asked(0) == asked(500, [0] * WIDTH, 500)
    assert len(past.latest(499)) == 100


@given(st.lists(st.integers(0, 400), min_size=1, max_size=60), st.integers(0, 400))
def test_times_are_known_in_order_whenever_they_came(minutes: list[int], before: int) -> None:
    past = Past(WIDTH)
    for number, minute in enumerate(minutes):
        past.add(asked(number, [1] * WIDTH), 60.0 * minute)
        past.age(60.0 * before)
        past.forget(60.0 * before)
        assert past.ordered.times.tolist() == past.ordered_drawn.times.tolist() == sorted(past.times[: past.size])
    assert past.dropped + past.size == len(minutes)
    there = [number for number, minute in enumerate(minutes) if f"x:{number}" in past.posts]
    assert past.posts == [f"x:{number}" for number in there]
    assert {number for number, minute in enumerate(minutes) if minute >= before} <= {*there}


@given(st.lists(st.tuples(vectors, st.integers(-60, 60)), max_size=12), st.integers(-60, 60))
def test_many_that_are_remembered_at_once_are_as_if_they_had_come_one_by_one(
    many: list[tuple[list[int], int]], since: int
) -> None:
    one_by_one, at_once = Past(WIDTH), Past(WIDTH)
    questions = [asked(number, vector, minutes) for number, (vector, minutes) in enumerate(many)]
    for each in questions:
        one_by_one.add(each, each.at.timestamp())
    one_by_one.age(NOW.timestamp() + 60 * since)
    at_once.fill(questions, NOW.timestamp() + 60 * since)
    for past in (one_by_one, at_once):
        past.add(asked(99, [1] * WIDTH), NOW.timestamp())
    assert (at_once.size, at_once.start, at_once.posts) == (one_by_one.size, one_by_one.start, one_by_one.posts)
    assert at_once.ordered.times.tolist() == one_by_one.ordered.times.tolist()
    for row in range(at_once.size):
        assert at_once.asked(row) == one_by_one.asked(row)
        assert np.array_equal(at_once.all(row), one_by_one.all(row))
        assert np.array_equal(at_once.latest(row), one_by_one.latest(row))


@pytest.mark.parametrize("centred", [False, True])
def test_cosines_are_the_same_however_far_back_rows_are_kept_ready(
    centred: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.trend.past._BEFORE", 40)
    past, draw = Past(WIDTH), np.random.default_rng(3)
    for number, vector in enumerate(draw.integers(-30, 99, (900, WIDTH)).tolist()):
        past.add(asked(number, vector), 60.0 * number)
        past.age(60.0 * (number - 100))
        past.forget(60.0 * (number - 600))
        if centred and number == 99:
            past.recentre(0)
        if number % 90 == 89:
            exact = [past.between(np.arange(past.size), np.array([at]))[:, 0] for at in (0, past.start, number % 100)]
            for at, wanted in zip((0, past.start, number % 100), exact, strict=True):
                for first in (0, past.start // 2, max(0, past.start - 41), max(0, past.start - 39), past.start):
                    assert np.array_equal(past.similar(at, first, past.size), wanted[first:])
                    assert np.array_equal(past.similar(at, first, first + 1), wanted[first : first + 1])
    assert past.dropped > 0


@given(vectors)
def test_a_length_is_what_numpy_says_to_the_bit(vector: list[int]) -> None:
    exact = np.array(vector, np.int8)
    assert norm(exact.tobytes()) == max(1.0, float(np.linalg.norm(exact.astype(np.float32))))


def test_more_rows_than_there_was_room_for_are_all_there() -> None:
    past = filled([[number % 120 + 1] * WIDTH for number in range(2_000)])
    assert past.size == 2_000
    assert np.allclose(past.latest(1_999), 1.0)
    assert past.asked(1_500).post == "x:1500"


# How alike questions must be


def _random(count: int) -> Past:
    draw = np.random.default_rng(4)
    return filled(draw.integers(-100, 100, (count, WIDTH)).tolist())


def test_levels_rise_to_what_random_pairs_of_the_topic_rarely_reach() -> None:
    past, levels = _random(600), Levels()
    before = levels.values.copy()
    levels.renew(past, 30, 0)
    assert np.array_equal(levels.values, before), "too few are known"
    levels.renew(past, 600, 0)
    left, right = np.random.default_rng(5).integers(0, 600, (2, 20_000))
    apart, rows = np.abs(left - right) > 60, np.arange(600)
    share = np.mean(past.between(rows, rows)[left[apart], right[apart]] >= levels.values[0])
    assert 0.005 < share < 0.02
    assert list(levels.values) == sorted(levels.values)
    assert levels.values[0] >= LEAST


def test_levels_are_the_same_after_the_same_questions() -> None:
    first, second = Levels(), Levels()
    first.renew(_random(300), 300, 0)
    second.renew(_random(300), 300, 0)
    assert np.array_equal(first.values, second.values)
    assert first.due == second.due == 450


def test_levels_that_too_few_pairs_reach_are_no_looser_than_a_line_through_the_others() -> None:
    few, many = Levels(), Levels()
    few.renew(_random(120), 120, 0)
    many.renew(_random(1_500), 1_500, 0)
    assert list(few.values) == sorted(few.values)
    assert few.values[-1] >= many.values[-1] - 0.05
    assert few.values[-1] <= 0.97


def test_in_a_topic_that_says_one_thing_alone_a_question_is_near_to_itself_all_the_same() -> None:
    past, levels = Past(4), Levels()
    for number in range(200):
        length = 1 + number % 25
        vector = bytes([length, 2 * length, 2 * length, 3 * length])
        past.add(Asked(post=str(number), at=NOW, text=number + 1, vector=vector), 4_000.0 * number)
    levels.renew(past, 200, 0)
    assert levels.values[-1] > 0.99
    assert all(past.all(row)[row] >= levels.values[-1] for row in range(200))


def test_levels_that_many_pairs_reach_are_counted_and_not_guessed() -> None:
    past, levels = _random(900), Levels()
    levels.renew(past, 900, 0)
    rows = np.arange(900)
    left, right = np.triu_indices(900, 61)
    found = past.between(rows, rows)[left, right]
    assert levels.values == pytest.approx(np.maximum(np.quantile(found, QUANTILES), LEAST), abs=1e-3)


def test_levels_of_one_sided_vectors_are_taken_about_their_middle() -> None:
    plain, centred = Levels(), Levels(centred=True)
    plain.renew(one_sided(), 300, 0)
    centred.renew(one_sided(), 300, 0)
    assert plain.values[0] > 0.9
    assert centred.values[0] < plain.values[0]


def test_the_level_from_which_on_questions_are_much_the_same_is_known_of_stored_ones_too() -> None:
    levels = Levels()
    levels.renew(_random(300), 300, 0)
    assert levels.alike == alike(levels.values.tolist()) == levels.values[2]
    assert same(levels.values.tolist()) == levels.values[QUANTILES.index(0.9999)]
    assert alike([0.5]) == same([0.5]) == 0.5


# One alert a question


def burst(posts: list[int], minutes: float = 0, votes: int = 0) -> Trend:
    at = NOW + timedelta(minutes=minutes)
    names = tuple(f"x:{number}" for number in posts)
    return Trend(
        at=at,
        question=names[0],
        votes=votes or len(posts),
        posts=names,
        authors=len(posts),
        expected=0.1,
        score=5.0,
        since=at,
        window=3_600,
    )


ONE, OTHER = np.eye(WIDTH, dtype=np.float32)[:2]
HALF = (ONE + OTHER) / 2


def test_the_same_question_is_silent_until_its_votes_double() -> None:
    threads = Threads()
    first = threads.join(burst([1, 2, 3]), ONE)
    assert first and not first.thread
    assert threads.join(burst([1, 2, 3, 4], 5), ONE) is None
    grown = threads.join(burst([1, 2, 3, 4, 5, 6], 10), ONE)
    assert grown and grown.thread == name_of(first)
    assert threads.join(burst([1, 2, 3, 4, 5, 6, 7], 11), ONE) is None


def test_another_question_is_told() -> None:
    threads = Threads()
    threads.join(burst([1, 2, 3]), ONE)
    other = threads.join(burst([4, 5, 6], 5), OTHER)
    assert other and not other.thread


def test_a_mixture_with_what_was_told_is_silent_and_hides_nothing() -> None:
    threads = Threads()
    threads.join(burst([1, 2, 3]), ONE)
    assert threads.join(burst([1, 2, 3, 8, 9], 5), HALF) is None
    assert threads.join(burst([8, 9, 10], 6), OTHER)


@pytest.mark.parametrize(("after", "silent"), [(SILENCE - timedelta(minutes=1), True), (SILENCE, False)])
def test_the_same_words_are_news_again_after_the_silence(after: timedelta, silent: bool) -> None:
    threads = Threads()
    threads.join(burst([1, 2, 3]), ONE)
    again = threads.join(burst([4, 5, 6], after.total_seconds() / 60), ONE)
    assert (again is None) is silent


def test_threads_that_are_stored_go_on() -> None:
    threads = Threads()
    first = threads.join(burst([1, 2, 3]), ONE)
    again = Threads(threads.told())
    assert again.join(burst([1, 2, 3, 4], 5), ONE) is None
    grown = again.join(burst([1, 2, 3, 4, 5, 6], 10), ONE)
    assert first and grown and grown.thread == name_of(first)


def test_a_stored_thread_names_no_post() -> None:
    threads = Threads()
    threads.join(burst([1, 2, 3]), ONE)
    [told] = threads.told()
    assert told.posts == sorted(map(hashed, ("x:1", "x:2", "x:3")))
    assert "x:" not in told.first
