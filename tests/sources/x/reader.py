"""Reads as the product does: pass after pass, cursors kept once a page is stored."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from listener.collect import collect
from listener.errors import SourceError
from listener.sources.x import Options, Source
from listener.types import Ask, Batch, Gap, Post
from tests.sources.x.fake import NOW, Coins, Env, X


class Reader:
    def __init__(self, service: X, *queries: str, limit: int = 500, usd: float = 100.0, **options: Any) -> None:
        self.service, self.options = service, Options(max_usd_per_day=usd, **options)
        self.coins = Coins()
        self.limit, self.queries, self.now = limit, queries or ("desk",), NOW
        self.cursors: dict[str, str] = {}
        self.stored: dict[str, Post] = {}
        self.deleted: set[str] = set()
        self.gaps: list[Gap] = []
        self.errors: list[SourceError] = []
        self.last = Batch()
        self.start()

    def start(self) -> None:
        """As after a start of the product."""
        self.source = Source(self.options, Env(), self.service)  # type: ignore[arg-type]  # stands for an Api
        self.source.spend_from(self.coins)

    def later(self, seconds: float) -> "Reader":
        self.now += timedelta(seconds=seconds)
        return self

    def poll(self, stop: int | None = None) -> "Reader":
        """One pass, or one that is killed when so many pages are stored."""
        ask = Ask(now=self.now, cursors=self.cursors, limit=self.limit, queries=self.queries)
        try:
            for number, page in enumerate(collect("x", self.source, ask)):
                if number == stop:
                    break
                self.keep(page)
        except SourceError as error:
            self.errors.append(error)
        return self

    def recheck(self, ids: Sequence[int]) -> Batch:
        page = self.source.recheck([str(id) for id in ids], self.now)
        self.keep(page)
        return page

    def keep(self, page: Batch) -> None:
        self.last = page
        self.stored |= {post.id: post for post in page.posts}
        self.deleted |= set(page.deleted)
        self.gaps += page.gaps
        self.cursors |= page.cursors

    @property
    def ids(self) -> set[int]:
        return {int(id) for id in self.stored}

    def requests(self, path: str = "search/recent") -> list[dict[str, Any]]:
        return [dict(params) for asked, params in self.service.asked if asked.endswith(path)]
