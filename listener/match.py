"""Which topics is a post about? Each post is folded once, whatever the number of topics."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from listener.query import Doc, Query, parse
from listener.query.tree import And, In, Near, Node, Or, Set, Term
from listener.types import Match, Post, Topic


class _Tracked(Struct, frozen=True):
    topic: Topic
    query: Query
    needs: frozenset[str] | None  # one of these words must be there; None: not known


class Matcher:
    """All topics, ready to be tested on posts. Picklable."""

    def __init__(self, tracked: tuple[_Tracked, ...]) -> None:
        self._tracked = tracked

    @classmethod
    def of(cls, topics: Sequence[Topic], sets: Mapping[str, str]) -> "Matcher":
        """Understands every query once; raises `QueryError`."""
        tracked = []
        for topic in topics:
            query = parse(topic.query, sets, scope="topic")
            tracked.append(_Tracked(topic, query, _needed(query.tree)))
        return cls(tuple(tracked))

    def __call__(self, posts: Sequence[Post], now: datetime) -> list[tuple[Match, ...]]:
        """For each post the topics that it is about, in the order of the configuration."""
        return [self._matches(post, now) for post in posts]

    def _matches(self, post: Post, now: datetime) -> tuple[Match, ...]:
        doc, found = Doc.of(post, now), []
        for tracked in self._tracked:
            topic = tracked.topic
            if topic.sources and post.source not in topic.sources:
                continue
            if tracked.needs is not None and tracked.needs.isdisjoint(doc.positions.keys()):
                continue
            if hit := tracked.query.test(doc):
                found.append(Match(topic.id, hit.leaves, hit.spans, topic.name))
        return tuple(found)


def _needed(node: Node) -> frozenset[str] | None:
    """Words one of which is in every text that a tree matches; None where there is no such list."""
    if isinstance(node, Term):
        plain = [e.text for e in node.elements if not e.glob and e.text.isascii()]
        return frozenset(plain[:1]) if plain else None
    if isinstance(node, And | Near):
        parts = [_needed(child) for child in (node.children if isinstance(node, And) else (node.left, node.right))]
        known = [part for part in parts if part is not None]
        return min(known, key=len) if known else None
    if isinstance(node, Or):
        parts = [_needed(child) for child in node.children]
        return None if None in parts else frozenset[str]().union(*(part for part in parts if part))
    return _needed(node.child) if isinstance(node, In | Set) else None
