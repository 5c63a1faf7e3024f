"""One file of TOML, the line of each of its keys, and the mistakes found in it."""

import re
import shlex
import tomllib
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from msgspec import Struct

from listener.config.positions import Key, positions

_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


class Problem(Struct, frozen=True, order=True):
    """One mistake; sorts by file and line."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}" if self.line else f"{self.file}: {self.text}"


class Document:
    """A file as it was read. Mistakes go to the list `problems` that all files share, one a key."""

    def __init__(self, path: Path, problems: list[Problem], *, required: bool = True) -> None:
        self.name = str(path)
        self.problems = problems
        self.faulty: set[Key] = set()
        self.data: dict[str, Any] = {}
        self.readable = False
        self.lines: dict[Key, int] = {}
        try:
            text = path.read_bytes().decode("utf-8-sig")  # Windows editors write a byte order mark
            self.data, self.lines = tomllib.loads(text), positions(text)
            self.readable = True
        except FileNotFoundError:
            if required:
                self._unreadable(0, f"no such file; `listener init {shlex.quote(str(path.parent))}` writes it")
        except OSError as error:
            self._unreadable(0, f"cannot be read: {error.strerror}")
        except UnicodeDecodeError as error:
            self._unreadable(error.object[: error.start].count(b"\n") + 1, "is not UTF-8 text; save it as UTF-8")
        except tomllib.TOMLDecodeError as error:
            self._unreadable(*_syntax(error, text))

    def problem(self, key: Key, why: str) -> None:
        """Note what is wrong with the value at `key`: the first mistake of a key, none where the file is unreadable."""
        if self.readable and key not in self.faulty:
            self.faulty.add(key)
            self.problems.append(Problem(self.name, self.line(key), f"{dotted(key)}: {why}"))

    def remark(self, key: Key, why: str) -> str:
        """A warning about the value at `key`, which stops nothing."""
        return f"{self.name}:{self.line(key)}: warning: {dotted(key)}: {why}"

    def where(self, key: Key) -> str:
        """File, line and key, as messages begin."""
        return f"{self.name}:{self.line(key)}: {dotted(key)}"

    def line(self, key: Key) -> int:
        """The line of `key`, or of the innermost table around it where it is not written down."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)

    def _unreadable(self, line: int, why: str) -> None:
        self.problems.append(Problem(self.name, line, why))


def dotted(key: Key) -> str:
    """The key as people write it: `topics[0].match[1]`."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{_quoted(part)}" for part in key]
    return "".join(parts).removeprefix(".")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The nearest known name as the end of a message, or what there is, or nothing."""
    names = sorted(set(known))
    near = get_close_matches(name, names, n=1)
    if near:
        return f'; did you mean "{near[0]}"?'
    return "; there is " + ", ".join(f'"{each}"' for each in names) if names else ""


def _quoted(part: str) -> str:
    return part if _BARE.fullmatch(part) else f'"{part}"'


def _syntax(error: tomllib.TOMLDecodeError, text: str) -> tuple[int, str]:
    place = _PLACE.search(str(error))
    line = int(place[1]) if place and place[1] else text.rstrip("\n").count("\n") + 1
    hint = "; text stands in double quotes" if str(error).startswith("Invalid value") else ""
    return line, f"not TOML: {_PLACE.sub('', str(error))}{hint}"
