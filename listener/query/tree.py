"""The tree of a query: immutable, comparable, printable as a query that reads as the same tree."""

from collections.abc import Iterator

from msgspec import Struct


class Element(Struct, frozen=True, gc=False):
    """One word of a term, folded."""

    text: str
    glob: bool = False  # has wildcards
    inside: bool = False  # of a script without spaces: found inside a run of it
    before: str = ""  # the signs between it and the word before; white space and dashes are none


class Leaf(Struct, frozen=True, kw_only=True, gc=False):
    """Something that a post has or has not; `source` is how it is written."""

    source: str

    def __str__(self) -> str:
        return self.source


class Term(Leaf, frozen=True, kw_only=True, tag=True, gc=False):
    """A word, a phrase, with or without wildcards; `cased` holds the words in their case where that counts."""

    elements: tuple[Element, ...]
    cased: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """The word where it is one whole word, in any case; "" otherwise."""
        first, *more = self.elements
        return "" if more or self.cased or first.glob or first.inside else first.text


class Raw(Leaf, frozen=True, kw_only=True, tag=True, gc=False):
    """Exactly these characters."""

    text: str


class Regex(Leaf, frozen=True, kw_only=True, tag=True, gc=False):
    """A regular expression."""

    pattern: str


class Mark(Leaf, frozen=True, kw_only=True, tag=True, gc=False):
    """A hashtag, handle or cashtag: its sign and name, folded."""

    name: str
    glob: bool = False


class Domain(Leaf, frozen=True, kw_only=True, tag=True, gc=False):
    """A host name and everything below it."""

    host: str


class Field(Leaf, frozen=True, kw_only=True, tag=True, gc=False):
    """A field of the post or a tag: `name op value`; op is one of = < <= > >=."""

    name: str
    op: str
    value: str


class In(Struct, frozen=True, tag=True, gc=False):
    """A tree that is looked for in the title alone."""

    child: "Node"

    def __str__(self) -> str:
        return f"title:{self.child}" if isinstance(self.child, Leaf) else f"title:({self.child})"


class Set(Struct, frozen=True, tag=True, gc=False):
    """A named set and what it stands for."""

    name: str
    child: "Node"

    def __str__(self) -> str:
        return f"@{self.name}"


class Near(Struct, frozen=True, tag=True, gc=False):
    """Two things within so many words, in this order or in either."""

    left: "Node"
    right: "Node"
    distance: int
    ordered: bool = False

    def __str__(self) -> str:
        operator = "ONEAR" if self.ordered else "NEAR"
        right = f"({self.right})" if isinstance(self.right, Near) else _inner(self.right, Or)
        return f"{_inner(self.left, Or)} {operator}/{self.distance} {right}"


class Not(Struct, frozen=True, tag=True, gc=False):
    """Must not be there."""

    child: "Node"

    def __str__(self) -> str:
        return f"NOT {_inner(self.child, And, Or)}"


class And(Struct, frozen=True, tag=True, gc=False):
    """All of them."""

    children: tuple["Node", ...]

    def __str__(self) -> str:
        return " ".join(_inner(child, Or, And) for child in self.children)


class Or(Struct, frozen=True, tag=True, gc=False):
    """Any of them."""

    children: tuple["Node", ...]

    def __str__(self) -> str:
        return " OR ".join(_inner(child, Or) for child in self.children)


Leaves = Term | Raw | Regex | Mark | Domain | Field
Node = Leaves | In | Set | Near | Not | And | Or


def _inner(node: Node, *looser: type) -> str:
    return f"({node})" if isinstance(node, looser) else str(node)


def children(node: Node) -> tuple[Node, ...]:
    """What a node is made of."""
    if isinstance(node, And | Or):
        return node.children
    if isinstance(node, Near):
        return node.left, node.right
    if isinstance(node, Not | In | Set):
        return (node.child,)
    return ()


def leaves(node: Node) -> Iterator[Leaves]:
    """All leaves, left to right."""
    if isinstance(node, Leaf):
        yield node
    for child in children(node):
        if isinstance(child, Leaf):
            yield child
        else:
            yield from leaves(child)


def positive(node: Node) -> bool:
    """Whether a match needs something to be there."""
    if isinstance(node, Not):
        return False
    if isinstance(node, And):
        return any(map(positive, node.children))
    return all(map(positive, children(node)))


def links(node: Node) -> int:
    """How many NEARs hang together in an operand of NEAR."""
    below = map(links, children(node))
    return 1 + sum(below) if isinstance(node, Near) else max(below, default=0)
