"""What one page of feeds brings, until it goes out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from listener.errors import SourceError
from listener.net.answers import Refusal, refused
from listener.sources.rss import memory
from listener.sources.rss.document import Document
from listener.sources.rss.memory import Memory, print_of
from listener.sources.rss.posts import Feed, posts_of
from listener.sources.rss.reader import Reader
from listener.sources.rss.scan import Refused
from listener.types import Ask, Batch, Gap, Post, Trouble

if TYPE_CHECKING:
    from listener.net.guard import Answer


class Page:
    """Posts, gaps and cursors; `known` is what is remembered of each feed by now, `read` the prints of those read."""

    def __init__(self, feeds: Sequence[Feed], ask: Ask) -> None:
        self._now, self._cursors = ask.now, ask.cursors
        self.known = {feed: memory.decoded(ask.cursors.get(feed.print, "")) for feed in feeds}
        self.posts: list[Post] = []
        self.read: set[str] = set()
        self._gaps: list[Gap] = []
        self._errors: dict[Feed, SourceError] = {}

    def is_ill(self, feed: Feed) -> bool:
        """Whether it could not be read the last time."""
        return self.known[feed].failures > 0

    def next_try(self, feed: Feed) -> datetime:
        """When a feed that is ill is asked again."""
        return self.known[feed].again or self._now

    def take(self, feed: Feed, answer: "Answer | SourceError", reader: Reader) -> None:
        """Add what a feed answered."""
        self.read.add(feed.print)
        try:
            self.known[feed] = self._understood(feed, answer, reader)
        except SourceError as error:
            self._errors[feed] = error
            self.known[feed] = memory.failed(self.known[feed], error, self._now)

    def _understood(self, feed: Feed, answer: "Answer | SourceError", reader: Reader) -> Memory:
        if isinstance(answer, SourceError):
            raise answer
        if answer.status == 304:
            return memory.well(self.known[feed])
        if answer.status != 200:
            setting = "the name and password in its address" if answer.status == 401 else ""
            raise refused("rss", feed.url, Refusal(answer.status, answer.headers, answer.body), self._now, setting)
        try:
            # By the address as configured: relative ids would change with every other redirect.
            document = reader.read(answer.body, answer.headers.get("content-type", ""), feed.url)
        except Refused as error:
            raise SourceError("rss", str(error), code="feed") from error
        return self._news(feed, document, answer.headers)

    def _news(self, feed: Feed, document: Document, headers: Mapping[str, str]) -> Memory:
        old, posts = self.known[feed], posts_of(feed, document, self._now)
        prints = {print_of(id): print_of(post.words) for id, post in posts.items()}
        told = (post for id, post in posts.items() if old.seen.get(print_of(id)) != prints[print_of(id)])
        self.posts += (post for post in told if post.words)
        if memory.is_torn(old, prints):
            why = "none of the entries that were known is left: others may have come and gone"
            self._gaps.append(Gap(feed.name, old.at or self._now, self._now, why))
        said = headers if document.is_whole else {}  # what breaks off is asked for again in full
        return memory.changed(old, prints, said.get("etag", ""), said.get("last-modified", ""), self._now)

    def batch(self, *, more: bool, cursors: Mapping[str, str]) -> Batch:
        """The page; raises `SourceError` where no feed at all can be read, but not before each has had its turn."""
        if not more and all(map(self.is_ill, self.known)):
            raise self._failure()
        new = {feed.print: memory.encoded(each) for feed, each in self.known.items() if feed.print in self.read}
        moved = {name: cursor for name, cursor in new.items() if cursor != self._cursors.get(name)}
        return Batch(
            posts=tuple(self.posts),
            gaps=tuple(self._gaps),
            cursors={**moved, **cursors},
            more=more,
            troubles=tuple(
                Trouble(feed.name, each.why, self.next_try(feed)) for feed, each in self.known.items() if each.failures
            ),
        )

    def _failure(self) -> SourceError:
        """The error of the feed that may be asked again first, of those just asked if any."""
        feed = min(self._errors or self.known, key=self.next_try)
        why = f"{feed.name}: {self.known[feed].why}"
        why += f"; the other {len(self.known) - 1} feeds fail too" if len(self.known) > 1 else ""
        error = self._errors.get(feed)
        if error is None:
            return SourceError("rss", why, wait=(self.next_try(feed) - self._now).total_seconds())
        return SourceError("rss", why, permanent=error.permanent, wait=error.wait, code=error.code)
