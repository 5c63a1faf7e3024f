"""Does a tree hold for a post, and by which leaves?"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from msgspec import Struct

from listener.query.doc import Doc
from listener.query.occur import Place, occurrences
from listener.query.tree import And, In, Leaves, Near, Node, Not, Or, Set, leaves
from listener.types import Span

MOST_SPANS = 100
"""Places of a hit that are kept, the first ones: people are shown a few of them, the database stores them all."""

Found = dict[Leaves, list[Place]]
"""The occurrences of the leaves that made a tree hold."""


class Hit(Struct, frozen=True):
    """Why a query matched: its leaves as written, and where in `Post.words`."""

    leaves: tuple[str, ...]
    spans: tuple[Span, ...]


def test(tree: Node, doc: Doc) -> Hit | None:
    """The leaves that made the tree hold, or None where it does not."""
    found = find(tree, doc)
    if found is None:
        return None
    spans = {place.span for places in found.values() for place in places[:MOST_SPANS] if place.span}
    return Hit(
        tuple(dict.fromkeys(leaf.source for leaf in found)),
        tuple(sorted(spans, key=lambda span: (span.start, span.end))[:MOST_SPANS]),
    )


def find(node: Node, doc: Doc) -> Found | None:
    """The occurrences that made a node hold; None where it does not."""
    if isinstance(node, Or):
        return _union(part for child in node.children if (part := find(child, doc)) is not None)
    if isinstance(node, And):
        return _all(node.children, doc)
    if isinstance(node, Not):
        return {} if find(node.child, doc) is None else None
    if isinstance(node, Near):
        return _near(node, doc) or None
    if isinstance(node, In):
        return find(node.child, doc.title)
    if isinstance(node, Set):
        return find(node.child, doc)
    places = occurrences(node, doc)
    return {node: places} if places else None


def _all(children: Iterable[Node], doc: Doc) -> Found | None:
    parts = []
    for child in children:
        part = find(child, doc)
        if part is None:
            return None
        parts.append(part)
    return _union(parts)


def _union(parts: Iterable[Found]) -> Found | None:
    union: Found | None = None
    for part in parts:
        union = part if union is None else {**union, **{k: _merged(union.get(k), v) for k, v in part.items()}}
    return union


def _merged(some: list[Place] | None, more: list[Place]) -> list[Place]:
    return sorted({*some, *more}) if some else more


def _near(node: Near, doc: Doc) -> Found:
    """Those occurrences of both sides that have a partner within the distance.

    A group counts from whichever of its members is nearest, so each side is the plain list of its members.
    """
    left, right = find(node.left, doc), find(node.right, doc)
    if not left or not right:
        return {}
    ends, begins = _facing(node.left, left, last=True), _facing(node.right, right, last=False)
    kept_left = _partnered(ends, _sorted(begins), node.distance, after=True, before=not node.ordered)
    kept_right = _partnered(begins, _sorted(ends), node.distance, after=not node.ordered, before=True)
    if not kept_left or not kept_right:
        return {}
    return _union([{**left, **kept_left}, {**right, **kept_right}]) or {}


def _facing(node: Node, found: Found, *, last: bool) -> Found:
    """The members that a neighbour is measured from: of a pair in order, the side towards it."""
    if not (isinstance(node, Near) and node.ordered):
        return found
    side = node.right if last else node.left
    members = set(leaves(side))
    return _facing(side, {leaf: places for leaf, places in found.items() if leaf in members}, last=last)


def _sorted(found: Found) -> tuple[list[float], list[float]]:
    places = [place for some in found.values() for place in some if place.first >= -0.5]
    return sorted(place.first for place in places), sorted(place.last for place in places)


def _partnered(
    found: Found, others: tuple[list[float], list[float]], distance: int, *, after: bool, before: bool
) -> Found:
    firsts, lasts = others
    kept = {}
    for leaf, places in found.items():
        near = [
            place
            for place in places
            if (after and _follows(place, firsts, distance)) or (before and _precedes(place, lasts, distance))
        ]
        if near:
            kept[leaf] = near
    return kept


def _follows(place: Place, firsts: list[float], distance: int) -> bool:
    """Whether one of the others begins after this place, within the distance."""
    index = bisect_right(firsts, place.last)
    return place.first >= -0.5 and index < len(firsts) and firsts[index] - place.last <= distance


def _precedes(place: Place, lasts: list[float], distance: int) -> bool:
    """Whether one of the others ends before this place, within the distance."""
    index = bisect_left(lasts, place.first) - 1
    return place.first >= -0.5 and index >= 0 and place.first - lasts[index] <= distance
