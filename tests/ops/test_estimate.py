"""Estimates against streams of which the truth is known."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from listener.ops.estimate import Estimate, Judged, estimate
from listener.query import parse
from listener.store import Store
from listener.store.retention import Limits
from listener.store.volume import Listened
from listener.types import Analysis, Batch, Post
from tests.making import NOW, Tell, analysis, topic

SAMPLED = 60  # a day, in these tests
DAY = timedelta(days=1)
START = NOW.replace(hour=0, minute=0)
LIMITS = Limits(posts=timedelta(days=90), counts=timedelta(days=400))
Find = Callable[..., tuple[Estimate, Judged]]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store that keeps a small sample."""
    for module in ("passed", "volume"):
        monkeypatch.setattr(f"listener.store.{module}.SAMPLES_A_DAY", SAMPLED)
    store = Store.open(tmp_path / "listener.db", START)
    store.activate(["feed"], [topic()], START)
    yield store
    store.close()


@pytest.fixture
def find(store: Store) -> Find:
    """Estimates one query from a day on."""

    def find(query: str, day: int = 0) -> tuple[Estimate, Judged]:
        time = Listened(START + day * DAY, START + (day + 1) * DAY, 0, 0)
        [found], judged = estimate(store, [parse(query)], time, time.until)
        return found, judged

    return find


def post(name: str, text: str, day: int = 0, source: str = "forum") -> Post:
    return Post(source=source, id=name, text=text, created_at=START + day * DAY + timedelta(hours=3))


def read(store: Store, posts: list[Post], matched: tuple[Post, ...] = (), at: datetime | None = None) -> None:
    now = at or posts[-1].created_at + timedelta(hours=1)
    store.keep("feed", Batch(posts=(*posts, *matched)), analysis(matched), Tell(), now)


def stream(random: Random, day: int, share: float, count: int) -> tuple[list[Post], int]:
    """Posts of a day on two platforms, and how many are about kettles."""
    posts = [
        post(
            f"{day}.{number}",
            "a kettle" if random.random() < share else "a lamp",
            day,
            "forum" if random.random() < 0.8 else "x",
        )
        for number in range(count)
    ]
    return posts, sum("kettle" in each.text for each in posts)


def simulated(store: Store, find: Find, days: int) -> tuple[float, float, float]:
    """Estimates over truth, the share of intervals that hold it, and the error of all in standard deviations."""
    random, held, truths, found, variance = Random(11), 0, 0, 0.0, 0.0
    for day in range(days):
        posts, truth = stream(random, day, random.choice([0.01, 0.05, 0.2]), random.randrange(80, 400))
        read(store, posts)
        made, _ = find("kettle", day)
        assert made.high is not None
        held += made.low <= truth <= made.high
        truths, found = truths + truth, found + made.posts
        variance += truth * len(posts) / SAMPLED
    return found / truths, held / days, (found - truths) / variance**0.5


def test_estimates_are_right_on_average_and_intervals_hold_the_truth(store: Store, find: Find) -> None:
    ratio, held, deviations = simulated(store, find, 60)
    assert abs(deviations) < 3
    assert ratio == pytest.approx(1, abs=0.15)
    assert held >= 0.95


@pytest.mark.slow
def test_three_hundred_days_are_estimated_without_bias(store: Store, find: Find) -> None:
    ratio, held, deviations = simulated(store, find, 300)
    assert abs(deviations) < 3
    assert ratio == pytest.approx(1, abs=0.06)
    assert held >= 0.95


def test_what_was_sampled_whole_is_certain(store: Store, find: Find) -> None:
    read(store, [post("1", "a kettle"), post("2", "a lamp")], (post("3", "a kettle and a desk"),))
    found, judged = find("kettle")
    assert (found.posts, found.low, found.high) == (2, 2, 2)
    assert (found.stored, found.hits, found.hours) == (1, 1, 24)
    assert judged == Judged(2, 2, 0)


def test_days_of_other_sizes_weigh_as_they_should(store: Store, find: Find) -> None:
    read(store, [post(f"0.{n}", "a kettle") for n in range(10)])
    read(store, [post(f"1.{n}", "a kettle", 1) for n in range(6 * SAMPLED)])
    found, judged = find("kettle")
    assert found.posts == 10 + 6 * SAMPLED
    assert found.hits == 10 + SAMPLED
    assert judged == Judged(10 + SAMPLED, 10 + 6 * SAMPLED, 0)
    assert found.high == found.posts, "no more than there are"
    assert {round(each.weight, 3) for each in found.samples} <= {1, 6}


def test_nothing_found_in_a_sample_is_not_nothing(store: Store, find: Find) -> None:
    read(store, [post(str(n), "a lamp") for n in range(10 * SAMPLED)])
    found, _ = find("kettle")
    assert (found.posts, found.low) == (0, 0)
    assert found.high == pytest.approx(36.889, abs=0.01), "3.69 posts of the sample, each for ten"


