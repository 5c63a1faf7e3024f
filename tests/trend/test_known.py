"""Is this a question that trended before?"""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from listener.trend import Light
from listener.trend.known import asks_again, summary, unit
from listener.trend.past import Floats, Past, centre_of
from listener.types.trend import Asked, Known
from tests.conftest import NOW
from tests.trend.asking import REFUND, other

NOWHERE = np.zeros(Light.load().width, np.float32)


def vector(text: str) -> Floats:
    return unit(Light.load()([text])[0])


def trended(key: str, texts: Sequence[str]) -> Known:
    mean, within = summary(Light.load()(texts))
    return Known(key=key, vector=mean.tobytes(), within=within)


REFUNDS = trended("refund", REFUND[:4])
OTHERS = trended("other", [other(n) for n in range(4)])


@pytest.mark.parametrize("text", REFUND[4:])
def test_who_asks_the_same_in_other_words_is_known(text: str) -> None:
    found = asks_again(vector(text), [OTHERS, REFUNDS], least=0.5, centre=NOWHERE)
    assert found is REFUNDS


@pytest.mark.parametrize("number", range(20, 40))
def test_who_asks_something_else_is_not(number: int) -> None:
    assert asks_again(vector(other(number)), [REFUNDS], least=0.5, centre=NOWHERE) is None


def test_less_alike_than_two_posts_of_the_topic_at_random_is_not_the_same() -> None:
    assert asks_again(vector(REFUND[4]), [REFUNDS], least=0.999, centre=NOWHERE) is None


def test_a_trend_asks_what_another_trend_asked() -> None:
    mean = np.frombuffer(trended("again", REFUND[2:]).vector, np.float32)
    assert asks_again(mean, [OTHERS, REFUNDS], least=0.5, centre=NOWHERE) is REFUNDS


def test_of_equals_the_latest_is_meant() -> None:
    later = trended("later", REFUND[:4])
    assert asks_again(vector(REFUND[0]), [REFUNDS, later], least=0.5, centre=NOWHERE) is later


def test_words_that_are_not_known_ask_nothing_again() -> None:
    assert asks_again(np.zeros(Light.load().width, np.float32), [REFUNDS], least=0.5, centre=NOWHERE) is None
    assert asks_again(vector(REFUND[0]), [], least=0.5, centre=NOWHERE) is None


def test_a_question_trends_for_a_while_unless_people_refuse_it() -> None:
    hour = timedelta(hours=1)
    told = Known(key="k", vector=b"", within=1, open_until=NOW)
    assert (told.is_open(NOW), told.is_open(NOW + hour)) == (True, False)
    assert not Known(key="k", vector=b"", within=1).is_open(NOW)
    refused = Known(key="k", vector=b"", within=1, open_until=NOW, refused=True)
    assert (refused.is_open(NOW), refused.is_quiet(NOW)) == (False, True)
    muted = Known(key="k", vector=b"", within=1, muted_until=NOW)
    assert (muted.is_quiet(NOW - hour), muted.is_quiet(NOW)) == (True, False)


def test_how_alike_vectors_are_is_read_from_their_mean() -> None:
    first, second = bytes([100, 0]), bytes([0, 7])
    mean, within = summary([first, second, first])
    assert mean.tolist() == pytest.approx([2 / 3, 1 / 3])
    assert within == pytest.approx(1 / 3)
    assert summary([first])[1] == 1


# Seen from a middle


def crowded(seed: int, count: int = 40) -> list[bytes]:
    """Vectors that all lie on one side; the last two are nearly the same."""
    rng = np.random.default_rng(seed)
    around = rng.normal(0, 1, 24) * 60 + rng.normal(0, 1, (count, 24)) * 20
    around[-1] = around[-2] + rng.normal(0, 1, 24) * 3
    return [each.tobytes() for each in np.clip(np.rint(around), -127, 127).astype(np.int8)]


def past_of(vectors: Sequence[bytes]) -> Past:
    past = Past(len(vectors[0]))
    for number, vector in enumerate(vectors):
        past.add(Asked(post=f"x:{number}", at=NOW, vector=vector), 0.0)
    past.recentre(-1.0)
    return past


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_what_lies_on_one_side_is_known_as_the_detector_knows_it(seed: int) -> None:
    """A question is as near to one that trended as the detector's own cosines say."""
    vectors = crowded(seed)
    past = past_of(vectors)
    cosine = float(past.between(np.array([5]), np.array([8]))[0, 0])
    assume(cosine > 0.01)
    trend = Known(key="k", vector=unit(vectors[5]).tobytes(), within=-9.0)
    for least, known in ((cosine - 0.005, True), (cosine + 0.005, False)):
        assert bool(asks_again(unit(vectors[8]), [trend], least, centre_of(past.middle))) is known


def test_how_alike_the_posts_of_a_trend_are_is_known_from_any_middle() -> None:
    """One more must be nearly as near to them as they are to each other."""
    vectors = crowded(4, 200)
    past, rows = past_of(vectors), np.arange(20)
    mean, within = summary([vectors[row] for row in rows])
    centre, pairs = centre_of(past.middle), past.between(rows, rows)
    assert within > 0.8, "they all lie on one side"
    assert (pairs.sum() - len(rows)) / (len(rows) ** 2 - len(rows)) < 0.1, "and have little in common"
    assert asks_again(mean, [Known(key="k", vector=mean.tobytes(), within=within)], 0.1, centre)
    assert not asks_again(mean, [Known(key="k", vector=mean.tobytes(), within=1.0)], 0.1, centre)


def test_from_the_middle_only_those_that_ask_the_same_are_alike() -> None:
    vectors = crowded(3)
    past = past_of(vectors)
    mean, within = summary(vectors[-2:-1])
    trend = Known(key="k", vector=mean.tobytes(), within=within)
    nowhere, centre = np.zeros(24, np.float32), centre_of(past.middle)

    def again(centre: Floats) -> int:
        return sum(bool(asks_again(unit(each), [trend], 0.5, centre)) for each in vectors)

    assert again(nowhere) > 20, "they all lie on one side"
    assert again(centre) == 2
