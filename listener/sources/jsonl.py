"""Posts from a file of JSON lines, read like a log: from where it stopped, while it grows, rotates or is emptied.

One post a line: {id, text, source?, author?, created_at?, url?, title?, community?, lang?, kind?, followers?, likes?,
replies?}; {id, source?, "deleted": true} says that a post is gone, the same id again that it was edited.

A last line without its line break is read once it is a whole JSON object, which more bytes could not change; until then
it waits for the rest. Rotated files (path.1, path-20261120 …) are finished first. Where bytes that were seen but not
read have vanished, a gap is reported. It is your own file: nothing is asked of any network.
"""

import glob
import json
import re
from datetime import datetime
from functools import partial
from hashlib import sha256
from os import SEEK_CUR, SEEK_END
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from listener.edge import TEXT, bad, when
from listener.errors import SourceError
from listener.types import Ask, Bad, Batch, Environment, Gap, Post, Reach, Rough, Terms

TERMS = Terms(about="Your own file, under your own terms.", recheck_hours=None, every=10.0)

PAGE = 500
"""Most lines of a page."""

ROUGH = 5_000
"""Lines of a page whose posts are sifted before they are read."""

_LINE, _BYTES = 10_000_000, 8_000_000  # longest line that is read; a page ends once it has so many bytes
_SHORT = 50  # characters of a key that needs no closer look
_PIECE = 100_000  # bytes that are read at once
_PRINT = 512  # bytes at either end of what was seen that tell files apart
_ROTATED = re.compile(r"[.-]\d[\d.T_-]*\Z")  # what log rotation appends: .1, -20261120, .2026-11-20


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The source's keys in `[[sources]]`."""

    path: str  # relative to the working directory
    time: Literal["posted", "arrival"] = "posted"  # "arrival": old or undated posts count as posted when they are read


class Line(Struct, frozen=True, gc=False):
    """One line, as much of a post as shows whether a topic may be about it; other keys are ignored."""

    id: str | int
    said: str | None = field(name="text", default=None)
    source: str | None = None
    writer: str | None = field(name="author", default=None)
    created_at: str | float | None = None
    address: str | None = field(name="url", default=None)
    title: str | None = None
    place: str | None = field(name="community", default=None)
    lang: str | None = None
    kind: str | None = None
    followers: float | None = None
    likes: float | None = None
    replies: float | None = None
    deleted: bool = False

    @property
    def key(self) -> str:
        """The name of the post, as `Post.key`."""
        return f"{self.source or 'jsonl'}:{str(self.id).strip()}"

    @property
    def words(self) -> str:
        """Title and text as one, as `Post.words`."""
        title, text = self.title, self.said or ""
        return f"{title}\n\n{text}" if title and text else title or text

    @property
    def url(self) -> str:
        """Its address, "" unknown."""
        return self.address or ""

    @property
    def author(self) -> str:
        """Who wrote it, "" unknown."""
        return self.writer or ""

    @property
    def community(self) -> str:
        """Where, "" unknown."""
        return self.place or ""

    @property
    def links(self) -> tuple[str, ...]:
        """A line names none but those in its text."""
        return ()


class Place(Struct, frozen=True):
    """Where reading stopped: the cursor."""

    at: datetime  # when
    offset: int = 0  # bytes read
    line: int = 0  # lines read
    size: int = 0  # bytes seen; those not read yet are waiting, or belong to a line still being written
    print: str = ""  # of the bytes seen: tells whether a file still is the one that was read


class Page(Struct, frozen=True):
    """Lines, where they end, and whether more wait."""

    path: Path
    first: int  # number of the first line
    lines: list[bytes]
    place: Place
    more: bool


