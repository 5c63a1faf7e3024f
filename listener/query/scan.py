"""The characters of a query, read from left to right."""

import re

from msgspec import Struct

from listener.errors import QueryError

_QUOTES = dict.fromkeys(map(ord, "“”„‟«»＂"), '"')
_BLANKS = re.compile(r"\s+")
_BARE = re.compile(r"[^\s()\"`]+")
_VALUE = re.compile(r"[^\s)\"`]+")
_NEAR = re.compile(r"(o?)near(?:/(\d+)(f?):?|/.*)?", re.IGNORECASE)
_FIELD = re.compile(r"([^\W\d][\w-]*|\d+):")
_FARTHEST = 9_999


class Operator(Struct, frozen=True):
    """NEAR or ONEAR as written."""

    text: str
    distance: int
    ordered: bool


class Scanner:
    """A query and how far it has been read. Every complaint is a `QueryError` with the place."""

    def __init__(self, query: str) -> None:
        self.query, self.at = query, 0
        self._text = query.translate(_QUOTES)  # curly quotation marks are quotation marks

    def error(self, why: str, at: int | None = None) -> QueryError:
        """A complaint about a place; where none is named, about where we are."""
        return QueryError(self.query, self.at if at is None else at, why)

    def skip_blanks(self) -> None:
        """Go on to the next character that is no white space."""
        if blanks := _BLANKS.match(self._text, self.at):
            self.at = blanks.end()

    def ahead(self, length: int = 1) -> str:
        """The next characters."""
        return self._text[self.at : self.at + length]

    def bare(self) -> str:
        """What stands here up to white space, a parenthesis, a quotation mark or a backtick; it is not yet read."""
        found = _BARE.match(self._text, self.at)
        return found[0] if found else ""

    def take(self, text: str) -> str:
        """Read what was looked at."""
        self.at += len(text)
        return text

    def value(self) -> str:
        """Read the value of a field up to white space or a closing parenthesis, or between quotation marks."""
        if self.ahead() == '"':
            return self.quoted()
        found = _VALUE.match(self._text, self.at)
        return self.take(found[0]) if found else ""

    def quoted(self) -> str:
        """Read what stands between quotation marks."""
        return self._between('"', "quotation mark")

    def raw(self) -> str:
        """Read what stands between backticks, as it was typed."""
        return self._between("`", "backtick")

    def _between(self, mark: str, name: str) -> str:
        start, end = self.at, self._text.find(mark, self.at + 1)
        if end < 0:
            raise self.error(f"a {name} is not closed; expected another {mark}")
        self.at = end + 1
        return (self.query if mark == "`" else self._text)[start + 1 : end]

    def regex(self) -> str:
        """Read what stands between slashes; `\\/` is a slash inside them."""
        start = end = self.at + 1
        while end < len(self._text) and self._text[end] != "/":
            end += 2 if self._text[end] == "\\" else 1
        if end >= len(self._text):
            raise self.error("a regular expression is not closed; expected another /")
        pattern = self.query[start:end]
        self.at = end + 1
        if self.ahead() == "i":  # they are read in any case anyway
            self.at += 1
        if _BARE.match(self._text, self.at):
            raise self.error("expected white space after the regular expression; inside it a slash is written \\/")
        return pattern

    def reach(self) -> int:
        """Read the ~3 after a phrase; 0 where there is none."""
        if self.ahead() != "~":
            return 0
        text = self.bare()
        if not text[1:].isdecimal() or not 1 <= int(text[1:]) <= _FARTHEST:
            raise self.error(f"expected a distance from 1 to {_FARTHEST:,} after ~, as in ~3")
        return int(self.take(text)[1:])

    def field(self) -> str:
        """Read the name of a field and its colon; "" where there is none."""
        found = _FIELD.match(self._text, self.at)
        if not found:
            return ""
        self.at = found.end()
        return found[1]

    def operator(self) -> str:
        """Which operator comes next, not yet read: AND, OR, NOT, NEAR or ""."""
        word = self.bare()
        if word in ("AND", "OR", "NOT"):
            return word
        return "NEAR" if word in ("NEAR", "ONEAR") or ("/" in word and _NEAR.fullmatch(word)) else ""

    def near(self) -> Operator:
        """Read NEAR or ONEAR and its distance."""
        word = self.bare()
        found = _NEAR.fullmatch(word)
        assert found  # `operator` has seen it
        if not (found[2] and found[2].isdecimal() and 1 <= int(found[2]) <= _FARTHEST):
            name = f"{found[1]}NEAR".upper()
            raise self.error(f"{word} needs a distance from 1 to {_FARTHEST:,}, as in {name}/5")
        self.take(word)
        return Operator(word.rstrip(":"), int(found[2]), bool(found[1] or found[3]))
