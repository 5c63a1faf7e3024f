"""What should speak and does not."""

from datetime import UTC, datetime

import numpy as np
import pytest

from listener.trend.hourly import HOUR, KEPT, Numbers
from listener.trend.silence import Open, Series, expected, named, silence

LAST = 500_000  # the present hour
NOW = datetime.fromtimestamp((LAST + 0.999) * HOUR, UTC)


def series(quiet: int, an_hour: float = 5, days: int = 14, heard: Numbers | None = None) -> Series:
    """Steady for days, and nothing for the latest hours."""
    counts = np.zeros(KEPT)
    counts[-24 * days - 1 :] = an_hour
    counts[KEPT - quiet :] = 0
    listened = np.zeros(KEPT)
    listened[-24 * days - 1 :] = 1
    latest = (LAST + 1 - quiet) * HOUR - 60
    return Series("kettles", "", counts, listened if heard is None else heard, latest)


def score(found: Series) -> float:
    trend = silence({}, found, NOW, least=0.0)
    return trend.score if trend else 0.0


def test_the_longer_the_silence_the_greater_the_surprise() -> None:
    assert 0 < score(series(2)) < score(series(4)) < score(series(8))


def test_a_silence_that_should_have_held_dozens_of_posts_is_told_once() -> None:
    told: dict[str, Open] = {}
    first = silence(told, series(8), NOW)
    assert first
    assert first.expected == pytest.approx(40, rel=0.15)
    assert silence(told, series(9), NOW) is None
    assert named(first) == told["silence"].first


def test_what_seldom_speaks_may_be_silent() -> None:
    assert silence({}, series(8, an_hour=0.5), NOW) is None


def test_less_than_an_hour_is_no_silence() -> None:
    assert silence({}, series(0, an_hour=1_000), NOW) is None


def test_what_never_spoke_is_not_missed() -> None:
    nothing = Series("kettles", "", np.zeros(KEPT), np.ones(KEPT), None)
    assert silence({}, nothing, NOW) is None


def test_two_days_must_be_known() -> None:
    assert silence({}, series(8, days=1), NOW) is None
    assert expected(series(8, days=3), series(8).latest or 0, NOW.timestamp()) is not None


def test_little_history_is_said() -> None:
    cold, known = (silence({}, series(8, days=days), NOW) for days in (3, 14))
    assert known
    assert not known.cold
    assert cold
    assert cold.cold


def test_every_night_is_quiet() -> None:
    nightly = series(8)
    counts = nightly.counts.copy()
    for day in range(1, 15):
        counts[KEPT - 24 * day - 8 : KEPT - 24 * day] = 0
    quiet = Series("kettles", "", counts, nightly.heard, nightly.latest)
    assert silence({}, quiet, NOW) is None
    assert silence({}, nightly, NOW)


def test_every_weekend_is_quiet() -> None:
    counts = series(8).counts.copy()
    for day in (5, 6, 12, 13):
        counts[KEPT - 24 * day - 24 : KEPT - 24 * day] = 0
    assert silence({}, Series("kettles", "", counts, np.ones(KEPT), series(8).latest), NOW) is None


@pytest.mark.parametrize("deaf", [8, 7])
def test_a_silence_in_which_nobody_listened_is_none(deaf: int) -> None:
    heard = series(8).heard.copy()
    heard[-deaf:] = 0
    assert silence({}, series(8, heard=heard), NOW) is None


def test_of_a_silence_only_what_was_listened_to_counts() -> None:
    heard = series(8).heard.copy()
    heard[-8:-4] = 0
    half = silence({}, series(8, heard=heard), NOW, least=0.0)
    whole = silence({}, series(8), NOW, least=0.0)
    assert half
    assert whole
    assert half.expected == pytest.approx(whole.expected / 2, rel=0.15)
    assert half.score < whole.score


def test_its_end_is_told_in_its_thread_and_the_next_silence_is_new() -> None:
    told: dict[str, Open] = {}
    first = silence(told, series(8), NOW)
    spoke = Series("kettles", "", series(8).counts, series(8).heard, NOW.timestamp() + 60)
    over = silence(told, spoke, NOW)
    assert first
    assert over
    assert (over.over, over.thread) == (True, named(first))
    assert told == {}
    assert silence(told, series(8), NOW)


def test_a_topic_and_sources_are_told_apart() -> None:
    told: dict[str, Open] = {}
    one = series(8)
    for name in ("", "feed", "other"):
        assert silence(told, Series("", name, one.counts, one.heard, one.latest), NOW)
    assert len({each.first for each in told.values()}) == 3
