"""Reads as the product does: pass after pass, cursors kept once a page is stored."""

from datetime import UTC, datetime, timedelta
from typing import Any

from listener.collect import collect
from listener.sources.reddit import Options, Source
from listener.types import Ask, Batch, Gap, Post
from tests.sources.reddit.fake import Env, Reddit

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NOON = int(NOW.timestamp())


class Reader:
    def __init__(self, service: Reddit, limit: int = 100, queries: tuple[str, ...] = (), **options: Any) -> None:
        made = Options(**{"subreddits": ("desks",), **options})
        self.service, self.source = service, Source(made, Env(), service)  # type: ignore[arg-type]  # stands for an Api
        self.limit, self.queries, self.now = limit, queries, NOW
        self.cursors: dict[str, str] = {}
        self.stored: dict[str, Post] = {}
        self.deleted: set[str] = set()
        self.gaps: list[Gap] = []
        self.filled: list[str] = []
        self.last = Batch()

    def later(self, seconds: float) -> "Reader":
        self.now += timedelta(seconds=seconds)
        return self

    def poll(self, stop: int | None = None) -> "Reader":
        """One pass, or one that is killed when so many pages are stored."""
        ask = Ask(now=self.now, cursors=self.cursors, limit=self.limit, queries=self.queries)
        for number, page in enumerate(collect("reddit", self.source, ask)):
            if number == stop:
                break
            self.last = page
            self.stored |= {post.id: post for post in page.posts}
            self.deleted |= set(page.deleted)
            self.gaps += page.gaps
            self.filled += page.filled
            self.cursors |= page.cursors
        return self

    def requests(self, path: str = "") -> int:
        return sum(path in asked for asked, _ in self.service.asked)
