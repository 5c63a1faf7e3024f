import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.collect import collect
from listener.errors import SourceError
from listener.net import Params
from listener.sources import hackernews
from listener.sources.hackernews import PAGE, SEARCH, TERMS, Options, Source
from listener.types import Ask, Batch, Gap, Post, Reach, Recheck
from tests.sources.algolia import Algolia, story

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NOON = int(NOW.timestamp())


class Reader:
    """Reads as the product does: pass after pass, cursors kept once a page is stored."""

    def __init__(self, get: Callable[[str, Params, datetime], object], limit: int = 100, **options: Any) -> None:
        self.source = Source(Options(**options), get=get)
        self.limit, self.now = limit, NOW
        self.cursors: dict[str, str] = {}
        self.stored: dict[str, Post] = {}
        self.gaps: list[Gap] = []

    def pages(self, stop: int | None = None) -> list[Batch]:
        """One pass, killed before the page number `stop` is stored."""
        pages = []
        ask = Ask(now=self.now, limit=self.limit, cursors=self.cursors)
        for n, page in enumerate(collect("hackernews", self.source, ask)):
            if n == stop:
                break
            self.cursors |= page.cursors
            self.stored |= {post.id: post for post in page.posts}
            self.gaps += page.gaps
            pages.append(page)
        return pages

    def ids(self) -> list[str]:
        return [post.id for page in self.pages() for post in page.posts]

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


# Items


def test_a_story_becomes_a_post() -> None:
    hit = story(
        41,
        NOON - 60,
        **{"title": "Ask HN: a desk &amp; a lamp?", "story_text": "Which?<p>Need it <i>soon</i>.", "points": 3},
        **{"url": "https://example.com/desk", "num_comments": 7, "story_id": 41},
    )
    (page,) = Reader(Algolia([hit]).get).pages()
    assert page.posts == (
        Post(
            source="hackernews",
            id="41",
            text="Which?\n\nNeed it soon.",
            title="Ask HN: a desk & a lamp?",
            created_at=NOW - timedelta(minutes=1),
            url="https://news.ycombinator.com/item?id=41",
            author="ann",
            kind="story",
            links=("https://example.com/desk",),
            reach=Reach(likes=3, replies=7),
        ),
    )


def test_a_comment_becomes_a_post_that_names_what_it_answers() -> None:
    html = 'try <a href="https:&#x2F;&#x2F;example.com&#x2F;a" rel="nofollow">https:&#x2F;&#x2F;exam...</a>'
    hit = story(
        42, NOON - 60, comment_text=html, parent_id=41, story_title="Desk", title=None, _tags=["comment", "author_b"]
    )
    (page,) = Reader(Algolia([hit]).get).pages()
    (post,) = page.posts
    assert (post.text, post.title, post.kind, post.parent) == ("try https://example.com/a", "", "comment", "41")
    assert (post.reach, post.url) == (Reach(), PAGE.format(42))


def test_one_bad_hit_is_set_aside_and_the_other_99_stay() -> None:
    hits: list[Any] = [story(n, NOON - n) for n in range(1, 101)]
    hits[9] = {"objectID": "10", "created_at_i": NOON - 10}
    hits[19] |= {"points": "many"}
    hits[29].pop("objectID")
    (page, *_) = Reader(Algolia(hits).get).pages()
    assert len(page.posts) == 97 and [bad.id for bad in page.bad][:2] == ["10", "20"]
    assert [bad.why for bad in page.bad] == [
        "an item without a title and a text",
        "Expected `int | null`, got `str` - at `$.points`",
        "Object missing required field `objectID`",
    ]


def test_only_the_kinds_asked_for_are_read() -> None:
    hits = [
        story(1, NOON - 1),
        story(2, NOON - 2, _tags=["comment"], comment_text="hm"),
        story(3, NOON - 3, _tags=["job"]),
    ]
    assert Reader(Algolia(hits).get).ids() == ["1", "2"]
    assert Reader(Algolia(hits).get, kinds=("job",)).ids() == ["3"]


