"""How a query reads, and which part of it is where in a post."""

from collections.abc import Iterator, Sequence

from listener.errors import blank, on_one_line
from listener.query import Doc, Query
from listener.query.evaluate import holds, shown_places
from listener.query.tree import And, In, Leaf, Near, Node, Not, Or, Set, children
from listener.types import Span

_SHOWN = 5


def explain(query: Query, doc: Doc) -> str:
    """The query as it is read, then its tree, a line a node: ✓ or ✗, and where each leaf was found."""
    hit = query.test(doc)
    verdict = "matches" if hit else "does not match"
    return "\n".join(
        [f"{query}  {verdict}", *_lines(query.tree, doc, 1), *(_underlined(doc.text, hit.spans) if hit else ())]
    )


def _underlined(text: str, spans: Sequence[Span]) -> Iterator[str]:
    """Each line of the text in which something was found, with carets under it."""
    start = 0
    for line in text.splitlines(keepends=True):
        plain = line.rstrip("\r\n")
        marked = {n - start for span in spans for n in range(span.start, span.end) if 0 <= n - start < len(plain)}
        if marked:
            carets = "".join(_caret(char) if n in marked else blank(char) for n, char in enumerate(plain))
            yield from ("", f"  {on_one_line(plain)}", f"  {carets.rstrip()}")
        start += len(line)


def _caret(char: str) -> str:
    return "^" * len(blank(char).replace("\u3000", "  "))


def _lines(node: Node, doc: Doc, depth: int) -> Iterator[str]:
    mark = "✓" if holds(node, doc) else "✗"
    yield f"{'  ' * depth}{mark} {_label(node)}{_where(node, doc)}"
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
        return f"within {node.distance} words, {'in this order' if node.ordered else 'in either order'}"
    return str(node)


def _where(node: Node, doc: Doc) -> str:
    if not isinstance(node, Leaf):
        return ""
    spans = [doc.body.span(place) for place in shown_places(node, doc, _SHOWN + 1)]
    shown = ", ".join(f"{doc.text[span.start : span.end]!r} at {span.start}" for span in spans[:_SHOWN])
    return (f"  — {shown}" if shown else "") + (" …" if len(spans) > _SHOWN else "")
