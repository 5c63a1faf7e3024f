"""The search for bursts around a question, and what makes two bursts the same."""

from math import isclose

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.trend.bursts import _COUNTS, DAY, HOUR, SPANS, Burst, History, Moment, Search, _more, _rounded
from listener.trend.levels import MOST, QUANTILES, Levels
from listener.trend.near import Near
from listener.trend.past import Past, voters
from listener.trend.statistic import surprise
from listener.trend.threads import Threads
from listener.types.trend import Asked
from tests.conftest import NOW
from tests.trend.test_past import burst as trend

START = NOW.timestamp()
AT = START + 5 * DAY
NEAR, NEARER = [100, 60, 0, 0], [100, 10, 0, 0]
CENTRE, ELSE = [100, 0, 0, 0], [0, 0, 100, 0]


def past_of(*rows: tuple[float, list[int]], ordinary: int = 480) -> Past:
    """Ordinary questions, one each quarter of an hour; and these, so many seconds before the present."""
    past = Past(4)
    every = [(START + 900 * n, ELSE) for n in range(ordinary)] + [(AT - age, vector) for age, vector in rows]
    for number, (at, vector) in enumerate(sorted(every, key=lambda each: each[0])):
        past.add(Asked(post=str(number), at=NOW, author=number + 1, text=number + 1, vector=bytes(vector)), at)
    past.age(AT - DAY)
    return past


def levels(loosest: float = 0.6) -> Levels:
    found = Levels()
    found.values = np.linspace(loosest, 0.9, len(QUANTILES)).astype(np.float32)
    return found


def bursts(past: Past, least: float = 2.0, by: Levels | None = None) -> list[Burst]:
    newest = int(np.flatnonzero(past.times[: past.size] == past.times[: past.size].max())[-1])
    return list(Search(past, by or levels(), surprise, least).bursts(newest, AT, past.size))


def test_votes_are_a_burst_in_the_shortest_window_that_holds_them() -> None:
    found = bursts(past_of((0, CENTRE), (600, NEARER), (1_500, NEARER), (3_000, NEARER)))
    assert {(each.window, len(each.rows)) for each in found} == {(1_800, 3), (HOUR, 3), (HOUR, 4)}
    best = max(bursts(past_of((0, CENTRE), (600, NEARER), (1_500, NEARER))), key=lambda each: each.score)
    assert best.window == 1_800
    assert best.end == AT


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 127)), min_size=3, max_size=12), st.integers(0, 127))
def test_the_new_question_is_a_vote_of_each_burst_that_is_found(asked: list[tuple[int, int]], new: int) -> None:
    """The others were found when their own last vote came."""
    past = past_of(*[(60.0 * minute, [100, part, 0, 0]) for minute, part in asked], (0, [100, new, 0, 0]))
    newest = past.size - 1
    assert all(newest in each.rows for each in Search(past, levels(), surprise, 0).bursts(newest, AT, past.size))


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 127)), min_size=3, max_size=12), st.floats(1, 8))
def test_what_is_left_out_as_hopeless_reaches_no_score(asked: list[tuple[int, int]], least: float) -> None:
    past = past_of(*[(60.0 * minute, [100, part, 0, 0]) for minute, part in asked], (0, CENTRE))
    found, any_score = (
        [(b.rows.tolist(), b.window, round(b.score, 6)) for b in bursts(past, low)] for low in (least, -9)
    )
    assert found == [each for each in any_score if each[2] >= least]


@given(st.lists(st.integers(1, 25), min_size=3, max_size=12), st.booleans())
def test_a_question_that_is_not_near_to_itself_is_no_vote(lengths: list[int], centred: bool) -> None:
    """Rounding tells whether one is near to itself where all lie in one direction, or it lies in the middle of all."""
    past, strict = Past(4), levels(1.0000001)
    for number, length in enumerate(lengths):
        vector = bytes([length, 2 * length, 2 * length, 3 * length])
        past.add(Asked(post=str(number), at=NOW, author=number + 1, text=number + 1, vector=vector), AT)
    if centred:
        past.recentre(0)
    newest = past.size - 1
    found = list(Search(past, strict, surprise, -9).bursts(newest, AT, past.size))
    assert all(newest in each.rows for each in found)


