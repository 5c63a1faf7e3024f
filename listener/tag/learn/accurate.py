"""The accurate tagger as a start: each post is encoded once, then what its heads tell of it moves.

The encoder and the sentence vector stay as they are, so that vectors of before and after may be compared.
"""

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from listener.tag.accurate import WORDS
from listener.tag.encoder import Encoder, Floats, Heads, dump_heads, load_heads
from listener.tag.linear import load_linear
from listener.tag.weights import TAGS, Weights


class AccurateLearner:
    """See `Learner`."""

    kind = "accurate"
    hold = 16.0  # of 4 to 1000 the best for 150 and 500 labels of an origin that neither it nor the encoder had seen

    def __init__(self, weights: Weights, texts: Sequence[str]) -> None:
        self._weights, parts = weights, weights.parts
        self._heads, linear = load_heads(parts["heads"]), load_linear(parts)
        self.features = Seen(_seen(Encoder(parts["encoder"], parts["tokenizer"]), self._heads, texts))
        words = np.array([linear.logits(text) for text in texts], np.float32)
        self.start = self.features.dot(self._heads.tell) + self._heads.bias
        self.start[:, : len(TAGS)] += WORDS * words[:, : len(TAGS)]
        self.shipped = self.start

    def parts(self, added: Floats) -> dict[str, bytes]:
        """The parts of the file: the heads tell otherwise, all else is as it was."""
        heads = self._heads._replace(tell=self._heads.tell + added[:-1], bias=self._heads.bias + added[-1])
        return {**self._weights.parts, "heads": dump_heads(heads)}


class Seen:
    """What each head sees of each text, (K, N, D): see `Features`."""

    def __init__(self, seen: Floats) -> None:
        self._seen, self.wide = seen, seen.shape[2]

    def dot(self, weights: Floats) -> Floats:
        """(D, K) weights to (N, K) sums."""
        return np.ascontiguousarray((self._seen @ weights.T[:, :, None])[..., 0].T)

    def back(self, slopes: Floats) -> Floats:
        """(N, K) slopes of sums to (D, K) slopes of weights."""
        return np.ascontiguousarray((slopes.T[:, None, :] @ self._seen)[:, 0].T)


def _seen(encoder: Encoder, heads: Heads, texts: Iterable[str]) -> Floats:
    """The mean of the pieces' vectors, weighed by where each head looks."""

    def one(text: str) -> Floats:
        vectors = encoder(text).vectors
        look = vectors @ heads.look + heads.look_bias
        look = np.exp(look - look.max(0))
        return np.asarray((look / look.sum(0)).T @ vectors, np.float32)

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        return np.stack(list(pool.map(one, texts)), axis=1)
