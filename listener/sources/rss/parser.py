"""The reader: a process of its own that turns bytes into documents, `python -m listener.sources.rss.parser`.

feedparser and the regular expressions within it have no bounds: a megabyte of letters as an author's name holds them
for hours, and everything else of their process with them. So they work where the system can end them.
"""

import resource
import signal
import sys
import warnings
from calendar import timegm
from contextlib import suppress
from io import BytesIO
from time import struct_time
from typing import Any

import feedparser
import msgspec

from listener.edge import TEXT, plain
from listener.sources.rss.document import SECONDS, Document, Entry, Result, Task
from listener.sources.rss.scan import Ending, Refused, scan

_MEMORY = 400_000_000  # bytes of addresses
_LONGEST = {"id": 2_000, "link": 2_000, "author": 400, "lang": 50}  # characters; edge.repair shortens further
_WHOLE = Ending(True)
_MARKUP = ("text/html", "application/xhtml+xml")


def main() -> None:
    """Answer tasks until there are no more."""
    with suppress(ValueError, OSError):  # not every system has this limit
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    warnings.simplefilter("ignore")
    given, told = sys.stdin.buffer, sys.stdout.buffer
    while line := given.readline():
        task = msgspec.json.decode(line, type=Task)
        body = given.read(task.size)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)  # the system ends us by SIGPROF then
        answer = msgspec.json.encode(answered(task, body))
        signal.setitimer(signal.ITIMER_PROF, 0)
        told.write(answer + b"\n")
        told.flush()


def answered(task: Task, body: bytes) -> Result:
    """The document, or why there is none."""
    try:
        return Result(parsed(task, body, scan(body, task.kind)))
    except Refused as refused:
        return Result(None, str(refused))
    except MemoryError:
        return Result(None, "takes more memory than any honest feed")


def parsed(task: Task, body: bytes, ending: Ending = _WHOLE) -> Document:
    """The document of a feed; raises `Refused` for other XML, and whatever feedparser does."""
    headers = {"content-type": task.kind, "content-location": task.url}
    found = feedparser.parse(BytesIO(body), response_headers=headers, resolve_relative_uris=False, sanitize_html=False)
    if not (found.version or found.entries):
        raise Refused("answered something that is neither RSS nor Atom")
    is_cut = ending.is_within_entry and len(found.entries) > 1  # half an entry is none: the next look shows it whole
    return Document(
        title=_words(found.feed, "title"),
        lang=_line(found.feed, "language", _LONGEST["lang"]),
        entries=tuple(_entry(each) for each in (found.entries[:-1] if is_cut else found.entries)),
        is_whole=ending.is_whole,
    )


def _entry(raw: dict[str, Any]) -> Entry:
    return Entry(
        id=_line(raw, "id", _LONGEST["id"]),
        link=_line(raw, "link", _LONGEST["link"]),
        title=_words(raw, "title"),
        text=_plain(_main(raw)),
        author=_author(_line(raw, "author", _LONGEST["author"])),
        tags=tuple(filter(None, (_line(tag, "label", 200) or _line(tag, "term", 200) for tag in _tags(raw)))),
        lang=_line(_main(raw), "language", _LONGEST["lang"]),
        at=_at(raw),
    )


def _author(written: str) -> str:
    """The name in "ann@example.com (Ann Lee)", by whatever order and brackets."""
    words = (word for word in written.split() if "@" not in word[1:])
    return " ".join(words).strip(" ()<>\"'").removeprefix("@")


def _main(raw: dict[str, Any]) -> dict[str, Any]:
    """The longest of what an entry says: its content, in several forms, or a summary."""
    texts = [*(dict.get(raw, "content") or ()), dict.get(raw, "summary_detail") or {}]
    if not any(text.get("value") for text in texts):
        return {"value": dict.get(raw, "summary") or "", "type": "text/html"}
    return max(texts, key=lambda text: len(text.get("value") or ""))


def _words(raw: dict[str, Any], name: str) -> str:
    detail = dict.get(raw, f"{name}_detail") or {"value": dict.get(raw, name), "type": "text/html"}
    return " ".join(_plain(detail).split())


def _plain(detail: dict[str, Any]) -> str:
    value = str(detail.get("value") or "")
    return (plain(value) if detail.get("type") in _MARKUP else value)[: TEXT + 1]


def _tags(raw: dict[str, Any]) -> list[dict[str, Any]]:
    tags: list[dict[str, Any]] = dict.get(raw, "tags") or []
    return tags[:50]


def _line(raw: dict[str, Any], name: str, most: int) -> str:
    # feedparser's own look-up answers with other elements, and a warning, where one is missing
    return " ".join(str(dict.get(raw, name) or "")[: 2 * most].split())[:most]


def _at(raw: dict[str, Any]) -> float | str:
    written = ""
    for name in ("published", "updated", "created"):
        parsed_time = dict.get(raw, f"{name}_parsed")
        if isinstance(parsed_time, struct_time):
            with suppress(ValueError, OverflowError):
                return float(timegm(parsed_time))
        written = written or _line(raw, name, 100)
    return written


if __name__ == "__main__":
    main()
