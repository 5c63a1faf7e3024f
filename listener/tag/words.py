"""Reads a text as tokens: folded words with their places, the sentences they stand in, and which of those ask."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct

_TOKEN = re.compile(
    r"(?P<link>(?:https?://|www\.)\S+)"
    r"|(?P<mention>@\w+)"
    r"|(?P<hashtag>#\w+)"
    r"|(?P<number>\d+(?:[.,:]\d+)*(?!\w))"
    r"|(?P<word>(?:[A-Za-z]\.){2,}|\w+(?:['’.]\w+)*)"
    r"|(?P<dots>…|\.{2,})"
    r"|(?P<ask>!*\?[?!]*)"
    r"|(?P<shout>!+)"
    r"|(?P<stop>\n+|[.—–])"
    r"|(?P<money>[$£€¥])"
    r"|(?P<mark>[\[\],:;%\"“”])",
)
_BREAKS = frozenset({"ask", "shout", "stop", "dots"})
_SPOKEN = {"ask": "?", "shout": "!", "stop": ".", "dots": "…", "money": "$", "link": "<link>"}
_QUOTES = str.maketrans("“”", '""')


class Token(NamedTuple):
    """A word or a mark: characters [start, end) of the text, the keys that a cue may call it by, its sentence."""

    start: int
    end: int
    kind: str
    folded: str
    keys: tuple[str, ...]
    sentence: int


class Reading(Struct, frozen=True):
    """A text as read: `asking[i]` says whether sentence i ends on a question mark."""

    text: str
    tokens: tuple[Token, ...]
    asking: tuple[bool, ...]

    @property
    def words(self) -> list[Token]:
        """The tokens that are words or numbers."""
        return [token for token in self.tokens if token.kind in ("word", "number", "hashtag")]


def fold(word: str) -> str:
    """A word as cues write it: lower case, no apostrophes, no "#"."""
    return word.lstrip("#").casefold().replace("'", "").replace("’", "")


def read(text: str, groups: Mapping[str, tuple[str, ...]]) -> Reading:
    """The tokens of `text`; `groups` tells which named groups of words a folded word belongs to. Time is linear."""
    tokens: list[Token] = []
    asking: list[bool] = []
    opens = True
    for found in _TOKEN.finditer(text):
        if opens:
            tokens.append(Token(found.start(), found.start(), "open", "^", ("^",), len(asking)))
        kind = found.lastgroup or ""
        folded, keys = _keys(kind, found.group(), opens, groups)
        tokens.append(Token(found.start(), found.end(), kind, folded, keys, len(asking)))
        opens = kind in _BREAKS
        if opens:
            asking.append(kind == "ask")
    return Reading(text, tuple(tokens), (*asking, False))


def _keys(kind: str, text: str, opens: bool, groups: Mapping[str, tuple[str, ...]]) -> tuple[str, tuple[str, ...]]:
    if kind == "mention":
        return text.casefold(), ("<mention>", "*")
    if kind in _SPOKEN:
        return _SPOKEN[kind], (_SPOKEN[kind],)
    if kind == "mark":
        return text, (text.translate(_QUOTES),)
    folded = fold(text)
    if kind == "number":
        return folded, (folded, "<number>", "*")
    named = ("<name>",) if text[0].isupper() and not opens and len(text) > 1 else ()
    tagged = (f"#{folded}",) if kind == "hashtag" else ()
    return folded, (folded, *groups.get(folded, ()), *named, *tagged, "*")
