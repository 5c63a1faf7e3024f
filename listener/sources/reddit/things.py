"""Reddit's things, submissions and comments, as posts."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from msgspec import Struct

from listener.edge import address, bad, when
from listener.errors import SourceError
from listener.sources.reddit.sweep import Entry, Page
from listener.types import Bad, Post, Reach

SITE = "https://www.reddit.com"

_GONE = ("[deleted]", "[removed]", "[ Removed by Reddit ]", "[deleted by user]")


class Thing(Struct, frozen=True, kw_only=True):
    """A submission ("t3_…") or a comment ("t1_…"); other keys are ignored."""

    name: str
    created_utc: object = None
    author: str | None = None
    subreddit: str | None = None
    title: str | None = None
    selftext: str | None = None
    body: str | None = None
    url: str | None = None
    permalink: str | None = None
    link_id: str | None = None
    parent_id: str | None = None
    link_flair_text: str | None = None
    score: int | None = None
    num_comments: int | None = None
    is_self: bool = False
    removed_by_category: str | None = None

    @property
    def is_comment(self) -> bool:
        """Whether it is a comment."""
        return self.name.startswith("t1_")

    @property
    def is_gone(self) -> bool:
        """Whether its author, a moderator or Reddit took it away."""
        return (self.body if self.is_comment else self.selftext) in _GONE or bool(self.removed_by_category)


class Read(NamedTuple):
    """What things say."""

    posts: list[Post]
    deleted: list[str]  # keys
    bad: list[Bad]


class _Listing(Struct, frozen=True):
    children: list[object]
    after: str | None = None


class _Answer(Struct, frozen=True):
    data: _Listing
    kind: str = "Listing"


def page_of(answer: object, after: str = "") -> Page:
    """The page of an answer; raises `SourceError` where it is none, or not the one below `after`."""
    try:
        listing = msgspec.convert(answer, _Answer).data
    except msgspec.ValidationError as error:
        raise SourceError("reddit", f"the listing has changed: {error}", code="format") from error
    entries = [_entry(child) for child in listing.children]
    if after and any(entry.name == after for entry in entries):
        raise SourceError("reddit", "Reddit answered another question than ours", code="repeat")
    return Page(entries, listing.after or "")


def read(entries: Sequence[Entry], now: datetime, *, looked_up: bool = False) -> Read:
    """Posts, deleted ones and those that cannot be understood.

    Args:
        looked_up: they were stored before: where the author's account is gone, what they wrote goes too.
    """
    found = Read([], [], [])
    for entry in entries:
        try:
            thing = msgspec.convert(entry.raw, Thing)
            if thing.is_gone or (looked_up and thing.author in (None, *_GONE)):
                found.deleted.append(f"reddit:{thing.name}")
            else:
                found.posts.append(_post(thing, now))
        except ValueError as error:
            found.bad.append(bad("reddit", entry.name, entry.raw, str(error)))
    return found


def _entry(child: object) -> Entry:
    raw = child.get("data") if isinstance(child, dict) else None
    if not isinstance(raw, dict):
        return Entry("", None, child)
    name, time = raw.get("name"), raw.get("created_utc")
    is_number = isinstance(time, int | float) and not isinstance(time, bool)
    return Entry(name if isinstance(name, str) else "", time if is_number else None, raw)


def _post(thing: Thing, now: datetime) -> Post:
    text, title = (thing.body if thing.is_comment else thing.selftext) or "", thing.title or ""
    if not thing.name.startswith(("t1_", "t3_")):
        raise ValueError("neither a post nor a comment")
    if not (text or title).strip():
        raise ValueError("a post without words")
    created_at, flags = when(thing.created_utc, now)
    return Post(
        source="reddit",
        id=thing.name,
        text=text,
        title="" if thing.is_comment else title,
        created_at=created_at,
        url=_permalink(thing),
        author="" if thing.author in (None, *_GONE) else thing.author or "",
        community=thing.subreddit or "",
        kind="comment" if thing.is_comment else "post",
        parent=(thing.parent_id or "") if thing.is_comment else "",
        tags=tuple(filter(None, [thing.link_flair_text])),
        links=() if thing.is_self or thing.is_comment else tuple(filter(None, [address(thing.url or "")])),
        reach=Reach(likes=thing.score, replies=None if thing.is_comment else thing.num_comments),
        flags=flags,
    )


def _permalink(thing: Thing) -> str:
    if thing.permalink:
        return SITE + thing.permalink
    id, link = thing.name[3:], (thing.link_id or "")[3:]
    return f"{SITE}/comments/{link}/_/{id}/" if thing.is_comment else f"{SITE}/comments/{id}/"
