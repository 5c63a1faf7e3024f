"""Needs that rise, moods that fall and silences, in a topic."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pytest
from msgspec import json

from listener.trend.cells import Cells
from listener.trend.hourly import HOUR, KEPT
from listener.trend.silence import Told
from listener.types.trend import Counted, Kind, Trend, Vote
from tests.conftest import NOW

Rows = Sequence[tuple[float, str, bool]]
DAYS = 4


def vote(minutes: float, moment: str = "", negative: bool = False, **fields: int) -> Vote:
    name = int(minutes * 100) + 1_000 * len(moment)
    made = {"author": name, "text": -name, **fields}
    return Vote(
        post=f"x:{minutes:g}{moment}{made['author']}",
        at=NOW + timedelta(minutes=minutes),
        moments=(moment,) if moment else (),
        negative=negative,
        author=made["author"],
        text=made["text"],
    )


def usual() -> list[Vote]:
    """Four posts an hour; one of them wants to buy every other hour, one in four is negative."""
    return [vote(15 * n, "buy" if n % 8 == 0 else "", n % 4 == 1) for n in range(DAYS * 96)]


END = DAYS * 24 * 60.0


def tell(votes: Sequence[Vote], cells: Cells | None = None) -> list[Trend]:
    cells = cells or Cells("kettles")
    return [trend for each in votes for trend in cells.add(each, each.at)]


@pytest.fixture
def cells() -> Cells:
    """One that has counted for days."""
    made = Cells("kettles")
    assert tell(usual(), made) == []
    return made


def buying(count: int, start: float = END, every: float = 3) -> list[Vote]:
    return [vote(start + every * n, "buy") for n in range(count)]


def test_what_is_wanted_more_than_usual_is_told_once_and_again_when_it_has_doubled(cells: Cells) -> None:
    first, more = tell(buying(14), cells)
    assert (first.kind, first.topic, first.what) == (Kind.NEED, "kettles", "buy")
    assert 5 <= first.votes <= 7
    assert first.score >= 4
    assert first.expected < 1
    assert len(first.posts) == first.authors == first.votes
    assert first.question == first.posts[-1]
    assert more.votes == 2 * first.votes
    assert (first.thread, more.thread) == ("", cells.open["buy"].first)


def test_the_bars_are_the_votes_of_each_hour_of_the_day_before(cells: Cells) -> None:
    first = tell(buying(7), cells)[0]
    assert len(first.hours) == 24
    assert first.hours[-1] == first.votes
    assert sum(first.hours[:-1]) in (11, 12), "every other hour one"


def test_a_topic_as_it_is_every_day_is_told_nothing_of() -> None:
    assert tell(usual()) == []


def test_thirty_posts_by_one_author_are_one_vote(cells: Cells) -> None:
    assert tell([vote(END + n, "buy", author=7) for n in range(30)], cells) == []


def test_one_text_by_thirty_authors_is_one_vote(cells: Cells) -> None:
    assert tell([vote(END + n, "buy", text=7) for n in range(30)], cells) == []


def test_posts_without_an_author_are_each_another_ones(cells: Cells) -> None:
    [trend, *_] = tell([vote(END + n, "buy", author=0, text=n + 1) for n in range(8)], cells)
    assert trend.authors == trend.votes


def test_an_author_counts_again_after_a_day() -> None:
    cells = Cells()
    for minutes in (0, 60, 24 * 60):
        tell([vote(minutes, "buy", author=7)], cells)
    assert [each.at for each in cells.counted if each.cell == "buy"] == [
        NOW.timestamp(),
        (NOW + timedelta(days=1)).timestamp(),
    ]


def test_the_mood_falls_where_more_are_negative_than_usual(cells: Cells) -> None:
    [trend, *_] = tell([vote(END + 3 * n, negative=True) for n in range(20)], cells)
    assert trend.kind is Kind.MOOD
    assert trend.votes <= trend.of
    assert trend.expected / trend.of == pytest.approx(0.25, abs=0.05)


def test_many_posts_of_the_usual_moods_are_no_fall(cells: Cells) -> None:
    assert tell([vote(END + n / 2, negative=n % 4 == 1) for n in range(100)], cells) == []


def test_after_six_quiet_hours_it_is_told_as_new(cells: Cells) -> None:
    first, again = [t for t in tell([*buying(6), *buying(9, END + 10 * 60)], cells) if not t.thread]
    assert first.at < again.at
    assert cells.open["buy"].first


def test_what_is_wanted_every_day_at_this_time_is_no_need() -> None:
    daily = [each for day in range(8) for each in buying(8, day * 24 * 60 + 600)]
    votes = sorted([*usual(), *daily], key=lambda each: each.at)
    found = [t for t in tell(votes) if not t.thread]
    assert max((t.at for t in found), default=NOW) < NOW + timedelta(days=4)


def test_a_need_that_was_told_does_not_hide_the_next_one(cells: Cells) -> None:
    later = END + 30 * 60
    quiet = [
        vote(each, "buy" if n % 8 == 0 else "") for n, each in enumerate(np.arange(END + 130, later, 15.0).tolist())
    ]
    _, again = [t for t in tell([*buying(40), *quiet, *buying(10, later)], cells) if not t.thread]
    assert again.since >= NOW + timedelta(minutes=later - 60)
    assert again.expected < 2


def test_nothing_is_told_in_the_first_day_and_little_history_is_said_in_the_second() -> None:
    cells = Cells()
    background = [vote(15 * n) for n in range(4 * 30)]
    assert tell([*background[:80], *buying(10, 80 * 15)], cells) == []
    cells = Cells()
    tell(background, cells)
    [trend, *_] = tell(buying(10, 120 * 15), cells)
    assert trend.cold


def test_a_post_from_the_future_counts_as_read_now(cells: Cells) -> None:
    late = [vote(END + 100_000 + n, "buy") for n in range(10)]
    found = [t for n, each in enumerate(late) for t in cells.add(each, NOW + timedelta(minutes=END + n))]
    assert found
    assert all(t.at <= NOW + timedelta(minutes=END + 10) for t in found)


def test_posts_that_come_in_any_order_are_found_at_the_latest_with_the_last(cells: Cells) -> None:
    now = NOW + timedelta(minutes=END + 60)
    found = [t for each in reversed(buying(10)) for t in cells.add(each, now)]
    assert found[0].kind is Kind.NEED


def test_a_burst_that_is_found_a_day_late_is_not_told(cells: Cells) -> None:
    now = NOW + timedelta(minutes=END, days=2)
    assert [t for each in buying(20) for t in cells.add(each, now)] == []


def test_what_was_posted_before_anybody_listened_is_history(cells: Cells) -> None:
    assert [t for each in buying(20) for t in cells.add(each, each.at, tell=False)] == []


def test_hours_in_which_nobody_listened_do_not_make_the_usual_smaller() -> None:
    steady = [vote(15 * n, "buy") for n in range(DAYS * 96) if not 96 <= n < 288]
    deaf = frozenset(range(int(NOW.timestamp() // HOUR) + 24, int(NOW.timestamp() // HOUR) + 72))
    expected = []
    for hours in (frozenset[int](), deaf):
        cells = Cells(deaf=hours)
        tell(steady, cells)
        [trend, *_] = [t for t in tell(buying(60, END, 0.9), cells) if t.window == 3_600]
        expected.append(trend.expected)
    assert expected[1] > 1.5 * expected[0]


def restored(cells: Cells, counted: Sequence[Counted]) -> Cells:
    """Another one that knows what this one would have stored."""
    again = Cells(cells.topic)
    told = json.decode(json.encode(cells.told()), type=Told)
    hours: dict[tuple[str, int], int] = {}
    for each in counted:
        key = each.cell, int(each.at // HOUR)
        hours[key] = hours.get(key, 0) + 1
    latest = {each.cell: max(c.at for c in counted if c.cell == each.cell) for each in counted}
    votes = [each for each in counted if each.at >= latest[each.cell] - 26 * HOUR]
    again.restore(told, votes, [(*key, number) for key, number in hours.items()])
    return again


@pytest.mark.parametrize("deaths", [1, 7])
def test_deaths_and_restarts_change_nothing(deaths: int) -> None:
    posts = [*usual(), *buying(14), *(vote(END + 60 + 2 * n, negative=True) for n in range(30))]
    whole, parts = tell(posts), list[Trend]()
    cells, counted, step = Cells("kettles"), list[Counted](), len(posts) // (deaths + 1) + 1
    for at in range(0, len(posts), step):
        parts += tell(posts[at : at + step], cells)
        counted += cells.counted
        cells = restored(cells, counted)
    assert len(whole) > 2
    assert parts == whole


def test_a_topic_that_falls_silent_is_told_once_and_when_it_speaks_again(cells: Cells) -> None:
    hours = [cells.silence(NOW + timedelta(minutes=END + 30 * n), np.ones(KEPT)) for n in range(1, 20)]
    [trend] = [each for each in hours if each]
    assert trend.kind is Kind.SILENCE
    assert trend.expected > 9
    assert trend.since == NOW + timedelta(minutes=END - 15)
    tell([vote(END + 700)], cells)
    [over] = filter(None, (cells.silence(_later(700 + n), np.ones(KEPT)) for n in (1, 5, 30)))
    assert over.over
    assert over.thread


def _later(minutes: float) -> datetime:
    return NOW + timedelta(minutes=END + minutes)
