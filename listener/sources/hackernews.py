"""Stories and comments of Hacker News, newest first, by Algolia's search; look-ups by the Firebase item store. No key.

Reading is a sweep: from the newest item down, page by page, to what an earlier sweep has read, less an overlap for
items that show late. Each page asks for what is not newer than the oldest item of the page before, so that nothing
slips through while new items arrive. The mark moves up only when a sweep has come down to it; a sweep that was cut off
goes on from where it was.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from listener.edge import address, bad, plain, when
from listener.errors import SourceError
from listener.net import Client, Params
from listener.types import Ask, Bad, Batch, Environment, Gap, Post, Reach, Terms

TERMS = Terms(
    about="Open to all, without a key: https://hn.algolia.com/api and https://github.com/HackerNews/API",
    recheck_first=10.0,
)

CEILING = 1_000
"""Most hits that one query can show, however many there are."""

SEARCH = "https://hn.algolia.com/api/v1/search_by_date"
ITEM = "https://hacker-news.firebaseio.com/v0/item/{}.json"
PAGE = "https://news.ycombinator.com/item?id={}"

Get = Callable[[str, Params, datetime], object]
"""Asks an address with a query; answers decoded JSON or raises `SourceError`."""

_KINDS = ("story", "comment", "job", "poll", "pollopt")
_AHEAD = 300  # seconds that the clock of the platform may be ahead of ours; later times are absurd


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The source's keys in `[[sources]]`."""

    kinds: tuple[Literal["story", "comment", "job", "poll"], ...] = ("story", "comment")
    since: timedelta = timedelta(days=1)  # how far the first run looks back
    overlap: timedelta = timedelta(minutes=10)  # read again by every sweep, for items that show late


class Sweep(Struct, frozen=True, omit_defaults=True):
    """How far reading has come: the cursor. Times are epoch seconds of items, never of our clock."""

    done: int  # everything up to here was read
    top: int = 0  # the newest item of the sweep under way: `done` once it ends
    before: int = 0  # the sweep goes on with items not newer than this; 0: none is under way
    began: float = 0.0  # when it began


class Hit(Struct, frozen=True, kw_only=True):
    """An item as the search shows it; other keys are ignored."""

    id: str | int = field(name="objectID")
    at: object = field(name="created_at_i", default=None)
    author: str | None = None
    title: str | None = None
    story_text: str | None = None
    comment_text: str | None = None
    url: str | None = None
    points: int | None = None
    num_comments: int | None = None
    parent_id: int | None = None
    tags: tuple[str, ...] = field(name="_tags", default=())


class Item(Struct, frozen=True, kw_only=True):
    """An item as the item store shows it."""

    id: int
    time: object = None
    type: str = "story"
    by: str | None = None
    title: str | None = None
    text: str | None = None
    url: str | None = None
    score: int | None = None
    descendants: int | None = None
    parent: int | None = None
    deleted: bool = False
    dead: bool = False


class Answer(Struct, frozen=True):
    """What the search answers."""

    hits: list[object]
    total: int = field(name="nbHits", default=0)
    size: int | None = field(name="hitsPerPage", default=None)


class Page(NamedTuple):
    """The hits of one question."""

    hits: list[object]
    times: list[int]  # those that could be read
    total: int  # hits that there are
    is_full: bool  # older ones may wait


