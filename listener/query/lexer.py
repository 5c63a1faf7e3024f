"""A query into tokens, each with its place."""

import re
from collections.abc import Iterator

from msgspec import Struct

from listener.errors import QueryError

_QUOTES = dict.fromkeys("“”„‟«»", '"')
_NEAR = re.compile(r"(o?)near/(\d*)(f?:?)(?=[\s()]|$)", re.IGNORECASE)
_BADLY_NEAR = re.compile(r"(o?)near(/[^\s()]*)", re.IGNORECASE)
_FIELD = re.compile(r"([A-Za-z_]+):")
_BARE = re.compile(r"[^\s()\"`]+")
_SLOP = re.compile(r"~(\d+)")


class Token(Struct, frozen=True):
    """One token: `kind` is one of ( ) AND OR NOT NEAR FIELD PHRASE RAW REGEX WORD END."""

    kind: str
    text: str
    at: int
    end: int
    distance: int = 0  # of NEAR, and of "a b"~3
    ordered: bool = False
    cased: bool = False


def tokens(query: str) -> Iterator[Token]:
    """The tokens of a query and an END; raises `QueryError`."""
    text, at = straight(query), 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token = _next(query, text, at)
        yield token
        at = token.end
    yield Token("END", "", len(text), len(text))


def straight(query: str) -> str:
    """Curly quotation marks are quotation marks."""
    return "".join(_QUOTES.get(c, c) for c in query)


def _next(query: str, text: str, at: int) -> Token:
    char, before = text[at], text[at - 1] if at else " "
    if char in "()":
        return Token(char, char, at, at + 1)
    if char == '"':
        return _phrase(query, text, at, at)
    if char == "`":
        return _between(query, text, at, "`", "RAW", "backtick")
    if char == "-":
        return _minus(query, text, at)
    if char == "!":
        return _cased(query, text, at)
    if char == "/" and (before.isspace() or before in "(-:"):
        return _regex(query, text, at)
    return _operator(query, text, at) or _field(text, at) or _word(text, at)


def _phrase(query: str, text: str, at: int, quote: int, cased: bool = False) -> Token:
    end = text.find('"', quote + 1)
    if end < 0:
        raise QueryError(query, quote, 'a quotation mark is not closed; expected another "')
    slop = _SLOP.match(text, end + 1)
    distance = int(slop[1]) if slop else 0
    if slop and not 1 <= distance <= 999:
        raise QueryError(query, end + 1, "expected a distance from 1 to 999 after ~")
    return Token("PHRASE", text[quote + 1 : end], at, slop.end() if slop else end + 1, distance, cased=cased)


def _between(query: str, text: str, at: int, mark: str, kind: str, name: str) -> Token:
    end = text.find(mark, at + 1)
    if end < 0:
        raise QueryError(query, at, f"a {name} is not closed; expected another {mark}")
    if end == at + 1:
        raise QueryError(query, at, f"expected characters between the {name}s")
    return Token(kind, query[at + 1 : end], at, end + 1)


def _minus(query: str, text: str, at: int) -> Token:
    if at + 1 == len(text) or text[at + 1].isspace() or text[at + 1] == ")":
        raise QueryError(query, at, 'expected a term right after "-"')
    return Token("NOT", "-", at, at + 1)


def _cased(query: str, text: str, at: int) -> Token:
    if text[at + 1 : at + 2] == '"':
        return _phrase(query, text, at, at + 1, cased=True)
    word = _BARE.match(text, at + 1)
    if not word:
        raise QueryError(query, at, 'expected a word or a "phrase" right after "!"')
    return Token("PHRASE", word[0], at, word.end(), cased=True)


def _regex(query: str, text: str, at: int) -> Token:
    end = at + 1
    while end < len(text) and text[end] != "/":
        end += 2 if text[end] == "\\" else 1
    if end >= len(text):
        raise QueryError(query, at, "a regular expression is not closed; expected another /")
    if end == at + 1:
        raise QueryError(query, at, "expected a regular expression between the slashes")
    return Token("REGEX", query[at + 1 : end], at, end + 1)


def _operator(query: str, text: str, at: int) -> Token | None:
    word = _BARE.match(text, at)
    assert word  # whatever is neither white space nor a sign above is part of a word
    if word[0] in ("AND", "OR", "NOT"):
        return Token(word[0], word[0], at, word.end())
    if near := _NEAR.match(text, at):
        if near[2] and 1 <= int(near[2]) <= 999:
            return Token("NEAR", near[0], at, near.end(), int(near[2]), bool(near[1]) or near[3].startswith("f"))
        raise QueryError(query, at, f"{near[0]} needs a distance from 1 to 999, as in {near[1].upper()}NEAR/5")
    if word[0] in ("NEAR", "ONEAR") or _BADLY_NEAR.fullmatch(word[0]):
        raise QueryError(query, at, f"{word[0]} needs a distance from 1 to 999, as in NEAR/5")
    return None


def _field(text: str, at: int) -> Token | None:
    found = _FIELD.match(text, at)
    return Token("FIELD", found[1], at, found.end()) if found else None


def _word(text: str, at: int) -> Token:
    found = _BARE.match(text, at)
    assert found
    return Token("WORD", found[0], at, found.end())
