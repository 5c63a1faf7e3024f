"""Is this a question that trended before? By its vector, among those of its topic."""

from collections.abc import Sequence

import numpy as np

from listener.trend.past import Floats
from listener.types.trend import Known

_ALIKE = 0.9  # of the likeness within the posts of a trend that one more has to them


def asks_again(asked: Floats, known: Sequence[Known], least: float) -> Known | None:
    """The question that a post asks again, the most alike; None: it asks another.

    Args:
        asked: its vector, or the mean of several, of the model of all of `known`.
        least: the cosine below which two posts of the topic ask different things.
    """
    if not known or not asked.any():
        return None
    asked = asked / np.linalg.norm(asked)
    means = np.array([np.frombuffer(each.vector, np.float32) for each in known])
    near = means @ asked
    cosines = near / np.maximum(np.linalg.norm(means, axis=1), 1e-9)
    within = np.array([each.within for each in known])
    cosines[(near < _ALIKE * within) | (cosines < least)] = -1.0
    best = len(cosines) - 1 - int(np.argmax(cosines[::-1]))  # of equals the latest
    return known[best] if cosines[best] > 0 else None


def floats(vector: bytes) -> Floats:
    """A vector of int8 as it is compared."""
    return np.frombuffer(vector, np.int8).astype(np.float32)


def likeness(mean: Floats, size: int) -> float:
    """The mean cosine of pairs of so many vectors of length 1 whose mean this is."""
    return max(0.0, (float(mean @ mean) * size - 1) / (size - 1)) if size > 1 else 1.0
