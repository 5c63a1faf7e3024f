"""What passes between Listener and a place listened to, and what such a place must be able to do."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from itertools import compress
from typing import Any, Protocol, runtime_checkable

from msgspec import Struct

from listener.types.post import Post


class Gap(Struct, frozen=True):
    """A stretch of a stream that could not be read."""

    stream: str
    since: datetime
    until: datetime
    why: str


class Bad(Struct, frozen=True):
    """One post that could not be understood: set aside, never lost, never in the way of its page."""

    source: str
    id: str
    raw: str  # what came, as JSON or text, at most 40,000 characters
    why: str


class Light(Protocol):
    """A post as far as it must be known, besides its words, to see whether a topic may be about it."""

    @property
    def url(self) -> str:
        """Its address."""

    @property
    def author(self) -> str:
        """Who wrote it."""

    @property
    def community(self) -> str:
        """Where."""

    @property
    def links(self) -> Sequence[str]:
        """Addresses that it links to."""


class Rough(Struct, frozen=True):
    """Posts as they came, of which only those are read and mended that a topic may be about: most are about none."""

    keys: Sequence[str]  # as `Post.key`, each once
    words: Sequence[str]  # as `Post.words`
    lines: Sequence[Light]
    read: Callable[[Any], Post]  # makes the post of a line; raises ValueError or TypeError

    def parted(self, numbers: Collection[int]) -> tuple["Rough", "Rough"]:
        """Those with these numbers, and the others."""
        chosen, rest = bytearray(len(self.keys)), bytearray(b"\1") * len(self.keys)
        for number in numbers:
            chosen[number], rest[number] = 1, 0
        return self._only(chosen), self._only(rest)

    def _only(self, mask: bytearray) -> "Rough":
        keys, words, lines = compress(self.keys, mask), compress(self.words, mask), compress(self.lines, mask)
        return Rough([*keys], [*words], [*lines], self.read)


class Trouble(Struct, frozen=True):
    """A part of a source that cannot be read, while the rest is: one feed of many."""

    stream: str  # as people know it
    why: str  # one line a person can act on
    next_try: datetime


class Ask(Struct, frozen=True, kw_only=True):
    """What a source is asked for: all that is new since `cursors`."""

    now: datetime
    cursors: Mapping[str, str] = {}  # one a stream, as the source itself wrote them; empty at the first run
    queries: tuple[str, ...] = ()  # the topics' queries, for sources with a search of their own
    sets: Mapping[str, str] = {}  # the queries that "@name" stands for in them
    limit: int = 100  # posts a page, about
    rough: bool = False  # whether posts may come as `Batch.rough`


class Batch(Struct, frozen=True, kw_only=True):
    """One page of an answer. A cursor counts only once the page's posts are stored."""

    posts: tuple[Post, ...] = ()
    rough: Rough | None = None  # more posts; once they were sifted, those that no topic is about
    deleted: tuple[str, ...] = ()  # keys of posts deleted upstream
    cursors: Mapping[str, str] = {}  # those that moved; others stay
    more: bool = False  # another page waits now
    listing: bool = True  # False: posts that were looked up, which says nothing of how far the source was read
    wait: float | None = None  # seconds before the next call, where the platform says so
    gaps: tuple[Gap, ...] = ()
    bad: tuple[Bad, ...] = ()
    troubles: tuple[Trouble, ...] = ()  # all that stand after this page, old ones too
    filled: tuple[str, ...] = ()  # streams whose gaps until now were read after all, as far as the platform shows them


class Source(Protocol):
    """A place listened to: one file in `listener/sources` with `Options`, `Source` and `TERMS`."""

    def fetch(self, ask: Ask) -> Batch:
        """One page of what is new; raises `SourceError(permanent, wait)`."""


@runtime_checkable
class Recheck(Protocol):
    """A source that can look posts up again, so that edits and deletions are honoured."""

    def recheck(self, ids: Sequence[str], now: datetime) -> Batch:
        """The posts as they are now; `deleted` names those that are gone."""


class Rate(Struct, frozen=True):
    """How often a platform may be asked."""

    requests: int
    seconds: float  # so many requests in so long


class Terms(Struct, frozen=True, kw_only=True):
    """What a platform allows, as data beside the source that reads it."""

    about: str  # one sentence with the address of the terms
    keep_days: int | None = None  # None: as [retention] says
    recheck_hours: float | None = 24.0  # longest time between two looks at a stored post; None: cannot be looked up
    recheck_first: float | None = None  # minutes until the first look, doubled at each; None: as rarely as allowed
    every: float = 60.0  # seconds between polls unless configured
    rate: Rate | None = None  # None: the platform names no limit
    may_export: bool = True
    erase_unchecked: bool = False  # words that could not be looked up within `recheck_hours` are erased


class Environment(Protocol):
    """What a source or channel may ask of the process: its secrets, and nothing else."""

    def secret(self, name: str) -> str:
        """The value of NAME or of the file that NAME_FILE names; raises `MissingSecret`."""