def test_what_was_written_before_that_time_is_left_out(store: Store, find: Find) -> None:
    old = [replace(post(str(n), "a kettle"), created_at=START - DAY) for n in range(3)]
    read(store, old, (replace(old[0], id="9"),), at=START + timedelta(hours=5))
    found, _ = find("kettle")
    assert found.posts == 0
    assert store.listened(START) == Listened(START, START + timedelta(hours=5), 0, 1)


def test_a_post_that_was_edited_until_it_matched_counts_once(store: Store, find: Find) -> None:
    first = post("1", "a kettle")
    read(store, [first])
    read(store, [], (replace(first, text="a kettle and a desk"),), at=NOW + timedelta(hours=1))
    found, _ = find("kettle")
    assert (found.posts, found.stored, found.hits) == (1, 1, 0)


def test_a_post_of_several_topics_counts_once(store: Store, find: Find) -> None:
    both = (post("1", "a kettle"),)
    twice = (*analysis(both).findings, *analysis(both, topic="lamps").findings)
    store.keep("feed", Batch(posts=both), Analysis(findings=twice), Tell(), NOW)
    assert find("kettle")[0].posts == 1


def test_words_that_were_erased_are_not_looked_at(store: Store, find: Find) -> None:
    gone, there = post("1", "a kettle"), post("2", "a kettle")
    read(store, [], (gone, there), at=START + timedelta(hours=4))
    store.keep("feed", Batch(deleted=(gone.key,)), Analysis(), Tell(), START + timedelta(hours=5))
    assert find("source:forum")[0].posts == 1
    time = store.listened(START)
    assert time is not None
    assert time.erased == 1


def test_a_platform_whose_sample_is_erased_is_not_stood_for_by_others(store: Store, find: Find) -> None:
    posts = [post(str(n), "a kettle", source=("forum", "x")[n % 2]) for n in range(4 * SAMPLED)]
    read(store, posts)
    with store.db.write() as conn:
        conn.execute("delete from samples where json_extract(post, '$.source') = 'x'")
    found, judged = find("kettle")
    assert found.posts == pytest.approx(2 * SAMPLED)
    assert (judged.of, judged.lost) == (2 * SAMPLED, 2 * SAMPLED)


def test_a_platform_too_small_for_the_sample_is_stood_for_by_it(store: Store, find: Find) -> None:
    forum = [post(str(n), "a kettle") for n in range(10 * SAMPLED)]
    read(store, [*forum, post("0", "a kettle", source="tiny")])
    found, judged = find("kettle")
    assert (judged.of, judged.lost) == (10 * SAMPLED + 1, 0)
    assert found.posts == pytest.approx(10 * SAMPLED + 1)


def test_tags_are_looked_for_in_findings_alone(store: Store, find: Find) -> None:
    read(store, [post("1", "a kettle")], (post("2", "a kettle"), post("3", "a lamp")))
    found, judged = find("kettle moment:buy")
    assert (found.posts, found.low, found.high) == (1, 1, None)
    assert find("kettle -moment:go")[0].posts == 1, "what has no tags is not taken for what lacks one"
    assert judged == Judged(0, 0, 0)


def test_ten_samples_are_drawn_as_likely_as_what_they_stand_for(store: Store, find: Find) -> None:
    read(
        store,
        [post(f"s{n}", "a kettle") for n in range(20 * SAMPLED)],
        tuple(post(f"t{n}", "a kettle") for n in range(60)),
    )
    found, _ = find("kettle")
    assert len(found.samples) == len({each.post.key for each in found.samples}) == 10
    assert sum(each.weight > 1 for each in found.samples) >= 7, "20 of 21 posts were not stored"
    assert found.samples == find("kettle")[0].samples, "the same at every call"


def test_what_surely_finds_nothing_is_nothing(store: Store, find: Find) -> None:
    read(store, [post(str(n), "a lamp") for n in range(10 * SAMPLED)])
    assert find("kettle -kettle")[0].high == 0
    assert find("(kettle OR pot) -(kettle OR pot OR cup)")[0].high == 0


def test_the_time_that_was_listened_begins_with_the_first_source(store: Store) -> None:
    read(store, [post("1", "a lamp")], (post("2", "a desk"),), at=START + timedelta(hours=6))
    assert store.listened(START - 7 * DAY) == Listened(START, START + timedelta(hours=6), 0, 0)
    assert store.listened(START + DAY) is None, "nothing was read since then"


def test_a_store_that_has_read_nothing_has_listened_to_nothing(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "new.db", NOW)
    assert store.listened(START) is None
    store.close()


def test_what_is_forgotten_by_age_is_no_longer_estimated(store: Store, find: Find) -> None:
    read(store, [post("1", "a kettle")])
    store.retain(LIMITS, NOW + timedelta(days=40))
    found, judged = find("kettle")
    assert (found.posts, judged.sample, judged.lost) == (0, 0, 1)
