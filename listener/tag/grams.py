"""What the fast tagger reads: words, and pairs of words that stand side by side."""

import itertools
import re
from collections.abc import Iterator, Sequence

from listener.types import Span

START, END = "\x02", "\x03"  # as they stand; their names are "^" and "$"
LINK, LINE, MONEY = "http", "¶", "<money>"
_ROWS = "|".join(f"{re.escape(sign)}+" for sign in "-—–―─━═=*~•·>")  # signs that are set in rows
_TOKEN = re.compile(rf"(?:https?://|www\.)\S+|[@#]\w+|\d+(?:[.,:]\d+)*|\w+(?:'\w+)*|[?!]+|\n+|\.{{2,}}|{_ROWS}|[^\w\s]")
_MARKS = {START: "^", END: "$", **dict.fromkeys("$£€¥", MONEY)}
STEP = 6  # words
SIZES = tuple(f"<{steps}>" for steps in range(9))
"""The grams that say how long a text is: so many steps, and the last for all that are longer."""


def found(text: str) -> Iterator[re.Match[str]]:
    """The words and marks of a text; "’" is written "'". None of them holds a blank."""
    return _TOKEN.finditer(text.replace("’", "'"))


def tokens(text: str) -> list[str]:
    """The words and marks of a text as they stand, between START and END."""
    return [START, *(match[0] for match in found(text)), END]


def spans(text: str) -> list[Span]:
    """Where each of `tokens` stands, without START and END."""
    return [Span(*match.span()) for match in found(text)]


def name(token: str) -> str:
    """A token as weights know it: lower case; numbers, links, accounts, currencies and rows of a sign are made one."""
    return token.lower() if token.isalpha() else _mark(token)


def _mark(token: str) -> str:
    first = token[0]
    if first.isdigit():
        return "0"
    if first in "@?!":
        return "?" if "?" in token else first
    if first == "\n":
        return LINE
    if token in _MARKS:
        return _MARKS[token]
    if token.startswith(".."):
        return "…"
    if token.startswith(("http://", "https://", "www.")):
        return LINK
    return token.lower() if first.isalnum() or first in "#_" else first


def size(words: Sequence[str]) -> str:
    """The gram that says how long a text is."""
    return SIZES[min(len(words) // STEP, len(SIZES) - 1)]


def grams(words: Sequence[str]) -> list[str]:
    """The names, the pairs and the length of a text: what weights are learned for, beside cues."""
    named = list(map(name, words))
    return [*named, *(f"{before} {word}" for before, word in itertools.pairwise(named)), size(words)]
