"""What a text must hold for a query to match it: a quick look that spares most texts the whole query."""

import re
from collections.abc import Iterable
from unicodedata import category

from listener.query.fold import fold
from listener.query.plain import piece
from listener.query.tree import And, Domain, Field, In, Leaf, Mark, Near, Node, Or, Raw, Regex, Set, Term, leaves

Clues = tuple[frozenset[bytes], ...]
"""Of each set one piece is in the plain form of a text wherever the query matches; (): there is no telling."""

_FIELDS = {"author": ("author",), "community": ("community",), "url": ("url",), "site": ("url",)}
_PREFIXES = {"author": ("@", "/u/", "u/"), "community": ("/r/", "r/")}
_GAP = "\x02"  # in a term: where more than white space may stand between two words
_APART = re.compile(rf"[*?]+|{_GAP}")
_SAFE = re.compile(r"[ -/:-~]+")  # but digits, which may be on a key
_GLUED = re.compile(r"[^\W_](?:http|hxxp|ftp)", re.IGNORECASE)  # to a word, from which an address is parted
_UNSURE = re.compile(r"\\[xpPQ0-7]")
_ITEM = re.compile(r"(\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|.)((?:[*+?]|\{\d+(?:,\d*)?\})*)", re.DOTALL)
_SPECIAL, _MAYBE_NONE = "()|.^$\\", ("*", "?", "{")


def clues(node: Node) -> Clues:
    """The clues of a tree, the most telling first."""
    if isinstance(node, Leaf):
        found = max(map(piece, _pieces(node)), key=_telling, default=b"")
        return (frozenset([found]),) if found else ()
    if isinstance(node, And | Near):
        parts = node.children if isinstance(node, And) else (node.left, node.right)
        return tuple(sorted((clue for part in parts for clue in clues(part)), key=_commonness))
    if isinstance(node, Or):
        branches = [clues(child) for child in node.children]
        return (frozenset[bytes]().union(*(branch[0] for branch in branches)),) if all(branches) else ()
    return clues(node.child) if isinstance(node, In | Set) else ()


def needed(node: Node) -> frozenset[str]:
    """The fields of a post, besides its words, in which its clues are."""
    found = set[str]()
    for leaf in leaves(node):
        if isinstance(leaf, Domain):
            found |= {"url", "links"}
        elif isinstance(leaf, Field):
            found.update(_FIELDS.get(leaf.name, ()))
    return frozenset(found)


def _telling(clue: bytes) -> tuple[int, int]:
    return len(clue.strip()), len(clue)


def _commonness(clue: Iterable[bytes]) -> float:
    """About how often one of the pieces is there by chance."""
    return sum(0.5 ** len(each) for each in clue)


def _pieces(leaf: Node) -> Iterable[str]:
    """What stands together wherever the leaf is, folded; a space at either end is the edge of a word."""
    if isinstance(leaf, Term):
        if leaf.word:
            return (f" {leaf.word} ",)
        return _APART.split("".join(f" {_GAP} {e.text}" if e.before else f" {e.text}" for e in leaf.elements) + " ")
    if isinstance(leaf, Mark):
        return _APART.split(f" {leaf.name[1:]} ")
    if isinstance(leaf, Domain):
        return (f" {label} " for label in leaf.host.split("."))
    if isinstance(leaf, Raw):
        return [
            *_safe(leaf.text),
            *(char for char in leaf.text if category(char) == "So" and fold(char) == char),
        ]
    if isinstance(leaf, Regex):
        return (sure for literal in literals(leaf.pattern) for sure in _safe(literal))
    return _of_field(leaf) if isinstance(leaf, Field) else ()


def _safe(text: str) -> Iterable[str]:
    """The parts of exact characters that are in the plain form whatever is beside them."""
    return () if _GLUED.search(text) else _SAFE.findall(text)


def _of_field(field: Field) -> Iterable[str]:
    value = fold(field.value)
    if field.name == "url":
        return _safe(value)
    if field.name == "site":
        host = (value.partition("://")[2] or value).partition("/")[0].removeprefix("www.").removeprefix("*.")
        return (f" {label} " for label in re.split(r"[.:@?#]", host))
    if field.name not in _PREFIXES:
        return ()
    for prefix in _PREFIXES[field.name]:
        value = value.removeprefix(prefix)
    return _APART.split(f" {value} ")


def literals(pattern: str) -> list[str]:
    """Signs that stand together wherever an expression matches; none where that is not plain to see."""
    found, run, depth = list[str](), "", 0
    if _UNSURE.search(pattern):
        return []
    for item, repeated in _ITEM.findall(pattern):
        depth += (item == "(") - (item == ")")
        if item == "|" and not depth:
            return []
        is_sign = not depth and len(item) == 1 and item.isascii() and item not in _SPECIAL
        if is_sign and repeated[:1] not in _MAYBE_NONE:
            run += item
        if not is_sign or repeated:
            found.append(run)
            run = ""
    return [*found, run]
