"""The pages for people, and the commands, keys and links that stand in them."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "THIRD_PARTY.md", *sorted((ROOT / "docs").glob("*.md"))]

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"(?<!`)`(?!`)([^`\n]+)`")
_LINK = re.compile(r"(?:\]\(|src=\")([^)\"]+)")
_HEADING = re.compile(r"^## `?([\w-]+)`?$", re.MULTILINE)
_ROW = re.compile(r"^\| `([^|]+)` \|(.*)\|$", re.MULTILINE)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def fences(text: str, language: str) -> list[str]:
    """What stands between ```language and ```."""
    return [inside for name, inside in _FENCE.findall(text) if name == language]


def commands(text: str) -> Iterator[list[str]]:
    """Every `listener …` in the prose and in the blocks of a page, as words."""
    yield from map(shlex.split, (span for span in _SPAN.findall(_FENCE.sub("", text)) if span.startswith("listener ")))
    for block in [*fences(text, "sh"), *fences(text, "console")]:
        for line in block.replace("\\\n", " ").splitlines():
            yield from _commands_of(line)


def _commands_of(line: str) -> Iterator[list[str]]:
    """Those of one line of shell; a `listener` that is a service, a user or an image is none."""
    for part in re.split(r"&&|\||;|#|>|`", line.removeprefix("$ ")):
        try:
            words = shlex.split(part)
        except ValueError:  # prose in a comment
            continue
        for number, word in enumerate(words[:-1]):
            is_ours = word == "listener" or word.endswith("bin/listener")
            if is_ours and re.fullmatch(r"(?!listener$)[a-z]+", words[number + 1]):
                yield words[number:]


def links(text: str) -> list[str]:
    """Where links and pictures of a page lead."""
    return _LINK.findall(_FENCE.sub("", text))


def anchors(text: str) -> set[str]:
    """The headings of a page as links name them."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def sections(text: str) -> dict[str, dict[str, str]]:
    """The tables of a page by heading: the first column in code, and the rest of its row."""
    parts = _HEADING.split(text)[1:]
    return {name: dict(_ROW.findall(inside)) for name, inside in zip(parts[::2], parts[1::2], strict=True)}
