"""The invented stream: what is on the tape, and how it plays."""

import math
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.sources.sample import TERMS, Options, Source, tape
from listener.types import Ask, Batch, Post
from tests.conftest import NOW

SECONDS_TO_THE_END = tape()[-1].after


class NoSecrets:
    def secret(self, name: str) -> str:
        raise AssertionError(f"the sample stream asked for {name}")


def source(speed: float = 1.0) -> Source:
    return Source(Options(speed=speed), NoSecrets())


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def pages(source: Source, now: datetime, cursors: dict[str, str], limit: int = 100) -> Iterator[Batch]:
    """Every page of one pass; `cursors` moves on as the store would move it."""
    more = True
    while more:
        batch = source.fetch(Ask(now=now, cursors=dict(cursors), limit=limit))
        cursors.update(batch.cursors)
        more = batch.more
        yield batch


def listen(times: list[float], limit: int = 100, speed: float = 1.0) -> list[Batch]:
    """All pages that polls at these seconds after the start get."""
    cursors: dict[str, str] = {}
    return [batch for seconds in times for batch in pages(source(speed), at(seconds), cursors, limit)]


def posts_of(batches: list[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


def every(step: float) -> list[float]:
    return [n * step for n in range(int(SECONDS_TO_THE_END / step) + 2)]


# What is on the tape


def test_the_tape_is_about_three_hundred_posts_in_ten_to_fifteen_minutes() -> None:
    assert 280 <= len(tape()) <= 330
    assert 10 * 60 <= SECONDS_TO_THE_END <= 15 * 60


def test_every_post_says_that_it_is_invented() -> None:
    assert all(line.url == f"https://example.org/sample/{line.id}" for line in tape() if not line.deleted)


def test_lines_stand_in_the_order_of_their_showing_and_never_far_apart() -> None:
    times = [line.after for line in tape()]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) >= 0
    assert max(gaps) <= 15
    assert 1 <= median(gaps) <= 4


def test_six_platforms_speak() -> None:
    assert {line.source for line in tape()} == {"reddit", "x", "hackernews", "bluesky", "mastodon", "forum"}


def test_handles_are_bare() -> None:
    assert not [line.author for line in tape() if line.author.startswith("@")]


def test_only_edits_and_the_deletion_repeat_an_id() -> None:
    seen: dict[str, float] = {}
    for line in tape():
        if line.key in seen:
            assert line.deleted or line.posted == seen[line.key]
        else:
            assert line.posted is None
            seen[line.key] = line.after


def test_edits_change_the_words_and_stay_with_their_author() -> None:
    forms: dict[str, list[tuple[str, str]]] = {}
    for line in tape():
        if not line.deleted:
            forms.setdefault(line.key, []).append((line.author, line.text))
    edited = [versions for versions in forms.values() if len(versions) > 1]
    assert len(edited) >= 3
    assert all(first[0] == last[0] and first[1] != last[1] for first, last in edited)


def test_some_words_come_twice_from_two_authors() -> None:
    def letters(text: str) -> str:
        return "".join(c for c in text.casefold() if c.isalnum())

    authors: dict[str, set[str]] = {}
    for line in tape():
        authors.setdefault(letters(line.title + line.text), set()).add(line.author)
    assert sum(len(names) > 1 for names in authors.values()) >= 3


def test_ten_people_ask_within_five_minutes_whether_frankfurt_is_down() -> None:
    asking = {line.author: line.after for line in tape() if "frankfurt" in (line.title + line.text).casefold()}
    assert len(asking) >= 10
    assert max(asking.values()) - min(asking.values()) <= 300


def test_hostile_text_is_on_the_tape() -> None:
    text = "\n".join(line.text for line in tape())
    assert all(token in text for token in ("<!channel>", "\u202e", "\u200b", "\u0337", "javascript:", "<script>"))
    assert any(sum(c > "\u2bff" for c in line.text) >= 200 for line in tape())


def test_other_languages_are_marked() -> None:
    langs = Counter(line.lang for line in tape())
    assert {"de", "es", "fr", "ja", "nl", "pl", "pt", "sv"} <= set(langs)


# How it plays


def test_the_first_pass_already_has_urgent_asks() -> None:
    first = posts_of(listen([0]))
    assert len(first) >= 8
    assert sum(any(w in p.words.casefold() for w in ("tonight", "right now", "before saturday")) for p in first) >= 3
    assert {post.created_at for post in first} == {NOW}


def test_the_first_minute_has_many_asks() -> None:
    assert sum("?" in post.words for post in posts_of(listen([0, 60]))) >= 15


def test_the_whole_stream_plays_once_and_then_ends() -> None:
    batches = listen([*every(2), 10_000, 20_000])
    assert len(posts_of(batches)) == sum(not line.deleted for line in tape())
    assert batches[-1] == Batch()


def test_posts_come_when_they_are_due_and_not_before() -> None:
    cursors: dict[str, str] = {}
    for seconds in every(2):
        new = [post for batch in pages(source(), at(seconds), cursors) for post in batch.posts]
        first_shown = {line.url: line.posted is None for line in tape()}
        fresh = [post for post in new if first_shown[post.url]]
        assert all(at(seconds - 2) < post.created_at <= at(seconds) for post in fresh if seconds)


def test_an_edit_keeps_the_time_of_its_post() -> None:
    times: dict[str, set[datetime]] = {}
    for post in posts_of(listen(every(2))):
        times.setdefault(post.key, set()).add(post.created_at)
    assert {len(moments) for moments in times.values()} == {1}


def test_the_deletion_comes_after_its_post() -> None:
    batches = listen(every(2))
    deleted = [(n, key) for n, batch in enumerate(batches) for key in batch.deleted]
    assert len(deleted) == 1
    (when, gone), *_ = deleted
    assert [n for n, batch in enumerate(batches) if gone in {p.key for p in batch.posts}] < [when]


def test_speed_plays_faster() -> None:
    assert len(posts_of(listen([0, 30], speed=2))) == len(posts_of(listen([0, 60])))


def test_at_infinite_speed_everything_is_there_at_once() -> None:
    heard = listen([0], speed=math.inf)
    assert len(posts_of(heard)) == sum(not line.deleted for line in tape())
    assert {post.created_at for post in posts_of(heard)} == {NOW}


@pytest.mark.parametrize("speed", [0, -1, math.nan, "fast"])
def test_a_speed_that_is_none_is_refused(speed: object) -> None:
    with pytest.raises(msgspec.ValidationError, match="speed"):
        msgspec.convert({"speed": speed}, Options)


def test_a_day_without_a_listener_stops_the_tape() -> None:
    day = 24 * 3600
    batches = listen([0, 20, 20 + day, 22 + day])
    heard = posts_of(batches)
    after_the_pause = [post for post in heard if post.created_at > at(20)]
    assert after_the_pause
    assert all(at(day - 60) <= post.created_at <= at(22 + day) for post in after_the_pause)
    assert len(heard) < len(tape()) / 3


def test_a_short_pause_is_made_up_for() -> None:
    assert posts_of(listen([0, 50])) == posts_of(listen([*range(0, 51, 2)]))


def test_a_clock_set_back_gives_nothing_new() -> None:
    assert listen([0, 30, 10])[-1] == Batch()


@pytest.mark.slow
@given(
    steps=st.lists(st.floats(0, 200), min_size=1, max_size=12), limit=st.integers(1, 40), speed=st.sampled_from([1, 20])
)
def test_the_same_posts_come_whatever_the_page_size(steps: list[float], limit: int, speed: float) -> None:
    times = [sum(steps[: n + 1]) for n in range(len(steps))]
    assert posts_of(listen(times, limit, speed)) == posts_of(listen(times, 10_000, speed))


@given(limit=st.integers(1, 40), crashes=st.sets(st.integers(0, 40), max_size=5))
def test_a_crash_after_any_page_loses_nothing(limit: int, crashes: set[int]) -> None:
    undisturbed = posts_of(listen([0, 40, 80, 120], limit))
    cursors: dict[str, str] = {}
    stored: list[Post] = []
    n = 0
    for seconds in (0, 40, 80, 120):
        more = True
        while more:
            batch = source().fetch(Ask(now=at(seconds), cursors=dict(cursors), limit=limit))
            n += 1
            if n - 1 in crashes:
                continue  # the page was never stored, so neither was its cursor
            stored.extend(batch.posts)
            cursors.update(batch.cursors)
            more = batch.more
    assert stored == undisturbed


@given(limit=st.integers(1, 400))
def test_no_page_holds_two_forms_of_a_post(limit: int) -> None:
    for batch in listen([0, 1], limit, speed=1000):
        keys = [*(post.key for post in batch.posts), *batch.deleted]
        assert len(keys) == len(set(keys)) <= limit


def test_nothing_due_moves_no_cursor() -> None:
    assert listen([0, 0])[1] == Batch()


def test_polls_are_as_lively_as_the_stream() -> None:
    assert TERMS.every <= 2
    assert "invented" in TERMS.about.casefold()
