"""What in a query is probably not meant, though it can be read: parts that never hold, or that add nothing."""

import re
from collections.abc import Hashable, Iterator

from msgspec import Struct

from listener.errors import QueryError
from listener.query.implies import excludes, implies
from listener.query.tree import And, Field, In, Near, Node, Not, Or, Set, Term, children

_FEW = 3  # letters of a word with wildcards, below which it fits too many words
_MOST = 60  # branches that are compared with each other: a longer list has none that people wrote by hand


_COMMON = frozenset(
    re.findall(
        r"\w+",
        "the to a i and of in is for you it my on this that with at be have just me not are so from but your was like "
        "what all out an up if get new we about one by do as will how can when or now no time they",
    )
)
"""Words that stand in more than 3 of 100 English posts, as counted in tweets, Reddit and Hacker News."""
_BROAD_FIELDS = ("source", "lang", "type", "followers", "likes", "replies", "age")


class Remark(Struct, frozen=True):
    """A part of a query that is odd, and what mends it."""

    part: str  # as the query prints it
    why: str


def lint(tree: Node) -> list[Remark]:
    """What is odd about a query; each part once."""
    return list(dict.fromkeys([*_too_broad(tree), *_remarks(tree)]))


def contradicts(tree: Node) -> bool:
    """Whether the tree can surely never hold."""
    if isinstance(tree, Or):
        return all(map(contradicts, tree.children))
    if isinstance(tree, And):
        return _clash(tree) is not None or any(map(contradicts, tree.children))
    if isinstance(tree, Near):
        return contradicts(tree.left) or contradicts(tree.right)
    return isinstance(tree, Set | In) and contradicts(tree.child)


def _too_broad(node: Node) -> Iterator[Remark]:
    """The whole, or the alternatives, that most posts fit."""
    if isinstance(node, Or):
        for child in node.children:
            yield from _too_broad(child)
    elif isinstance(node, Set):
        return  # which is looked at itself
    elif _is_broad(node):
        yield Remark(str(node), "fits a large part of all posts; write a rarer word beside it")


def _is_broad(node: Node) -> bool:
    if isinstance(node, And):
        return all(map(_is_broad, node.children))
    if isinstance(node, Or):
        return any(map(_is_broad, node.children))
    if isinstance(node, Field):
        return node.name in _BROAD_FIELDS
    return isinstance(node, Not) or (isinstance(node, Term) and node.word in _COMMON)


def _remarks(node: Node) -> Iterator[Remark]:
    if isinstance(node, And) and (clash := _clash(node)):
        one, other = clash
        yield Remark(str(other), f"can never be together with {one}, so that this finds nothing; remove one of them")
        return
    if isinstance(node, And | Or) and len(node.children) <= _MOST:
        yield from _redundant(node)
    if isinstance(node, Term):
        yield from _short(node)
    for child in children(node) if not isinstance(node, Set) else ():
        yield from _remarks(child)


def _redundant(node: And | Or) -> Iterator[Remark]:
    """Alternatives that another one covers; conditions that follow from another."""
    texts = list(map(_texts, node.children))
    for number, part in enumerate(node.children):
        for index, other in enumerate(node.children):
            a, b = (number, index) if isinstance(node, Or) else (index, number)
            if index == number or (texts[a] and texts[b] and not texts[b] <= texts[a]):
                continue  # most alternatives have no word in common, and there may be thousands of queries
            first, second = node.children[a], node.children[b]
            if implies(first, second) and not (index > number and implies(second, first)):
                verb = "finds all of it" if isinstance(node, Or) else "holds only where it does"
                yield Remark(str(part), f"adds nothing, for {other} {verb}; remove it")
                break


def _texts(node: Node) -> frozenset[str]:
    """The words of a term that implies no other without having all of its words; none of what may."""
    if not isinstance(node, Term) or any(element.glob or element.inside for element in node.elements):
        return frozenset()
    return frozenset(element.text for element in node.elements)


def _short(term: Term) -> Iterator[Remark]:
    for element in term.elements:
        letters = sum(map(str.isalnum, element.text))
        if element.glob and "*" in element.text and element.text != "*" and letters < _FEW:
            yield Remark(str(term), f"fits very many words; write {_FEW} letters or more beside the wildcard")


def _clash(node: And) -> tuple[Node, Node] | None:
    """Two parts that exclude each other."""
    parts = list(_conjuncts(node))
    for number, one in enumerate(parts):
        for other in parts[number + 1 :]:
            if excludes(one, other):
                return one, other
    return None


def _conjuncts(node: Node) -> Iterator[Node]:
    """Everything that must hold; what must not, one by one."""
    if isinstance(node, And):
        for child in node.children:
            yield from _conjuncts(child)
    elif isinstance(node, Set):
        yield from _conjuncts(node.child)
    elif isinstance(node, Not) and isinstance(_bare(node.child), Or):
        yield from (Not(child) for child in children(_bare(node.child)))
    else:
        yield node


def _bare(node: Node) -> Node:
    return _bare(node.child) if isinstance(node, Set) else node


def shown(query: str, remark: Remark) -> str:
    """The remark with the query and a caret under its part, or under its beginning where it is written otherwise."""
    at = max(0, query.casefold().find(remark.part.casefold()))
    return str(QueryError(query, at, f"{remark.part} {remark.why}"))


def form(tree: Node) -> Hashable:
    """What two queries share that say the same in another order or with other sets."""
    if isinstance(tree, And | Or):
        return type(tree), frozenset(map(form, tree.children))
    if isinstance(tree, Set):
        return form(tree.child)
    if isinstance(tree, Term):
        return tree.elements, tree.cased
    if isinstance(tree, Near):
        return tree.distance, tree.ordered, form(tree.left), form(tree.right)
    return (type(tree), form(tree.child)) if isinstance(tree, Not | In) else tree
