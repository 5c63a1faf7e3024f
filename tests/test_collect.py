import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.collect import PAGES, collect, look_up, retry_in, trouble
from listener.errors import SourceError
from listener.testing import START, FakeSource, edited, posts
from listener.types import Ask, Bad, Batch, Gap, Post

ASK = Ask(now=START, limit=10)


def ids(pages: Iterator[Batch] | list[Batch]) -> list[str]:
    return [post.id for page in pages for post in page.posts]


class Scripted:
    """A source that answers with a function of how often it was asked."""

    def __init__(self, answer: Callable[[int], Batch]) -> None:
        self.answer, self.calls = answer, 0

    def fetch(self, ask: Ask) -> Batch:
        self.calls += 1
        return self.answer(self.calls)


def test_all_pages_are_read_and_each_asks_from_where_the_last_ended() -> None:
    source = FakeSource(posts(25))
    pages = list(collect("forum", source, ASK))
    assert ids(pages) == [str(n) for n in range(1, 26)]
    assert [dict(ask.cursors) for ask in source.asked] == [{}, {"posts": "10"}, {"posts": "20"}]
    assert {(ask.now, ask.limit) for ask in source.asked} == {(START, 10)}


def test_cursors_of_other_streams_stay() -> None:
    seen: list[Ask] = []

    class Streams:
        def fetch(self, ask: Ask) -> Batch:
            seen.append(ask)
            return Batch(posts=(posts(2)[len(seen) - 1],), cursors={"a": str(len(seen))}, more=len(seen) < 2)

    list(collect("forum", Streams(), Ask(now=START, cursors={"a": "0", "b": "7"})))
    assert dict(seen[1].cursors) == {"a": "1", "b": "7"}


def test_nothing_is_asked_before_the_page_at_hand_is_stored() -> None:
    source = FakeSource(posts(25))
    pages = collect("forum", source, ASK)
    next(pages)
    assert len(source.asked) == 1


@given(st.integers(0, 30), st.integers(1, 12), st.integers(0, 4))
def test_a_crash_after_any_page_loses_nothing(count: int, limit: int, crash: int) -> None:
    source, stored, cursors = FakeSource(posts(count)), dict[str, Post](), dict[str, str]()
    for lives in (crash, 99):
        for n, page in enumerate(collect("forum", source, Ask(now=START, limit=limit, cursors=cursors))):
            if n == lives:
                break  # fetched, not stored
            stored |= {post.key: post for post in page.posts}
            cursors |= page.cursors
    assert set(stored) == {post.key for post in source.posts}


def test_every_post_is_repaired() -> None:
    future = datetime(2099, 1, 1, tzinfo=UTC)
    (page,) = collect("forum", FakeSource(posts(1, text="buy\x00\ud800", created_at=future)), ASK)
    (post,) = page.posts
    assert (post.text, post.created_at, post.flags) == ("buy\ufffd", START, ("time-future", "text-mended"))


def test_a_post_that_cannot_be_repaired_leaves_the_others_alone() -> None:
    made = posts(100)
    made[41] = posts(1, id="", text="nobody")[0]
    made[57] = posts(1, id="58", text=None)[0]
    (page,) = collect("forum", FakeSource(made), Ask(now=START, limit=100))
    assert len(page.posts) == 98
    assert [bad.why for bad in page.bad] == ["an id has 1 to 500 characters", "expected text, got NoneType"]
    assert page.bad[1].id == "58" and "nobody" in page.bad[0].raw


def test_what_a_source_sets_aside_is_passed_on_fit_to_be_stored() -> None:
    source = FakeSource(posts(1))
    source.bad = [Bad("", "", "\ud800" * 50_000, "odd\nline")]
    source.gaps = [Gap("posts", START, START, "burst")]
    (page,) = collect("forum", source, ASK)
    (bad,) = page.bad
    assert (bad.source, bad.why, len(bad.raw)) == ("forum", "odd line", 40_000) and bad.id
    bad.raw.encode()
    assert page.gaps == (Gap("posts", START, START, "burst"),)


def test_a_page_that_repeats_itself_ends_the_pass(caplog: pytest.LogCaptureFixture) -> None:
    source = FakeSource(posts(5))
    source.repeat = True
    pages = list(collect("forum", source, ASK))
    assert len(pages) == 4 and pages[-1].more  # one with news, three without
    assert "source=forum status=repeating" in caplog.text


def test_a_cursor_that_goes_in_circles_ends_the_pass() -> None:
    made = posts(2)

    def answer(n: int) -> Batch:
        return Batch(posts=(made[n % 2],), cursors={"c": str(n % 2)}, more=True)

    source = Scripted(answer)
    list(collect("forum", source, ASK))
    assert source.calls == 5


