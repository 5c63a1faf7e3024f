"""The index of words that search uses: one row a finding, with the tokens of its post."""

import sqlite3
from collections.abc import Sequence

from listener.query.tokens import VERSION, tokens
from listener.store.connection import Database, among
from listener.store.rows import post_of
from listener.types import Finding, Post

# replaced: the number of a finding that was deleted by hand is given anew
_INSERT = "insert or replace into words(rowid, title, text, marks) values (?, ?, ?, ?)"
_FINDINGS = "select id from findings where post_key = ?"


def add(conn: sqlite3.Connection, findings: Sequence[Finding]) -> None:
    """Index new findings within an open transaction.

    All of them together, after everything else: the index goes to disk at each statement that follows.
    """
    names = among(conn, "select id, key from findings where key", [finding.key for finding in findings])
    posts = {finding.key: finding.post for finding in findings}
    conn.executemany(_INSERT, [_row((row["id"], posts[row["key"]])) for row in names])


def _row(finding: tuple[int, Post]) -> tuple[int, str, str, str]:
    said = tokens(finding[1])
    return finding[0], said.title, said.text, said.marks


def change(conn: sqlite3.Connection, post_key: str) -> None:
    """Index the findings of a post by what is stored of it now."""
    row = conn.execute("select * from posts where key = ?", (post_key,)).fetchone()
    if row is None:
        return
    said = tokens(post_of(row))
    conn.execute(
        f"update words set title = ?, text = ?, marks = ? where rowid in ({_FINDINGS})",
        (said.title, said.text, said.marks, post_key),
    )


def remove(conn: sqlite3.Connection, post_key: str) -> None:
    """Take the findings of a post out of the index."""
    conn.execute(f"delete from words where rowid in ({_FINDINGS})", (post_key,))


def bring_up_to_date(db: Database) -> None:
    """Index everything anew where the index is of another version."""
    if is_current(db):
        return
    with db.write() as conn:
        conn.execute("delete from words")
        rows = conn.execute("select f.id as finding, p.* from findings f join posts p on p.key = f.post_key order by 1")
        conn.executemany(_INSERT, (_row((row["finding"], post_of(row))) for row in rows))
        conn.execute("insert or replace into meta values ('words', ?)", (VERSION,))


def is_current(db: Database) -> bool:
    """Whether the index is of this version."""
    return bool(db.value("select value from meta where name = 'words'") == VERSION)
