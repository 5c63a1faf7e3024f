"""What a text must hold for a query to match it: a quick look that spares most texts the whole query."""

import re

from listener.query.tree import And, Domain, In, Mark, Near, Node, Or, Raw, Set, Term

Clues = frozenset[tuple[str, bool]]
"""Folded words (True) and other strings of characters (False): one of them is there wherever the query matches."""

_LETTERS = re.compile(r"[a-z]+")


def clues(node: Node) -> Clues | None:
    """The clues of a tree; None where there is no telling."""
    if isinstance(node, And | Near):
        parts = map(clues, node.children if isinstance(node, And) else (node.left, node.right))
        return min((part for part in parts if part is not None), key=len, default=None)
    if isinstance(node, Or):
        branches = [clues(child) for child in node.children]
        return None if None in branches else Clues().union(*(branch for branch in branches if branch))
    if isinstance(node, In | Set):
        return clues(node.child)
    found = _word(node) if isinstance(node, Term) else (_piece(node), False)
    return Clues([found]) if found[0] else None


def _word(term: Term) -> tuple[str, bool]:
    """Its longest word, or the longest piece of one with wildcards."""
    found = [
        (max(re.split(r"[*?]+", element.text), key=len), not (element.glob or element.inside))
        for element in term.elements
    ]
    return max(found, key=lambda each: (each[1], len(each[0])))


def _piece(leaf: Node) -> str:
    """Characters that are there, folded, wherever the leaf is; "" where there is no telling."""
    if isinstance(leaf, Mark):
        return max(re.split(r"[*?]+", leaf.name), key=len)
    if isinstance(leaf, Domain):
        return max(leaf.host.split("."), key=len)
    if isinstance(leaf, Raw) and leaf.text.isascii():
        return max(_LETTERS.findall(leaf.text.lower()), key=len, default="")
    return ""