def test_repeats_among_news_do_not_end_the_pass() -> None:
    made = posts(12)

    def answer(n: int) -> Batch:  # two pages of overlap after each new post
        return Batch(posts=(made[n // 3],), cursors={"c": str(n)}, more=n < 35)

    assert set(ids(collect("forum", Scripted(answer), ASK))) == {post.id for post in made}


def test_an_edit_and_a_set_aside_post_are_news() -> None:
    (one,) = posts(1)

    def answer(n: int) -> Batch:
        bad = (Bad("forum", str(n), "{", "broken"),) if n > 10 else ()
        return Batch(posts=(edited(one, f"draft {min(n, 10)}"),), bad=bad, more=n < 20)

    assert len(list(collect("forum", Scripted(answer), ASK))) == 20


def test_a_pass_has_a_hundred_pages_and_the_next_goes_on() -> None:
    source = FakeSource(posts(PAGES + 5))
    ask = Ask(now=START, limit=1)
    first = list(collect("forum", source, ask))
    assert len(first) == PAGES and first[-1].more
    rest = list(collect("forum", source, Ask(now=START, limit=1, cursors=first[-1].cursors)))
    assert ids(first + rest) == [post.id for post in source.posts] and not rest[-1].more


def test_a_pass_ends_where_the_platform_asks_to_wait() -> None:
    source = Scripted(lambda n: Batch(posts=tuple(posts(n)), more=True, wait=12.0))
    pages = list(collect("forum", source, ASK))
    assert len(pages) == 1 and pages[0].wait == 12.0


def test_an_error_comes_after_the_pages_before_it_and_under_the_configured_name() -> None:
    source = FakeSource(posts(25))
    pages = collect("forum-uk", source, ASK)
    next(pages)
    source.errors = [SourceError("forum", "401: check FORUM_TOKEN", permanent=True, wait=3.0, code="401")]
    with pytest.raises(SourceError) as caught:
        next(pages)
    error = caught.value
    assert str(error) == "forum-uk: 401: check FORUM_TOKEN"
    assert (error.permanent, error.wait, error.code) == (True, 3.0, "401")
    assert list(pages) == []


def test_posts_that_are_looked_up_again_are_repaired_too() -> None:
    source = FakeSource(posts(3))
    source.add(edited(source.posts[0], "sold\x00"), posts(1, id="", text="nobody")[0])
    source.delete("forum:2")
    now = look_up("forum", source, ["1", "2", ""], START)
    assert ([post.text for post in now.posts], now.deleted) == (["sold"], ("forum:2",))
    assert [bad.why for bad in now.bad] == ["an id has 1 to 500 characters"]


def test_a_look_up_fails_under_the_configured_name() -> None:
    source = FakeSource(posts(3))
    source.errors = [SourceError("forum", "503", wait=2.0)]
    with pytest.raises(SourceError, match="forum-uk: 503") as caught:
        look_up("forum-uk", source, ["1"], START)
    assert caught.value.wait == 2.0


# Trying again


def test_a_wait_that_is_asked_for_is_kept_exactly() -> None:
    assert retry_in(SourceError("forum", "429", wait=17.5), 9, Random(1)) == 17.5
    assert retry_in(SourceError("forum", "429", wait=0.0), 1, Random(1)) == 0.0


def test_what_only_a_person_can_mend_is_probed_every_quarter_of_an_hour() -> None:
    assert retry_in(SourceError("forum", "401", permanent=True), 1, Random(1)) == 900.0


@given(st.integers(1, 2_000), st.integers())
def test_back_off_grows_from_half_a_minute_to_a_quarter_of_an_hour(failures: int, seed: int) -> None:
    longest = min(900.0, 30.0 * 2.0 ** min(failures - 1, 20))
    assert 1.0 <= retry_in(SourceError("forum", "503"), failures, Random(seed)) <= longest


def test_back_off_spreads_over_the_whole_span() -> None:
    rng = Random(7)
    tries = [retry_in(SourceError("forum", "503"), 3, rng) for _ in range(200)]
    assert min(tries) < 12 and max(tries) > 108


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            SourceError("forum", "answered 503", code="503"),
            "source=forum status=503 action=retry next_try=2026-11-20T12:00:00Z why='answered 503'",
        ),
        (
            SourceError("forum", "slow down", code="429", wait=5.0),
            "source=forum status=429 action=wait next_try=2026-11-20T12:00:00Z why='slow down'",
        ),
        (
            SourceError("forum", "check\nTOKEN", permanent=True),
            "source=forum status=error action=pause next_try=2026-11-20T12:00:00Z why='check\\nTOKEN'",
        ),
    ],
)
def test_a_failure_is_one_line_that_says_what_happens_next(error: SourceError, line: str) -> None:
    assert trouble(error, START) == line


def test_reading_is_quiet_where_all_is_well(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    list(collect("forum", FakeSource(posts(25)), ASK))
    assert caplog.text == ""


def test_a_source_that_stumbles_over_an_answer_is_in_trouble_like_any_other() -> None:
    source = FakeSource(posts(3))
    source.errors = [KeyError("hits")]
    with pytest.raises(SourceError, match="feed: stumbled over an answer: KeyError: 'hits'") as caught:
        list(collect("feed", source, Ask(now=START)))
    assert caught.value.code == "stumbled"


def test_pages_on_which_nothing_was_found_do_not_end_the_pass_while_the_cursor_moves(
    caplog: pytest.LogCaptureFixture,
) -> None:
    source = Scripted(lambda n: Batch(posts=tuple(posts(1)) if n == 20 else (), cursors={"a": str(n)}, more=n < 20))
    assert ids(collect("forum", source, ASK)) == ["1"]
    assert "repeating" not in caplog.text


def test_pages_on_which_nothing_was_found_end_the_pass_where_the_cursor_stays() -> None:
    source = Scripted(lambda n: Batch(cursors={"a": "1"}, more=True))
    assert len(list(collect("forum", source, ASK))) == 4
