"""Entries become posts: names that stay, words, times."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from msgspec import Struct

from listener.edge import address, when
from listener.sources.rss.document import Document, Entry
from listener.sources.rss.memory import print_of
from listener.types import Post

_LONGEST = 300  # characters of an id; longer ones are known by their print


class Feed(Struct, frozen=True):
    """A feed as configured."""

    url: str

    @property
    def print(self) -> str:
        """Tells feeds apart; the same for http and https."""
        return print_of(self.url.partition("://")[2])[:8]

    @property
    def name(self) -> str:
        """For people: host and path, without names and passwords, and without what looks like a token."""
        parts = urlsplit(self.url)
        path = "/".join("***" if len(each) > 30 and not each.isalpha() else each for each in parts.path.split("/"))
        return f"{parts.hostname or '?'}{path}"


def posts_of(feed: Feed, document: Document, now: datetime) -> dict[str, Post]:
    """The posts of all entries by their ids, the oldest first where the feed keeps the usual order."""
    named = _named(document.entries)
    return {id: _post(feed, document, id, entry, now) for id, entry in reversed(named.items())}


def _named(entries: Sequence[Entry]) -> dict[str, Entry]:
    """Each entry by a name that it keeps; of several forms of one entry the first, which is the newest."""
    links: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        links[_name(entry)].add(entry.link)
    named: dict[str, Entry] = {}
    for entry in entries:
        name = _name(entry)
        if len(links[name]) > 1:  # some feeds give all their entries one id
            name = f"{name} {entry.link}"
        named.setdefault(name if len(name) <= _LONGEST else print_of(name), entry)
    return named


def _name(entry: Entry) -> str:
    return entry.id or entry.link or print_of(entry.title or entry.text, str(entry.at))


def _post(feed: Feed, document: Document, id: str, entry: Entry, now: datetime) -> Post:
    created_at, flags = when(entry.at, now)
    return Post(
        source="rss",
        id=f"{feed.print}/{id}",
        text=entry.text,
        title=entry.title,
        created_at=created_at,
        url=address(entry.link) or address(entry.id),
        author=entry.author,
        community=document.title or urlsplit(feed.url).hostname or "",
        tags=entry.tags,
        lang=entry.lang or document.lang,
        flags=flags,
    )
