"""The mood of a post, and its words."""

from collections.abc import Callable

import pytest

from listener.types import Tags


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I love this kettle, it is wonderful", "positive"),
        ("thanks @acme for the great support today!", "positive"),
        ("worst service ever, I hate it", "negative"),
        ("so disappointed, the blender broke after a week", "negative"),
        ("the shop opens at nine", "neutral"),
        ("where can I buy a standing desk tonight?", "neutral"),
        ("", "neutral"),
        ("…", "neutral"),
    ],
)
def test_the_label(tag: Callable[..., Tags], text: str, label: str) -> None:
    assert tag(text).sentiment.label == label


def test_the_strongest_words_are_shown_first(tag: Callable[..., Tags]) -> None:
    shown = [evidence.text for evidence in tag("nice box, awful smell, terrible taste").evidence]
    assert {"awful", "terrible"} <= set(shown)
    assert "nice" not in shown


def test_an_emoji_alone_carries_the_mood(tag: Callable[..., Tags]) -> None:
    tags = tag("😍")
    assert tags.sentiment.label == "positive"
    assert [evidence.text for evidence in tags.evidence if evidence.tag == "sentiment"] == ["😍"]


def test_a_complaint_without_bitter_words_leans_to_the_negative(tag: Callable[..., Tags]) -> None:
    moan, plain = tag("@acme still no reply after 3 weeks on hold"), tag("the shop opens at nine")
    assert moan.sentiment.p[0] > plain.sentiment.p[0]


def test_every_emoji_counts_however_many_there_are(tag: Callable[..., Tags]) -> None:
    few, many = tag("😀" * 100 + " fine").sentiment, tag("😀" * 100 + " fine" + "😭" * 400).sentiment
    assert few.compound > 0.9
    assert many.compound < -0.9
