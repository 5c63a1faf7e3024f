"""Moves weights from where they are to where labels want them: each label pulls, and the start pulls back."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from listener.tag.labels import Label
from listener.tag.learn.descend import least
from listener.tag.weights import MOODS, SIGNALS, TAGS
from listener.types import Moment

Floats = npt.NDArray[np.float32]
HEADS = (*TAGS, *MOODS)
_T = len(TAGS)
_FREE = 0.1  # how hard biases are held at their start


class Features(Protocol):
    """What a model sees of N texts: D numbers for each of the K heads."""

    wide: int  # D

    def dot(self, weights: Floats) -> Floats:
        """(D, K) weights to (N, K) sums."""

    def back(self, slopes: Floats) -> Floats:
        """(N, K) slopes of sums to (D, K) slopes of weights."""


class Targets(NamedTuple):
    """What labels say of N texts: 0 or 1 for each of HEADS, and a mask that is 0 where they say nothing."""

    true: Floats
    mask: Floats

    def only(self, chosen: npt.NDArray[np.bool_]) -> "Targets":
        """The same with nothing said of the other texts."""
        return Targets(self.true, self.mask * chosen[:, None])


def targets_of(labels: Sequence[Label]) -> Targets:
    """What each label says of each head."""
    said = [[_said(label, head) for head in HEADS] for label in labels]
    mask = np.array([[value is not None for value in row] for row in said], np.float32)
    return Targets(np.array([[float(value or 0) for value in row] for row in said], np.float32), mask)


def _said(label: Label, head: str) -> bool | None:
    if head in MOODS:
        return None if label.label is None else label.label == head
    if head in SIGNALS:
        return None if label.signals is None else head in label.signals
    if head == "question":
        return label.question
    if head in ("soon", "now"):
        return None if label.urgency is None else label.urgency >= (1 if head == "soon" else 2)
    return None if label.moments is None else Moment(head) in label.moments


def moved(features: Features, start: Floats, targets: Targets, hold: float) -> Floats:
    """What is to be added to the (D + 1, K) weights and biases: the least cross-entropy, with hold · |added|² / 2.

    `start` are the logits as they are. A head of which no text tells anything does not move.
    """
    shape = features.wide + 1, len(HEADS)
    held = np.full((shape[0], 1), hold, np.float32)
    held[-1] = _FREE

    def valued(flat: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        added = flat.reshape(shape).astype(np.float32)
        cost, slope = _cross_entropy(start + features.dot(added[:-1]) + added[-1], targets)
        whole = np.vstack([features.back(slope), slope.sum(0)]) + held * added
        return cost + float((held * added**2).sum()) / 2, whole.astype(np.float64).ravel()

    return least(valued, np.zeros(shape[0] * shape[1])).reshape(shape).astype(np.float32)


def _cross_entropy(logits: Floats, targets: Targets) -> tuple[float, Floats]:
    """Of each tag by itself, and of the three moods together; and the slopes."""
    true, mask = targets
    tags, moods = logits[:, :_T], logits[:, _T:] - logits[:, _T:].max(1, keepdims=True)
    log = moods - np.log(np.exp(moods).sum(1, keepdims=True))
    each = np.concatenate([np.logaddexp(0, tags) - true[:, :_T] * tags, -true[:, _T:] * log], 1)
    said = np.concatenate([1 / (1 + np.exp(-np.clip(tags, -30, 30))), np.exp(log)], 1)
    return float((each * mask).sum()), np.asarray((said - true) * mask, np.float32)