def test_a_copy_of_a_vote_finds_no_burst_again() -> None:
    past = past_of((0, CENTRE), (600, NEARER), (1_500, NEARER), (1_600, CENTRE))
    assert bursts(past)
    past.texts[past.times == AT] = past.texts[past.times == AT - 1_600]
    assert bursts(past) == []


def test_what_was_asked_in_these_words_long_ago_hides_no_burst_of_today() -> None:
    """The votes are near to the second of them alone; its copies of long ago are not looked at."""
    ago = 80_000.0
    past = past_of((0, [100, 90, 0, 0]), (600, CENTRE), (800, [100, 0, 0, 90]), *[(ago, CENTRE)] * 2)
    past.texts[past.times == AT - ago] = past.texts[past.size - 2]
    assert any(each.window < DAY for each in bursts(past))


def test_around_another_question_no_window_is_longer_than_an_hour() -> None:
    def found(later: float) -> list[Burst]:
        edges = [(later + 10 * n, [100, 0, 0, 90]) for n in range(3)]
        return bursts(past_of((0, [100, 90, 0, 0]), (600, CENTRE), *edges), least=-9)

    assert found(800)
    assert found(4_000) == []


@given(st.integers(1, 40_000), st.integers(0, 100_000), st.sampled_from([window for window, _ in SPANS]))
def test_no_votes_score_more_than_they_are_taken_to_at_most(size: int, before: int, window: float) -> None:
    moment = Moment(Past(4), AT)
    moment.sizes[window], moment.before[window] = size, before
    moment._coarse[window] = _rounded(size), _more(before)
    exact = [surprise(votes, size, 0, before) for votes in _COUNTS]
    assert all(most >= score for most, score in zip(moment.most(surprise, window), exact, strict=True))


def test_each_vote_sets_a_level_so_that_a_close_question_is_found_among_its_like() -> None:
    """Many ask about the same thing all the time; three ask the same within an hour."""
    like = [(1_200 * n + 7_000, NEAR) for n in range(300)]
    found = bursts(past_of((0, CENTRE), (600, NEARER), (1_500, NEARER), *like))
    assert found
    assert {len(each.rows) for each in found} == {3}
    fixed = Levels((0.999,))
    fixed.values = np.array([0.6], np.float32)
    assert bursts(past_of((0, CENTRE), (600, NEARER), (1_500, NEARER), *like), by=fixed) == []


@pytest.mark.parametrize(("apart", "told"), [(DAY, False), (DAY + 5 * HOUR, True)])
def test_what_is_asked_daily_at_this_hour_is_no_news_in_other_words(apart: float, told: bool) -> None:
    daily = [(apart * day + 300 * n, NEAR) for day in (1, 2, 3, 4) for n in range(8)]
    today = [(300 + 400 * n, NEAR) for n in range(5)]
    found = bursts(past_of((0, CENTRE), (200, NEARER), (700, NEARER), *today, *daily))
    assert any(len(each.rows) == 3 and each.window < DAY for each in found) is told


def test_what_was_asked_as_often_before_is_no_burst() -> None:
    before = [(HOUR + 1_200 * n, NEARER) for n in range(300)]
    assert bursts(past_of((0, CENTRE), (600, NEARER), (1_500, NEARER), *before)) == []


def test_votes_that_are_hardly_alike_must_be_more_surprising() -> None:
    alike = bursts(past_of((0, CENTRE), (600, NEARER), (1_500, NEARER)))
    unlike = bursts(past_of((0, CENTRE), (600, NEAR), (1_500, NEAR)))
    by_window = {each.window: each.score for each in unlike}
    assert by_window
    assert all(each.score > by_window[each.window] for each in alike if each.window in by_window)


