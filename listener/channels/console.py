"""The terminal: a compact coloured card for each alert, plain text in a pipe. It may repeat after a crash."""

import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, tzinfo
from itertools import groupby
from operator import itemgetter
from typing import Literal, TextIO

from msgspec import Struct

from listener.card import Card, Piece, TrendCard, card, gone, paragraph, trend_card
from listener.errors import ChannelError
from listener.types import Alert, Environment, Message

SECRETS: tuple[str, ...] = ()
WIDTH = 100  # columns at most: longer lines are hard to read
WORDS = 180  # characters of a post

Paint = Callable[[str, str], str]
BOLD, DIM, CYAN, YELLOW, GREEN = "1", "2", "36", "33", "32"


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings of a `[[channels]]` table with `use = "console"`."""

    colour: Literal["auto", "always", "never"] = "auto"  # auto: on a terminal


class Channel:
    """Standard output, or any other text stream."""

    interval = 0.0

    def __init__(
        self, options: Options, environment: Environment, stream: TextIO | None = None, zone: tzinfo | None = None
    ) -> None:
        """`zone` is the time zone shown; None is the machine's."""
        self._options, self._stream, self._zone = options, stream, zone

    def send(self, message: Message) -> str:
        """Print the message; its key is the ref."""
        stream = self._stream or sys.stdout  # looked up late: it may be redirected meanwhile
        try:
            text = render(message, self._coloured(stream), _width(stream), self._zone)
            encoding = stream.encoding or "utf-8"
            stream.write(text.encode(encoding, "replace").decode(encoding))
            stream.flush()
        except BrokenPipeError as error:
            raise ChannelError("console", "nobody reads the output any more", permanent=True) from error
        except ValueError as error:
            raise ChannelError("console", "the output is closed", permanent=True) from error
        except OSError as error:
            raise ChannelError("console", f"the output cannot be written: {error.strerror}") from error
        return message.key

    def _coloured(self, stream: TextIO) -> bool:
        return stream.isatty() if self._options.colour == "auto" else self._options.colour == "always"


def _width(stream: TextIO) -> int:
    return min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns) if stream.isatty() else WIDTH


def render(message: Message, colour: bool = False, width: int = WIDTH, zone: tzinfo | None = None) -> str:
    """The message as text that ends with an empty line."""
    paint = _paint if colour else _leave
    width = max(40, width)
    rows = [paint(f"! {text}", YELLOW) for text in paragraph(message.notice, 2_000).splitlines()]
    if message.trend:
        rows += _trend(trend_card(message.trend), paint)
    for alert in message.alerts:
        rows += _card(alert, paint, width, zone)
    return "\n".join(rows) + "\n\n"


def _trend(shown: TrendCard, paint: Paint) -> Iterator[str]:
    yield from (paint(f"  {text}", DIM) for text in (shown.about, shown.commands) if text)
    yield from (paint(f"  {each.label}: {each.url}", CYAN) for each in shown.links)
    if shown.answer:
        yield paint(f"  answered: {shown.answer}", GREEN)


def _card(alert: Alert, paint: Paint, width: int, zone: tzinfo | None) -> Iterator[str]:
    shown = card(alert, WORDS)
    if shown is None:
        yield paint(gone(alert), DIM)
        return
    yield paint(f"{shown.emoji} {shown.want}", BOLD) + f" · {shown.topics} · " + paint(f"{shown.score}/100", GREEN)
    yield paint(f"   {shown.parts} · ", DIM) + paint(f"answer by {_time(shown.deadline_at, zone)}", YELLOW)
    for row in _rows(shown.words, width - 5):
        yield paint("   │ ", DIM) + "".join(paint(text, BOLD) if bold else text for text, bold in row)
    for text in (_origin(shown, zone), _reasons(shown)):
        yield from (paint(f"   {row[0][0]}", DIM) for row in _rows([Piece(text)], width - 3) if row)
    if shown.link:
        yield paint(f"   {shown.link}", CYAN)
    if shown.answer:
        yield paint(f"   asked before, and answered: {shown.answer}", GREEN)


def _origin(shown: Card, zone: tzinfo | None) -> str:
    return f"{shown.who} · {_time(shown.posted_at, zone)}" if shown.posted_at else shown.who


def _reasons(shown: Card) -> str:
    place = f"in {shown.place}" if shown.place else ""
    return " · ".join(filter(None, [shown.why, shown.mood, place, shown.notes]))


def _time(at: datetime, zone: tzinfo | None) -> str:
    try:
        return f"{at.astimezone(zone):%a %d %b %H:%M}"
    except (OverflowError, ValueError, OSError):  # the year 1 or 9999, near the edge of what a zone can shift
        return f"{at:%Y-%m-%d %H:%M}"


def _rows(pieces: Iterable[Piece], columns: int) -> Iterator[list[tuple[str, bool]]]:
    """The pieces broken into rows at spaces, or anywhere in writing without spaces; each row as (text, bold) runs."""
    row: list[tuple[str, bool]] = []
    for character in ((character, piece.bold) for piece in pieces for character in piece.text):
        row.append(character)
        if character[0] == "\n":
            yield _runs(row[:-1])
            row = []
        elif sum(_columns(text) for text, _ in row) > columns:
            space = next((n for n in range(len(row) - 1, 0, -1) if row[n][0] == " "), None)
            rest = row[-1:] if space is None else row[space + 1 :]
            yield _runs(row[:-1] if space is None else row[:space])
            row = rest
    yield _runs(row)


def _runs(row: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    return [("".join(text for text, _ in run), bold) for bold, run in groupby(row, key=itemgetter(1))]


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _paint(text: str, style: str) -> str:
    return f"\x1b[{style}m{text}\x1b[0m"


def _leave(text: str, style: str) -> str:
    return text
