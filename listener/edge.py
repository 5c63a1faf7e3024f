"""The edge: what comes from outside is mended here, in linear time, before anything else sees it."""

import json
import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from html import unescape

from msgspec.structs import replace

from listener.types import Bad, Post, Reach

TEXT = 40_000
"""Most characters of a text, or of what is set aside, that are kept."""

_LINES = {"source": 50, "title": 1_000, "author": 200, "community": 200, "place": 200}  # most characters of each
_LINES |= {"kind": 50, "parent": 500, "lang": 35}
_ID, _URL, _LIST = 500, 2_000, 50  # most characters of an id, of an address; most entries of a list
_NUMBER = 2**53  # larger counts do not fit a database column and mean nothing

_AHEAD = timedelta(minutes=5)  # clocks differ by so much
_OLD = timedelta(days=365)
_DAWN = datetime(1990, 1, 1, tzinfo=UTC)  # nothing was posted before: such a time is a default value

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_REMOVED: dict[int, str | None] = {c: None for c in (*range(9), *range(0x0E, 0x20), *range(0x7F, 0xA0))}
_REMOVED |= dict.fromkeys((0x0B, 0x0C, 0x0D, 0x85), "\n")
_BIDI = dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_ADDRESS = re.compile(r"https?://[^\s/?#]+\S*\Z", re.IGNORECASE)
_EPOCH = re.compile(r"-?\d{9,20}(\.\d+)?\Z")


def repair(post: Post, now: datetime) -> Post:
    """The post as it may be stored: clean text of bounded length, a believable UTC time, http(s) addresses only.

    Raises ValueError where nothing can be mended (no id, a wrong source), TypeError where a field has another type.
    """
    created_at, odd = when(post.created_at, now)
    fields = {name: _line(getattr(post, name), most) for name, most in _LINES.items()}
    text = mended(post.text, 2 * TEXT)
    is_cut = len(text) > TEXT or len(post.title) > len(fields["title"]) == _LINES["title"]
    _require(post, fields["source"])
    return replace(
        post,
        **fields,
        id=_line(post.id, _ID),
        text=text[:TEXT],
        tags=tuple(filter(None, (_line(tag, 200) for tag in post.tags[:_LIST]))),
        url=address(post.url),
        links=tuple(filter(None, map(address, post.links[:_LIST]))),
        reach=_reach(post.reach),
        created_at=created_at,
        flags=_flags(post, (*odd, *(["text-cut"] if is_cut else []))),
    )


def mended(text: str, most: int | None = None) -> str:
    """The first `most` characters without controls and lone surrogates; halves of one character are joined again."""
    if not isinstance(text, str):
        raise TypeError(f"expected text, got {type(text).__name__}")
    text = text[:most]
    if not _CONTROL.search(text):
        return text
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\r\n", "\n").translate(_REMOVED)


def shown(text: str) -> str:
    """The text without the characters that turn the direction of writing, for people to read."""
    return text.translate(_BIDI)


def address(url: str) -> str:
    """The address where it is an http(s) one that fits, "" otherwise."""
    url = mended(url, 2 * _URL).strip()
    return url if len(url) <= _URL and _ADDRESS.match(url) else ""


def when(value: object, now: datetime) -> tuple[datetime, tuple[str, ...]]:
    """A platform's time as aware UTC, and what was odd about it.

    Reads ISO 8601, e-mail dates, epoch seconds and finer units. Missing, unreadable or before 1990: `now` and
    "time-missing"; over 5 minutes ahead: `now` and "time-future"; over a year ago: "time-old".
    """
    at = _instant(value)
    if at is None or at < _DAWN:
        return now, ("time-missing",)
    if at > now + _AHEAD:
        return now, ("time-future",)
    return at, ("time-old",) if at < now - _OLD else ()


def bad(source: str, id: str, raw: object, why: str) -> Bad:
    """What could not be understood, as it can be stored; without an id it is named after its content."""
    text = raw if isinstance(raw, str) else json.dumps(raw, default=repr, ensure_ascii=False)
    name = _line(id, _ID) or sha256(text.encode(errors="replace")).hexdigest()[:16]
    return Bad(_line(source, _LINES["source"]), name, mended(text, TEXT), _line(why, 1_000))


def _line(text: str, most: int) -> str:
    if isinstance(text, str) and len(text) <= most and text.isprintable() and "  " not in text and text == text.strip():
        return text
    return " ".join(mended(text, 4 * most).split())[:most]