def test_a_time_that_is_missing_or_absurd_never_moves_the_mark() -> None:
    service = Algolia([story(1, NOON - 60), story(2, NOON + 10**9), story(3, None), story(4, "soon")])
    reader = Reader(service.get)
    reader.pages()
    assert {post.id: post.flags for post in reader.stored.values()} == {
        **{"1": (), "2": ("time-future",), "3": ("time-missing",), "4": ("time-missing",)}
    }
    service.hits.append(story(5, NOON - 30))
    reader.later(60)
    assert "5" in reader.ids()


# Questions


def test_a_question_asks_for_what_is_new_by_date_only() -> None:
    service = Algolia([story(1, NOON - 60)])
    reader = Reader(service.get, limit=50, since=timedelta(hours=6))
    reader.pages()
    assert service.asked == [
        (
            SEARCH,
            {"tags": "(story,comment)", "numericFilters": f"created_at_i>{NOON - 6 * 3600 - 600}", "hitsPerPage": 50},
        )
    ]
    reader.pages()
    assert service.asked[1][1]["numericFilters"] == f"created_at_i>{NOON - 60 - 600}"


def test_the_next_page_begins_at_the_second_where_the_last_ended() -> None:
    service = Algolia([story(n, NOON - 60 - n // 2) for n in range(5)])
    reader = Reader(service.get, limit=3)
    assert set(reader.ids()) == {"0", "1", "2", "3", "4"}
    assert str(service.asked[1][1]["numericFilters"]).endswith(f",created_at_i<={NOON - 61}")


def test_a_second_poll_reads_the_overlap_and_what_is_new() -> None:
    service = Algolia([story(1, NOON - 900), story(2, NOON - 300), story(3, NOON - 10)])
    reader = Reader(service.get)
    assert reader.ids() == ["3", "2", "1"]
    service.hits.append(story(4, NOON + 20))
    reader.later(60)
    assert reader.ids() == ["4", "3", "2"]


def test_a_poll_without_news_leaves_the_cursor_alone() -> None:
    reader = Reader(Algolia([story(1, NOON - 60)]).get)
    assert [set(page.cursors) for page in reader.pages()] == [{"items"}]
    assert [dict(page.cursors) for page in reader.pages()] == [{}]


def test_a_cursor_of_another_version_means_the_first_look_back() -> None:
    reader = Reader(Algolia([story(1, NOON - 60), story(2, NOON - 90_000)]).get)
    reader.cursors = {"items": '{"page": 3}'}
    assert reader.ids() == ["1"]


def test_an_item_that_shows_late_behind_newer_ones_is_read() -> None:
    service = Algolia([story(n, NOON - 100 + n) for n in range(50)])
    service.shows["7"] = NOON + 400
    reader = Reader(service.get)
    service.clock = NOON
    assert "7" not in reader.ids()
    service.hits.append(story(99, NOON + 450))
    reader.later(500)
    service.clock = NOON + 500
    assert "7" in reader.ids()


def test_a_second_with_more_items_than_a_page_is_read_at_once() -> None:
    service = Algolia([story(n, NOON - 60) for n in range(250)] + [story("a", NOON - 61), story("b", NOON - 59)])
    reader = Reader(service.get, limit=100)
    reader.pages()
    assert len(reader.stored) == 252 and reader.gaps == []


def test_a_second_with_more_items_than_any_query_shows_is_a_gap() -> None:
    service = Algolia([story(n, NOON - 60) for n in range(1_200)] + [story("a", NOON - 61), story("b", NOON - 59)])
    reader = Reader(service.get, limit=100)
    reader.pages()
    assert {"a", "b"} <= set(reader.stored) and len(reader.stored) == 1_002
    second = NOW - timedelta(minutes=1)
    assert reader.gaps == [Gap("items", second, second, "200 items of one second that no query shows")]


# Sweeps


def test_a_sweep_that_was_cut_off_goes_on_and_the_news_are_read_in_the_same_pass() -> None:
    service = Algolia([story(n, NOON - 3_000 + n) for n in range(1_000)])
    reader = Reader(service.get, limit=100)
    reader.pages(stop=4)
    assert len(reader.stored) < 400
    service.hits += [story(n, NOON - 3_000 + 20 * n) for n in range(1_000, 1_100)]
    reader.later(20_000)
    pages = reader.pages()
    assert len(reader.stored) == 1_100 and not pages[-1].more


@pytest.mark.slow
def test_a_pass_of_a_hundred_pages_is_continued_by_the_next() -> None:
    service = Algolia([story(n, NOON - 40_000 + 3 * n) for n in range(12_000)])
    reader = Reader(service.get, limit=100)
    assert len(reader.pages()) == 100
    reader.later(60)
    reader.pages()
    assert len(reader.stored) == 12_000 and reader.gaps == []


def test_the_mark_does_not_move_before_the_oldest_page_is_read() -> None:
    service = Algolia([story(n, NOON - 3_000 + n) for n in range(1_000)])
    reader = Reader(service.get, limit=100)
    marks = []
    for page in reader.pages():
        marks.append(json.loads(page.cursors["items"])["done"])
    assert marks == [NOON - 86_400] * (len(marks) - 1) + [NOON - 3_000 + 999]


@pytest.mark.parametrize("lie", ["repeat", "size"])
def test_an_answer_to_another_question_is_refused_and_loses_nothing(lie: str) -> None:
    service = Algolia([story(n, NOON - 3_000 + n) for n in range(500)])
    answers: list[Any] = []

    def get(url: str, params: Params, now: datetime) -> object:
        answers.append(service.get(url, params, now))
        if len(answers) == 3:
            return answers[0] if lie == "repeat" else {**answers[2], "hitsPerPage": 20, "hits": answers[2]["hits"][:20]}
        return answers[-1]

    reader = Reader(get, limit=100)
    with pytest.raises(SourceError, match="answered another question") as caught:
        reader.pages()
    assert (caught.value.code, caught.value.permanent) == ("repeat", False)
    reader.later(30)
    reader.pages()
    assert len(reader.stored) == 500


def test_a_repeated_burst_page_does_not_pass_for_a_whole_second() -> None:
    service = Algolia([story(n, NOON - 60) for n in range(300)])
    answers: list[Any] = []

    def get(url: str, params: Params, now: datetime) -> object:
        answers.append(service.get(url, params, now) if len(answers) not in (1, 2) else answers[0])
        return answers[-1]

    reader = Reader(get, limit=100)
    with pytest.raises(SourceError):
        reader.pages()
    reader.pages()
    assert len(reader.stored) == 300


@pytest.mark.parametrize(
    "answer",
    [[], {}, {"hits": 5}, {"hits": [], "nbHits": "none"}, None, {"hits": [{"objectID": str(n)} for n in range(1_000)]}],
)
def test_an_answer_of_another_form_is_named(answer: object) -> None:
    with pytest.raises(SourceError, match="has changed") as caught:
        Reader(lambda url, params, now: answer).pages()
    assert caught.value.code == "format"


ITEMS = st.lists(st.tuples(st.integers(0, 4_000), st.integers(0, 590)), max_size=40)  # written at, shown so much later
POLLS = st.lists(st.tuples(st.integers(1, 1_500), st.none() | st.integers(0, 6), st.integers(0, 9)), max_size=12)


@given(ITEMS, POLLS, st.integers(1, 6), st.sampled_from([0, 1, 30]))
@settings(max_examples=150, deadline=None)
def test_every_item_is_read_whatever_crashes_and_however_late(
    items: list[tuple[int, int]], polls: list[tuple[int, int | None, int]], limit: int, tick: int
) -> None:
    service = Algolia([story(n, NOON + at) for n, (at, _) in enumerate(items)])
    service.shows = {str(n): NOON + at + late for n, (at, late) in enumerate(items)}
    service.tick = tick  # items show up while pages are read
    reader = Reader(lambda url, params, now: _failing(service, fails, url, params, now), limit)
    for pause, crash, after in [*polls, (6_000, None, -1), (600, None, -1), (60, None, -1)]:
        fails = [after] if after else []
        reader.later(pause)
        service.clock = reader.now.timestamp()
        try:
            reader.pages(stop=crash)
        except SourceError:
            assert after >= 0
    assert set(reader.stored) == {str(n) for n in range(len(items))}
    assert reader.gaps == []


def _failing(service: Algolia, fails: list[int], url: str, params: Params, now: datetime) -> object:
    """Fails once, after so many answers."""
    if fails and fails[0] == 0:
        fails.clear()
        raise SourceError("hackernews", "503", code="503")
    if fails:
        fails[0] -= 1
    return service.get(url, params, now)


@given(st.lists(st.integers(0, 8), max_size=40), st.integers(1, 5))
@settings(max_examples=100, deadline=None)
def test_whatever_no_query_can_show_is_reported_as_a_gap(seconds: list[int], limit: int) -> None:
    service = Algolia([story(n, NOON - 100 + at) for n, at in enumerate(seconds)], ceiling=5)
    with mock.patch.object(hackernews, "CEILING", 5):
        reader = Reader(service.get, limit)
        reader.pages()
    crowded = {at for at in seconds if seconds.count(at) > 5}
    lost = {at for n, at in enumerate(seconds) if str(n) not in reader.stored}
    assert lost == crowded == {int((gap.since - NOW).total_seconds()) + 100 for gap in reader.gaps}


# Looking up


def test_a_look_up_shows_edits_and_deletions() -> None:
    comment = story(3, NOON - 30, comment_text="hm<p>yes", parent_id=1, title=None, _tags=["comment"])
    service = Algolia([story(1, NOON - 60, points=5, num_comments=2), story(2, NOON - 50), comment])
    reader = Reader(service.get)
    reader.pages()
    service.gone.add("2")
    now = reader.source.recheck(["1", "2", "3", "404", "../evil", ""], NOW)
    assert isinstance(reader.source, Recheck)
    assert (now.posts, now.deleted, now.more) == ((reader.stored["1"], reader.stored["3"]), ("hackernews:2",), False)
    service.hits[0]["title"] = "Story 1 (sold)"
    assert reader.source.recheck(["1"], NOW).posts[0].title == "Story 1 (sold)"


def test_a_killed_item_counts_as_deleted_and_an_odd_one_is_set_aside() -> None:
    answers: dict[str, object] = {
        "1": {"id": 1, "dead": True, "title": "x"},
        "2": {"id": "two"},
        "3": {"id": 3, "title": "x"},
    }
    source = Source(Options(), get=lambda url, params, now: answers[url[-6]])
    now = source.recheck(["1", "2", "3"], NOW)
    assert ([post.id for post in now.posts], now.deleted, [bad.id for bad in now.bad]) == (
        ["3"],
        ("hackernews:1",),
        ["2"],
    )


def test_a_look_up_that_fails_on_the_way_keeps_what_it_has() -> None:
    service = Algolia([story(n, NOON - n) for n in range(1, 6)])
    fails = [2]
    source = Source(Options(), get=lambda url, params, now: _failing(service, fails, url, params, now))
    now = source.recheck(["1", "2", "3", "4"], NOW)
    assert ([post.id for post in now.posts], now.more) == (["1", "2"], True)
    fails = [0]
    with pytest.raises(SourceError):
        source.recheck(["3", "4"], NOW)


def test_the_terms_say_where_they_are() -> None:
    assert "https://" in TERMS.about and TERMS.recheck_hours == 24
