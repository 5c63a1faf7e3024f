"""How surprising a number is: −log10 of the chance of it, where chance is as uneven as the past was."""

from math import exp, lgamma, log, log1p, log10

import numpy as np
from msgspec import Struct

from listener.trend.hourly import Numbers, Usual
from listener.trend.statistic import tail

LOOKS = 4  # windows that are looked at: the most surprising of so many surprises a little by chance
_ENOUGH = 5  # votes of a window whose share says something
_CHANGE = 0.03  # how much a share changes of itself, squared and as a part of the most it could, until it is known
_KNOWN_BY = 10  # windows until what was seen of that counts as much


def more(votes: int, usual: Usual) -> float:
    """So many votes, or more."""
    if votes <= usual.mean:
        return 0.0
    return max(0.0, tail(votes, usual.shape, usual.mean / (usual.mean + usual.shape)) - log10(LOOKS))


def none(usual: Usual) -> float:
    """No votes at all; where chance is even, the tail of a Poisson distribution."""
    return usual.shape * log1p(usual.mean / usual.shape) / log(10)


class UsualShare(Struct, frozen=True):
    """A share of the votes: a beta-binomial, known as if from `size` votes."""

    mean: float  # more than 0 and less than 1
    size: float  # the smaller, the more it changes of itself


def usual_share(votes: Numbers, of: Numbers) -> UsualShare:
    """What share of the votes is usual, by windows of the past."""
    total, held = float(of.sum()), of >= _ENOUGH
    mean, known, change = (float(votes.sum()) + 1) / (total + 3), float(np.count_nonzero(held)), 0.0
    if known:
        numbers, got = of[held], votes[held]
        excess = ((got - numbers * mean) ** 2 / (numbers * mean * (1 - mean)) - 1) / (numbers - 1)
        change = max(0.0, float(excess.mean()))
    change = (known * change + _KNOWN_BY * _CHANGE) / (known + _KNOWN_BY)
    return UsualShare(mean, 1 / (change + 1 / (total + 3)))


def greater(votes: int, of: int, usual: UsualShare) -> float:
    """So many of so many, or more."""
    if votes <= of * usual.mean:
        return 0.0
    yes, no = usual.mean * usual.size, (1 - usual.mean) * usual.size
    all_ways = lgamma(of + 1) + lgamma(usual.size) - lgamma(yes) - lgamma(no) - lgamma(usual.size + of)
    ways = [lgamma(k + yes) + lgamma(of - k + no) - lgamma(k + 1) - lgamma(of - k + 1) for k in range(votes, of + 1)]
    most = max(ways)
    chance = all_ways + most + log(sum(exp(way - most) for way in ways))
    return max(0.0, -chance / log(10) - log10(LOOKS))
