"""Posts of X as ours."""

from collections.abc import Mapping
from datetime import datetime
from html import unescape
from typing import NamedTuple

import msgspec
from msgspec import Struct

from listener.edge import bad, when
from listener.sources.x.api import Answer
from listener.types import Bad, Json, Post, Reach

ADDRESS = "https://x.com/{}/status/{}"

_LANGUAGES = {"iw": "he", "in": "id"} | dict.fromkeys(("und", "qam", "qct", "qht", "qme", "qst", "zxx", "art"), "")


class Counts(Struct, frozen=True):
    """Numbers of a post or of its author."""

    like_count: int | None = None
    reply_count: int | None = None
    followers_count: int | None = None


class Tag(Struct, frozen=True):
    """A hashtag."""

    tag: str = ""


class Link(Struct, frozen=True):
    """A link that X has shortened, and where it leads."""

    expanded_url: str = ""
    unwound_url: str = ""


class Entities(Struct, frozen=True):
    """What X found in a text."""

    hashtags: tuple[Tag, ...] = ()
    urls: tuple[Link, ...] = ()


class Reference(Struct, frozen=True):
    """Another post that this one repeats, quotes or answers."""

    type: str
    id: str


class Note(Struct, frozen=True):
    """The whole of a long post, of which `text` is the beginning."""

    text: str = ""
    entities: Entities = Entities()


class User(Struct, frozen=True):
    """An author."""

    id: str
    username: str = ""
    public_metrics: Counts = Counts()


class Tweet(Struct, frozen=True):
    """A post as X shows it; other keys are ignored."""

    id: str
    text: str
    author_id: str = ""
    created_at: object = None
    lang: str = ""
    public_metrics: Counts = Counts()
    entities: Entities = Entities()
    referenced_tweets: tuple[Reference, ...] = ()
    note_tweet: Note | None = None
    edit_history_tweet_ids: tuple[str, ...] = ()  # oldest first; each edit has an id of its own
    withheld: object = None  # where, and for whose right, it may not be shown

    @property
    def first(self) -> str:
        """The id that it had before any edit: its name with us."""
        return self.edit_history_tweet_ids[0] if self.edit_history_tweet_ids else self.id

    @property
    def latest(self) -> str:
        """The id of its newest version."""
        return self.edit_history_tweet_ids[-1] if self.edit_history_tweet_ids else self.id

    def refers(self, kind: str) -> str:
        """The id of the post that it refers to in this way, "" where it does not."""
        return next((each.id for each in self.referenced_tweets if each.type == kind), "")


class Read(NamedTuple):
    """What an answer says."""

    posts: dict[str, Post]  # by the id under which X shows them
    outdated: dict[str, str]  # of those the ones that were edited since: id → id of the newest version
    deleted: list[str]  # keys of posts that may not be shown any more
    bad: list[Bad]
    times: list[float]  # epoch seconds, where X says them


def read(answer: Answer, now: datetime) -> Read:
    """What can be understood; the rest is set aside. Authors that are missing stay unknown, reposts say nothing new."""
    users, found = _users(answer.body), Read({}, {}, [], [], [])
    for raw in answer.data:
        try:
            _add(msgspec.convert(raw, Tweet), users, found, now)
        except ValueError as error:
            found.bad.append(bad("x", str(raw.get("id", "")) if isinstance(raw, dict) else "", raw, str(error)))
    return found


def _add(tweet: Tweet, users: Mapping[str, User], found: Read, now: datetime) -> None:
    post = _post(tweet, users.get(tweet.author_id), now)
    if not {"time-missing", "time-future"} & {*post.flags}:
        found.times.append(post.created_at.timestamp())
    if tweet.withheld:
        found.deleted.append(post.key)
    elif not tweet.refers("retweeted"):
        found.posts[tweet.id] = post
        if tweet.latest != tweet.id:
            found.outdated[tweet.id] = tweet.latest


def _users(body: Json) -> Mapping[str, User]:
    try:
        users = msgspec.convert(body.get("includes", {}).get("users", []), list[User])
    except (ValueError, AttributeError):
        return {}
    return {user.id: user for user in users}


def _post(tweet: Tweet, user: User | None, now: datetime) -> Post:
    if not tweet.id.isdecimal() or not tweet.first.isdecimal():
        raise ValueError("an id that is no number")
    whole = tweet.note_tweet or Note()
    words = whole.text or tweet.text
    if not words.strip():
        raise ValueError("a post without words")
    created_at, flags = when(tweet.created_at, now)
    entities = whole.entities if whole.text else tweet.entities
    name = user.username if user else ""
    return Post(
        source="x",
        id=tweet.first,
        text=unescape(words),
        created_at=created_at,
        url=ADDRESS.format(name or "i", tweet.id),
        author=name,
        kind="comment" if tweet.refers("replied_to") else "post",
        parent=tweet.refers("replied_to"),
        tags=tuple(filter(None, (tag.tag for tag in entities.hashtags))),
        links=tuple(filter(None, (link.unwound_url or link.expanded_url for link in entities.urls))),
        lang=_LANGUAGES.get(tweet.lang, tweet.lang),
        reach=Reach(
            user.public_metrics.followers_count if user else None,
            tweet.public_metrics.like_count,
            tweet.public_metrics.reply_count,
        ),
        flags=flags,
    )
