"""What became of a post, in words."""

import pytest

from listener.cli.verdict import mood
from listener.types import Sentiment


@pytest.mark.parametrize(
    ("sentiment", "said"),
    [
        (Sentiment("neutral", -0.56, (0.3, 0.6, 0.1)), "neutral 60%"),
        (Sentiment("negative", 0.4, (0.8, 0.15, 0.05)), "negative 80%"),
        (Sentiment("positive", 0.9, (0.0, 0.004, 0.996)), "positive 100%"),
    ],
)
def test_a_mood_is_told_with_its_own_probability(sentiment: Sentiment, said: str) -> None:
    assert mood(sentiment) == said
