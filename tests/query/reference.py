"""The language in its plainest form, as slow as it likes: what the quick one is compared with.

It knows words, phrases, wildcards, AND, OR, NOT, NEAR, ONEAR over texts that are lists of words and what follows each.
"""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from itertools import product

from listener.query.tree import And, In, Near, Node, Not, Or, Set, Term

Words = Sequence[tuple[str, str]]
"""Each word of a text and the characters after it."""

Occurrence = tuple[tuple[int, int], ...]
"""The first and last word of each member."""


def holds(node: Node, words: Words) -> bool:
    """Whether it is so."""
    if isinstance(node, Not):
        return not holds(node.child, words)
    if isinstance(node, And):
        return all([holds(child, words) for child in node.children])
    if isinstance(node, Or):
        return any([holds(child, words) for child in node.children])
    return bool(occurrences(node, words))


def occurrences(node: Node, words: Words) -> list[Occurrence]:
    """Every way in which it is there."""
    if isinstance(node, Term):
        count = len(node.elements)
        return [((n, n + count - 1),) for n in range(len(words) - count + 1) if _here(node, words[n : n + count])]
    if isinstance(node, Or):
        return [found for child in node.children for found in occurrences(child, words)]
    if isinstance(node, Near):
        both = product(occurrences(node.left, words), occurrences(node.right, words))
        return [(*left, *right) for left, right in both if _near(left, right, node)]
    assert isinstance(node, Set | In)
    return occurrences(node.child, words)


def _here(term: Term, words: Words) -> bool:
    spelled = all(fnmatchcase(word, element.text) for (word, _), element in zip(words, term.elements, strict=True))
    return spelled and all(after.strip() in ("", "-") for _, after in words[:-1])


def _near(left: Occurrence, right: Occurrence, node: Near) -> bool:
    if node.ordered:
        return 1 <= min(first for first, _ in right) - max(last for _, last in left) <= node.distance
    gaps = [max(b[0] - a[1], a[0] - b[1]) for a, b in product(left, right)]
    return 1 <= min(gaps) <= node.distance
