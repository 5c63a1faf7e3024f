"""What was forgotten stays out: a page without what must not be stored again, and a database that was put back."""

import re
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator

from msgspec.structs import replace

from listener.store.forget import forget, remember
from listener.store.marks import Author, Forgotten, Marker, PostName
from listener.types import Analysis, Bad, Batch, Post, Rough

_QUOTED = re.compile(r"""["']([^"'\\]{1,200})["']""")


def bar(conn: sqlite3.Connection, marker: Marker, batch: Batch, analysis: Analysis) -> tuple[Batch, Analysis]:
    """The page without posts that were forgotten, and without new ones of their authors."""
    if conn.execute("select 1 from forgotten limit 1").fetchone() is None:
        return batch, analysis

    def known(marks: Iterable[str]) -> bool:
        return any(conn.execute("select 1 from forgotten where mark=?", (mark,)).fetchone() for mark in marks)

    def stays(post: Post) -> bool:
        return not known((marker.post(post.key), marker.author(post.source, post.author)))

    def may_lie(bad: Bad) -> bool:
        return not known(_marks_of(bad, marker))

    findings = tuple(finding for finding in analysis.findings if stays(finding.post))
    failed = tuple(filter(may_lie, analysis.failed))
    posts, aside = tuple(filter(stays, batch.posts)), tuple(filter(may_lie, batch.bad))
    page = replace(batch, posts=posts, bad=aside, rough=batch.rough and _barred(batch.rough, marker, known))
    return page, replace(analysis, findings=findings, failed=failed)


def _barred(rough: Rough, marker: Marker, known: Callable[[Iterable[str]], bool]) -> Rough:
    def is_known(key: str, author: str) -> bool:
        return known((marker.post(key), marker.author(key.partition(":")[0], author.removeprefix("@"))))

    kept = zip(rough.keys, rough.lines, strict=True)
    return rough.parted([n for n, (key, line) in enumerate(kept) if not is_known(key, line.author)])[0]


def _marks_of(bad: Bad, marker: Marker) -> Iterator[str]:
    """Of what could not be read anything in quotes may be its author."""
    yield marker.post(f"{bad.source}:{bad.id}")
    for name in {*_QUOTED.findall(bad.raw)}:
        yield marker.author(bad.source, name)


def replay(conn: sqlite3.Connection, marker: Marker, guard: Collection[Forgotten]) -> int:
    """Forget again what the guard remembers and this database does not: it was put back, or the process ended early.

    Within an open transaction; answers how many marks were new to the database.
    """
    known = {row["mark"] for row in conn.execute("select mark from forgotten")}
    missing = [each for each in guard if each.mark not in known]
    if missing:
        since = {each.mark: each.at for each in missing}
        for mark, target in _named(conn, marker):
            if mark in since:
                forget(conn, target, marker, since[mark])
        remember(conn, missing)
    return len(missing)


def _named(conn: sqlite3.Connection, marker: Marker) -> list[tuple[str, Author | PostName]]:
    """All authors and posts that the database knows, with their marks."""
    authors = {(row[0], row[1]) for row in conn.execute("select distinct source, author from posts where author != ''")}
    sampled = "select distinct json_extract(post, '$.source'), json_extract(post, '$.author') from samples"
    authors |= {(row[0], row[1]) for row in conn.execute(sampled) if row[1]}
    for row in conn.execute("select source, raw from quarantine"):
        authors |= {(row["source"], name) for name in _QUOTED.findall(row["raw"])}
    keys = {
        row[0]
        for row in conn.execute(
            "select key from posts union select key from seen union select source || ':' || post_id from quarantine "
            "union select json_extract(post, '$.source') || ':' || json_extract(post, '$.id') from samples"
        )
    }
    found: list[tuple[str, Author | PostName]] = [(marker.author(*each), Author(*each)) for each in sorted(authors)]
    return found + [(marker.post(key), PostName(key)) for key in sorted(keys)]
