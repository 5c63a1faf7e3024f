"""Fits the fast tagger: one logistic model a tag and one of three classes for the mood, over words and pairs."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import scipy.optimize as so
import scipy.sparse as sp

from listener.tag.grams import grams, tokens
from listener.tag.linear import HEADS, dump_linear
from listener.tag.weights import TAGS
from training.data import Floats

_T = len(TAGS)


class Rows(NamedTuple):
    """Texts with targets a head; a mask of 0 where a head has none, and a weight a row."""

    texts: Sequence[str]
    targets: Floats
    mask: Floats


class Fitted(NamedTuple):
    """Weights (grams × heads) and biases."""

    grams: list[str]
    weights: Floats
    biases: Floats

    def logits(self, texts: Iterable[str]) -> Floats:
        """A row of logits a text."""
        numbers = {gram: number for number, gram in enumerate(self.grams)}
        return np.asarray(matrix(texts, numbers) @ self.weights + self.biases, dtype=np.float32)


def matrix(texts: Iterable[str], numbers: dict[str, int]) -> sp.csr_matrix:
    """Counts of known grams, each row divided by the root of their number."""
    starts, columns, values = [0], [], []
    for text in texts:
        known = [numbers[gram] for gram in grams(tokens(text)) if gram in numbers]
        columns += known
        values += [max(1, len(known)) ** -0.5] * len(known)
        starts.append(len(columns))
    return sp.csr_matrix((np.array(values, np.float32), columns, starts), shape=(len(starts) - 1, len(numbers)))


def known_grams(texts: Iterable[str], least: int, most: int) -> list[str]:
    """The grams that stand in at least `least` texts, the `most` frequent."""
    counts = Counter(gram for text in texts for gram in set(grams(tokens(text))))
    often = [gram for gram, count in counts.most_common(most) if count >= least]
    return sorted(often)


def fit(rows: Rows, names: list[str], l2: float, steps: int = 60) -> Fitted:
    """The weights of least cross-entropy plus l2 · |w|² / 2, a mean a head."""
    x = matrix(rows.texts, {gram: number for number, gram in enumerate(names)})
    xt = x.T.tocsr()
    size = rows.mask.sum(0).clip(1)
    mask = rows.mask / size

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        w = flat.reshape(-1, len(HEADS)).astype(np.float32)
        z = x @ w[:-1] + w[-1]
        cost, slope = _tags(z[:, :_T], rows.targets[:, :_T], mask[:, :_T])
        cost_m, slope_m = _moods(z[:, _T:], rows.targets[:, _T:], mask[:, _T:])
        g = np.concatenate([slope, slope_m], 1)
        grad = np.vstack([xt @ g + l2 * w[:-1], g.sum(0)])
        return float(cost + cost_m + l2 / 2 * (w[:-1] ** 2).sum()), grad.astype(np.float64).ravel()

    options = {"maxiter": steps, "maxcor": 6, "gtol": 1e-8, "ftol": 1e-9}
    start = np.zeros((len(names) + 1) * len(HEADS))
    best = so.minimize(loss, start, jac=True, method="L-BFGS-B", options=options)
    w = best.x.reshape(-1, len(HEADS)).astype(np.float32)
    return Fitted(names, w[:-1], w[-1])


def _tags(z: Floats, y: Floats, mask: Floats) -> tuple[float, Floats]:
    p = 1 / (1 + np.exp(-z))
    return float(((np.logaddexp(0, z) - y * z) * mask).sum()), (p - y) * mask


def _moods(z: Floats, y: Floats, mask: Floats) -> tuple[float, Floats]:
    z = z - z.max(1, keepdims=True)
    log = z - np.log(np.exp(z).sum(1, keepdims=True))
    return float(-(y * log * mask).sum()), (np.exp(log) - y) * mask


def parts(fitted: Fitted) -> dict[str, bytes]:
    """The parts of the file: one byte a weight; grams that tell nothing are left out."""
    steps = np.abs(fitted.weights).max(0).clip(1e-9) / 127  # a tag that no post has tells nothing
    whole = np.rint(fitted.weights / steps).astype(int)
    kept = np.abs(whole).max(1) >= 1
    names = [gram for gram, keep in zip(fitted.grams, kept, strict=True) if keep]
    return dump_linear(names, (whole[kept] + 128).astype(np.uint8).tobytes(), steps.tolist(), fitted.biases.tolist())
