"""What is remembered of a feed between two looks at it: its cursor. Pure."""

from datetime import datetime, timedelta
from hashlib import sha256

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from listener.errors import SourceError

LEAST = 200
"""Entries of a feed that are remembered at least; more where it shows more at once."""

_FIRST, _LONGEST, _DAY = 30.0, 900.0, 86_400.0  # seconds until a feed that fails is tried again


class Memory(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A feed as it was left. It is asked again at every poll, but not before `again`."""

    etag: str = ""
    modified: str = ""
    at: datetime | None = None  # when it last changed, as far as we saw
    seen: dict[str, str] = {}  # print of an entry's id → print of its words, the newest last
    failures: int = 0  # in a row
    why: str = ""  # the last one
    since: datetime | None = None  # the first one
    again: datetime | None = None


def decoded(cursor: str) -> Memory:
    """What a cursor says; of another version: nothing, for entries have names and repeat nothing."""
    try:
        return msgspec.json.decode(cursor, type=Memory) if cursor else Memory()
    except ValueError:
        return Memory()


def encoded(memory: Memory) -> str:
    """The cursor."""
    return msgspec.json.encode(memory).decode()


def print_of(*words: str) -> str:
    """Twelve characters that stand for some words."""
    return sha256("\n".join(words).encode(errors="replace")).hexdigest()[:12]


def is_due(memory: Memory, now: datetime) -> bool:
    """Whether it may be asked."""
    return memory.again is None or memory.again <= now


def well(memory: Memory) -> Memory:
    """After an answer."""
    return replace(memory, failures=0, why="", since=None, again=None)


def changed(memory: Memory, prints: dict[str, str], etag: str, modified: str, now: datetime) -> Memory:
    """After a document with these entries, the newest last."""
    older = {id: words for id, words in memory.seen.items() if id not in prints}
    keep = max(LEAST, 2 * len(prints))
    seen = dict(list((older | prints).items())[-keep:])
    return replace(well(memory), etag=_header(etag), modified=_header(modified), at=now, seen=seen)


def failed(memory: Memory, error: SourceError, now: datetime) -> Memory:
    """After trouble: back-off doubles up to 15 min, unless the feed says how long to wait or only a person can help."""
    failures = memory.failures + 1
    wait = error.wait
    if wait is None:
        wait = _LONGEST if error.permanent else min(_LONGEST, _FIRST * 2.0 ** min(failures - 1, 10))
    if error.code == "410":
        wait = _DAY  # the feed itself says that it will not come back
    again = now + timedelta(seconds=wait)
    return replace(memory, failures=failures, why=error.why, since=memory.since or now, again=again)


def is_torn(memory: Memory, prints: dict[str, str]) -> bool:
    """Whether entries may have come and gone unseen: none of those that were known is left."""
    return bool(memory.seen and prints and not memory.seen.keys() & prints.keys())


def _header(value: str) -> str:
    # Sent back as it came; what would not fit into a request is left out.
    return value if len(value) <= 500 and value.isascii() and value.isprintable() else ""
