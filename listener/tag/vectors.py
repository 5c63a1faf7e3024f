"""The accurate tagger's vectors alone, for texts that need no tags."""

import hashlib
from collections.abc import Sequence

from listener.tag.encoder import Encoder, Heads, load_heads, sentence_vector
from listener.tag.tagger import CAP
from listener.tag.weights import Weights

_PAGE = 256  # texts that are read together: it remembers what was read of them


class Vectors:
    """Texts to vectors of int8; to be compared about their common middle, for they all lie on one side.

    Args:
        model: their name, as `vectors_of` gives it.
    """

    centred = True

    def __init__(self, encoder: Encoder, heads: Heads, model: str) -> None:
        self._encode, self._heads = encoder, heads
        self.model, self.width = model, int(heads.vector.shape[1])

    def __call__(self, texts: Sequence[str]) -> list[bytes]:
        """A vector for each text; it depends on that text alone."""
        return [vector for at in range(0, len(texts), _PAGE) for vector in self._page(texts[at : at + _PAGE])]

    def _page(self, texts: Sequence[str]) -> list[bytes]:
        read = self._encode.page([text[:CAP] for text in texts])
        return [sentence_vector(self._heads, pieces.vectors) for pieces in read]


def vectors_of(weights: Weights) -> str:
    """A name that changes with whatever changes vectors: the encoder, its tokenizer, the head that makes them."""
    parts = weights.parts
    head = load_heads(parts["heads"]).vector.tobytes()
    marks = [hashlib.sha256(data).digest() for data in (parts["encoder"], parts["tokenizer"], head)]
    return f"vectors/{hashlib.sha256(b''.join(marks)).hexdigest()[:8]}"