def test_over_a_day_more_is_asked_of_a_burst_than_in_an_hour() -> None:
    extra = dict(SPANS)
    assert extra[DAY] > extra[6 * HOUR] > extra[HOUR]
    spread = past_of(*[(n * 4_000.0, NEARER) for n in range(5)])
    assert max(bursts(spread), key=lambda each: each.score).window == 6 * HOUR


@pytest.mark.parametrize("level", [0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
def test_less_is_asked_of_votes_as_they_are_more_alike(level: float) -> None:
    looser, asked = levels().beyond(np.array([level - 0.05, level], np.float32))
    assert -MOST <= asked <= looser <= MOST


def test_of_votes_as_alike_as_one_in_ten_thousand_pairs_the_usual_score_is_asked() -> None:
    by = levels()
    usual, ten_times = by.values[[QUANTILES.index(0.9999), QUANTILES.index(0.999)]]
    assert by.beyond(np.array([usual], np.float32)) == pytest.approx([0], abs=1e-5)
    assert by.beyond(np.array([ten_times, 1.0], np.float32)) == pytest.approx([MOST, -MOST], abs=1e-5)


def test_nothing_is_asked_beyond_where_one_level_says_yes_or_no() -> None:
    assert Levels((0.999,)).beyond(np.array([0.1, 0.99], np.float32)) == [0, 0]


def test_more_is_asked_of_a_burst_where_more_is_known_of_the_past() -> None:
    few, many = Moment(past_of(), AT), Moment(past_of(*[(60.0 * n, ELSE) for n in range(6_000)]), AT)
    assert set(few.beyond.values()) == {0}
    assert all(0 < many.beyond[window] <= 2 for window, _ in SPANS)


def test_levels_that_were_stored_for_other_quantiles_are_calibrated_again() -> None:
    known, again = levels(), Levels()
    again.restore([0.5, 0.6, 0.7], 900)
    assert again.due < 900
    again.restore(known.values.tolist(), 900)
    assert again.due == 900
    assert np.array_equal(again.values, known.values)


def test_a_moment_counts_each_window_and_what_lies_before_it() -> None:
    past = past_of((0, CENTRE))
    moment = Moment(past, AT)
    assert moment.sizes[HOUR] == 4
    assert moment.sizes[DAY] == 96
    assert moment.before[HOUR] == 481 - 4
    assert 0 < moment.before_at_its_hours(HOUR) < moment.before[HOUR] / 5


@given(
    st.lists(st.integers(-15 * 24 * 60, 0), min_size=1, max_size=60),
    st.sampled_from([window for window, _ in SPANS if window < DAY]),
)
def test_a_moment_counts_as_if_it_looked_at_every_time(minutes: list[int], window: float) -> None:
    past = Past(4)
    for number, minute in enumerate(minutes):
        past.add(Asked(post=str(number), at=NOW, vector=bytes(CENTRE)), AT + 60.0 * minute)
    moment, times = Moment(past, AT), past.times[: past.size]
    assert moment.sizes[window] == np.count_nonzero(times > AT - window)
    earlier = moment.earlier(times, window)
    assert moment.before[window] == np.count_nonzero(earlier)
    assert moment.before_at_its_hours(window) == np.count_nonzero(moment.at_its_hours(times[earlier], window))


def test_what_is_usual_at_this_hour_of_the_day_is_less_surprising() -> None:
    daily = [(day * DAY + 300 * n, NEARER) for day in (1, 2, 3, 4) for n in range(2)]
    evenly = [(DAY / 2 + day * DAY + 300 * n, NEARER) for day in range(4) for n in range(2)]
    scores = []
    for before in (daily, evenly):
        past = past_of((0, CENTRE), *before)
        history = History(Near(past, levels()), past.size - 1, surprise)
        score, usual = history.score(5, float(np.float32(0.9)), Moment(past, AT), HOUR)
        scores.append(score)
        assert isclose(usual, 4 * 9 / (500 + 485), rel_tol=0.02)
    assert scores[0] < scores[1] - 1


@given(
    st.lists(st.tuples(st.integers(-6 * 24 * 60, 0), st.integers(-127, 127)), min_size=1, max_size=60),
    st.sampled_from([window for window, _ in SPANS]),
    st.sampled_from([0.5, 0.8, 0.95]),
)
def test_so_many_were_as_alike_before_as_a_look_at_each_of_them_finds(
    asked: list[tuple[int, int]], window: float, level: float
) -> None:
    past = Past(4)
    for minute, part in [*asked, (0, 0)]:
        vector = np.array([127, part, 0, 0], np.int8).tobytes()
        past.add(Asked(post=f"{minute}", at=NOW, vector=vector), AT + 60.0 * minute)
    past.age(AT - DAY)
    moment, centre, by = Moment(past, AT), past.size - 1, levels(0.4)
    history, times = History(Near(past, by), centre, surprise), past.times[: past.size]
    history.score(3, level, moment, window)  # with nothing asked of the score the whole past is looked at
    alike = past.all(centre) >= max(level, by.loosest)
    assert history._seen(level, moment, window) == np.count_nonzero(alike & moment.earlier(times, window))
    then = alike & moment.earlier(times, window) & moment.at_its_hours(times, window)
    assert history._seen(level, moment, window, at_its_hours=True) == np.count_nonzero(then)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 5), st.booleans()), min_size=1, max_size=12))
