"""Of very many questions some stand for the past; which, depends on nothing but the questions."""

import random
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.trend import Detector, Light, Line, asked
from listener.trend.detector import Memory
from listener.trend.drawn import A_DAY, Drawn, Ordered
from listener.trend.past import Past
from listener.types.trend import Asked, Trend
from tests.conftest import NOW
from tests.trend.asking import REFUND, background, burst, told
from tests.trend.test_past import WIDTH

HOUR, DAY = 3_600.0, 86_400.0
times = st.lists(st.integers(0, 400), max_size=60)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """So few stand for a day."""
    monkeypatch.setattr("listener.trend.drawn.A_DAY", 20)
    return 20


@given(times, st.data())
def test_times_stay_in_order_whatever_comes_and_goes(many: list[int], data: st.DataObject) -> None:
    ordered, there = Ordered(), list[int]()
    for at in many:
        ordered.add(at)
        there.append(at)
        if at % 2:
            gone = data.draw(st.sampled_from(there))
            ordered.drop(gone)
            there.remove(gone)
        assert ordered.times.tolist() == sorted(there)
    ordered.fill(np.array(many, float))
    assert ordered.times.tolist() == sorted(many)


def test_more_times_than_there_was_room_for_are_all_there() -> None:
    ordered = Ordered()
    for at in range(2_000, 0, -1):
        ordered.add(at)
    assert ordered.times.tolist() == [*range(1, 2_001)]


