"""A timestamped stream, read in the order in which it came and counted by the time of posting."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Protocol, TypeVar

import msgspec
from msgspec import Struct

from listener.trend.cells import Cells
from listener.trend.detector import Detector
from listener.trend.words import hashed, same_text
from listener.types.trend import Asked, Trend, Vote

P = TypeVar("P")
PAGE = 256  # posts that are read before they are counted, as a running Listener does
_FUTURE = 2 * 86_400.0  # seconds; a clock that is this far ahead of all others is wrong


class Line(Struct, frozen=True):
    """One post of a stream: `ts` in seconds since 1970."""

    ts: float
    id: str
    text: str
    platform: str = ""
    author: str = ""


def line_of(raw: bytes | str) -> Line:
    """A line of a stream; raises ValueError."""
    found = msgspec.json.decode(raw)
    known = found if isinstance(found, dict) else {}
    ts, id = known.get("ts"), known.get("id")
    if not isinstance(ts, int | float) or isinstance(ts, bool) or id is None or "text" not in known:
        raise ValueError('a post needs "ts" in seconds, "id" and "text"')
    try:
        datetime.fromtimestamp(ts, UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError(f'"ts" {ts!r:.20}: no calendar has such a day; it is in seconds since 1970') from None
    text, platform, author = (str(known.get(name) or "") for name in ("text", "platform", "author"))
    return Line(float(ts), str(id), text, platform, author)


class Encoder(Protocol):
    """Texts to vectors of int8 whose cosines tell how alike they are."""

    model: str
    width: int
    centred: bool  # whether they are compared about their common middle

    def __call__(self, texts: Sequence[str]) -> list[bytes]:
        """A vector for each text."""


class Reader(Encoder, Protocol):
    """An encoder that knows besides what is to be counted."""

    def asks(self, text: str) -> bool:
        """Whether a text may ask its readers for something."""


def asked(line: Line, encode: Encoder) -> Asked:
    """What is counted of a post."""
    return _asked(line, *encode([line.text]))


def _asked(line: Line, vector: bytes) -> Asked:
    author = hashed(f"{line.platform.partition(':')[0]}:{line.author}") if line.author else 0
    at = datetime.fromtimestamp(line.ts, UTC)
    return Asked(post=line.id, at=at, author=author, text=same_text(line.text), vector=vector)


def replay(lines: Iterable[Line], read: Reader, detector: Detector) -> Iterator[Trend]:
    """Every trend as it is found; the present is the latest time of posting so far."""
    posts = _in_time(lines, lambda line: line.ts, detector.now if detector.seen else None)
    while page := [*islice(posts, PAGE)]:
        asking = [(line, now) for line, now in page if read.asks(line.text)]
        for (line, now), vector in zip(asking, read([line.text for line, _ in asking]), strict=True):
            if trend := detector.add(_asked(line, vector), now):
                yield trend


def replay_votes(votes: Iterable[Vote], cells: Cells) -> Iterator[Trend]:
    """The needs and moods of a stream, in the same way."""
    for vote, now in _in_time(votes, lambda vote: vote.at.timestamp(), None):
        yield from cells.add(vote, now)


def _in_time(posts: Iterable[P], when: Callable[[P], float], last: float | None) -> Iterator[tuple[P, datetime]]:
    """Each post, and what time it is.

    A post from more than two days after all before it has a wrong clock, and counts as posted now, unless the next
    one is there as well.

    Args:
        last: what time it was; None: before all posts.
    """
    now, ahead = last, False
    for post in posts:
        at = when(post)
        leaps = now is not None and at - now > _FUTURE
        if now is None or not leaps or ahead:
            now = at if now is None else max(now, at)
        ahead = leaps
        yield post, datetime.fromtimestamp(now, UTC)
