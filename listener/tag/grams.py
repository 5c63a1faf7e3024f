"""What the fast tagger reads: words, and pairs of words that stand side by side."""

import itertools
import re
from collections.abc import Sequence

from listener.types import Span

START, END = "\x02", "\x03"  # as they stand; their names are "^" and "$"
LINK, LINE, MONEY = "http", "¶", "<money>"
_ROWS = "|".join(f"{re.escape(sign)}+" for sign in "-—–―─━═=*~•·>")  # signs that are set in rows
_TOKEN = re.compile(rf"(?:https?://|www\.)\S+|[@#]\w+|\d+(?:[.,:]\d+)*|\w+(?:'\w+)*|[?!]+|\n+|\.{{2,}}|{_ROWS}|[^\w\s]")
_MARKS = {START: "^", END: "$", **dict.fromkeys("$£€¥", MONEY)}
_SIZES = 8  # steps of length told apart
_STEP = 6  # words a step


def tokens(text: str) -> list[str]:
    """The words and marks of a text as they stand, between START and END; "’" is written "'"."""
    return [START, *_TOKEN.findall(text.replace("’", "'")), END]


def spans(text: str) -> list[Span]:
    """Where each of `tokens` stands, without START and END."""
    return [Span(*found.span()) for found in _TOKEN.finditer(text.replace("’", "'"))]


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
    return f"<{min(len(words) // _STEP, _SIZES)}>"


def grams(words: Sequence[str]) -> list[str]:
    """The names, the pairs and the length of a text: what weights are learned for, beside cues."""
    named = list(map(name, words))
    return [*named, *(f"{before} {word}" for before, word in itertools.pairwise(named)), size(words)]
