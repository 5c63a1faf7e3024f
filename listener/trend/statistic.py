"""How surprising a count is, against a question's own share of the past."""

from math import lgamma, log, log1p, log10
from typing import Protocol

LOOKS = 4  # windows that are looked at: the most surprising of so many surprises a little by chance
PRIOR = 500.0  # posts that a question never asked before is taken to be one of
STEADY = 5.0  # how steady a share can be at most: even well-known questions come and go
_ENOUGH = 1e-6  # of the sum: what further terms add at most


class Measure(Protocol):
    """A function: how much speaks for a trend, where `seen` of `past` questions asked the same."""

    def __hash__(self) -> int:
        """Functions can be keys."""

    def __call__(self, votes: int, window: int, seen: int, past: int, prior: float = 1.0) -> float:
        """The score of so many votes among the window's questions."""


def tail(votes: int, seen: float, odds: float) -> float:
    """−log10 of the chance of at least so many votes: the tail of a negative binomial, I_p(votes, seen).

    Args:
        seen: pseudo-count of the past, more than 0.
        odds: p = window / (past + window), as shares of posts, 0 < p < 1.
    """
    if votes <= 0:
        return 0.0
    first = lgamma(seen + votes) - lgamma(seen) - lgamma(votes + 1) + votes * log(odds) + seen * log1p(-odds)
    term = total = 1.0
    at = float(votes)
    while term > _ENOUGH * total:
        term *= odds * (seen + at) / (at + 1)
        total += term
        at += 1
    return max(0.0, -(first + log(total)) / log(10))


def surprise(votes: int, window: int, seen: int, past: int, prior: float = 1.0) -> float:
    """The score of votes among the window's questions, where `seen` of the `past` ones asked the same.

    Args:
        prior: how much of the prior counts, 0–1: for a part of the past it is that part.
    """
    known = prior + seen
    shape = known / (1 + known / STEADY)
    mean = window * known / (prior * PRIOR + past)
    if votes <= mean:
        return 0.0
    return max(0.0, tail(votes, shape, mean / (mean + shape)) - log10(LOOKS))


def expected(window: int, seen: int, past: int) -> float:
    """Votes that such a window usually holds."""
    return window * (1 + seen) / (PRIOR + past)
