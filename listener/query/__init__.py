"""The tracked-keyword language: parse a query once, test it on any post."""

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from weakref import WeakValueDictionary

from listener.query.doc import Doc
from listener.query.evaluate import Hit, test
from listener.query.fields import FIELDS, TAG_FIELDS, Facts
from listener.query.parser import LONGEST, MOST_LEAVES, Parser, Scope
from listener.query.tree import Field, In, Mark, Node, children, leaves

__all__ = ["FIELDS", "LONGEST", "MOST_LEAVES", "TAG_FIELDS", "Doc", "Facts", "Hit", "Query", "parse"]


class Query:
    """A query that was understood."""

    def __init__(self, text: str, tree: Node) -> None:
        self.text, self.tree = text, tree

    def test(self, doc: Doc) -> Hit | None:
        """Why the post matches, or None where it does not."""
        return test(self.tree, doc)

    @cached_property
    def fields(self) -> frozenset[str]:
        """Names of the fields that it asks for."""
        return frozenset(_fields(self.tree))

    @cached_property
    def handles(self) -> frozenset[str]:
        """The handles that it looks for, folded, such as "@acme": an undefined set is one of them."""
        marks = (leaf for leaf in leaves(self.tree) if isinstance(leaf, Mark))
        return frozenset(mark.name for mark in marks if mark.name.startswith("@"))

    def __str__(self) -> str:
        """The query in one way of writing it: with the same sets, it is read as the same tree."""
        return str(self.tree)

    def __repr__(self) -> str:
        return f"Query({self.text!r})"


_known = WeakValueDictionary[tuple[str, tuple[tuple[str, str], ...], Scope], Query]()
"""Queries that somebody holds: a configuration and what is made of it share them."""


def parse(text: str, sets: Mapping[str, str] = MappingProxyType({}), *, scope: Scope = "search") -> Query:
    """Understand a query; raises `QueryError` with a caret under what is wrong.

    Args:
        sets: the queries that "@name" stands for.
        scope: in a "topic" the tag fields are refused, in a "route" and a "search" they are read.
    """
    key = text, tuple(sets.items()) if "@" in text else (), scope
    known = _known.get(key)
    if known is None:
        _known[key] = known = Query(text, Parser(text, sets, scope, {}).parse())
    return known


def _fields(node: Node) -> list[str]:
    here = [node.name] if isinstance(node, Field) else ["title"] if isinstance(node, In) else []
    return here + [name for child in children(node) for name in _fields(child)]