def test_an_author_and_a_text_count_once_among_those_in_the_window(asked: list[tuple[int, int, bool]]) -> None:
    past = Past(4)
    search = Search(past, levels(), surprise, 2)
    for number, (author, text, _) in enumerate(asked):
        past.add(Asked(post=str(number), at=NOW, author=author, text=text, vector=bytes(CENTRE)), AT)
    found = search._neighbours(np.arange(len(asked)), np.linspace(1, 0.9, len(asked), dtype=np.float32), new=0)
    inside = [at for at, (_, _, within) in enumerate(asked) if within]
    assert found.votes(inside) == [inside[at] for at in voters(asked[at][:2] for at in inside)]


# The same question, or one of its own?


def test_a_question_in_its_own_words_is_news_though_its_subject_was_told() -> None:
    threads = Threads()
    mixed = np.array([0.6, 0.3, 0.0], np.float32)
    close = np.array([0.3, 0.0, 0.9], np.float32)
    assert threads.join(trend([1, 2, 3, 4, 5]), mixed)
    found = threads.join(trend([6, 7, 8], 30), close)
    assert found
    assert not found.thread


def test_a_burst_that_mixes_what_was_told_with_other_things_is_no_news() -> None:
    threads = Threads()
    assert threads.join(trend([1, 2, 3]), np.array([0.95, 0.0, 0.0], np.float32))
    mixed = np.array([0.6, 0.3, 0.0], np.float32)
    assert threads.join(trend([1, 2, 3, 7, 8], 30), mixed) is None


def test_a_question_that_was_told_long_ago_is_told_again_unless_half_of_its_posts_were() -> None:
    threads = Threads()
    same = np.array([0.9, 0.1, 0.0], np.float32)
    first = threads.join(trend([1, 2, 3]), same)
    assert first
    assert threads.join(trend([4, 5, 6], 5 * 60), same) is None, "within the silence"
    assert threads.join(trend([3, 4, 5, 7], 8 * 60), same) is None, "half of it was told"
    again = threads.join(trend([7, 8, 9], 9 * 60), same)
    assert again
    assert not again.thread


def test_an_author_who_asks_thrice_is_one_of_the_three_votes_that_a_burst_needs() -> None:
    past = past_of((0, CENTRE), (600, NEARER), (1_500, NEARER))
    past.authors[past.size - 3 : past.size] = 7
    assert bursts(past) == []


def test_a_text_that_three_post_is_one_vote() -> None:
    past = past_of((0, CENTRE), (600, NEARER), (1_500, NEARER))
    past.texts[past.size - 3 : past.size] = 7
    assert bursts(past) == []


def test_votes_come_earliest_first_whatever_their_likeness() -> None:
    [best, *_] = sorted(bursts(past_of((0, CENTRE), (600, NEAR), (1_500, NEARER))), key=lambda each: -each.score)
    assert list(best.rows) == sorted(best.rows)