class Source:
    """Reads one file."""

    def __init__(self, options: Options, env: Environment | None = None) -> None:
        self._path, self._time = Path(options.path), options.time

    def fetch(self, ask: Ask) -> Batch:
        """The next lines; the last form of a post counts. Raises `SourceError` where the file cannot be read."""
        old = _place(ask.cursors.get("lines", ""))
        try:
            page, gaps = self._page(old, ask)
        except OSError as error:
            why = f"cannot read {self._path} ({error.strerror}): see its path in listener.toml"
            raise SourceError("jsonl", why, code="file") from error
        has_moved = page.place.size and (old is None or replace(page.place, at=old.at) != old)
        cursors = {"lines": msgspec.json.encode(page.place).decode()} if has_moved else {}
        read = self._read(page, ask.now, rough=ask.rough)
        return replace(read, cursors=cursors, more=page.more, gaps=gaps)

    def _page(self, old: Place | None, ask: Ask) -> tuple[Page, tuple[Gap, ...]]:
        start, limit = Place(ask.now), ROUGH if ask.rough else max(1, min(ask.limit, PAGE))
        if old is None:
            return _begun(self._path, start, limit), ()
        following: Path | None = None
        for path in (self._path, *_rotated(self._path)):  # the newest first
            page = _continued(path, old, limit, ask.now, is_final=following is not None)
            if page and following and not page.lines:
                page = _begun(following, start, limit)
                return replace(page, more=page.more or following != self._path), ()
            if page:
                return replace(page, more=page.more or following is not None), ()
            following = path if _size(path) else following
        why = f"{self._path} was replaced before its last {old.size - old.offset} bytes were read"
        gaps = (Gap("lines", old.at, ask.now, why),) if old.offset < old.size else ()
        return _begun(self._path, start, limit), gaps

    def _read(self, page: Page, now: datetime, *, rough: bool) -> Batch:
        found, aside = _understood(page)
        lines = _last_forms(found)
        deleted = [key for key, line in lines.items() if line.deleted]
        for key in deleted:
            del lines[key]
        read = partial(self._post, now=now)
        if rough and _are_plain([*lines]) and not _have_colons(lines):
            words = [line.words if line.title else line.said or "" for line in lines.values()]
            rest = Rough([*lines], words, [*lines.values()], read)
            return Batch(rough=rest, deleted=tuple(deleted), bad=tuple(aside))
        return Batch(posts=tuple(map(read, lines.values())), deleted=tuple(deleted), bad=tuple(aside))

    def _post(self, line: Line, now: datetime) -> Post:
        return post_of(line, *((now, ()) if self._time == "arrival" else when(line.created_at, now)))


def _understood(page: Page) -> tuple[list[Line], list[Bad]]:
    """The lines of a page: all at once, and one by one where one of them cannot be read like that."""
    try:
        lines = _DECODER.decode_lines(b"\n".join(page.lines))
        if all([line.said or line.title or line.deleted for line in lines]):  # a list: it is read faster
            return lines, []
    except ValueError:
        pass
    lines, aside = [], []
    for number, raw in enumerate(page.lines, page.first):
        try:
            lines += [_checked(decoded(raw))] if raw.strip() else []
        except (ValueError, RecursionError, OverflowError) as error:
            why = f"{page.path} line {number}: {error}"
            aside.append(bad("jsonl", "", raw[:TEXT].decode(errors="replace"), why))
    return lines, aside


def _checked(line: Line) -> Line:
    if not (line.said or line.title or line.deleted):
        raise ValueError("a post needs a text or a title")
    _count(line.followers), _count(line.likes), _count(line.replies)
    return line


def _last_forms(lines: list[Line]) -> dict[str, Line]:
    """By key the last line of each, and in its place."""
    keys = [f"{line.source or 'jsonl'}:{line.id}" for line in lines]
    together = "".join(keys)
    if together.split() != [together]:  # there are blanks, which edges of ids must not have
        keys = [line.key for line in lines]
    found = dict(zip(keys, lines, strict=True))
    if len(found) < len(lines):
        found.clear()
        for key, line in zip(keys, lines, strict=True):
            found.pop(key, None)
            found[key] = line
    return found


def _are_plain(keys: list[str]) -> bool:
    """Whether no key needs mending: looked at together, and one by one where that does not tell."""
    together, count = f" {' '.join(keys)} ", len(keys)
    if together.isprintable() and together.count(" ") == count + 1 and max(map(len, keys), default=0) <= _SHORT:
        return (" :" not in together and ": " not in together) or all(map(_is_plain, keys))
    return all(map(_is_plain, keys))


def _have_colons(lines: dict[str, Line]) -> bool:
    """Whether a source has one, so that its keys do not tell where it ends."""
    return "".join(lines).count(":") > len(lines) and any(":" in (line.source or "") for line in lines.values())


def _is_plain(key: str) -> bool:
    """Whether a key needs no mending, so that a post may wait for it."""
    source, _, post_id = key.partition(":")
    return key.isprintable() and 0 < len(source) <= 50 and 0 < len(post_id) <= 500 and "  " not in key


