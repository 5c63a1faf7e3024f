"""What a word is: a run of letters and digits, with apostrophes inside it; CJK runs stand apart."""

import re
import unicodedata
from collections.abc import Iterator

from msgspec import Struct

_CJK = (
    "\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+(?:'[^\W_{_CJK}]+)*")
_GLOB = re.compile(rf"[^\W_]*[*?][\w*?]*|{_WORD.pattern}")
_IS_CJK = re.compile(f"[{_CJK}]")
_CROSSED = frozenset("*_~™®©℠")  # emphasis and marks that a phrase may cross, as it does white space and dashes


class Word(Struct, frozen=True):
    """One word of a folded text: characters [start, end)."""

    text: str
    start: int
    end: int


def split(folded: str) -> Iterator[Word]:
    """The words of a folded text, in order; a possessive 's is no part of them."""
    for hit in _WORD.finditer(folded):
        text, start, end = hit[0], hit.start(), hit.end()
        if text.endswith("'s"):
            text, end = text[:-2], end - 2
        yield Word(text, start, end)


def split_query(folded: str) -> Iterator[Word]:
    """The words of a query's term or phrase, wildcards included."""
    pattern = _GLOB if "*" in folded or "?" in folded else _WORD
    for hit in pattern.finditer(folded):
        text, start, end = hit[0], hit.start(), hit.end()
        if text.endswith("'s"):
            text, end = text[:-2], end - 2
        yield Word(text, start, end)


def is_cjk(text: str) -> bool:
    """Whether a word is written in a script without spaces."""
    return bool(_IS_CJK.match(text))


def crossable(between: str) -> bool:
    """Whether a phrase goes on across what stands between two words: white space, dashes, emphasis."""
    return all(c.isspace() or c in _CROSSED or unicodedata.category(c) == "Pd" for c in between)
