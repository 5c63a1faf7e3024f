"""A look at the bytes of a feed before any parser does, in linear time: traps are refused, with the reason."""

import re
from typing import NamedTuple

from listener.edge import plain

DEPTH, TAGS, ENTRIES = 200, 200_000, 5_000
"""Most elements within each other, most tags and most entries of a feed; honest ones stay far below."""

_MARK = re.compile(rb"<(?:(!--|!\[CDATA\[|\?)|(/?)([A-Za-z_:\x80-\xff][^\s<>/]*+)[^<>]*+>)")  # "*+": never tried again
_ENDS = {b"!--": b"-->", b"![CDATA[": b"]]>", b"?": b"?>"}
_VOID = (b"area", b"base", b"br", b"col", b"embed", b"hr", b"img", b"input", b"meta", b"source", b"wbr")  # never closed
_PAGE = (b"html", b"head", b"title", b"meta", b"script", b"style", b"body", b"div", b"p", b"h1")  # how one begins
_ITEMS = (b"item", b"entry")


class Refused(ValueError):
    """No feed, or a trap; the text says which."""


class Ending(NamedTuple):
    """How a feed ends: one that breaks off shows a part of what there is."""

    is_whole: bool
    is_within_entry: bool = False


def scan(body: bytes, kind: str) -> Ending:
    """Raises `Refused` for what is no feed or would cost a parser too much; `kind` is its Content-Type."""
    body = body.replace(b"\0", b"")  # UTF-16 and UTF-32 become legible
    if not body.strip():
        raise Refused("answered nothing")
    depth = tags = entries = within = 0
    root = last = b""
    at = 0
    while found := _MARK.search(body, at):
        special, closes, name = found.groups()
        at = found.end()
        if special:
            end = body.find(_ENDS[special], at)
            at = end if end >= 0 else len(body)
            continue
        name = name.lower()
        if not tags:
            _check_beginning(body, found.start(), name)
            root = name
        tags += 1
        is_entry = name.rpartition(b":")[2] in _ITEMS
        last = name if closes else b""
        if closes:
            depth = max(0, depth - 1)
            within -= is_entry
        elif name not in _VOID and body[at - 2 : at - 1] != b"/":
            depth += 1
            within += is_entry
        entries += is_entry and not closes
        _check_size(depth, tags, entries)
    if not tags:
        raise Refused(f"answered {kind.partition(';')[0].strip()[:50] or 'something'} instead of a feed")
    return Ending(last == root, within > 0)


def _check_beginning(body: bytes, root: int, name: bytes) -> None:
    if b"<!entity" in body[:root].lower():
        raise Refused("declares entities of its own, which are never followed")
    if name in _PAGE:
        shown = plain(body[:20_000].decode("utf-8", "replace"))
        words = " ".join(shown.split())[:100]
        raise Refused("answered a web page instead of a feed" + (f': "{words}"' if words else ""))


def _check_size(depth: int, tags: int, entries: int) -> None:
    if depth > DEPTH:
        raise Refused(f"has more than {DEPTH} elements within each other")
    if tags > TAGS:
        raise Refused(f"has more than {TAGS:,} tags")
    if entries > ENTRIES:
        raise Refused(f"has more than {ENTRIES:,} entries")
