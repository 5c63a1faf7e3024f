"""Where the database holds something of an author or a post."""

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from listener.store.connection import marks
from listener.store.draw import draw
from listener.store.marks import Author, Marker, PostName
from listener.store.rows import loads

NOBODY = "(forgotten)"


class Traces(Struct, frozen=True, kw_only=True):
    """What was found."""

    source: str = ""  # platform
    posts: tuple[sqlite3.Row, ...] = ()  # key, author, url
    handles: frozenset[str] = frozenset()  # of their authors, in lower case
    keys: frozenset[str] = frozenset()  # of all posts that are known to be meant, stored or not
    seen: frozenset[str] = frozenset()  # keys
    samples: frozenset[tuple[str, int]] = frozenset()  # day and draw
    quarantine: frozenset[int] = frozenset()  # ids

    def marks(self, target: Author | PostName, marker: Marker) -> dict[str, str]:
        """The marks that keep it forgotten, with their kinds: an author may come back under another name."""
        author = {marker.author(target.source, target.name): "author"} if isinstance(target, Author) else {}
        return author | {marker.post(key): "post" for key in sorted(self.keys)}

    def names_somebody(self, text: str) -> bool:
        """Whether a text contains a handle, if only as a part of a word."""
        return any(handle in text.casefold() for handle in self.handles)

    def cleaner(self, names: Mapping[str, str]) -> Callable[[str], str]:
        """Replaces names by their new ones, handles and addresses by a word of ours."""
        told = dict.fromkeys([*(row["url"] for row in self.posts if row["url"]), *self.handles], NOBODY)
        first, then = replacer(names), replacer(told, re.IGNORECASE)
        return lambda text: then(first(text))


def replacer(told: Mapping[str, str], flags: re.RegexFlag = re.NOFLAG) -> Callable[[str], str]:
    """Replaces whole words; where the case does not matter all of them become the same."""
    if not told:
        return str
    longest = "|".join(map(re.escape, sorted(told, key=len, reverse=True)))
    pattern, same = re.compile(rf"(?<!\w)(?:{longest})(?!\w)", flags), next(iter(told.values()))
    return lambda text: pattern.sub(lambda hit: told.get(hit[0], same), text)


def traces(conn: sqlite3.Connection, target: Author | PostName, marker: Marker) -> Traces:
    """All that is stored of an author or of a post."""
    if isinstance(target, Author):
        return _of_author(conn, target, marker)
    return _of_post(conn, target.key, marker)


def _of_author(conn: sqlite3.Connection, author: Author, marker: Marker) -> Traces:
    handle = author.name.casefold()
    names = [name for name in authors(conn, author.source) if name.casefold() == handle]
    posts = conn.execute(
        f"select key, author, url from posts where source=? and author in ({marks(names)}) union "
        "select p.key, p.author, p.url from posts p join aged g on g.post_key = p.key where g.author=?",
        (author.source, *names, marker.author(author.source, author.name)),
    ).fetchall()
    samples = {
        (row["day"], row["draw"]): f"{post['source']}:{post['id']}"
        for row, post in _samples(conn, author.source)
        if post.get("author", "").casefold() == handle
    }
    aside = {row["id"]: f"{author.source}:{row['post_id']}" for row in _quarantine(conn, author)}
    keys = {*(row["key"] for row in posts), *samples.values()}
    word = _word(author.name)
    seen = {
        row["key"]
        for row in conn.execute("select key, url from seen where substr(key, 1, ?) = ?", _prefix(author.source))
        if row["key"] in keys or row["key"] in aside.values() or word.search(row["url"])
    }
    return Traces(
        source=author.source,
        posts=tuple(posts),
        handles=frozenset({handle} - {""}),
        keys=frozenset(keys | seen),
        seen=frozenset(seen),
        samples=frozenset(samples),
        quarantine=frozenset(aside),
    )


def _of_post(conn: sqlite3.Connection, key: str, marker: Marker) -> Traces:
    source, _, post_id = key.partition(":")
    posts = conn.execute("select key, author, url from posts where key in (?, ?)", (key, marker.alias(key))).fetchall()
    samples = conn.execute("select day, draw from samples where draw=?", (draw(key),)).fetchall()
    aside = conn.execute("select id from quarantine where source=? and post_id=?", (source, post_id)).fetchall()
    seen = conn.execute("select key from seen where key=?", (key,)).fetchall()
    return Traces(
        source=source,
        posts=tuple(posts),
        handles=frozenset({row["author"].casefold() for row in posts} - {""}),
        keys=frozenset([key]),
        seen=frozenset(row["key"] for row in seen),
        samples=frozenset((row["day"], row["draw"]) for row in samples),
        quarantine=frozenset(row["id"] for row in aside),
    )


def authors(conn: sqlite3.Connection, source: str) -> list[str]:
    """The names of all authors on a platform of whom a post is stored."""
    return [
        row[0] for row in conn.execute("select distinct author from posts where source=? and author != ''", (source,))
    ]


def _samples(conn: sqlite3.Connection, source: str) -> Iterator[tuple[sqlite3.Row, dict[str, str]]]:
    for row in conn.execute("select day, draw, post from samples where json_extract(post, '$.source') = ?", (source,)):
        yield row, loads(row["post"])


def _quarantine(conn: sqlite3.Connection, author: Author) -> list[sqlite3.Row]:
    """What was set aside may be in any form: whatever names the author counts."""
    word = _word(author.name)
    rows = conn.execute("select id, post_id, raw, why from quarantine where source=?", (author.source,))
    return [row for row in rows if word.search(row["raw"]) or word.search(row["why"])]


def _word(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])", re.IGNORECASE)


def _prefix(source: str) -> tuple[int, str]:
    return len(source) + 1, f"{source}:"
