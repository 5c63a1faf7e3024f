"""A detector by other vectors goes on where the one before it stood."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from listener.trend import Detector, Encoder, Light, Line, asked, go_on
from listener.trend.detector import Memory
from listener.trend.threads import Thread, Told
from listener.trend.words import hashed
from listener.types.trend import Trend
from tests.conftest import NOW
from tests.trend.asking import REFUND, background, burst, line
from tests.trend.turned import Turned

SIZE = (
    "Which size of tent fits six people?",
    "What size tent do six people need?",
    "How big a tent for six people?",
    "Six people: what size of tent fits?",
)
DAY = 24 * 60.0
LINES = sorted(
    [*background(3, an_hour=2), *burst(2.2 * DAY), *burst(2.5 * DAY, SIZE), *burst(2.6 * DAY, REFUND[::-1])],
    key=lambda each: each.ts,
)
FIRST = next(n for n, each in enumerate(LINES) if each.ts >= NOW.timestamp() + 2.2 * 60 * DAY)


def told(detector: Detector, lines: Sequence[Line], encode: Encoder) -> list[Trend]:
    """The scores of two models may differ in their last digit."""
    found = (detector.add(asked(each, encode), at(each)) for each in lines)
    return [replace(trend, score=round(trend.score, 3), expected=round(trend.expected, 3)) for trend in found if trend]


def at(each: Line) -> datetime:
    return NOW + timedelta(seconds=each.ts - NOW.timestamp())


def changed(detector: Detector, lines: Sequence[Line], encode: Encoder) -> Detector:
    """One by other vectors, of what was asked so far."""
    made = Detector(encode.width)
    go_on(made, detector.memory(), [asked(each, encode) for each in lines])
    return made


WITHOUT = told(Detector(Light.load().width), LINES, Light.load())


def test_there_is_something_to_tell() -> None:
    assert [bool(trend.thread) for trend in WITHOUT] == [False, True, False, False, True]


@settings(max_examples=8)
@given(st.lists(st.integers(FIRST, len(LINES)), min_size=1, max_size=3).map(sorted))
def test_whenever_the_model_changes_what_is_told_stays_the_same_and_is_told_once(moments: list[int]) -> None:
    encode: Encoder = Light.load()
    detector, found, before = Detector(encode.width), list[Trend](), 0
    for number, moment in enumerate([*moments, len(LINES)]):
        found += told(detector, LINES[before:moment], encode)
        encode, before = Turned(f"turned-{number}"), moment
        detector = changed(detector, LINES[:moment], encode)
    assert found == WITHOUT


def test_time_goes_on_from_where_it_was() -> None:
    detector = Detector(Light.load().width)
    told(detector, LINES[:200], Light.load())
    after = changed(detector, LINES[:200], Turned()).memory()
    before = detector.memory()
    assert (after.seen, after.first, after.now) == (before.seen, before.first, before.now)
    later = replace(before, now=before.now + 60, first=before.first and before.first - 60)
    made = Detector(Light.load().width)
    go_on(made, later, [])
    assert (made.first, made.now) == (later.first, later.now), "though what was asked then is remembered no more"


def test_of_nothing_nothing_is_known() -> None:
    made = Detector(8)
    go_on(made, Memory(), [])
    assert made.memory() == Detector(8).memory()


def test_a_thread_of_which_no_post_is_left_goes() -> None:
    detector = Detector(Light.load().width)
    told(detector, LINES, Light.load())
    assert detector.memory().threads
    kept = [each for each in LINES if each.id.startswith("b")]
    assert changed(detector, kept, Turned()).memory().threads == []


def test_the_mean_of_a_thread_is_that_of_its_posts() -> None:
    detector = Detector(Light.load().width)
    told(detector, LINES[: FIRST + 6], Light.load())
    [before] = detector.memory().threads
    made = changed(detector, LINES[: FIRST + 6], Turned())
    [after] = made.memory().threads
    rows = [row for row, post in enumerate(made.past.posts) if hashed(post) in before.posts]
    assert np.frombuffer(after.mean, np.float32) == pytest.approx(made.past.mean(np.array(rows)))
    assert (after.first, after.at, after.votes, after.posts) == (before.first, before.at, before.votes, before.posts)


MEAN, AWAY = np.array([1, 0], np.float32), np.array([0, 1], np.float32)


@pytest.mark.parametrize(
    ("posts", "mean", "carried", "holds"),
    [
        ("abcd", AWAY, True, True),
        ("abxy", AWAY, True, True),
        ("axyz", AWAY, True, False),
        ("wxyz", MEAN, True, True),
        ("abcd", AWAY, False, False),
        ("wxyz", MEAN, False, True),
    ],
)
def test_what_other_vectors_put_together_is_known_by_its_posts_too(
    posts: str, mean: np.ndarray, carried: bool, holds: bool
) -> None:
    trend = replace(WITHOUT[0], at=NOW, posts=tuple(posts))
    thread = Thread(Told("first", NOW, 4, [hashed(post) for post in "abcd"], MEAN.tobytes(), carried))
    assert thread.holds(trend, mean) is holds


def test_a_clock_that_was_ahead_does_not_make_the_rest_old() -> None:
    detector = Detector(Light.load().width)
    ahead = line("When will the boat leave the harbour?", 5_000, "ahead")
    detector.add(asked(ahead, Light.load()), NOW)
    made = changed(detector, [ahead], Turned())
    assert made.now == detector.now == NOW.timestamp()
