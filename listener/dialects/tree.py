"""A query of another tool on its way into ours: what it asks, and what of that we cannot ask."""

from collections.abc import Callable, Iterator

from msgspec import Struct


class Leaf(Struct, frozen=True):
    """One term in our language; `field` names the field that it asks for, if any."""

    text: str
    at: int
    field: str = ""


class Lost(Struct, frozen=True):
    """Something that has no equal here, at a character of the query."""

    what: str
    at: int
    why: str


class Noted(Struct, frozen=True):
    """Something that nearly has an equal: `child` finds more (wider) or less than what was written."""

    child: "Node"
    what: str
    at: int
    why: str
    wider: bool


class Every(Struct, frozen=True):
    """All of them."""

    parts: tuple["Node", ...]


class Some(Struct, frozen=True):
    """Any of them."""

    parts: tuple["Node", ...]


class Not(Struct, frozen=True):
    """Must not be there."""

    part: "Node"


class Near(Struct, frozen=True):
    """Two things whose positions differ by so many words at most."""

    left: "Node"
    right: "Node"
    distance: int
    ordered: bool = False


Node = Leaf | Lost | Noted | Every | Some | Not | Near
Make = Callable[[str, int], Node]
"""A value as written, and where it stands → what it asks."""


def below(node: Node) -> tuple[Node, ...]:
    """What a node is made of."""
    if isinstance(node, Every | Some):
        return node.parts
    if isinstance(node, Near):
        return node.left, node.right
    return (node.part,) if isinstance(node, Not) else (node.child,) if isinstance(node, Noted) else ()


def leaves(node: Node) -> Iterator[Leaf]:
    """All its terms, left to right."""
    if isinstance(node, Leaf):
        yield node
    for part in below(node):
        yield from leaves(part)


def positive(node: Node) -> bool:
    """Whether a match needs something to be there."""
    if isinstance(node, Not):
        return False
    return any(map(positive, node.parts)) if isinstance(node, Every) else all(map(positive, below(node)))


def shown(node: Node) -> str:
    """The query in our language."""
    if isinstance(node, Leaf):
        return node.text
    if isinstance(node, Every):
        return " ".join(_inside(part, Some, Every) for part in node.parts)
    if isinstance(node, Some):
        return " OR ".join(_inside(part, Some) for part in node.parts)
    if isinstance(node, Not):
        return f"NOT {_inside(node.part, Every, Some, Not)}"
    if isinstance(node, Near):
        operator = "ONEAR" if node.ordered else "NEAR"
        return f"{_inside(node.left, Some)} {operator}/{node.distance} {_inside(node.right, Some, Near)}"
    raise TypeError(f"{node} is not settled")


def _inside(node: Node, *looser: type) -> str:
    return f"({shown(node)})" if isinstance(node, looser) else shown(node)
