"""Is this a question that trended before? By its vector, among those of its topic."""

from collections.abc import Sequence

import numpy as np

from listener.trend.past import Floats, norm
from listener.types.trend import Known

_ALIKE = 0.9  # of the likeness within the posts of a trend that one more has to them
_LEAST = 1e-4


def asks_again(asked: Floats, known: Sequence[Known], least: float, centre: Floats) -> Known | None:
    """The question that a post asks again, the most alike; None: it asks another.

    Args:
        asked: its vector, or the mean of several, each of length 1, of the model of all of `known`.
        least: the cosine below which two posts of the topic ask different things.
        centre: the middle that the topic's vectors are seen from; it lies elsewhere now and then, so all else is
            stored as if it were 0.
    """
    if not known or not asked.any():
        return None
    asked = length_one(asked - centre)
    means = np.array([np.frombuffer(each.vector, np.float32) for each in known])
    square, along = float(centre @ centre), means @ centre
    spread = np.maximum(1 - 2 * along + square, _LEAST)  # mean square of how far the posts of each are from the middle
    within = (np.array([each.within for each in known]) - 2 * along + square) / spread
    near = (means - centre) @ asked
    cosines = near / np.maximum(np.linalg.norm(means - centre, axis=1), _LEAST)
    cosines[(near / np.sqrt(spread) < _ALIKE * within) | (cosines < least)] = -1.0
    best = len(cosines) - 1 - int(np.argmax(cosines[::-1]))  # of equals the latest
    return known[best] if cosines[best] > 0 else None


def unit(vector: bytes) -> Floats:
    """A vector of int8 as it is compared: of length 1, or 0."""
    return np.divide(np.frombuffer(vector, np.int8), norm(vector), dtype=np.float32)


def summary(vectors: Sequence[bytes]) -> tuple[Floats, float]:
    """What is kept of the posts of a trend: the mean of their vectors, each of length 1; the mean cosine of pairs."""
    mean: Floats = np.array([unit(each) for each in vectors]).mean(axis=0, dtype=np.float64).astype(np.float32)
    size = len(vectors)
    return mean, max(0.0, (float(mean @ mean) * size - 1) / (size - 1)) if size > 1 else 1.0


def length_one(vectors: Floats) -> Floats:
    """Vectors, along the last axis, made of length 1; what is next to nothing stays so."""
    found: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), _LEAST)
    return found
