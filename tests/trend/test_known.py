"""Is this a question that trended before?"""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest

from listener.trend import Light
from listener.trend.known import asks_again, floats, likeness
from listener.trend.past import Floats
from listener.types.trend import Known
from tests.conftest import NOW
from tests.trend.asking import REFUND, other


def vector(text: str) -> Floats:
    return floats(Light.load()([text])[0])


def trended(key: str, texts: Sequence[str]) -> Known:
    unit = np.array([v / np.linalg.norm(v) for v in map(vector, texts)])
    mean = unit.mean(axis=0).astype(np.float32)
    return Known(key=key, vector=mean.tobytes(), within=likeness(mean, len(texts)))


REFUNDS = trended("refund", REFUND[:4])
OTHERS = trended("other", [other(n) for n in range(4)])


@pytest.mark.parametrize("text", REFUND[4:])
def test_who_asks_the_same_in_other_words_is_known(text: str) -> None:
    found = asks_again(vector(text), [OTHERS, REFUNDS], least=0.5)
    assert found is REFUNDS


@pytest.mark.parametrize("number", range(20, 40))
def test_who_asks_something_else_is_not(number: int) -> None:
    assert asks_again(vector(other(number)), [REFUNDS], least=0.5) is None


def test_less_alike_than_two_posts_of_the_topic_at_random_is_not_the_same() -> None:
    assert asks_again(vector(REFUND[4]), [REFUNDS], least=0.999) is None


def test_a_trend_asks_what_another_trend_asked() -> None:
    mean = np.frombuffer(trended("again", REFUND[2:]).vector, np.float32)
    assert asks_again(mean, [OTHERS, REFUNDS], least=0.5) is REFUNDS


def test_of_equals_the_latest_is_meant() -> None:
    later = trended("later", REFUND[:4])
    assert asks_again(vector(REFUND[0]), [REFUNDS, later], least=0.5) is later


def test_words_that_are_not_known_ask_nothing_again() -> None:
    assert asks_again(np.zeros(Light.load().width, np.float32), [REFUNDS], least=0.5) is None
    assert asks_again(vector(REFUND[0]), [], least=0.5) is None


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
    unit = np.array([[1, 0], [0, 1], [1, 0]], np.float32)
    assert likeness(unit.mean(axis=0), 3) == pytest.approx(1 / 3)
    assert likeness(unit[0], 1) == 1
