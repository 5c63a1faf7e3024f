"""What X is asked for the topics: the widest queries in its language that lose nothing, and no reposts."""

import logging
from functools import lru_cache

from msgspec.structs import replace

from listener.errors import QueryError
from listener.query import parse
from listener.query.native import Unsearchable, X, widest
from listener.types import Ask

log = logging.getLogger(__name__)

_NO_REPOSTS = " -is:retweet"

DIALECT = replace(X, longest=X.longest - len(f"(){_NO_REPOSTS}"))
"""Its language, less the room that every question takes."""


def queries(ask: Ask) -> list[str]:
    """All that X is to be asked for, each once."""
    sets = tuple(ask.sets.items())
    return list(dict.fromkeys(native for query in ask.queries for native in _widest(query, sets)))


def without_reposts(query: str) -> str:
    """The question for a query: a repost says nothing new and costs as much."""
    return (f"({query})" if " " in query else query) + _NO_REPOSTS


@lru_cache(10_000)
def _widest(query: str, sets: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Queries that together find all that the query matches, and more; none where it cannot be asked for."""
    try:
        return tuple(widest(parse(query, dict(sets)).tree, DIALECT))
    except (QueryError, Unsearchable) as error:
        log.debug("source=x status=unsearchable action=leave out: %s", error)
        return ()
