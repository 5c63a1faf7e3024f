"""The route tree: first match wins, `continue` goes on, children inherit."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from listener.query import Doc, Facts, Query, parse
from listener.types import Finding, Post, Route


class _Node(Struct, frozen=True):
    query: Query | None
    channel: str
    fallback: str
    go_on: bool
    children: tuple["_Node", ...]


class Router:
    """Where a finding goes. Built once from the configuration; raises `QueryError` on a bad `match`."""

    def __init__(self, root: Route, sets: dict[str, str], names: dict[str, str]) -> None:
        self._root, self._names = _node(root, sets, root), names

    def channels(self, finding: Finding, now: datetime) -> tuple[str, ...]:
        """The channels that hear of it, in the order of the routes, each once."""
        return self.where(Doc.of(finding.post, now, facts(finding, self._names)))

    def where(self, doc: Doc) -> tuple[str, ...]:
        """The channels that hear of something that is so."""
        return tuple(dict.fromkeys(node.channel for node in _walk(self._root, doc)))

    def about(self, topic: str, now: datetime) -> tuple[str, ...]:
        """The channels that hear of a topic where there is no post to speak of."""
        names = (topic, self._names.get(topic, topic)) if topic else ()
        return self.where(Doc.of(Post(source="", id="", text="", created_at=now), now, Facts(topic=names)))

    @property
    def root_fallback(self) -> str:
        """Where operators' notices go when their own channel is gone."""
        return self._root.fallback

    def fallback(self, channel: str) -> str:
        """Where to go instead when a channel is gone; "" nowhere."""
        return next((n.fallback for n in _all(self._root) if n.channel == channel and n.fallback != channel), "")


def facts(finding: Finding, names: dict[str, str], state: str = "open") -> Facts:
    """The values of the tag fields of one finding."""
    tags = finding.tags
    return Facts(
        moments=tuple(tags.labels),
        urgency=tags.urgency,
        sentiment=tags.sentiment.label,
        question=tags.is_question,
        signals=tags.signals,
        place=tags.place or "",
        score=finding.score.value,
        topic=(finding.match.topic, names.get(finding.match.topic, finding.match.topic)),
        state=state,
    )


def _node(route: Route, sets: dict[str, str], above: Route) -> _Node:
    channel, fallback = route.channel or above.channel, route.fallback or above.fallback
    inherited = Route(channel=channel, fallback=fallback)
    return _Node(
        parse(route.match, sets, scope="route") if route.match else None,
        channel,
        fallback,
        route.go_on,
        tuple(_node(child, sets, inherited) for child in route.routes),
    )


def _walk(node: _Node, doc: Doc) -> Iterator[_Node]:
    """The deepest nodes that match; a node none of whose children match stands for itself."""
    found = False
    for child in node.children:
        if child.query is None or child.query.test(doc):
            yield from _walk(child, doc)
            found = True
            if not child.go_on:
                return
    if not found:
        yield node


def _all(node: _Node) -> Iterator[_Node]:
    yield node
    for child in node.children:
        yield from _all(child)
