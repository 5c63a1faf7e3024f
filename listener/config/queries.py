"""What is said about the queries that configuration holds."""

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Literal

from listener.config.document import Document
from listener.config.positions import Key
from listener.errors import QueryError
from listener.query import Query, parse
from listener.query.fold import fold
from listener.query.glob import matches
from listener.query.tree import Field, leaves

_QUOTED = re.compile(r'"[^"]*"|`[^`]*`|/[^/]*/')
_HANDLE = re.compile(r"(?<![\w:])@([\w-]+)")


def check_query(
    document: Document, key: Key, text: str, sets: Mapping[str, str], scope: Literal["topic", "route"]
) -> Query | None:
    """The query; None where it cannot be read, which is noted with a caret under the place."""
    try:
        return parse(text, sets, scope=scope)
    except QueryError as error:
        document.problem(key, str(error))
        return None


def unknown_topics(query: Query, names: Collection[str]) -> list[str]:
    """The values of `topic:` in a query that are the id or name of no topic."""
    asked = [leaf.value for leaf in leaves(query.tree) if isinstance(leaf, Field) and leaf.name == "topic"]
    return [value for value in asked if not any(matches(fold(value), fold(name)) for name in names)]


def near_sets(text: str, sets: Mapping[str, str]) -> list[tuple[str, str]]:
    """Handles in a query that look like a mistyped set, each with that set: "@brnad", "@brand"."""
    handles = _HANDLE.findall(_QUOTED.sub(" ", text))
    near = ((each, get_close_matches(each, sets, n=1, cutoff=0.75)) for each in handles if each not in sets)
    return [(f"@{each}", f"@{found[0]}") for each, found in near if found]
