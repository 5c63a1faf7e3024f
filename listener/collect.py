"""Read one source fully, page by page: nothing lost, nothing asked twice.

The consumer stores each page before it asks for the next, so that a cursor moves only once its posts are kept.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from functools import partial
from random import Random

from msgspec.structs import replace

from listener.edge import bad, repair
from listener.errors import ODD, SourceError
from listener.types import Ask, Bad, Batch, Post, Recheck, Source

log = logging.getLogger(__name__)

PAGES = 100
"""Most pages of one pass; the cursor stays where they ended, and `Batch.more` of the last one says so."""

PART = 200
"""Most posts that one transaction writes: a click, which Slack wants acknowledged within 3 s, waits for no more."""

_STALE = 3  # pages in a row with nothing new end a pass: the source repeats itself
_FIRST, _LONGEST = 30.0, 900.0  # seconds


def collect(name: str, source: Source, ask: Ask) -> Iterator[Batch]:
    """The pages of everything new, repaired; raises `SourceError` under the configured name of the source.

    Ends where the source has no more, asks to wait, or goes in circles, and after `PAGES`.
    """
    seen: set[tuple[str, int]] = set()
    stale = 0
    for _ in range(PAGES):
        page = repaired(name, _named(name, partial(source.fetch, ask)), ask.now)
        yield page
        news = _news(page)
        is_moving = not news and {**ask.cursors, **page.cursors} != ask.cursors  # looked, and found nothing
        stale = 0 if news - seen or is_moving else stale + 1
        seen |= news
        if not page.more or page.wait:
            return
        if stale == _STALE:
            log.warning("source=%s status=repeating action=stop: %d pages held nothing new", name, _STALE)
            return
        ask = replace(ask, cursors={**ask.cursors, **page.cursors})
    log.info("source=%s status=more action=continue: %d pages were read in one pass", name, PAGES)


def look_up(name: str, source: Recheck, ids: Sequence[str], now: datetime) -> Batch:
    """The posts as they are now, repaired; `more` where not all were looked at. Raises as `collect` does."""
    return repaired(name, _named(name, partial(source.recheck, ids, now)), now)


def retry_in(error: SourceError, failures: int, rng: Random) -> float:
    """Seconds until a failing source is tried again, after `failures` errors in a row.

    Exactly what the platform asks for; 15 min where only a person can help; else at random up to 30 s, 1 min … 15 min.
    """
    if error.wait is not None:
        return error.wait
    if error.permanent:
        return _LONGEST
    return rng.uniform(1.0, min(_LONGEST, _FIRST * 2.0 ** min(failures - 1, 10)))


def trouble(error: SourceError, next_try: datetime) -> str:
    """The log line of a failure."""
    action = "pause" if error.permanent else "retry" if error.wait is None else "wait"
    at = f"{next_try:%Y-%m-%dT%H:%M:%SZ}"
    return f"source={error.name} status={error.code or 'error'} action={action} next_try={at} why={error.why!r}"


def _named(name: str, ask: Callable[[], Batch]) -> Batch:
    """The answer, its errors under the configured name: two sources may be of one kind."""
    try:
        return ask()
    except ODD as error:
        raise SourceError(name, f"stumbled over an answer: {type(error).__name__}: {error}", code="stumbled") from error
    except SourceError as error:
        if error.name == name:
            raise
        raise SourceError(name, error.why, permanent=error.permanent, wait=error.wait, code=error.code) from error


def sifted(name: str, page: Batch, wanted: Collection[int], now: datetime) -> Batch:
    """A page of which those rough posts are read and repaired that are wanted, by their numbers."""
    if page.rough is None:
        return page
    chosen, rest = page.rough.parted(wanted)
    posts, aside = [], list[Bad]()
    for key, line in zip(chosen.keys, chosen.lines, strict=True):
        try:
            posts.append(chosen.read(line))
        except (ValueError, TypeError) as error:
            source, _, post_id = key.partition(":")
            aside.append(bad(source, post_id, repr(line), str(error)))
    read = repaired(name, Batch(posts=tuple(posts), bad=tuple(aside)), now)
    return replace(page, posts=(*page.posts, *read.posts), bad=(*page.bad, *read.bad), rough=rest)


def parted(page: Batch, most: int = PART) -> Iterator[Batch]:
    """A page in parts of so many posts that are stored one after the other; only with the last all of it was read."""
    *before, last = range(0, len(page.posts), most) or (0,)
    for start in before:
        posts = page.posts[start : start + most]
        yield Batch(posts=posts, more=True, listing=page.listing, troubles=page.troubles)
    yield replace(page, posts=page.posts[last:])


def repaired(name: str, page: Batch, now: datetime) -> Batch:
    """A page with the posts that can be mended, and those that cannot set aside."""
    good: list[Post] = []
    aside = [bad(each.source or name, each.id, each.raw, each.why) for each in page.bad]
    for post in page.posts:
        try:
            good.append(repair(post, now))
        except (ValueError, TypeError, AttributeError) as error:
            aside.append(bad(str(post.source), str(post.id), repr(post), str(error)))
    return replace(page, posts=tuple(good), bad=tuple(aside))


def _news(page: Batch) -> set[tuple[str, int]]:
    """What a page says, so that one which says nothing new is known; an edit is news."""
    posts = {(post.key, hash(post.words)) for post in page.posts}
    if page.rough and page.rough.keys:
        posts.add((page.rough.keys[0], hash(tuple(page.rough.keys))))
    return posts | {(key, 0) for key in page.deleted} | {(f"{each.source}:{each.id}", 0) for each in page.bad}
