"""Queries that are words and phrases with OR between them, read in one go: most are, and large teams have thousands."""

import re

from listener.query.tree import Element, Node, Or, Term

_TERM = r'(?:"[A-Za-z0-9]++(?: [A-Za-z0-9]++)*+"|(?!(?:AND|OR|NOT|O?NEAR)\b)[A-Za-z0-9]++)'
_ALTERNATIVES = re.compile(rf"\s*+{_TERM}(?:\s++OR\s++{_TERM})*+\s*+")
_WRITTEN = re.compile(r'"[^"]+"|\b(?!OR\b)\w+')


def alternatives(query: str) -> Node | None:
    """The tree of such a query, None for any other; the same as if it were read character by character."""
    if not _ALTERNATIVES.fullmatch(query):
        return None
    found = tuple(map(_term, _WRITTEN.findall(query)))
    return found[0] if len(found) == 1 else Or(found)


def _term(written: str) -> Term:
    return Term(source=written, elements=tuple(map(Element, written.strip('"').lower().split(" "))))
