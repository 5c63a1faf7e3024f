"""The light representation of a question: learned vectors of its word pieces, and of pairs of them, added up."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from listener.trend.gate import asks
from listener.trend.words import cut, words

MODEL = "light-1"
_MOST_WORDS = 50_000  # that are remembered with their pieces


class Light:
    """Texts to vectors; sums of whole numbers, so that every machine makes the same.

    Args:
        pieces: one a row of `weights`, in this order.
        pairs: of pieces that follow each other, by number; their rows follow those of the pieces.
        weights: int8.
    """

    model = MODEL
    centred = False

    def __init__(self, pieces: Sequence[str], pairs: npt.NDArray[np.uint16], weights: npt.NDArray[np.int8]) -> None:
        self.width = int(weights.shape[1])
        self._weights = weights
        self._pieces = {piece: row for row, piece in enumerate(pieces)}
        self._pairs = {(first, second): row for row, (first, second) in enumerate(pairs.tolist(), len(pieces))}
        self._words: dict[str, list[int]] = {}

    @classmethod
    @cache
    def load(cls) -> "Light":
        """The one in the package."""
        with (files(__package__) / "light.npz").open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return cls(stored["pieces"].tobytes().decode().split("\n"), stored["pairs"], stored["weights"])

    def __call__(self, texts: Sequence[str]) -> list[bytes]:
        """A vector of int8 for each text, its largest part ±127; all 0 where no word is known."""
        return [self._vector(text) for text in texts]

    def asks(self, text: str) -> bool:
        """Whether a text has the form of a question or a request."""
        return asks(text)

    def _vector(self, text: str) -> bytes:
        known = self._words
        pieces = [row for word in words(text) for row in (known.get(word) or self._rows(word))]
        pairs = [row for pair in pairwise(pieces) if (row := self._pairs.get(pair)) is not None]
        total = np.add.reduce(self._weights.take(pieces + pairs, axis=0), axis=0, dtype=np.int32)
        largest = int(np.abs(total).max())
        scaled: npt.NDArray[np.int8] = np.rint(total * (127 / max(1, largest))).astype(np.int8)
        return scaled.tobytes()

    def _rows(self, word: str) -> list[int]:
        rows = self._words.get(word)
        if rows is None:
            rows = [self._pieces[piece] for piece in cut(word, self._pieces)]
            if len(self._words) < _MOST_WORDS:
                self._words[word] = rows
        return rows
