"""Wildcards and regular expressions, in linear time whatever the pattern: `*` is any number of characters, `?` one."""

import re
from collections.abc import Iterator, Set
from functools import lru_cache
from itertools import chain, islice
from typing import Any

import re2

_LARGEST = 1_500  # instructions: a larger program takes more than 50 ms for a long text
_MOST = 100  # matches of an expression that are looked at in one text: each may read all the rest of it
_LOOK_AROUND = re.compile(r": \(\?(=|!|<[=!])")
_BACK_REFERENCE = re.compile(r"escape sequence: \\(\d|k)|: \(\?P[=>]?$")
_ONE_BYTE = re.compile(r"(?<!\\)(?:\\\\)*\\C")
_PROBE = "a !\na"  # has edges of words and lines, where an expression may match without a character
_SURROGATES = re.compile("[\ud800-\udfff]")
_PIECES = re.compile(r"[*?]+")


def matches(glob: str, text: str) -> bool:
    """Whether the whole text fits."""
    if "?" in glob:
        return _compiled(glob).fullmatch(_clean(text)) is not None
    return _fits(glob.split("*"), text) if "*" in glob else glob == text


def fitting(glob: str, words: Set[str], folded: str) -> frozenset[str]:
    """Those of the words, which are all in `folded`, that fit."""
    pieces = _PIECES.split(glob)
    if not all(piece in folded for piece in pieces):
        return frozenset()
    if "?" in glob:
        return frozenset(word for word in words if all(piece in word for piece in pieces) and matches(glob, word))
    stars = glob.split("*")
    return frozenset(word for word in words if _fits(stars, word))


def _fits(pieces: list[str], word: str) -> bool:
    """Whether a word is these pieces in order, with anything between them."""
    if not (word.startswith(pieces[0]) and word.endswith(pieces[-1])):
        return False
    at = len(pieces[0])
    for piece in pieces[1:-1]:
        at = word.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return at + len(pieces[-1]) <= len(word)


@lru_cache(maxsize=4096)
def _compiled(glob: str) -> Any:  # noqa: ANN401  # re2 ships no types
    pattern = "".join({"*": ".*", "?": "."}.get(char, re2.escape(char)) for char in _clean(glob))
    return re2.compile(f"(?s){pattern}", _options(case_sensitive=True))


@lru_cache(maxsize=1024)
def regex(pattern: str) -> Any:  # noqa: ANN401  # re2 ships no types
    """A user's expression, any case; raises ValueError saying what was expected."""
    if _ONE_BYTE.search(pattern):
        raise ValueError(r"\C is refused, for it parts a character into its bytes; expected . for any character")
    try:
        compiled = re2.compile(_clean(pattern), _options(case_sensitive=False))
    except re2.error as error:
        why = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else str(error)
        raise ValueError(_refusal(why)) from None
    if compiled.programsize > _LARGEST:
        raise ValueError(_refusal("pattern too large"))
    return compiled


def _refusal(why: str) -> str:
    if _LOOK_AROUND.search(why):
        return "look-around is refused, for expressions take linear time here; expected one without (?= (?! (?<"
    if _BACK_REFERENCE.search(why):
        return "back-references are refused, for expressions take linear time here; expected one without"
    if "too large" in why or "repetition size" in why:
        return "this regular expression is too large to be quick; expected smaller repetitions, such as {0,50}"
    return f"this regular expression cannot be read ({why}); expected the syntax of RE2"


def finds_nothing(pattern: str) -> bool:
    """Whether an expression finds even places without characters, such as the edge of a word."""
    found = chain.from_iterable(map(regex(pattern).finditer, ("", _PROBE)))
    return any(hit.start() == hit.end() for hit in found)


def regex_spans(pattern: str, text: str) -> Iterator[tuple[int, int]]:
    """Where an expression matches, characters [start, end), the first hundred times."""
    return (found.span() for found in islice(regex(pattern).finditer(_clean(text)), _MOST))


def _clean(text: str) -> str:
    """Halves of characters, which UTF-8 cannot hold, replaced one by one."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def _options(*, case_sensitive: bool) -> Any:  # noqa: ANN401  # re2 ships no types
    options = re2.Options()
    options.case_sensitive, options.log_errors, options.never_capture = case_sensitive, False, True
    return options
