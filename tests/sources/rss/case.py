"""The source before invented feeds on this machine: what the contract is tested on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec.structs import replace

from listener.sources.rss import Options
from listener.sources.rss.posts import Feed
from listener.types import Post
from tests.sources.rss.site import Site, serving

HERE = Path(__file__).parent
PATHS = (
    "shop.rss",
    "journal.atom",
    "a/journal.atom",
    "b/journal.atom",
    "c/journal.atom",
)  # more than are asked at once


@contextmanager
def feeds() -> Iterator[tuple[Site, Options, list[Post]]]:
    """The site, the options, and the posts, which are named after the address of their feed."""
    posts = msgspec.json.decode((HERE / "posts.json").read_bytes(), type=list[Post])
    with serving() as site:
        named = []
        for path in PATHS:
            name = path.rpartition("/")[2]
            site.pages[path] = (HERE / name).read_bytes()
            mark = Feed(site.url(path)).print
            named += [
                replace(post, id=post.id.replace(name, mark, 1)) for post in posts if post.id.startswith(f"{name}/")
            ]
        yield site, Options(feeds=tuple(map(site.url, PATHS)), allow_private=True), named
