"""On which line of a TOML file each key stands, which `tomllib` does not say."""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator

Key = tuple[str | int, ...]
"""Where a value stands: ("topics", 0, "match", 1) is the second sample of the first topic."""

_LEXEME = re.compile(
    r"""
      (?P<blank>  [ \t]+ | \#[^\n]* )
    | (?P<newline>\n )
    | (?P<string> \"{3} (?:\\[\s\S]|[^\\])*? \"{3,5} | '{3} [\s\S]*? '{3,5} | "(?:\\.|[^"\\\n])*" | '[^'\n]*' )
    | (?P<mark>   [\[\]{},=] )
    | (?P<bare>   [^\s\[\]{},=\#"']+ )
    """,
    re.VERBOSE,
)


def positions(text: str) -> dict[Key, int]:
    """The line, from 1, of every key, table and list item of a document that `tomllib` reads."""
    return _Scanner(text).document()


class _Scanner:
    """Reads from left to right; trusts that `tomllib` has accepted the document."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.starts = [0, *(found.end() for found in re.finditer("\n", self.text))]
        self.lines: dict[Key, int] = {}
        self.items: dict[Key, int] = {}  # how many tables each [[array]] has so far
        self.lexemes = self._lexemes()
        self.lexeme, self.at = next(self.lexemes)

    def document(self) -> dict[Key, int]:
        table: Key = ()
        while self.lexeme:
            if self.lexeme == "\n":
                self._next()
            elif self.lexeme == "[":
                table = self._header()
            else:
                self._pair(table)
        return self.lines

    def _lexemes(self) -> Iterator[tuple[str, int]]:
        for found in _LEXEME.finditer(self.text):
            if found.lastgroup != "blank":
                yield found.group(), found.start()
        yield "", len(self.text)

    def _next(self) -> None:
        self.lexeme, self.at = next(self.lexemes)

    def _note(self, key: Key, at: int) -> None:
        self.lines.setdefault(key, bisect_right(self.starts, at))

    def _header(self) -> Key:
        """Read `[a.b]` or `[[a.b]]`; a name that stands for an array means its last table."""
        at = self.at
        self._next()
        double = self.lexeme == "[" and self.text[self.at - 1] == "["
        if double:
            self._next()
        table: Key = ()
        parts = self._key("]")
        for part in parts:
            if table in self.items:
                table = (*table, self.items[table] - 1)
            table = (*table, part)
            self._note(table, at)
        if double:
            self._next()
            self.items[table] = self.items.get(table, 0) + 1
        if table in self.items:
            table = (*table, self.items[table] - 1)
            self._note(table, at)
        return table

    def _pair(self, table: Key) -> None:
        """Read `a.b = value`."""
        at = self.at
        for part in self._key("="):
            table = (*table, part)
            self._note(table, at)
        self._value(table)

    def _key(self, end: str) -> list[str]:
        """Read a dotted key and the mark that ends it."""
        parts: list[str] = []
        while self.lexeme != end:
            if self.lexeme[0] in "\"'":
                parts.append(tomllib.loads(f"key = {self.lexeme}")["key"])
            else:
                parts += filter(None, self.lexeme.split("."))
            self._next()
        self._next()
        return parts

    def _value(self, key: Key) -> None:
        if self.lexeme == "[":
            self._list(key)
        elif self.lexeme == "{":
            self._inline(key)
        else:
            while self.lexeme not in ("\n", ",", "]", "}", ""):  # a date and its time are two lexemes
                self._next()

    def _list(self, key: Key) -> None:
        self._next()
        item = 0
        while self.lexeme != "]":
            if self.lexeme not in ("\n", ","):
                self._note((*key, item), self.at)
                self._value((*key, item))
                item += 1
            else:
                self._next()
        self._next()

    def _inline(self, key: Key) -> None:
        self._next()
        while self.lexeme != "}":
            if self.lexeme in ("\n", ","):
                self._next()
            else:
                self._pair(key)
        self._next()
