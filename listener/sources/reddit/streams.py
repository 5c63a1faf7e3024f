"""What there is to read, each with a cursor of its own."""

import logging
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from listener.errors import QueryError
from listener.net import Params
from listener.query import parse
from listener.query.native import REDDIT, Unsearchable, widest
from listener.sources.reddit import communities, sweep
from listener.sources.reddit.gathered import Gathered
from listener.sources.reddit.options import Options
from listener.sources.reddit.sweep import CEILING, Sweep
from listener.types import Ask

log = logging.getLogger(__name__)

FOUND = 250
"""Most posts that a search ever shows, about."""

LISTINGS = {"post": "posts", "comment": "comments"}
"""Streams of joined subreddits by kind of thing."""


class Stream(NamedTuple):
    """Something to read."""

    name: str  # of its cursor
    path: str
    params: Params
    ceiling: int = CEILING  # most posts that it ever shows

    @property
    def is_listing(self) -> bool:
        """Whether it is a listing of subreddits, no search."""
        return self.name in LISTINGS.values()

    @property
    def is_backfill(self) -> bool:
        """Whether it is read once only."""
        return self.name.startswith("backfill/")


def streams(options: Options, found: Gathered) -> list[Stream]:
    """All that is to be read: listings first, then searches, those that waited longest first."""
    readable = communities.readable(options.names, communities.decoded(found.cursor("subreddits")))
    joined, paths = f"r/{'+'.join(readable)}", {"post": "new", "comment": "comments"}
    listings = [Stream(LISTINGS[kind], f"{joined}/{paths[kind]}", {}) for kind in options.kinds if readable]
    searches = []
    for name, query in _searches(found.ask).items():
        if readable and found.cursor(f"backfill/{name}"):
            here: Params = {"q": query, "sort": "new", "restrict_sr": "1"}
            searches.append(Stream(f"backfill/{name}", f"{joined}/search", here, FOUND))
        if options.search and "post" in options.kinds:
            searches.append(Stream(f"search/{name}", "search", {"q": query, "sort": "new"}, FOUND))
    return [*listings, *sorted(searches, key=lambda stream: _last(found, stream))]


def backfill(found: Gathered, since: int) -> None:
    """Have the topics searched for in what a listing does not show any more; an earlier gap stays to be filled."""
    for name in _searches(found.ask):
        under_way = sweep.decoded(found.cursor(f"backfill/{name}"))
        start = min(since, under_way.start) if under_way else since
        found.move(f"backfill/{name}", sweep.encoded(Sweep(done=start, start=start)))


def backfilling(found: Gathered, cursors: Mapping[str, str]) -> bool:
    """Whether a gap is being searched, by these cursors and, where they say nothing, those before."""
    known = {**found.ask.cursors, **cursors}
    return any(known.get(f"backfill/{name}") for name in _searches(found.ask))


def _last(found: Gathered, stream: Stream) -> float:
    last = sweep.decoded(found.cursor(stream.name))
    return last.at if last else 0.0


def _searches(ask: Ask) -> dict[str, str]:
    """What to search for, by a short name of it."""
    sets = tuple(ask.sets.items())
    asked = dict.fromkeys(search for query in ask.queries for search in _widest(query, sets))
    return {sha256(search.encode()).hexdigest()[:12]: search for search in asked}


@lru_cache(10_000)
def _widest(query: str, sets: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Searches that together find all that the query matches, and more; told once where there is none."""
    try:
        return tuple(widest(parse(query, dict(sets)).tree, REDDIT))
    except (QueryError, Unsearchable) as error:
        log.warning("source=reddit status=unsearchable action=read the subreddits only: %s", error)
        return ()
