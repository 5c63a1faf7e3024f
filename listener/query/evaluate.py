"""Does a tree hold for a post, and by which leaves?"""

from collections.abc import Iterator
from itertools import chain, islice

from msgspec import Struct

from listener.query.doc import Doc
from listener.query.near import pairs, some_pairs
from listener.query.occur import places, present
from listener.query.text import Flood, Place
from listener.query.tree import And, In, Leaf, Leaves, Near, Node, Not, Or, Term, children
from listener.types import Span

_FLOOD = 10_000  # places that NEAR looks at of what costs more than a plain word
_SHOWN, _MOST = 20, 100  # places of one leaf, and of all together, that a hit names

_Evidence = list[tuple[str, Place | None]]
"""Leaves as written, each with one of its places; None stands for a leaf that is a field."""


class Hit(Struct, frozen=True):
    """Why a query matched: its leaves as written, and where in `Post.words`."""

    leaves: tuple[str, ...]
    spans: tuple[Span, ...]


def test(tree: Node, doc: Doc) -> Hit | None:
    """The leaves that made the tree hold, or None where it does not.

    Nothing is found in a text that was made to be slow: where a query would need more than `STEPS`.
    """
    if not holds(tree, doc):
        return None
    doc.renew()
    try:
        evidence = _evidence(tree, doc) or []
    except Flood:
        evidence = []
    spans = {doc.body.span(place) for _, place in evidence if place and place.end > place.start}
    return Hit(
        tuple(dict.fromkeys(leaf for leaf, _ in evidence)),
        tuple(sorted(spans, key=lambda span: (span.start, span.end))[:_MOST]),
    )


def holds(tree: Node, doc: Doc) -> bool:
    """Whether it is so; not where the text was made to be slow, and telling would need more than `STEPS`."""
    doc.renew()
    try:
        return _holds(tree, doc)
    except Flood:
        return False


def shown_places(leaf: Leaves, doc: Doc, most: int) -> list[Place]:
    """Its first places, at most so many."""
    doc.renew()
    try:
        return list(islice(places(leaf, doc.body), most))
    except Flood:
        return []


def _holds(node: Node, doc: Doc) -> bool:
    if isinstance(node, Leaf):
        return present(node, doc)
    if isinstance(node, And):
        return all(_holds(child, doc) for child in node.children)
    if isinstance(node, Or):
        return any(_holds(child, doc) for child in node.children)
    if isinstance(node, Not):
        return not _holds(node.child, doc)
    if isinstance(node, Near):
        return next(_pairs(node, doc), None) is not None
    return _holds(node.child, doc.title if isinstance(node, In) else doc)


def _evidence(node: Node, doc: Doc) -> _Evidence | None:
    """The leaves that make a node hold, each with the first of its places; None where it does not hold."""
    if isinstance(node, Leaf):
        found: _Evidence = [(node.source, place) for place in islice(places(node, doc.body), _SHOWN)]
        return found or ([(node.source, None)] if present(node, doc) else None)
    if isinstance(node, Near):
        return [(member.leaf, member) for pair in islice(_pairs(node, doc), _SHOWN) for member in pair.members] or None
    if isinstance(node, Not):
        return None if _holds(node.child, doc) else []
    if isinstance(node, In):
        inside = _evidence(node.child, doc.title)
        return None if inside is None else [(f"title:{leaf}", place) for leaf, place in inside]
    below = [_evidence(child, doc) for child in children(node)]
    if None in below and not isinstance(node, Or):
        return None
    known = [evidence for evidence in below if evidence is not None]
    return list(chain.from_iterable(known)) if known else None


def _pairs(node: Near, doc: Doc) -> Iterator[Place]:
    if not _has_parts(node, doc):
        return iter(())
    return pairs(_operand(node.left, doc), _operand(node.right, doc), node, doc.body.spend)


def _has_parts(node: Node, doc: Doc) -> bool:
    """Whether what NEAR needs is there at all, wherever: most texts lack one side."""
    if isinstance(node, Leaf):
        return present(node, doc)
    parts = (_has_parts(child, doc) for child in children(node))
    return any(parts) if isinstance(node, Or) else all(parts)


def _operand(node: Node, doc: Doc) -> list[Place]:
    """All places of an operand of NEAR; the branches of an OR side by side."""
    if isinstance(node, Leaf):
        known = doc.body.known
        if node not in known:
            most = None if isinstance(node, Term) and node.word else _FLOOD
            known[node] = list(islice(places(node, doc.body), most))
        return known[node]
    if isinstance(node, Near):
        return some_pairs(_operand(node.left, doc), _operand(node.right, doc), node, doc.body.spend)
    return [place for child in children(node) for place in _operand(child, doc)]
