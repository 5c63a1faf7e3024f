"""What is odd about the topics and sets of a configuration, though nothing stops it: each with file, line and cure."""

from collections.abc import Hashable, Iterator, Sequence

from listener.config.document import Document
from listener.config.folder import FILES
from listener.config.positions import Key
from listener.config.settings import Settings
from listener.query import parse
from listener.query.lint import form, lint, shown
from listener.query.tree import Node, Set, children
from listener.types import Route


def remarks(settings: Settings) -> list[str]:
    """Warnings about queries that were read without a mistake."""
    document = Document(settings.folder / FILES[1], [])
    trees = [parse(each.query, settings.sets, scope="topic").tree for each in settings.topics]  # once: there are many
    odd = (*_queries(settings, trees, document), *_twins(settings, trees, document))
    return [*odd, *_unused(settings, trees, document)]


def _queries(settings: Settings, trees: Sequence[Node], document: Document) -> Iterator[str]:
    written: list[tuple[Key, str, Node]] = [
        (("sets", name), text, parse(text, settings.sets, scope="topic").tree) for name, text in settings.sets.items()
    ]
    for number, (topic, tree) in enumerate(zip(settings.topics, trees, strict=True)):
        written.append((("topics", number, "query"), topic.query, tree))
    for key, text, tree in written:
        for remark in lint(tree):
            yield document.remark(key, shown(text, remark))


def _twins(settings: Settings, trees: Sequence[Node], document: Document) -> Iterator[str]:
    """Topics that find the same posts."""
    first = dict[Hashable, int]()
    for number, topic in enumerate(settings.topics):
        same = form(trees[number]), frozenset(topic.sources)
        other = first.setdefault(same, number)
        if other != number:
            name, line = settings.topics[other].name, document.line(("topics", other, "query"))
            why = (
                f'finds the same as "{name}" in line {line}, so that each post is found twice; remove one of the topics'
            )
            yield document.remark(("topics", number, "query"), why)


def _unused(settings: Settings, trees: Sequence[Node], document: Document) -> Iterator[str]:
    """Sets that no topic and no route names, not even through another set."""
    routes = [parse(text, settings.sets, scope="route").tree for text in _matches(settings.route) if text]
    used = {name for tree in (*trees, *routes) for name in _sets(tree)}
    for name in settings.sets:
        if name not in used:
            yield document.remark(("sets", name), f"no topic and no route uses @{name}; use it or remove it")


def _matches(route: Route) -> Iterator[str]:
    yield route.match
    for child in route.routes:
        yield from _matches(child)


def _sets(node: Node) -> Iterator[str]:
    if isinstance(node, Set):
        yield node.name
    for child in children(node):
        yield from _sets(child)
