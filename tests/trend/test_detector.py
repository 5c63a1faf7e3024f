import random
from datetime import timedelta

import msgspec
import numpy as np
import pytest

from listener.trend import Detector, Light, asked
from listener.trend.detector import Memory
from listener.trend.levels import Levels
from listener.trend.past import voters
from listener.trend.threads import name_of
from listener.types.trend import Asked, Kind
from tests.conftest import NOW
from tests.trend.asking import REFUND, background, burst, detector, line, told

DAY = 24 * 60


def test_a_question_in_different_words_by_several_people_is_told_once() -> None:
    trends = [trend for trend in told([*background(), *burst(2.5 * DAY)]) if not trend.thread]
    assert len(trends) == 1
    assert trends[0].kind is Kind.QUESTION
    assert trends[0].votes == 3
    assert set(trends[0].posts) < {f"r{2.5 * DAY:g}.{n}" for n in range(6)}
    assert trends[0].score >= 4


def test_many_different_questions_are_no_trend() -> None:
    assert told(background()) == []


def test_thirty_posts_by_one_author_are_one_vote() -> None:
    texts = [f"{text} {n}" for n in range(5) for text in REFUND]
    assert told([*background(), *burst(2.5 * DAY, texts, author="eager")]) == []


def test_one_text_by_thirty_authors_is_one_vote() -> None:
    assert told([*background(), *burst(2.5 * DAY, [REFUND[0]] * 30)]) == []


def test_a_text_passed_on_with_a_name_and_a_link_is_the_same_text() -> None:
    copies = [f"RT @someone{n}: {REFUND[0].upper()} https://example.org/{n}" for n in range(8)]
    assert told([*background(), *burst(2.5 * DAY, copies)]) == []


def test_copies_and_repeats_are_shown_beside_the_votes_and_so_are_the_hours_before() -> None:
    at = 2.5 * DAY
    copies = [line(REFUND[0], at + n / 10, f"c{n}", f"copier {n % 9}") for n in range(30)]
    earlier = [line(REFUND[4], at - 300, "earlier")]
    [first, *_] = [each for each in told([*background(), *copies, *earlier, *burst(at + 5, REFUND[1:])])]
    assert first.votes == len(first.posts) == 4, "thirty copies are one vote"
    assert (first.said, first.authors) == (30 + 3, 9 + 3)
    assert len(first.hours) == 24
    assert first.hours[-1] == 33
    assert sum(first.hours) == 34, "what was asked before the burst is in the bars"


@pytest.mark.parametrize(
    ("posts", "counted"),
    [
        ([(1, 10), (2, 20), (3, 30)], [0, 1, 2]),
        ([(1, 10), (1, 20), (2, 10), (2, 20)], [0, 3]),
        ([(0, 10), (0, 20), (0, 10)], [0, 1]),
        ([], []),
    ],
)
def test_an_author_counts_once_and_a_text_counts_once(posts: list[tuple[int, int]], counted: list[int]) -> None:
    assert voters(posts) == counted


@pytest.mark.slow
def test_twice_the_votes_come_as_news_in_the_thread_of_the_first() -> None:
    first, *news = told([*background(), *burst(2.5 * DAY)])
    more = [f"{text} asking for a friend {n}" for n, text in enumerate(REFUND)]
    _, *news = told([*background(), *burst(2.5 * DAY), *burst(2.5 * DAY + 33, more)])
    assert not first.thread
    assert [trend.thread for trend in news] == [name_of(first)] * len(news)
    assert [trend.votes for trend in news] == [6, 12][: len(news)]
    assert len(news) >= 1


def test_the_order_in_which_posts_come_changes_no_count() -> None:
    lines = [*background(), *burst(2.5 * DAY)]
    by, shuffled = detector(), burst(2.5 * DAY)
    random.Random(3).shuffle(shuffled)
    told(lines[: -len(shuffled)], by)
    now = NOW + timedelta(minutes=2.5 * DAY + 30)
    trends = [trend for each in shuffled if (trend := by.add(asked(each, Light.load()), now))]
    assert len(trends) >= 1
    assert {post for trend in trends for post in trend.posts} <= {each.id for each in shuffled}


