"""Streams as the accurate tagger reads them: the vector of a text and whether it asks, in one pass."""

from collections.abc import Sequence
from functools import lru_cache

from listener.tag.accurate import model_of
from listener.tag.own import SHIPPED
from listener.tag.tagger import CAP
from listener.tag.texts import read
from listener.tag.vectors import vectors_of
from listener.tag.weights import TAGS, Weights, read_weights
from listener.trend import may_ask
from listener.trend.replay import PAGE

_QUESTION = TAGS.index("question")


class AccurateReader:
    """What a running Listener counts of posts that the accurate tagger tags.

    Args:
        weights: the accurate tagger's.
    """

    centred = True

    def __init__(self, weights: Weights) -> None:
        self._model, self._level = model_of(weights), weights.card.levels["question"]
        self.model = vectors_of(weights)
        self.width = self._model.vectors(self.model).width
        self._read = lru_cache(maxsize=PAGE)(self._both)  # it is asked which texts count, and then for their vectors

    @classmethod
    def load(cls) -> "AccurateReader":
        """With the shipped weights; raises `WeightsError`."""
        return cls(read_weights(SHIPPED["accurate"], "accurate"))

    def __call__(self, texts: Sequence[str]) -> list[bytes]:
        """A vector for each text."""
        return [self._read(text)[1] for text in texts]

    def asks(self, text: str) -> bool:
        """Whether a text may ask its readers for something."""
        return may_ask(text, self._read(text)[0])

    def _both(self, text: str) -> tuple[float, bytes]:
        """The probability that it asks, and its vector."""
        text = text[:CAP]
        [scored] = self._model.page([text], read([text]).tokens)
        return self._level.p(scored.logits[_QUESTION]), scored.vector or b""
