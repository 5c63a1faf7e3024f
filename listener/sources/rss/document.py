"""A feed as it was read, whatever its format: what passes between the reader and the source."""

from msgspec import Struct

SECONDS = 5.0
"""Most time of a processor that the reader may spend on one feed."""


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry; texts are plain."""

    id: str = ""
    link: str = ""
    title: str = ""
    text: str = ""
    author: str = ""
    tags: tuple[str, ...] = ()
    lang: str = ""
    at: float | str = ""  # when it was published or updated: epoch seconds, or as written where it cannot be read


class Document(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A whole feed, entries in its own order."""

    title: str = ""
    lang: str = ""
    entries: tuple[Entry, ...] = ()
    is_whole: bool = True  # False: it breaks off, and there is more


class Task(Struct, frozen=True):
    """What the reader is given, in one line of JSON; the bytes of the feed follow."""

    size: int  # bytes
    kind: str  # the header Content-Type
    url: str  # its address: links may be relative to it


class Result(Struct, frozen=True):
    """What the reader answers, in one line of JSON."""

    document: Document | None
    why: str = ""  # why there is none
