"""What a forgotten author and post must leave no trace of, and where traces are looked for."""

import sqlite3
from pathlib import Path

from msgspec.structs import replace

from listener.store import Store
from listener.testing import START, posts
from listener.types import Analysis, Bad, Batch, Evidence, Post
from tests.making import Tell, finding

AUTHOR, WORD, PLACE, ADDRESS = "Quillfeather_77", "wombatphone", "Zanzibarton", "quokka.example"
WORDS = f"where can I buy a {WORD} in {PLACE}?"
TRACES = (AUTHOR, WORD, PLACE, ADDRESS)


def theirs(id: str = "abc", **fields: object) -> Post:
    """A post of the author, with traces in every field."""
    made = Post(
        source="forum",
        id=id,
        text=WORDS,
        title=f"Looking for a {WORD}",
        url=f"https://{ADDRESS}/{AUTHOR}/{id}",
        author=AUTHOR,
        community=f"u_{AUTHOR}",
        parent=f"https://{ADDRESS}/thread",
        tags=(WORD,),
        links=(f"https://{ADDRESS}/2",),
        place=PLACE,
        created_at=START,
    )
    return replace(made, **fields)


def keep(store: Store, *batch: Post, tell: Tell | None = None, **fields: object) -> None:
    """Read a page; every post of it matches, its evidence is its first words."""
    found = tuple(
        finding(post, place=post.place or None, evidence=(Evidence("buy", 0, 9, post.words[:40]),)) for post in batch
    )
    page = Batch(posts=batch, **fields)  # type: ignore[arg-type]
    store.keep("feed", page, Analysis(findings=found), tell or Tell(), START)


def sample(store: Store, post: Post) -> None:
    """Read a post that matches nothing."""
    store.keep("feed", Batch(posts=(post,)), Analysis(), Tell(), START)


def aside(store: Store, post: Post) -> None:
    """Read a post on which analysis fails."""
    raw = f'{{"by": "{post.author}", "text": "{post.text}"}}'
    store.keep("feed", Batch(bad=(Bad("forum", post.id, raw, "odd"),)), Analysis(), Tell(), START)


def crowd(store: Store) -> None:
    """Posts of others around those of the author: two that match, one of no interest, one that is odd."""
    keep(store, *posts(3))
    keep(store, theirs("abc"), theirs(f"https://{ADDRESS}/{AUTHOR}/2"))
    sample(store, theirs("dull"))
    aside(store, theirs("odd"))
    keep(store, *posts(6)[3:])


def left(store: Store, *traces: str) -> list[str]:
    """Tables and columns in which one of the words stands, in whatever case; the index is searched by `in_files`."""
    named = "select name from sqlite_master where type='table' and name not like 'posts_fts%' and name != 'words_data'"
    tables = [row[0] for row in store.db.rows(named)]
    found = []
    for table in tables:
        for row in store.db.rows(f"select * from {table}"):
            for column in row.keys():  # noqa: SIM118  # a Row iterates over its values
                text = row[column].decode(errors="replace") if isinstance(row[column], bytes) else str(row[column])
                found += [f"{table}.{column}: {t}" for t in traces if t.casefold() in text.casefold()]
    return found


def in_files(path: Path, *traces: str) -> list[str]:
    """Files beside the database whose bytes hold one of the words."""
    return [
        f"{file.name}: {trace}"
        for file in path.parent.glob(f"{path.name}*")
        for trace in traces
        if trace.lower().encode() in file.read_bytes().lower()
    ]


COUNTS = ("posts", "findings", "alerts", "outbox", "events", "carries")


def counts(store: Store) -> dict[str, object]:
    """What must stay as it was: rows, tags and scores."""
    rows = {table: store.db.value(f"select count(*) from {table}") for table in COUNTS}
    tags = "topic, moments, buy, question, urgency, sentiment, score, state, reason, created_at"
    return rows | {"tags": [tuple(row) for row in store.db.rows(f"select {tags} from findings order by id")]}


def backup(path: Path) -> None:
    """Copy the database as `sqlite3 .backup` does."""
    source, copy = sqlite3.connect(path), sqlite3.connect(f"{path}.copy")
    source.backup(copy)
    source.close()
    copy.close()