def post_of(line: Line, created_at: datetime, flags: tuple[str, ...] = ()) -> Post:
    """The post that a line describes, as if it was written at that time."""
    return Post(
        source=line.source or "jsonl",
        id=str(line.id).strip(),
        text=line.said or "",
        created_at=created_at,
        title=line.title or "",
        url=line.url,
        author=line.author.removeprefix("@"),
        community=line.community,
        kind=line.kind or "post",
        lang=line.lang or "",
        reach=Reach(_count(line.followers), _count(line.likes), _count(line.replies)),
        flags=flags,
    )


def _count(number: float | None) -> int | None:
    return None if number is None else int(number)


def decoded(raw: bytes) -> Line:
    """One line of the file; raises ValueError or RecursionError saying what is wrong with it."""
    if len(raw) > _LINE:
        raise ValueError(f"longer than {_LINE // 1_000_000} MB")
    raw = raw.removeprefix(b"\xef\xbb\xbf").strip()
    try:
        return _DECODER.decode(raw)
    except msgspec.ValidationError:
        raise
    except ValueError:  # lone surrogates and raw bytes: the standard library lets them by, to be mended later
        return msgspec.convert(_loosely(raw.decode(errors="replace")), Line)


def _loosely(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg} (character {error.pos + 1})") from None


_DECODER = msgspec.json.Decoder(Line)


# The file


def _place(cursor: str) -> Place | None:
    try:
        return msgspec.json.decode(cursor, type=Place) if cursor else None
    except ValueError:
        return None  # reading again from the start repeats nothing: posts have names


def _rotated(path: Path) -> list[Path]:
    """The files that the path was before, newest first."""

    def age(file: Path) -> int:
        number = int("".join(filter(str.isdigit, file.name[len(path.name) :])))
        return number if number < 10_000 else -number  # .1 is newer than .2, but -20261120 than -20261119

    beside = path.parent.glob(f"{glob.escape(path.name)}?*")
    return sorted((file for file in beside if _ROTATED.fullmatch(file.name[len(path.name) :])), key=age)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _begun(path: Path, start: Place, limit: int) -> Page:
    with path.open("rb") as file:
        return _lines(path, file, start, limit, is_final=False)


def _continued(path: Path, old: Place, limit: int, now: datetime, *, is_final: bool) -> Page | None:
    """The next lines, if this still is the file that was read; the same open file is looked at and read."""
    try:
        with path.open("rb") as file:
            if _print(file, old.size) != old.print:
                return None
            return _lines(path, file, replace(old, at=now), limit, is_final=is_final)
    except FileNotFoundError:
        return None


def _print(file: BinaryIO, size: int) -> str:
    """Tells whether the first `size` bytes are those seen before; other files, and shorter ones, differ."""
    file.seek(0)
    head = file.read(min(_PRINT, size))
    file.seek(max(0, size - _PRINT))
    tail = file.read(min(_PRINT, size))
    return sha256(b"%d %b %b" % (len(head + tail), head, tail)).hexdigest()[:16]


def _lines(path: Path, file: BinaryIO, place: Place, limit: int, *, is_final: bool) -> Page:
    """The next lines; in a file that is `is_final` nobody will end the last one, so it is read as it is."""
    file.seek(place.offset)
    *lines, rest = _some(file, limit).split(b"\n", limit)
    offset = file.seek(-len(rest), SEEK_CUR)
    while len(lines) < limit and offset < place.offset + _BYTES:
        raw, is_whole = _line(file)
        if not raw or not (is_whole or is_final or _is_object(raw)):
            break
        offset = file.tell()
        lines.append(raw.removesuffix(b"\n"))
    is_stopped = len(lines) == limit or offset >= place.offset + _BYTES
    size = file.seek(0, SEEK_END)
    following = Place(place.at, offset, place.line + len(lines), size, _print(file, size))
    return Page(path, place.line + 1, lines, following, is_stopped and offset < size)


def _some(file: BinaryIO, limit: int) -> bytes:
    """The next lines, about so many, the last of them in part."""
    pieces, count = list[bytes](), 0
    while count < limit and len(pieces) * _PIECE < _BYTES and (piece := file.read(_PIECE)):
        pieces.append(piece)
        count += piece.count(b"\n")
    return b"".join(pieces)


def _line(file: BinaryIO) -> tuple[bytes, bool]:
    """The next line, of one that is too long only the beginning, and whether it ends."""
    raw = piece = file.readline(_LINE + 1)
    while piece and not piece.endswith(b"\n") and len(raw) > _LINE:
        piece = file.readline(1_000_000)
    return raw, piece.endswith(b"\n")


def _is_object(raw: bytes) -> bool:
    try:
        return isinstance(_loosely(raw.decode(errors="replace")), dict)
    except (ValueError, RecursionError):
        return False
