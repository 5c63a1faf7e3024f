"""How a query reads, and which part of it was where in a post."""

from collections.abc import Iterator

from listener.query import Doc, Query
from listener.query.evaluate import find
from listener.query.tree import And, In, Near, Node, Not, Or, Set, children


def explain(query: Query, doc: Doc) -> str:
    """The tree, a line a node: ✓ or ✗, and where each leaf was found."""
    verdict = "matches" if query.test(doc) else "does not match"
    return "\n".join([f"{query}  {verdict}", *_lines(query.tree, doc, 1)])


def _lines(node: Node, doc: Doc, depth: int) -> Iterator[str]:
    found = find(node, doc)
    mark, indent = "✗" if found is None else "✓", "  " * depth
    yield f"{indent}{mark} {_label(node)}{_where(node, doc)}"
    below = doc.title if isinstance(node, In) else doc
    for child in children(node):
        yield from _lines(child, below, depth + 1)


def _label(node: Node) -> str:
    if isinstance(node, And):
        return "all of"
    if isinstance(node, Or):
        return "any of"
    if isinstance(node, Not):
        return "must not be there"
    if isinstance(node, In):
        return "in the title"
    if isinstance(node, Set):
        return f"the set @{node.name}"
    if isinstance(node, Near):
        order = "in this order" if node.ordered else "in either order"
        return f"within {node.distance} words, {order}"
    return str(node)


def _where(node: Node, doc: Doc) -> str:
    if children(node):
        return ""
    found = find(node, doc) or {}
    spans = [place.span for places in found.values() for place in places if place.span]
    shown = ", ".join(f"{doc.text[s.start : s.end]!r} at {s.start}" for s in spans[:5])
    more = f" and {len(spans) - 5} more" if len(spans) > 5 else ""
    return f"  — {shown}{more}" if shown else ""
