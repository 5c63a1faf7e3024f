"""When a stored post is looked at again."""

from datetime import timedelta
from itertools import pairwise

import pytest

from listener.store import Store
from listener.testing import posts
from listener.types import Batch, Terms
from tests.making import NOW, Tell, analysis

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def two(store: Store) -> Store:
    batch = Batch(posts=tuple(posts(2)))
    store.keep("feed", batch, analysis(batch.posts), Tell(), NOW)
    return store


def due(store: Store, after: timedelta, **terms: float | None) -> list[str]:
    asked = Terms(**{"about": "", **terms})  # type: ignore[arg-type]
    return [post.key for post in store.due_for_recheck("feed", asked, NOW + after, 10)]


def test_every_post_is_looked_at_within_the_longest_time(two: Store) -> None:
    assert due(two, 23 * HOUR) == []
    assert due(two, 25 * HOUR) == ["forum:1", "forum:2"]


def test_new_posts_are_looked_at_soon_and_then_half_as_often_each_time(two: Store) -> None:
    looks, at = [], timedelta()
    while at < 60 * HOUR:
        at += MINUTE
        if due(two, at, recheck_first=10.0):
            two.touch(["forum:1", "forum:2"], NOW + at)
            looks.append(at / MINUTE)
    assert looks[:4] == [10.0, 20.0, 40.0, 80.0]
    gaps = [later - earlier for earlier, later in pairwise(looks)]
    assert max(gaps) <= 24 * 60 + 1
    assert len(looks) < 12


def test_what_cannot_be_looked_up_is_never_due(two: Store) -> None:
    assert due(two, 1000 * HOUR, recheck_hours=None) == []


def test_erased_posts_are_not_looked_at(two: Store) -> None:
    two.keep("feed", Batch(deleted=("forum:1",)), analysis([]), Tell(), NOW)
    assert due(two, 25 * HOUR) == ["forum:2"]


def test_other_sources_are_left_alone(two: Store) -> None:
    assert two.due_for_recheck("other", Terms(about=""), NOW + 30 * HOUR, 10) == []


def test_no_more_than_asked_for(two: Store) -> None:
    assert len(two.due_for_recheck("feed", Terms(about=""), NOW + 30 * HOUR, 1)) == 1
