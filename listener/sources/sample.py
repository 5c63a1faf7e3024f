"""An invented stream of posts, so that Listener can be tried without an account anywhere.

Everything in `sample.jsonl` is made up: people, firms, products, posts. Each line says so by an address under
example.org, which belongs to nobody. The stream opens with some ten posts at once, goes on at a human rate for about
eleven minutes and then ends. It is a tape: it stops while nobody listens and goes on from there. To hear it again,
delete the database that `[store] url` names.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from listener.types import Ask, Batch, Environment, Post, Reach, Terms

TERMS = Terms(
    about="Invented posts that come with Listener, free to use: https://example.org/sample/",
    recheck_hours=None,  # edits and the deletion are on the tape
    every=2.0,
)

CATCH_UP = timedelta(minutes=1)
"""What the stream makes up for after a pause; the rest of the pause counts as a stopped tape."""


class Options(Struct, frozen=True, kw_only=True):
    """The source's keys in `[[sources]]`."""

    speed: Annotated[float, Meta(ge=0.01)] = 1.0  # 10 plays the stream ten times as fast, inf all of it at once


class Line(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of `sample.jsonl`: a post, its edit (the same id again) or its deletion."""

    after: float  # seconds from the stream's start until it shows
    source: str
    id: str
    posted: float | None = None  # of an edit: the `after` of the post's first form
    deleted: bool = False
    kind: str = "post"
    author: str = ""
    community: str = ""
    lang: str = ""
    title: str = ""
    text: str = ""
    url: str = ""
    followers: int | None = None
    likes: int | None = None

    @property
    def key(self) -> str:
        """The name of the post, as `Post.key`."""
        return f"{self.source}:{self.id}"


class Place(Struct, frozen=True):
    """Where the tape stands: the cursor."""

    started: datetime  # aware UTC
    n: int = 0  # lines heard


class Source:
    """Plays the tape; nothing is asked of any network."""

    def __init__(self, options: Options, env: Environment) -> None:
        self._speed = options.speed

    def fetch(self, ask: Ask) -> Batch:
        """The posts that are due by `ask.now`, oldest first; raises nothing."""
        place = self._resume(ask)
        due = [line for line in tape()[place.n :] if self._at(place, line.after) <= ask.now]
        page = _page(due[: ask.limit])
        if not page:
            return Batch()
        return Batch(
            posts=tuple(self._post(line, place) for line in page if not line.deleted),
            deleted=tuple(line.key for line in page if line.deleted),
            cursors={"tape": msgspec.json.encode(Place(place.started, place.n + len(page))).decode()},
            more=len(page) < len(due),
        )

    def _resume(self, ask: Ask) -> Place:
        if "tape" not in ask.cursors:
            return Place(ask.now)
        place = msgspec.json.decode(ask.cursors["tape"], type=Place)
        waiting = tape()[place.n :]
        late = ask.now - self._at(place, waiting[0].after) if waiting else timedelta()
        return Place(place.started + max(late - CATCH_UP, timedelta()), place.n)

    def _at(self, place: Place, after: float) -> datetime:
        return place.started + timedelta(seconds=after / self._speed)

    def _post(self, line: Line, place: Place) -> Post:
        return Post(
            source=line.source,
            id=line.id,
            text=line.text,
            created_at=self._at(place, line.after if line.posted is None else line.posted),
            title=line.title,
            url=line.url,
            author=line.author,
            community=line.community,
            kind=line.kind,
            lang=line.lang,
            reach=Reach(followers=line.followers, likes=line.likes),
        )


@cache
def tape() -> tuple[Line, ...]:
    """The whole stream in the order of its showing."""
    return tuple(msgspec.json.Decoder(Line).decode_lines(files(__package__).joinpath("sample.jsonl").read_bytes()))


def _page(due: Iterable[Line]) -> list[Line]:
    """The lines up to the first that changes a post of the same page: no platform shows two forms of a post at once."""
    page: dict[str, Line] = {}
    for line in due:
        if line.key in page:
            break
        page[line.key] = line
    return list(page.values())
