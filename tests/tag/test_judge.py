"""A tag that is tried again on a shorter text is judged as the whole verdict would judge it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.tag.verdict import HEADS, Judge, Verdict
from listener.tag.weights import Card, Level

LEVELS = {"know": Level(1.2, 0.1, 0.4), "now": Level(0.8, -0.2, 0.6), "mood": Level(0.7), "promo": Level(1, 0, 0.3)}
JUDGE = Judge(Card(kind="fast", version="t", made="2026-01-01", levels=LEVELS))
LOGITS = st.lists(st.floats(-8, 8), min_size=len(HEADS), max_size=len(HEADS))


def given_tags(verdict: Verdict) -> set[str]:
    question = {"question"} if verdict.is_question else set()
    return {*verdict.labels, *verdict.signals, *question}


@given(LOGITS, LOGITS)
def test_a_tag_holds_where_the_verdict_gives_it(before: list[float], after: list[float]) -> None:
    first, second = JUDGE(before), JUDGE(after)
    for tag in given_tags(first):
        assert JUDGE.holds(tag, after, first) == (tag in given_tags(second))
    assert JUDGE.holds("urgency", after, first) == (second.urgency >= first.urgency)


@pytest.mark.parametrize(
    ("moods", "likeliest"), [((2, 0, 0), "negative"), ((0, 0, 0), "neutral"), ((0, 1, 3), "positive")]
)
def test_the_likeliest_mood_is_named(moods: tuple[float, ...], likeliest: str) -> None:
    verdict = JUDGE([*[-9.0] * (len(HEADS) - 3), *moods])
    assert sum(verdict.moods) == pytest.approx(1)
    assert verdict.mood == likeliest
