"""Which subreddits can be read: pure. A joined listing leaves out those it cannot show and does not say so."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from listener.errors import SourceError
from listener.types import Trouble

WELL, SICK = 86_400.0, 840.0
"""Seconds until a subreddit is looked at again, that could be read and that could not."""

REFUSALS = ("301", "302", "403", "404", "410", "451")
"""Codes of refusals that concern one address, not the whole service."""

_WHY = {
    "301": "it does not exist",
    "302": "it does not exist",
    "403": "it is private or in quarantine, or your app is not approved for it: check REDDIT_CLIENT_ID",
    "404": "it does not exist or is banned",
    "410": "it is gone",
    "451": "it may not be shown here",
}


class Community(Struct, frozen=True, omit_defaults=True):
    """What is known of a subreddit. Times are epoch seconds."""

    look: float  # when to look again
    why: str = ""  # why it cannot be read; "": it can
    since: float = 0.0  # since when


Communities = Mapping[str, Community]
"""By name in lower case."""


def decoded(cursor: str) -> dict[str, Community]:
    """What a cursor says."""
    try:
        return msgspec.json.decode(cursor, type=dict[str, Community]) if cursor else {}
    except ValueError:
        return {}


def encoded(known: Communities) -> str:
    """The cursor of what is known."""
    return msgspec.json.encode(known).decode()


def due(names: Iterable[str], known: Communities, now: float) -> list[str]:
    """Those to be looked at."""
    return [name for name in names if name not in known or known[name].look <= now]


def troubles(names: Iterable[str], known: Communities) -> tuple[Trouble, ...]:
    """Those that cannot be read, as people are told of them."""
    ill = ((name, known[name]) for name in names if name in known and known[name].why)
    return tuple(Trouble(f"r/{name}", each.why, datetime.fromtimestamp(each.look, UTC)) for name, each in ill)


def readable(names: Iterable[str], known: Communities) -> list[str]:
    """Those that can be read."""
    return [name for name in names if name in known and not known[name].why]


def looked(before: Community | None, refusal: SourceError | None, now: float, since: float) -> Community:
    """What a look found out; `since` is how far the subreddit was surely read."""
    if refusal is None:
        return Community(now + WELL)
    why = f"Reddit answered {refusal.code}: {_WHY[refusal.code]}"
    return Community(now + SICK, why, before.since if before and before.why else since)
