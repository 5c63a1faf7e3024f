"""A stream, its clocks, and its lines."""

import json
from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.trend import Detector, Line, asked, asks, line_of, replay
from listener.trend.replay import PAGE
from tests.conftest import NOW

DAY = 86_400.0
START = NOW.timestamp()


class One:
    """Every text has the same meaning."""

    model, width, centred, asks = "one", 4, False, staticmethod(asks)

    def __call__(self, texts: Sequence[str]) -> list[bytes]:
        return [np.array([1, 2, 3, 4], np.int8).tobytes() for _ in texts]


def at(*seconds: float) -> Detector:
    """A detector after questions of these times came, each of another author."""
    detector = Detector(One.width)
    lines = [Line(START + ts, f"p{n}", f"Where is parcel {n}?", "x", f"a{n}") for n, ts in enumerate(seconds)]
    for _ in replay(lines, One(), detector):
        pass
    return detector


def times(detector: Detector) -> list[float]:
    return [float(ts) - START for ts in detector.past.times[: detector.past.size]]


def test_posts_in_order_count_at_their_own_time() -> None:
    assert times(at(0, 60, 120)) == [0, 60, 120]


def test_a_late_post_counts_when_it_was_posted_and_moves_no_clock() -> None:
    detector = at(0, 3_600, 600)
    assert times(detector) == [0, 3_600, 600]
    assert detector.now == START + 3_600


def test_one_clock_far_ahead_counts_as_now() -> None:
    detector = at(0, 60, 500 * DAY, 120)
    assert times(detector) == [0, 60, 60, 120]
    assert detector.now == START + 120


def test_a_leap_that_the_next_post_confirms_is_a_gap_in_the_stream() -> None:
    detector = at(0, 60, 9 * DAY, 9 * DAY + 60)
    assert detector.now == START + 9 * DAY + 60
    assert times(detector)[-1] == 9 * DAY + 60


def test_two_days_ahead_is_no_wrong_clock() -> None:
    assert times(at(0, 2 * DAY)) == [0, 2 * DAY]


def test_the_first_post_sets_the_clock_wherever_it_is() -> None:
    assert at(400 * DAY).now == START + 400 * DAY


def test_what_asks_nothing_is_not_counted() -> None:
    detector = Detector(One.width)
    assert list(replay([Line(START, "1", "The parcel is here.")], One(), detector)) == []
    assert (detector.seen, detector.past.size) == (0, 0)


@given(st.lists(st.floats(-3 * DAY, 3 * DAY), min_size=1, max_size=20))
@settings(max_examples=30)
def test_the_present_never_goes_back_and_nothing_lies_after_it(seconds: list[float]) -> None:
    detector = at(*seconds)
    assert detector.seen == len(seconds)
    assert max(times(detector)) <= detector.now - START


class Counting(One):
    """Says how many texts were given at once."""

    def __init__(self) -> None:
        self.given = list[int]()

    def __call__(self, texts: Sequence[str]) -> list[bytes]:
        self.given.append(len(texts))
        return super().__call__(texts)


def test_posts_are_read_a_page_at_a_time_and_counted_at_their_own() -> None:
    lines = [Line(START + n, f"p{n}", f"Where is {n}?" if n % 2 else "Here.", "x", f"a{n}") for n in range(600)]
    read, detector, single = Counting(), Detector(One.width), Detector(One.width)
    found = list(replay(lines, read, detector))
    assert read.given == [PAGE // 2, PAGE // 2, 300 - PAGE]
    one_by_one = (single.add(asked(line, One()), NOW + timedelta(seconds=n)) for n, line in enumerate(lines) if n % 2)
    assert found == [trend for trend in one_by_one if trend]
    assert found


# Who asked what


def test_one_name_on_two_platforms_is_two_authors() -> None:
    here, there, again = (asked(Line(START, "1", "why?", name, "ann"), One()) for name in ("x", "reddit", "x:search"))
    assert here.author != there.author
    assert here.author == again.author


def test_a_post_without_author_is_by_nobody_we_know() -> None:
    assert asked(Line(START, "1", "why?", "x"), One()).author == 0


# Lines


def test_a_line_gives_a_post() -> None:
    raw = {"ts": 12, "id": 7, "text": "why?", "platform": "x", "author": "ann"}
    assert line_of(json.dumps(raw)) == Line(12.0, "7", "why?", "x", "ann")


def test_what_is_missing_or_null_is_empty() -> None:
    assert line_of(b'{"ts": 1.5, "id": "a", "text": null}') == Line(1.5, "a", "")


@pytest.mark.parametrize(
    "raw",
    [
        "[]",
        "3",
        '{"id": 1, "text": ""}',
        '{"ts": 1, "text": ""}',
        '{"ts": 1, "id": 1}',
        '{"ts": "1", "id": 1, "text": ""}',
        '{"ts": true, "id": 1, "text": ""}',
        '{"ts": null, "id": 1, "text": ""}',
        '{"ts": 1, "id": null, "text": ""}',
    ],
)
def test_a_line_without_time_name_or_text_is_refused(raw: str) -> None:
    with pytest.raises(ValueError, match='a post needs "ts" in seconds, "id" and "text"'):
        line_of(raw)


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(ValueError, match="truncated"):
        line_of("")


@pytest.mark.parametrize("ts", [1e300, -1e300, 1e12, 10**400])
def test_a_time_that_no_calendar_has_is_refused(ts: float) -> None:
    with pytest.raises(ValueError, match="no calendar has such a day; it is in seconds since 1970"):
        line_of(json.dumps({"ts": ts, "id": 1, "text": ""}))
