"""What is said about the queries that configuration holds."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Literal

from listener import query
from listener.config.document import Document
from listener.config.positions import Key
from listener.errors import QueryError

_QUOTED = re.compile(r'"[^"]*"|`[^`]*`|/[^/]*/')
_HANDLE = re.compile(r"(?<![\w:])@([\w-]+)")


def check_query(
    document: Document, key: Key, text: str, sets: Mapping[str, str], scope: Literal["topic", "route"]
) -> None:
    """Note what cannot be read in a query, with a caret under the place."""
    try:
        query.parse(text, sets, scope=scope)
    except QueryError as error:
        document.problem(key, str(error))


def near_sets(text: str, sets: Mapping[str, str]) -> list[tuple[str, str]]:
    """Handles in a query that look like a mistyped set, each with that set: "@brnad", "@brand"."""
    handles = _HANDLE.findall(_QUOTED.sub(" ", text))
    near = ((each, get_close_matches(each, sets, n=1, cutoff=0.75)) for each in handles if each not in sets)
    return [(f"@{each}", f"@{found[0]}") for each, found in near if found]
