"""Entries of RSS and Atom feeds, by feedparser. No key.

Each feed has a cursor of its own: its validators, so that an unchanged feed costs no transfer, and which entries it
showed with which words, so that nothing is told again because a feed reorders, while an edit is. A feed that fails is
named and left alone for a while; the others are read first, and stored before it is tried again.
"""

import re
from datetime import datetime
from importlib.util import find_spec
from itertools import islice

import msgspec
from msgspec import Struct

from listener.sources.rss import memory
from listener.sources.rss.asking import AT_ONCE, Asking
from listener.sources.rss.page import Page
from listener.sources.rss.posts import Feed
from listener.sources.rss.reader import Reader
from listener.types import Ask, Batch, Environment, Terms

if find_spec("feedparser") is None:  # only the reader imports it, in a process of its own
    raise ModuleNotFoundError("No module named 'feedparser'", name="feedparser")

TERMS = Terms(
    about="What a site gives out to be read by programs, under its own terms: those named in the feed or on the site.",
    recheck_hours=None,  # an edit comes with the feed; a single entry cannot be asked for
    every=300.0,
)

_DONE = "done"  # the cursor that names the feeds which this pass has read


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The source's keys in `[[sources]]`."""

    feeds: tuple[str, ...]  # their addresses
    allow_private: bool = False  # also addresses of private networks, and other ports than 80 and 443

    def __post_init__(self) -> None:
        if not self.feeds:
            raise ValueError('names no feed; write feeds = ["https://…"]')
        for url in self.feeds:
            if not re.match(r"https?://[^/?#\s]+\S*\Z", url):
                raise ValueError(f'"{url}" is no address of a feed; write it with https:// or http://')


class Source:
    """Reads feeds."""

    def __init__(self, options: Options, env: Environment | None = None) -> None:
        self._feeds = tuple({feed.print: feed for feed in map(Feed, options.feeds)}.values())
        self._asking = Asking(allow_private=options.allow_private)

    def fetch(self, ask: Ask) -> Batch:
        """What is new in the next feeds; raises `SourceError` where none at all can be read."""
        page, done = Page(self._feeds, ask), _done(ask)
        due = [feed for feed in self._feeds if feed.print not in done and memory.is_due(page.known[feed], ask.now)]
        ill = sorted(filter(page.is_ill, due), key=page.next_try)[:AT_ONCE]  # so many a pass: none waits for long
        well = [feed for feed in due if not page.is_ill(feed)]
        waiting = iter(well or ill)
        with Reader() as reader:
            while len(page.posts) < ask.limit and (group := list(islice(waiting, AT_ONCE))):
                for feed, answer in self._asking.all({feed: page.known[feed] for feed in group}):
                    page.take(feed, answer, reader)
        more = bool(list(waiting)) or bool(well and ill)
        done |= page.read
        return page.batch(
            more=more, cursors={_DONE: msgspec.json.encode((ask.now, sorted(done))).decode()} if more else {}
        )


def _done(ask: Ask) -> set[str]:
    """The feeds that earlier pages of this pass have read."""
    try:
        at, done = msgspec.json.decode(ask.cursors.get(_DONE, ""), type=tuple[datetime, set[str]])
    except ValueError:
        return set()
    return done if at == ask.now else set()
