"""Asking feeds for what has changed, a few at once."""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

from listener.errors import SourceError
from listener.net.answers import host_of
from listener.sources.rss.memory import Memory
from listener.sources.rss.posts import Feed

if TYPE_CHECKING:
    from listener.net.guard import Answer

AT_ONCE = 4
"""Feeds that are asked at the same time; each may hold 5 MB in memory."""

_DEADLINE = 8.0  # seconds for a feed with its redirects
_PATIENCE = 9.0  # seconds for all at once; who is not done then hangs in looking a name up, which has no deadline
_TYPES = "application/atom+xml, application/rss+xml, application/rdf+xml, application/xml;q=0.9, */*;q=0.5"


class Asking:
    """Asks feeds.

    Args:
        allow_private: also those in private networks.
    """

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private

    def all(self, known: Mapping[Feed, Memory]) -> Iterator[tuple[Feed, "Answer | SourceError"]]:
        """The answer of each, with any status, or why there is none, in the order of asking."""
        pool = ThreadPoolExecutor(AT_ONCE, "feed")
        asked = {feed: pool.submit(self._ask, feed, memory) for feed, memory in known.items()}
        wait(asked.values(), timeout=_PATIENCE)
        pool.shutdown(wait=False, cancel_futures=True)
        for feed in list(asked):
            yield feed, _outcome(feed, asked.pop(feed))

    def _ask(self, feed: Feed, memory: Memory) -> "Answer":
        from listener.net import bounded, guard  # noqa: PLC0415 - requests takes 0.1 s to import, `--help` does without

        validators = {"If-None-Match": memory.etag, "If-Modified-Since": memory.modified}
        headers = {"Accept": _TYPES} | {name: value for name, value in validators.items() if value}
        try:
            return guard.get(feed.url, headers, allow_private=self._allow_private, deadline=_DEADLINE)
        except guard.Forbidden as error:
            raise SourceError("rss", str(error), permanent=True, code="forbidden") from error
        except bounded.FAILURES as error:
            raise bounded.failure("rss", feed.url, error) from error


def _outcome(feed: Feed, future: "Future[Answer]") -> "Answer | SourceError":
    if not future.done():
        return SourceError("rss", f"no whole answer from {host_of(feed.url)} in time", code="timeout")
    try:
        return future.result()
    except SourceError as error:
        return error
