"""Syften: words, phrases, NOT, -, commas, wildcards, `exact text`; a field that is repeated gives alternatives."""

from collections import defaultdict

from msgspec.structs import replace

from listener.dialects.grammar import Grammar, Reader
from listener.dialects.leaves import excluded, field, lang, lost, one_of, site, title
from listener.dialects.tree import Every, Leaf, Node, Not, Noted, Some

ONE_A_LINE = True

_ALTERNATIVES = ("site", "author", "lang", "community")


def _kind(value: str, at: int) -> Node:
    """A post that begins a thread goes by several names here, a comment by one."""
    make = excluded(field("type")) if value.lower() == "post" else field("type")
    return make("comment" if value.lower() in ("post", "comment") else value, at)


FIELDS = {
    "title": title,
    "site": site,
    "author": field("author"),
    "lang": lang,
    "type": _kind,
    "url": field("url"),
    "$tag": lost("say where it goes with [[route.routes]]"),
    "$accept": lost("posts are judged by their tags here: moments and threshold of the topic"),
}
"""Its fields in lower case."""


def read(text: str) -> Node:
    """One filter; raises `Unreadable`."""
    return _alternatives(Reader(text, Grammar(FIELDS, comma_is_or=True)).read())


def _alternatives(node: Node) -> Node:
    """The same field, asked for again beside itself, is one more alternative."""
    if isinstance(node, Some):
        return Some(tuple(map(_alternatives, node.parts)))
    if isinstance(node, Noted):
        return replace(node, child=_alternatives(node.child))
    if isinstance(node, Not):
        return Not(_alternatives(node.part))
    if not isinstance(node, Every):
        return node
    groups = defaultdict[str, list[Node]](list)
    parts = []
    for number, part in enumerate(map(_alternatives, node.parts)):
        name = _field(part)
        group = groups[name if name in _ALTERNATIVES else str(number)]
        group.append(part)
        if len(group) == 1:
            parts.append(group)
    return Every(tuple(map(one_of, parts))) if parts[1:] else one_of(parts[0])


def _field(node: Node) -> str:
    leaf = node.child if isinstance(node, Noted) else node
    return leaf.field if isinstance(leaf, Leaf) else ""
