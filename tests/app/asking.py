"""Invented posts that ask, for an app that listens."""

from collections.abc import Sequence
from datetime import timedelta

from listener.types import Post, Reach
from tests.conftest import NOW
from tests.trend.asking import REFUND, other


def post(n: str, text: str, at: float, author: str = "", source: str = "reddit") -> Post:
    """A kettle is named in each, for the topic; `at` in minutes after `NOW`."""
    return Post(
        source=source,
        id=n,
        text=f"{text} kettle",
        created_at=NOW + timedelta(minutes=at),
        author=author or f"author{n}",
        url=f"https://example.org/{source}/{n}",
        reach=Reach(likes=len(n)),
    )


def background() -> list[Post]:
    """Days of questions that nobody else asks."""
    return [post(f"b{n}", other(n), n * 15) for n in range(240)]


def burst(texts: Sequence[str] = REFUND, author: str = "", at: float = 3_600) -> list[Post]:
    """The same question in different words, one every five minutes, on two platforms."""
    sources = ("reddit", "x")
    return [post(f"r{at:g}{n}", text, at + 5 * n, author, sources[n % 2]) for n, text in enumerate(texts)]
