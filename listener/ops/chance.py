"""How sure a figure is that was counted in a sample.

Fay and Feuer, "Confidence intervals for directly standardized rates", Statistics in Medicine 16 (1997): an interval for
a sum of counts with weights that holds the truth in at least 95 of 100 cases, also where little or nothing was counted.
"""

from collections.abc import Sequence
from math import exp, lgamma, log

_TAIL = 0.025  # on each side of the interval
_EXACT = 1e-12
_HALVINGS = 60


def interval(counts: Sequence[tuple[float, int]]) -> tuple[float, float]:
    """Between what the sum of weight × count lies in 95 of 100 cases.

    Args:
        counts: of each part the posts that one stands for, and how many were found; those of 0 too.
    """
    total = sum(weight * count for weight, count in counts)
    spread = sum(weight * weight * count for weight, count in counts)
    most = max((weight for weight, _ in counts), default=0.0)
    if not most:
        return 0.0, 0.0
    low = _quantile(total, spread, _TAIL) if total else 0.0
    return low, _quantile(total + most, spread + most * most, 1 - _TAIL)


def _quantile(mean: float, variance: float, share: float) -> float:
    """Where the gamma distribution of this mean and variance has this share below."""
    shape, scale = mean * mean / variance, variance / mean
    low, high = 0.0, shape + 1
    while below(shape, high) < share:
        low, high = high, 2 * high
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if below(shape, middle) < share else (low, middle)
    return scale * (low + high) / 2


def below(shape: float, x: float) -> float:
    """The share of a gamma distribution of scale 1 that is below x: the regularised incomplete gamma function."""
    if x <= 0:
        return 0.0
    front = exp(shape * log(x) - x - lgamma(shape))
    return front * _series(shape, x) if x < shape + 1 else 1 - front * _fraction(shape, x)


def _series(shape: float, x: float) -> float:
    term = total = 1 / shape
    while term > total * _EXACT:
        shape += 1
        term *= x / shape
        total += term
    return total


def _fraction(shape: float, x: float) -> float:
    """By Lentz's method; for x > shape + 1 no denominator is 0."""
    b = x + 1 - shape
    c, d = 1 / 1e-300, 1 / b
    value, change, n = d, 0.0, 0
    while abs(change - 1) > _EXACT:
        n += 1
        a, b = n * (shape - n), b + 2
        d, c = 1 / (a * d + b), b + a / c
        change = c * d
        value *= change
    return value