def _require(post: Post, source: str) -> None:
    if not source or ":" in source:
        raise ValueError(f"a source is a word without a colon, not {source!r}")
    if not _line(post.id, _ID) or len(post.id) > _ID:
        raise ValueError(f"an id has 1 to {_ID} characters")


def _flags(post: Post, odd: Iterable[str]) -> tuple[str, ...]:
    strings = (post.id, post.title, post.text, post.author, post.community, post.place, *post.tags)
    is_mended = _CONTROL.search(" ".join(strings).replace("\r\n", "\n"))
    return tuple(dict.fromkeys((*post.flags, *odd, *(["text-mended"] if is_mended else []))))


def _reach(reach: Reach) -> Reach:
    def bounded(count: int | None) -> int | None:
        return None if count is None else max(0, min(int(count), _NUMBER))

    return Reach(bounded(reach.followers), bounded(reach.likes), bounded(reach.replies))


def _instant(value: object) -> datetime | None:
    try:
        if isinstance(value, str):
            return _written(value.strip())
        if isinstance(value, datetime):
            return _utc(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _epoch(value)
    except (ValueError, OverflowError, OSError):  # fromtimestamp raises any of the three
        pass
    return None


def _written(text: str) -> datetime:
    if _EPOCH.match(text):
        return _epoch(float(text))
    try:
        return _utc(datetime.fromisoformat(text))
    except ValueError:
        return _utc(parsedate_to_datetime(text[:100]))


def _epoch(number: float) -> datetime:
    while math.isfinite(number) and abs(number) >= 1e11:  # milliseconds, microseconds, nanoseconds
        number /= 1000
    return datetime.fromtimestamp(number, UTC)


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


_TAG = re.compile(r"<(/?[a-zA-Z!][^<>]*)>")  # stops at the next "<", so that a million of them take linear time
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_HUGE = re.compile(r"&#(?:\d{8,}|[xX][0-9a-fA-F]{8,});?")  # int() refuses thousands of digits
_BREAKS = {"br": "\n", "li": "\n", "tr": "\n"} | dict.fromkeys(
    ("p", "div", "pre", "ul", "ol", "table", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"), "\n\n"
)
_HIDDEN = ("script", "style")


def plain(html: str) -> str:
    """The words of a piece of HTML: paragraphs apart by a blank line, links as their address, tags never nested."""
    return _Plain().read(html)


class _Plain:
    """What was read so far; the standard library's parser takes 8 s for 40 KB of unclosed tags, this is linear."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.hidden = self.link = ""  # the element whose content is not for readers; where the open link leads
        self.linked = 0  # where in `out` the text of the link begins
        self.is_pre = False

    def read(self, html: str) -> str:
        pieces = _TAG.split(html)
        for text, tag in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
            if text and not self.hidden:
                self.out.append(_unescaped(text) if self.is_pre else re.sub(r"\s+", " ", _unescaped(text)))
            self.tag(tag)
        self.close_link()
        lines = (line.rstrip() if line.startswith("  ") else line.strip() for line in "".join(self.out).split("\n"))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")

    def tag(self, tag: str) -> None:
        name, closes = _name(tag), tag.startswith("/")
        if name in ((self.hidden,) if self.hidden else _HIDDEN):
            self.hidden = "" if closes else name
        if self.hidden:
            return
        if name == "a":
            self.close_link()
            self.open_link("" if closes else tag)
        if name == "pre":
            self.is_pre = not closes
        self.out.append(_BREAKS.get(name, ""))

    def open_link(self, tag: str) -> None:
        found = _HREF.search(tag)
        self.link = address(_unescaped(found[1] or found[2] or found[3] or "")) if found else ""
        self.linked = len(self.out)

    def close_link(self) -> None:
        if not self.link:
            return
        label = "".join(self.out[self.linked :]).strip()
        del self.out[self.linked :]
        is_address = not label or (label.startswith("http") and self.link.startswith(label.rstrip(".…")))
        self.out.append(self.link if is_address else f"{label} ({self.link})")  # Hacker News shortens what it shows
        self.link = ""


def _name(tag: str) -> str:
    word = re.match(r"/?([a-zA-Z0-9]+)", tag)
    return word[1].lower() if word else ""


def _unescaped(text: str) -> str:
    return unescape(_HUGE.sub("\ufffd", text))
