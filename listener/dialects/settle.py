"""What another tool's query becomes: queries that our parser takes, and a line for whatever is not the same."""

from collections.abc import Container, Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from listener.dialects.tree import Every, Leaf, Lost, Near, Node, Not, Noted, Some, below, leaves, positive, shown
from listener.errors import QueryError
from listener.query import LONGEST, MOST_LEAVES, parse

Effect = Literal["wider", "narrower", "parted", "refused"]
"""The topic finds more than the query did, or less; it becomes several topics; or it is not imported at all."""


class Gap(Struct, frozen=True):
    """What has no equal here, at a character of the query, and what follows for the result."""

    what: str
    at: int
    why: str
    effect: Effect


class Refused(Exception):
    """A query of which nothing can be written; `at` is a character of it."""

    def __init__(self, at: int, why: str) -> None:
        super().__init__(why)
        self.at, self.why = at, why


class Settler:
    """Turns one tree into one that our language can say; `gaps` is what that changed."""

    def __init__(self, sets: Container[str]) -> None:
        self._sets, self.gaps = sets, list[Gap]()

    def settle(self, tree: Node) -> list[str]:
        """Queries that together find what the tree does, but for the gaps; raises `Refused`."""
        node, lost = self._settled(tree, wide=True)
        for each in lost:
            self._note(each, wider=False, effect="refused")
        if node is None:
            raise Refused(0, "nothing of it has an equal here")
        if not positive(node):
            raise Refused(0, "it says only what must not be there")
        queries = [_taken(part) for part in _fitting(node)]
        if queries[1:]:
            why = f"it has more than {LONGEST:,} characters or {MOST_LEAVES} terms: {len(queries)} topics share it"
            self.gaps.append(Gap("the query", 0, why, "parted"))
        return queries

    def _note(self, lost: Lost | Noted, *, wider: bool, effect: Effect | None = None) -> None:
        gap = Gap(lost.what, lost.at, lost.why, effect or ("wider" if wider else "narrower"))
        if gap not in self.gaps:
            self.gaps.append(gap)

    def _settled(self, node: Node, *, wide: bool) -> tuple[Node | None, list[Lost]]:
        """The node without what has no equal, and that where its effect depends on what stands around.

        Args:
            wide: whether the query finds more where this node holds more often; under NOT it is the other way round.
        """
        if isinstance(node, Lost):
            return None, [node]
        if isinstance(node, Leaf):
            is_set = node.text[:1] == "@" and node.text[1:].casefold() in self._sets
            return (replace(node, text=f'"{node.text}"') if is_set else node), []
        if isinstance(node, Noted):
            kept, lost = self._settled(node.child, wide=wide)
            if kept is not None:
                self._note(node, wider=node.wider == wide)
            return kept, lost
        if isinstance(node, Not):
            kept, lost = self._settled(node.part, wide=not wide)
            return _negated(kept), lost
        if isinstance(node, Near):
            return self._near(node, wide=wide)
        return self._joined(node, wide=wide)

    def _joined(self, node: Every | Some, *, wide: bool) -> tuple[Node | None, list[Lost]]:
        """Without a part, "all of them" finds more and "any of them" finds less."""
        kept, lost = list[Node](), list[Lost]()
        for part in node.parts:
            settled, missing = self._settled(part, wide=wide)
            kept += _flat(settled, type(node))
            lost += missing
        if isinstance(node, Some) and any(map(positive, kept)):
            lost += [_branch(part) for part in kept if not positive(part)]
            kept = [part for part in kept if positive(part)]
        if not kept:
            return None, lost
        for each in lost:
            self._note(each, wider=isinstance(node, Every) == wide)
        if isinstance(node, Some) and len(kept) > 1 and not any(map(positive, kept)):
            return _negated(Every(tuple(part for each in kept for part in _flat(_negated(each), Every)))), []
        kept = list({shown(part): part for part in kept}.values())
        return kept[0] if len(kept) == 1 else type(node)(tuple(kept)), []

    def _near(self, node: Near, *, wide: bool) -> tuple[Node | None, list[Lost]]:
        """NEAR takes words, phrases and OR-groups; with anything else both sides are asked for anywhere."""
        (left, lost), (right, also) = (self._settled(each, wide=wide) for each in (node.left, node.right))
        if left is None or right is None:
            kept = right if left is None else left
            if kept is None:
                return None, lost + also
            for each in lost + also:
                self._note(each, wider=wide)
            return kept, []
        if _fits_near(left) and _fits_near(right):
            return Near(left, right, node.distance, node.ordered), []
        at = next(leaves(left)).at
        why = "it takes only words, phrases and OR-groups of them, so both sides are looked for anywhere"
        self._note(Lost(f"NEAR/{node.distance - 1}", at, why), wider=wide)
        return Every((*_flat(left, Every), *_flat(right, Every))), []


def _negated(node: Node | None) -> Node | None:
    return node.part if isinstance(node, Not) else node and Not(node)


def _flat(node: Node | None, kind: type) -> list[Node]:
    if isinstance(node, Every | Some) and isinstance(node, kind):
        return list(node.parts)
    return [] if node is None else [node]


def _branch(node: Node) -> Lost:
    why = "an alternative that says only what must not be there would find almost every post"
    return Lost(shown(node), next(leaves(node)).at, why)


def _fits_near(node: Node) -> bool:
    if isinstance(node, Leaf):
        return not node.field
    return isinstance(node, Some | Near) and all(map(_fits_near, below(node)))


def _fitting(node: Node) -> Iterator[Node]:
    """The node, parted at its alternatives until each part is short enough; raises `Refused`."""
    if len(shown(node)) <= LONGEST and sum(1 for _ in leaves(node)) <= MOST_LEAVES:
        yield node
        return
    parts = list(node.parts) if isinstance(node, Every) else [node]
    longest = max((part for part in parts if isinstance(part, Some)), key=lambda part: len(shown(part)), default=None)
    if longest is None:
        why = f"a query has at most {LONGEST:,} characters and {MOST_LEAVES} terms, and this has no OR to part it at"
        raise Refused(0, why)
    middle = len(longest.parts) // 2
    for half in (longest.parts[:middle], longest.parts[middle:]):
        branch = half[0] if len(half) == 1 else Some(half)
        whole = [one for part in parts for one in (_flat(branch, Every) if part is longest else [part])]
        yield from _fitting(whole[0] if len(whole) == 1 else Every(tuple(whole)))


def _taken(node: Node) -> str:
    """The text of a query, which our own parser takes; raises `Refused`."""
    text = shown(node)
    try:
        parse(text, scope="topic")
    except QueryError as error:
        raise Refused(0, error.why) from None
    return text
