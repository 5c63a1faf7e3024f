"""A public post as its platform showed it, and the two smallest nouns: a clock and a JSON object."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec import Struct

Clock = Callable[[], datetime]  # answers the present as an aware UTC time
Json = dict[str, Any]  # a decoded JSON object


class Reach(Struct, frozen=True):
    """How far a post may have spread; None where the platform does not say."""

    followers: int | None = None
    likes: int | None = None
    replies: int | None = None


class Post(Struct, frozen=True, kw_only=True):
    """One public post as its platform showed it, mended at the edge (see `edge.repair`)."""

    source: str  # the platform: "reddit", "x", "hackernews" …
    id: str  # as the platform writes it
    text: str  # plain text; "" for a bare title
    created_at: datetime  # aware UTC; the time of fetching where the platform's is missing (see flags)
    title: str = ""
    url: str = ""
    author: str = ""  # handle without "@"
    community: str = ""  # subreddit, instance, forum …
    kind: str = "post"  # "post", "comment", "story" …
    parent: str = ""  # id of what it answers
    tags: tuple[str, ...] = ()  # hashtags and flairs, without "#"
    links: tuple[str, ...] = ()  # addresses that it links to
    lang: str = ""  # BCP 47 as the platform says, "" unknown
    place: str = ""  # where it was written, as the platform says
    reach: Reach = Reach()
    flags: tuple[str, ...] = ()  # what was odd: "time-missing", "time-future", "time-old", "text-cut", "text-mended"

    @property
    def key(self) -> str:
        """The post's name everywhere: "source:id"."""
        return f"{self.source}:{self.id}"

    @property
    def words(self) -> str:
        """Title and text as one; offsets of spans and evidence count in it."""
        return f"{self.title}\n\n{self.text}" if self.title and self.text else self.title or self.text
