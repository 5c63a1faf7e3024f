"""What is asked most, whether it rises or not: groups of questions that ask the same, the largest first."""

from collections.abc import Sequence

import numpy as np

from listener.trend.known import length_one, unit
from listener.trend.past import Floats, Rows, voters
from listener.types.trend import Asked, Standing

MOST = 8_000  # questions that are compared with each other; of more, so many are drawn
_BLOCK = 1_000
_LEAST = 2  # votes
_LOOSE = 0.5  # cosine where a topic has not learned its own yet


def standing(
    asked: Sequence[Asked], least: float = _LOOSE, limit: int = 20, centre: Floats | None = None
) -> list[Standing]:
    """The questions that most people asked; an author counts once, and a text once.

    Args:
        asked: of one topic and model; of more than `MOST`, those are looked at whose words come first by their hash,
            and the votes are scaled.
        least: the cosine from which on two ask the same.
        centre: the middle that vectors are seen from.
    """
    drawn = sorted(sorted(asked, key=lambda each: (each.text, each.post))[:MOST], key=lambda each: (each.at, each.post))
    if not drawn:
        return []
    scale, vectors = len(asked) / len(drawn), np.array([unit(each.vector) for each in drawn])
    near = _alike(vectors if centre is None else length_one(vectors - centre), least)
    free, found = np.ones(len(drawn), bool), list[Standing]()
    for middle in sorted(range(len(drawn)), key=lambda row: (-len(near[row]), row)):
        if len(found) == limit or len(near[middle]) < _LEAST:
            break
        members = near[middle][free[near[middle]]] if free[middle] else near[middle][:0]
        rows = [int(members[at]) for at in voters((drawn[row].author, drawn[row].text) for row in members)]
        if len(rows) >= _LEAST:
            free[members] = False
            found.append(_standing([drawn[row] for row in rows], drawn[middle].post, vectors[rows], scale))
    return sorted(found, key=lambda each: -each.votes)


def _alike(vectors: Floats, least: float) -> list[Rows]:
    """For each row, which are as alike."""
    blocks = (vectors[at : at + _BLOCK] @ vectors.T >= least for at in range(0, len(vectors), _BLOCK))
    return [np.flatnonzero(row) for block in blocks for row in block]


def _standing(asked: Sequence[Asked], middle: str, vectors: Floats, scale: float) -> Standing:
    return Standing(
        question=middle,
        posts=tuple(each.post for each in asked),
        votes=round(len(asked) * scale),
        first=asked[0].at,
        last=asked[-1].at,
        vector=vectors.mean(axis=0).astype(np.float32).tobytes(),
    )
