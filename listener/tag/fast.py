"""The fast tagger: learned weights of words and pairs of words, in plain Python."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from listener.tag.grams import spans
from listener.tag.learned import LearnedTagger, Scored
from listener.tag.linear import Linear, load_linear
from listener.tag.tagger import lexicon_tagger
from listener.tag.weights import read_weights
from listener.types import Span

SHIPPED = Path(__file__).parent / "fast.weights"


class FastModel:
    """The linear model as `LearnedTagger` asks for it."""

    def __init__(self, linear: Linear) -> None:
        self._linear = linear

    def score(self, text: str, words: list[str]) -> Scored:
        """The logits of a text."""
        return Scored(self._linear.logits(words), read=words)

    def gains(self, text: str, scored: Scored, head: int) -> tuple[Sequence[Span], Sequence[float]]:
        """The words of a text, and what each adds to a head."""
        return spans(text), self._linear.gains(scored.read, head)


def fast_tagger(path: Path | None = None) -> LearnedTagger:
    """The fast tagger, with the shipped weights or others; raises `WeightsError`."""
    path = path or SHIPPED
    weights = read_weights(path, "fast")
    return LearnedTagger(
        FastModel(load_linear(weights.parts)), weights.card, lexicon_tagger(), partial(fast_tagger, path)
    )
