"""What the fast tagger reads: words and pairs of words that stand side by side."""

import itertools
import re

from listener.types import Span

START, END, LINK = "^", "$", "http"
_TOKEN = re.compile(r"(?:https?://|www\.)\S+|[@#]\w+|\d+(?:[.,:]\d+)*|\w+(?:'\w+)*|[?!]+|[^\w\s]")
_SIZES = 8  # steps of length told apart
_STEP = 6  # words a step


def tokens(text: str) -> list[str]:
    """The words and marks of a text between START and END, lower case; numbers, links and accounts are made one."""
    words = _TOKEN.findall(text.replace("’", "'"))
    return [START, *[word.lower() if word.isalpha() else _mark(word) for word in words], END]


def _mark(word: str) -> str:
    first = word[0]
    if first.isdigit():
        return "0"
    if first in "@?!":
        return "?" if "?" in word else first
    return LINK if word.startswith(("http://", "https://", "www.")) else word.lower()


def spans(text: str) -> list[Span]:
    """Where each of `tokens` stands, without START and END."""
    return [Span(*found.span()) for found in _TOKEN.finditer(text.replace("’", "'"))]


def size(words: list[str]) -> str:
    """The gram that says how long a text is."""
    return f"<{min(len(words) // _STEP, _SIZES)}>"


def grams(words: list[str]) -> list[str]:
    """The words, the pairs and the length of a text: what weights are learned for."""
    return [*words, *(f"{before} {word}" for before, word in itertools.pairwise(words)), size(words)]