class Source:
    """Reads Hacker News."""

    def __init__(self, options: Options, env: Environment | None = None, get: Get | None = None) -> None:
        self._options, self._get = options, get or Client("hackernews").get

    def fetch(self, ask: Ask) -> Batch:
        """The next page of a sweep; raises `SourceError`."""
        now, old = ask.now.timestamp(), _sweep(ask.cursors.get("items", ""))
        start = old or Sweep(int(now - self._options.since.total_seconds()))
        sweep = start if start.before else replace(start, top=start.done, began=now)
        page, before, gaps = self._page(sweep, ask)
        top = max([sweep.top, *(time for time in page.times if time <= now + _AHEAD)])
        new = replace(sweep, top=top, before=before) if before else Sweep(max(sweep.done, top))
        posts, aside = _read(page.hits, ask.now)
        return Batch(
            posts=posts,
            bad=aside,
            gaps=gaps,
            cursors={} if new == old else {"items": msgspec.json.encode(new).decode()},
            more=bool(before) or sweep.began != now,  # a sweep from before has not seen what came since
        )

    def recheck(self, ids: Sequence[str], now: datetime) -> Batch:
        """The items as they are now; where the service fails on the way: those before it, with `more` and `wait`."""
        answers: dict[str, object] = {}
        for id in filter(str.isdecimal, ids):
            try:
                answers[id] = self._get(ITEM.format(id), {}, now)
            except SourceError as error:
                if not answers:
                    raise
                return replace(_looked_up(answers, now), more=True, wait=error.wait)
        return _looked_up(answers, now)

    def _page(self, sweep: Sweep, ask: Ask) -> tuple[Page, int, tuple[Gap, ...]]:
        """The next page of a sweep, the second where the one after it begins (0: there is none), and what is lost."""
        floor = sweep.done - int(self._options.overlap.total_seconds())
        page = self._search(floor, sweep.before, max(1, min(ask.limit, CEILING)), ask.now)
        if page.is_full and not page.times:
            page = self._search(floor, sweep.before, CEILING, ask.now)
        if not page.is_full:
            return page, 0, ()
        if not page.times:
            raise SourceError("hackernews", "the search has changed: no item has a time", code="format")
        oldest = min(page.times)
        if oldest != sweep.before:
            return page, oldest, ()
        page = self._search(oldest - 1, oldest, CEILING, ask.now)  # the page was all of one second: read it whole
        return page, oldest - 1, _lost(page, oldest)

    def _search(self, floor: int, before: int, size: int, now: datetime) -> Page:
        limits = [f"created_at_i>{floor}", *([f"created_at_i<={before}"] if before else [])]
        tags = f"({','.join(self._options.kinds)})"
        params: Params = {"tags": tags, "numericFilters": ",".join(limits), "hitsPerPage": size}
        try:
            answer = msgspec.convert(self._get(SEARCH, params, now), Answer)
        except msgspec.ValidationError as error:
            raise SourceError("hackernews", f"the search has changed: {error}", code="format") from error
        times = [hit["created_at_i"] for hit in answer.hits if isinstance(hit, dict) and _has_time(hit)]
        if answer.size not in (None, size) or any(not floor < time <= (before or time) for time in times):
            raise SourceError("hackernews", "the search answered another question than ours", code="repeat")
        is_full = len(answer.hits) >= size or answer.total > len(answer.hits) > 0
        return Page(answer.hits, times, answer.total, is_full)


def _sweep(cursor: str) -> Sweep | None:
    try:
        return msgspec.json.decode(cursor, type=Sweep) if cursor else None
    except ValueError:
        return None  # of another version: the first look back repeats nothing, items have ids


def _lost(page: Page, second: int) -> tuple[Gap, ...]:
    at, lost = datetime.fromtimestamp(second, UTC), page.total - len(page.hits)
    return (Gap("items", at, at, f"{lost} items of one second that no query shows"),) if lost > 0 else ()


def _has_time(hit: dict[str, object]) -> bool:
    return isinstance(hit.get("created_at_i"), int)


def _read(hits: list[object], now: datetime) -> tuple[tuple[Post, ...], tuple[Bad, ...]]:
    posts, aside = list[Post](), list[Bad]()
    for raw in hits:
        try:
            posts.append(_post(msgspec.convert(raw, Hit), now))
        except ValueError as error:
            id = raw.get("objectID", "") if isinstance(raw, dict) else ""
            aside.append(bad("hackernews", str(id), raw, str(error)))
    return tuple(posts), tuple(aside)


def _looked_up(answers: dict[str, object], now: datetime) -> Batch:
    """The answers of the item store by id; None means that it does not know the item, or not yet."""
    posts, deleted, aside = list[Post](), list[str](), list[Bad]()
    for id, raw in answers.items():
        try:
            item = msgspec.convert(raw, Item | None)
            if item and (item.deleted or item.dead):
                deleted.append(f"hackernews:{id}")
            elif item:
                posts.append(_post(_as_hit(item), now))
        except ValueError as error:
            aside.append(bad("hackernews", id, raw, str(error)))
    return Batch(posts=tuple(posts), deleted=tuple(deleted), bad=tuple(aside))


def _post(hit: Hit, now: datetime) -> Post:
    text, title = plain(hit.comment_text or hit.story_text or ""), unescape(hit.title or "")
    if not (text or title):
        raise ValueError("an item without a title and a text")
    created_at, flags = when(hit.at, now)
    return Post(
        source="hackernews",
        id=str(hit.id),
        text=text,
        title=title,
        created_at=created_at,
        url=PAGE.format(hit.id),
        author=hit.author or "",
        kind=next((kind for kind in _KINDS if kind in hit.tags), "comment" if hit.comment_text else "story"),
        parent="" if hit.parent_id is None else str(hit.parent_id),
        links=tuple(filter(None, [address(hit.url or "")])),
        reach=Reach(likes=hit.points, replies=hit.num_comments),
        flags=flags,
    )


def _as_hit(item: Item) -> Hit:
    is_comment = item.type == "comment"
    return Hit(
        id=item.id,
        at=item.time,
        author=item.by,
        title=item.title,
        story_text=None if is_comment else item.text,
        comment_text=item.text if is_comment else None,
        url=item.url,
        points=item.score,
        num_comments=item.descendants,
        parent_id=item.parent,
        tags=(item.type,),
    )
