"""How far a figure would spread on other posts of the same kind: posts are drawn again, with repetition."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from listener.tag.weights import TAGS
from training.data import Floats

DRAWS = 1000


class Spread(NamedTuple):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f}–{self.high:.3f})"


Judged = Mapping[str, Sequence[tuple[bool, bool, float]]]
"""A tag → (labelled, given, probability) of each post, as `figures.judged` answers."""


def macro_f1(found: Judged, chosen: Sequence[int], tags: Sequence[str] = TAGS[:4]) -> Spread:
    """The mean F1 of the tags that some of the chosen posts have."""
    if not chosen:
        return Spread(0.0, 0.0, 0.0)
    rows = np.array([[found[tag][at][:2] for tag in tags] for at in chosen], bool)
    true, given = rows[:, :, 0], rows[:, :, 1]
    held = np.flatnonzero(true.any(0))
    counts = np.stack([true & given, true, given], 1)[:, :, held].astype(np.float32)
    size = len(chosen)
    times = np.random.default_rng(0).multinomial(size, np.full(size, 1 / size), DRAWS).astype(np.float32)
    drawn = _mean_f1((times @ counts.reshape(size, -1)).reshape(DRAWS, 3, -1))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Spread(float(_mean_f1(counts.sum(0)[None])[0]), float(low), float(high))


def _mean_f1(counts: Floats) -> Floats:
    """(…, 3, T) numbers of hits, labelled and given to the mean over T."""
    hits, labelled, given = np.moveaxis(counts, -2, 0)
    return np.asarray((2 * hits / np.maximum(labelled + given, 1)).sum(-1) / max(1, counts.shape[-1]), np.float32)
