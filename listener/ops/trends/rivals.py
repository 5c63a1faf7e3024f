"""Other measures of a burst, on the same neighbours, to be compared with our own."""

from math import lgamma, log, sqrt

from msgspec import Struct

from listener.trend.levels import QUANTILES
from listener.trend.statistic import PRIOR, Measure, surprise

_BIAS = 0.002  # SigniTrend's β, as a share of the posts


class Method(Struct, frozen=True):
    """A measure, the score from which on it tells, and how alike neighbours must be."""

    name: str
    measure: Measure
    least: float
    quantiles: tuple[float, ...] = (0.999,)


def authors(votes: int, window: int, seen: int, past: int, prior: float = 1.0) -> float:
    """Distinct authors, whatever is usual."""
    return float(votes)


def z_score(votes: int, window: int, seen: int, past: int, prior: float = 1.0) -> float:
    """Standard deviations above the mean."""
    mean = _mean(window, seen, past, prior)
    return (votes - mean) / sqrt(max(mean, 0.1))


def poisson(votes: int, window: int, seen: int, past: int, prior: float = 1.0) -> float:
    """−log10 of the tail of a Poisson distribution."""
    mean = _mean(window, seen, past, prior)
    if votes <= mean:
        return 0.0
    term = total = 1.0
    for count in range(votes + 1, votes + 100):
        term *= mean / count
        total += term
    return -(votes * log(mean) - mean - lgamma(votes + 1) + log(total)) / log(10)


def signitrend(votes: int, window: int, seen: int, past: int, prior: float = 1.0) -> float:
    """The significance of SigniTrend (Schubert, Weiler, Kriegel 2014): a share against its mean and deviation."""
    mean = seen / max(1.0, float(past))
    deviation = sqrt(mean * (1 - mean) / max(1, window))
    return (votes / max(1, window) - max(mean, _BIAS)) / (deviation + _BIAS) / 4


def _mean(window: int, seen: int, past: int, prior: float) -> float:
    return window * (prior + seen) / (prior * PRIOR + past)


def methods(least: float) -> list[Method]:
    """Ours first."""
    return [
        Method("share, several levels", surprise, least, QUANTILES),
        Method("share, one level", surprise, least),
        Method("Poisson", poisson, 5.0),
        Method("z-score", z_score, 8.0),
        Method("SigniTrend", signitrend, 4.0),
        Method("distinct authors", authors, 4.0),
    ]