def test_a_post_that_comes_late_counts_when_it_was_posted() -> None:
    *on_time, late = burst(2.5 * DAY)[:3]
    by = detector()
    before = told([*background(), *on_time, line("How do I wash a tent?", 2.5 * DAY + 100)], by)
    trend = by.add(asked(late, Light.load()), NOW + timedelta(minutes=2.5 * DAY + 110))
    assert before == []
    assert trend is not None
    assert trend.votes == 3
    assert not trend.missed


@pytest.mark.slow
def test_a_burst_found_a_day_late_is_missed() -> None:
    by = detector()
    told(background(days=5), by)
    now = NOW + timedelta(days=5)
    found = [trend for each in burst(2.5 * DAY) if (trend := by.add(asked(each, Light.load()), now))]
    assert all(trend.missed for trend in found)


def test_a_clock_that_runs_ahead_counts_as_now() -> None:
    by = detector()
    told(background(), by)
    ahead = asked(line(REFUND[0], 300 * DAY), Light.load())
    by.add(ahead, NOW + timedelta(days=3))
    assert by.past.times[by.past.size - 1] == (NOW + timedelta(days=3)).timestamp()
    assert by.now == (NOW + timedelta(days=3)).timestamp()


@pytest.mark.slow
def test_a_question_of_every_day_at_the_same_hour_is_no_trend_after_some_days() -> None:
    daily = [each for day in range(9) for each in burst(day * DAY + 600)]
    trends = told([*background(days=9), *daily])
    assert [trend for trend in trends if trend.at > NOW + timedelta(days=4)] == []


@pytest.mark.parametrize("late", [0, 1, 2])
def test_a_post_that_comes_late_makes_the_burst_that_it_would_have_made_in_time(late: int) -> None:
    """The question in the middle is near both others; they are not near each other, and each may come last."""
    around = [[100, 60, 0, 0], [100, 0, 0, 0], [100, -60, 0, 0]]
    posts = [
        Asked(
            post=f"x:{n}",
            at=NOW + timedelta(minutes=n),
            author=n + 1,
            text=n + 1,
            vector=np.array(vector, np.int8).tobytes(),
        )
        for n, vector in enumerate(around)
    ]
    by = Detector(4, least=2.0)
    posts.append(posts.pop(late))
    [*before, trend] = [by.add(post, NOW + timedelta(minutes=90 * number)) for number, post in enumerate(posts, 1)]
    assert before == [None, None]
    assert trend and {*trend.posts} == {"x:0", "x:1", "x:2"}


def test_a_trend_says_how_little_is_known_in_the_first_two_days() -> None:
    [early, *_] = told([*background(), *burst(1.5 * DAY)])
    [late, *_] = told([*background(), *burst(2.5 * DAY)])
    assert early.cold
    assert not late.cold


@pytest.mark.slow
@pytest.mark.parametrize("death", [100, 290, 292, 294])
def test_a_restart_changes_nothing(death: int) -> None:
    lines = sorted([*background(), *burst(2.5 * DAY), *burst(2.9 * DAY)], key=lambda each: each.ts)
    whole, first, second = detector(), detector(), detector()
    trends = told(lines, whole)
    before = told(lines[:death], first)
    stored = msgspec.json.decode(msgspec.json.encode(first.memory()), type=Memory)
    second.restore(stored, [first.past.asked(row) for row in range(first.past.size)])
    assert before + told(lines[death:], second) == trends
    assert second.memory() == whole.memory()


def test_a_middle_survives_a_restart() -> None:
    lines = [*background(), *burst(2.5 * DAY)]
    whole = Detector(Light.load().width, levels=Levels(centred=True))
    trends = told(lines, whole)
    assert trends
    again = Detector(Light.load().width, levels=Levels(centred=True))
    stored = msgspec.json.decode(msgspec.json.encode(whole.memory()), type=Memory)
    again.restore(stored, [whole.past.asked(row) for row in range(whole.past.size)])
    assert again.memory() == whole.memory()
    last = whole.past.size - 1
    assert np.array_equal(again.past.all(last), whole.past.all(last))


def test_what_was_asked_long_ago_is_forgotten() -> None:
    by = detector()
    told(background(days=40, an_hour=1), by)
    assert by.past.size < 20 * 24
    assert len(by.past.posts) == by.past.size
