"""Fits the fast tagger: one logistic model a tag and one of three classes for the mood, over words, pairs and cues."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.optimize as so
import scipy.sparse as sp

from listener.tag.hits import features
from listener.tag.linear import dump_linear
from listener.tag.tagger import CAP
from listener.tag.weights import TAGS
from training.data import Floats

_T = len(TAGS)
_RARE = 0.5  # the power of a gram's rarity by which it is trusted more: the telling ones are rare
_numbers: dict[str, int] = {}


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
        return np.asarray(matrix(texts, self.grams) @ self.weights + self.biases, dtype=np.float32)


@cache
def _read(text: str) -> npt.NDArray[np.int32]:
    """The numbers of all grams of a text."""
    found = features(text[:CAP])
    return np.array([_numbers.setdefault(gram, len(_numbers)) for gram in found], dtype=np.int32)


def matrix(texts: Iterable[str], names: Sequence[str]) -> sp.csr_matrix:
    """Counts of known grams, each row divided by the root of their number."""
    read = [_read(text) for text in texts]
    columns = np.full(len(_numbers), -1, np.int32)
    for column, gram in enumerate(names):
        if gram in _numbers:
            columns[_numbers[gram]] = column
    known = [found[found >= 0] for found in (columns[numbers] for numbers in read)]
    counts = np.array([len(found) for found in known], dtype=np.int64)
    values = np.repeat(counts.clip(1) ** -0.5, counts).astype(np.float32)
    starts = np.concatenate([[0], counts.cumsum()])
    return sp.csr_matrix((values, np.concatenate([*known, columns[:0]]), starts), shape=(len(read), len(names)))


def known_grams(texts: Iterable[str], least: int) -> list[str]:
    """The grams that stand in at least `least` texts."""
    read = [np.unique(_read(text)) for text in texts] or [np.zeros(0, np.int32)]
    often = np.bincount(np.concatenate(read), minlength=len(_numbers)) >= least
    return [gram for gram, number in _numbers.items() if often[number]]


def fit(rows: Rows, names: list[str], l2: float, steps: int = 60) -> Fitted:
    """The weights of least cross-entropy plus l2 · |w|² / 2, a mean a head; rarer grams are held back less."""
    x = matrix(rows.texts, names)
    texts = np.diff(x.tocsc().indptr)
    trust = (np.log1p(x.shape[0] / texts.clip(1)) / 3) ** _RARE
    x = (x @ sp.diags(trust.astype(np.float32))).tocsr()
    fitted = [
        _part(x, rows.targets[:, heads], rows.mask[:, heads], slope, l2, steps)
        for heads, slope in ((slice(_T), _tags), (slice(_T, None), _moods))
    ]
    w = np.concatenate(fitted, 1)
    return Fitted(names, w[:-1] * trust[:, None].astype(np.float32), w[-1])


Slope = Callable[[Floats, Floats, Floats], tuple[float, Floats]]
"""The loss, and its slope by the logits, of logits, targets and weights."""


def _part(x: sp.csr_matrix, targets: Floats, mask: Floats, slope: Slope, l2: float, steps: int) -> Floats:
    """The weights of some heads, the biases last, learned from the rows and grams that say something about them."""
    rows = np.flatnonzero(mask.any(1))
    if not len(rows):
        return np.zeros((x.shape[1] + 1, targets.shape[1]), np.float32)
    x, targets, mask = x[rows], targets[rows], mask[rows] / mask.sum(0).clip(1)
    met = np.flatnonzero(np.bincount(x.indices, minlength=x.shape[1]))
    w = np.zeros((x.shape[1] + 1, targets.shape[1]), np.float32)
    w[[*met, -1]] = _minimum(x[:, met].tocsr(), targets, mask, slope, l2, steps)
    return w


def _minimum(x: sp.csr_matrix, targets: Floats, mask: Floats, slope: Slope, l2: float, steps: int) -> Floats:
    xt = x.T.tocsr()

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        w = flat.reshape(-1, targets.shape[1]).astype(np.float32)
        cost, g = slope(x @ w[:-1] + w[-1], targets, mask)
        grad = np.vstack([xt @ g + l2 * w[:-1], g.sum(0)])
        return float(cost + l2 / 2 * (w[:-1] ** 2).sum()), grad.astype(np.float64).ravel()

    options = {"maxiter": steps, "maxcor": 6, "gtol": 1e-8, "ftol": 1e-9}
    start = np.zeros((x.shape[1] + 1) * targets.shape[1])
    best = so.minimize(loss, start, jac=True, method="L-BFGS-B", options=options)
    return np.asarray(best.x.reshape(-1, targets.shape[1]), dtype=np.float32)


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
