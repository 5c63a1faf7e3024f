"""Learns which piece the name of a place begins and ends with: a layer on the encoder's vectors."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from listener.tag.encoder import Encoder, Floats, Pieces
from listener.tag.place import NEEDS
from training import data

L2 = 10.0
STEPS = 80


class Asked(NamedTuple):
    """Posts as the encoder read them, one after the other; the first vector of each stands for "no name"."""

    vectors: Floats  # (pieces, D)
    starts: np.ndarray  # (posts,): where each begins
    true: np.ndarray  # (posts, 2): the pieces that the name begins and ends with


def learn_ends(encoder: Encoder, records: Sequence[data.Record]) -> Floats:
    """`Heads.ends`, from labelled posts that want to go or buy; the encoder may have learned from them."""
    wanting = [record for record in records if NEEDS & {*record["moments"]}]
    return fit(asked(wanting, encoder.page([record["text"] for record in wanting])))


def asked(records: Sequence[data.Record], read: Sequence[Pieces]) -> Asked:
    """What is to be learned."""
    vectors = [pieces.vectors[:-1] for pieces in read]
    starts = np.cumsum([0, *map(len, vectors[:-1])])
    true = [_ends(record, pieces) for record, pieces in zip(records, read, strict=True)]
    return Asked(np.concatenate(vectors), starts, starts[:, None] + np.array(true))


def _ends(record: data.Record, pieces: Pieces) -> tuple[int, int]:
    start = record["text"].find(record["place"] or "\0")
    end = start + len(record["place"] or "")
    within = [n for n, span in enumerate(pieces.spans, 1) if start >= 0 and span.start < end and start < span.end]
    return (within[0], within[-1]) if within else (0, 0)


def fit(given: Asked) -> Floats:
    """The layer by which the true pieces are the likeliest of each post, (D + 1, 2)."""
    wide, posts = given.vectors.shape[1], len(given.starts)
    post = np.repeat(np.arange(posts), np.diff([*given.starts, len(given.vectors)]))

    def loss(flat: Floats) -> tuple[float, Floats]:
        layer = flat.reshape(wide + 1, 2)
        told = given.vectors @ layer[:-1].astype(np.float32)
        told[given.starts] += layer[-1]
        told = np.exp(told - np.maximum.reduceat(told, given.starts)[post])
        told /= np.add.reduceat(told, given.starts)[post]
        missed = -np.log(np.take_along_axis(told, given.true, 0).clip(1e-30)).sum()
        np.subtract.at(told, (given.true, np.arange(2)), 1)
        slope = np.vstack([given.vectors.T @ told + L2 * layer[:-1], told[given.starts].sum(0)])
        return float(missed + L2 / 2 * (layer[:-1] ** 2).sum()), slope.ravel()

    found = minimize(loss, np.zeros(2 * wide + 2), jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x
    return np.asarray(found.reshape(wide + 1, 2), dtype=np.float32)
