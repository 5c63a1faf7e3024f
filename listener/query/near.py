"""NEAR and ONEAR: which occurrences stand within so many words of each other."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, product
from math import inf

from listener.query.text import Place
from listener.query.tree import Near

_MOST = 500  # pairs that a NEAR of a NEAR goes on with


def pairs(left: Sequence[Place], right: Sequence[Place], near: Near, spend: Callable[[int], None]) -> Iterator[Place]:
    """Every two that stand within the distance, as one place with all their members; each look is paid for."""
    spend((len(left) + len(right)) // 2)
    right = sorted(right)
    firsts, widest = [place.first for place in right], max((place.last - place.first for place in right), default=0)
    for one in left:
        earliest = one.last if near.ordered else one.first - near.distance - widest
        latest = one.last + near.distance
        for index in range(bisect_left(firsts, earliest), len(right)):
            if firsts[index] > latest:
                break
            spend(1 + len(one.members) // 4)
            if _within(one, right[index], near):
                yield _together(one, right[index])


def some_pairs(left: Sequence[Place], right: Sequence[Place], near: Near, spend: Callable[[int], None]) -> list[Place]:
    """As `pairs`, but no more than can be looked at quickly."""
    return list(islice(pairs(left, right, near, spend), _MOST))


def _within(one: Place, other: Place, near: Near) -> bool:
    """In order: the whole of the one before the other. Otherwise their nearest members count, and none is in both."""
    if near.ordered:
        return one.end <= other.start and other.first - one.last <= near.distance
    gap = min(_gap(a, b) for a, b in product(one.members or (one,), other.members or (other,)))
    return 0 <= gap <= near.distance


def _gap(a: Place, b: Place) -> float:
    """By how many words they are apart; less than none where they overlap."""
    return -inf if a.start < b.end and b.start < a.end else max(b.first - a.last, a.first - b.last, 0)


def _together(one: Place, other: Place) -> Place:
    return Place(
        min(one.first, other.first),
        max(one.last, other.last),
        min(one.start, other.start),
        max(one.end, other.end),
        members=(*(one.members or (one,)), *(other.members or (other,))),
    )