@given(st.lists(st.tuples(st.integers(0, 3 * 86_400), st.integers(-99, 99)), max_size=80, unique=True))
def test_of_each_day_the_smallest_hashes_are_drawn_in_whatever_order_they_come(asked: list[tuple[int, int]]) -> None:
    drawn, there = Drawn(), {*range(len(asked))}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("listener.trend.drawn.A_DAY", 5)
        for number, (at, by) in enumerate(asked):
            if (gone := drawn.draw(at, by, number)) is not None:
                there.remove(gone)
    for day in range(4):
        of_day = sorted(by for at, by in asked if at // 86_400 == day)
        assert sorted(asked[number][1] for number in there if asked[number][0] // 86_400 == day) == of_day[:5]


@given(
    st.lists(st.tuples(st.integers(-86_400, 2 * 86_400), st.integers(0, 2**32 - 1) | st.integers(0, 3)), max_size=60),
    st.integers(0, 2**31 - 61),
    st.lists(st.integers(0, 60), max_size=3),
)
def test_many_that_are_drawn_at_once_are_those_that_are_drawn_one_by_one(
    asked: list[tuple[int, int]], first: int, parts: list[int]
) -> None:
    one_by_one, at_once = Drawn(), Drawn()
    times, hashes, numbers = np.array([(at, by, first + n) for n, (at, by) in enumerate(asked)]).reshape(-1, 3).T
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("listener.trend.drawn.A_DAY", 5)
        gone = {one_by_one.draw(at, by, first + number) for number, (at, by) in enumerate(asked)} - {None}
        ends = [0, *sorted(parts), len(asked)]
        some = [slice(*each) for each in pairwise(ends)]
        found = [at_once.draw_all(times[each].astype(float), hashes[each], numbers[each]) for each in some]
        assert {*np.concatenate(found).tolist()} == gone
        for day in range(-1, 3):  # the next one, too
            assert one_by_one.draw(86_400.0 * day, 1, 2**31 - 1) == at_once.draw(86_400.0 * day, 1, 2**31 - 1)


def test_where_fewer_are_asked_all_stand_for_the_past() -> None:
    drawn = Drawn()
    assert {drawn.draw(0.0, number, number) for number in range(A_DAY)} == {None}
    assert drawn.draw(0.0, -1, A_DAY) == A_DAY - 1
    assert drawn.draw(DAY, A_DAY, A_DAY) is None, "another day"


def busy(days: float = 6, an_hour: int = 6, seed: int = 1) -> list[tuple[Asked, float]]:
    """Questions in the order in which they come, some of them late; and the time when each does."""
    draw, found = random.Random(seed), list[tuple[Asked, float]]()
    for number in range(int(days * 24 * an_hour)):
        now = NOW.timestamp() + number * HOUR / an_hour
        late = draw.choice((0, 0, 0, 0, 60, 3_600, 2 * DAY))
        at = NOW + timedelta(seconds=number * HOUR / an_hour - late)
        vector = [draw.randint(-20, 20) + 100 * (place == draw.randint(0, 3)) for place in range(WIDTH)]
        found.append(
            (Asked(post=f"x:{number}", at=at, author=number, text=number, vector=bytes(v % 256 for v in vector)), now)
        )
    return found


def add(past: Past, each: Asked, now: float) -> None:
    past.age(now - DAY)
    past.forget(now - 5 * DAY)
    past.add(each, each.at.timestamp())


@pytest.mark.parametrize("seed", range(4))
def test_what_stands_for_the_past_is_known_again_after_a_restart(few: int, seed: int) -> None:
    past, came = Past(WIDTH), list[Asked]()
    for each, now in busy(seed=seed):
        add(past, each, now)
        came.append(each)
    again = Past(WIDTH)
    again.fill(came, now - DAY)
    recent = now - 4 * DAY
    for one in (past, again):
        rows = one.since(recent)
        assert [one.posts[row] for row in rows] == [past.posts[row] for row in past.since(recent)]
        assert one.drawn[rows].tolist() == past.drawn[past.since(recent)].tolist()
        for ordered in (one.ordered, one.ordered_drawn):
            assert ordered.times[ordered.times > recent].tolist() == sorted(
                at
                for row, at in enumerate(one.times[: one.size].tolist())
                if at > recent and (one.drawn[row] or (ordered is one.ordered and row >= one.start))
            )
    assert past.ordered.times.tolist()[-50:] == again.ordered.times.tolist()[-50:]
    assert past.dropped > 0 < again.dropped


@pytest.mark.parametrize("an_hour", [4, 16])
def test_what_is_kept_of_the_past_does_not_grow_with_what_is_asked(few: int, an_hour: int) -> None:
    past = Past(WIDTH)
    for each, now in busy(days=8, an_hour=an_hour):
        add(past, each, now)
    assert past.start <= 8 * few + past.size / 8 + 1
    assert past.ordered.times[0] >= past.times[: past.size].min(), "what was forgotten is not counted for ever"
    assert past.ordered_drawn.times[0] >= past.times[: past.size].min()


def test_vectors_are_multiplied_as_before_when_rows_between_them_were_dropped(few: int) -> None:
    past, by_post = Past(WIDTH), dict[str, Asked]()
    for each, now in busy(days=5):
        add(past, each, now)
        by_post[each.post] = each
        if past.size % 50 == 0:
            plain = Past(WIDTH)
            plain.fill([by_post[post] for post in past.posts], now - DAY)
            rows = [plain.posts.index(post) for post in past.posts]
            last = past.size - 1
            assert np.array_equal(past.all(last), plain.all(plain.posts.index(past.posts[last]))[rows])
            assert np.array_equal(past.latest(last), past.all(last)[past.start :])
    assert past.dropped > 0


def crowded() -> list[Line]:
    """Many different questions, and a burst of paraphrases every day but the first."""
    bursts = [burst(day * 1_440 + 600, [f"{text} {day}" for text in REFUND]) for day in range(1, 6)]
    return sorted(
        [*background(days=6, an_hour=6), *(each for some in bursts for each in some)], key=lambda each: each.ts
    )


def test_bursts_are_found_where_few_stand_for_the_past(few: int) -> None:
    first = next(trend for trend in told(crowded()) if not trend.thread)
    assert any("r" in post for post in first.posts)


def test_a_restart_changes_no_alert_where_few_stand_for_the_past(few: int) -> None:
    lines, light = crowded(), Light.load()
    came, detector, found = list[Asked](), Detector(light.width), list[Trend]()
    for number, each in enumerate(lines):
        if number % 97 == 96:
            memory: Memory = detector.memory()
            detector = Detector(light.width)
            detector.restore(memory, came)
        came.append(asked(each, light))
        if trend := detector.add(came[-1], came[-1].at):
            found.append(trend)
    assert found == told(lines)
    assert found


def test_a_burst_is_no_more_surprising_for_what_was_not_drawn(few: int) -> None:
    """Nobody asked the like before: a past of which a part stands says less than all of it."""
    lines = [*background(days=6, an_hour=6), *burst(5 * 1_440 + 600)]
    drawn = told(lines)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("listener.trend.drawn.A_DAY", A_DAY)
        whole = told(lines)
    by_votes = {trend.votes: trend.score for trend in whole}
    assert [trend for trend in drawn if trend.votes in by_votes]
    assert all(trend.score <= by_votes[trend.votes] + 1e-9 for trend in drawn if trend.votes in by_votes)
