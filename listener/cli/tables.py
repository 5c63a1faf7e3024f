"""Tables and times as people read them in a terminal."""

import shutil
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from difflib import get_close_matches

from listener.edge import shown

_PIPE = 120  # columns where nobody says how many there are
_WIDEST = 48  # columns of any cell but the last
_LEAST = 20  # columns of the last cell, however narrow the terminal
_NARROW = 8  # columns below which no other cell is cut


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], whole: Sequence[str] = ()) -> str:
    """Aligned columns within the terminal's width; cells are cut where they do not fit, the last one first.

    Of the others the widest is cut first, those under the headers `whole` after all others. Up to seven columns fit
    into 80.
    """
    lines = [[_line(cell) for cell in row] for row in (headers, *rows)]
    widths = [min(_WIDEST, max(columns(line[n]) for line in lines)) for n in range(len(headers) - 1)]
    room = terminal() - 2 * len(widths)
    _narrow(widths, [n for n, header in enumerate(headers[:-1]) if header not in whole], room - _LEAST)
    _narrow(widths, range(len(widths)), room - _LEAST)
    rest = max(_LEAST, room - sum(widths))
    return "\n".join(
        "  ".join([*(_padded(cell, width) for cell, width in zip(line[:-1], widths, strict=True)), cut(line[-1], rest)])
        for line in lines
    )


def _narrow(widths: list[int], which: Sequence[int], room: int) -> None:
    """Take from the widest of these columns until all columns fit, or none of these can give more."""
    while sum(widths) > room and (wide := [n for n in which if widths[n] > _NARROW]):
        widths[max(wide, key=lambda n: widths[n])] -= 1


def terminal() -> int:
    """Columns to write in: as COLUMNS says, as the terminal has, or as suits a pipe."""
    return shutil.get_terminal_size((_PIPE, 24)).columns


def columns(text: str) -> int:
    """How many columns a terminal needs for a text: Chinese and emoji take two, accents that combine none."""
    return sum(map(_columns, text))


def cut(text: str, most: int) -> str:
    """The text within so many columns, with an ellipsis where it was longer."""
    if columns(text) <= most:
        return text
    kept, room = "", most - 1
    for character in text:
        room -= _columns(character)
        if room < 0:
            break
        kept += character
    return kept.rstrip() + "…"


def _columns(character: str) -> int:
    if character == "\ufe0f":
        return 1  # the sign before it becomes an emoji, which is wide
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _padded(cell: str, width: int) -> str:
    cell = cut(cell, width)
    return cell + " " * (width - columns(cell))


def _line(text: str) -> str:
    return " ".join(shown(text).split())


def minute(at: datetime) -> str:
    """A time to the minute, in UTC."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def ago(at: datetime, now: datetime) -> str:
    """How long ago it was: "12 s ago"; "in 4 min" where it is still to come."""
    seconds = (now - at).total_seconds()
    return f"in {span(-seconds)}" if seconds < -1 else f"{span(max(0.0, seconds))} ago"


def span(seconds: float) -> str:
    """A length of time in one unit: "12 s", "4 min", "3 h", "2 days"."""
    for unit, length, most in (("s", 1, 90), ("min", 60, 90), ("h", 3600, 48)):
        if seconds < length * most:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds / 86_400:.0f} days"


def near(name: str, names: Sequence[str]) -> str:
    """The nearest of the names as the end of a message, or all of them."""
    found = get_close_matches(name, names, n=1)
    return f"; did you mean {found[0]}?" if found else f"; there is {', '.join(names)}" if names else ""


def many(count: int, one: str, more: str = "") -> str:
    """A count with its noun: "1 topic", "3 topics"."""
    return f"{count} {one if count == 1 else more or one + 's'}"
