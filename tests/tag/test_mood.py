"""The mood of a post, its words, and the guard on VADER's time."""

from collections.abc import Callable

import pytest

from listener.tag import mood
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


def test_vader_reads_a_hundred_emoji_at_most(monkeypatch: pytest.MonkeyPatch, tag: Callable[..., Tags]) -> None:
    read: list[str] = []

    class Spy:
        lexicon: dict[str, float] = {}  # noqa: RUF012 - read only

        def polarity_scores(self, text: str) -> dict[str, float]:
            read.append(text)
            return {"neg": 0.0, "neu": 1.0, "pos": 0.0, "compound": 0.0}

    monkeypatch.setattr(mood, "vader", Spy)
    tag("😀" * 150 + "fine" + "😀" * 150)
    assert read == ["😀" * 100 + "fine"]
