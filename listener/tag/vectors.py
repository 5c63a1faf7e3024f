"""The accurate tagger's vectors alone, for texts that need no tags."""

from collections.abc import Sequence

from listener.tag.encoder import Encoder, load_heads, sentence_vector
from listener.tag.own import SHIPPED
from listener.tag.tagger import CAP
from listener.tag.weights import Weights, read_weights


class Vectors:
    """Texts to vectors of int8; to be compared about their common middle, for they all lie on one side."""

    centred = True

    def __init__(self, weights: Weights) -> None:
        self._encode = Encoder(weights.parts["encoder"], weights.parts["tokenizer"])
        self._heads = load_heads(weights.parts["heads"])
        self.model, self.width = weights.card.model, int(self._heads.vector.shape[1])

    @classmethod
    def load(cls) -> "Vectors":
        """Those of the shipped weights; raises `WeightsError`."""
        return cls(read_weights(SHIPPED["accurate"], "accurate"))

    def __call__(self, texts: Sequence[str]) -> list[bytes]:
        """A vector for each text; it depends on that text alone."""
        return [sentence_vector(self._heads, self._encode(text[:CAP]).vectors) for text in texts]
