"""What is stored of somebody, for the person who asks: who is meant, and all of it."""

import base64
import sqlite3
from collections.abc import Mapping

from listener.store.connection import marks
from listener.store.erase import MESSAGES_OF_POST
from listener.store.marks import Author, Marker
from listener.store.rows import loads
from listener.store.traces import traces
from listener.types import Json

_LISTS = ("tags", "links", "flags", "moments", "signals", "evidence", "leaves", "spans", "sentiment_p", "findings")
_OURS = ("id", "hash", "fingerprints")  # numbers of ours that say nothing of anybody


def people(conn: sqlite3.Connection, name: str) -> list[Author]:
    """Everybody of this name of whom something is stored, in whatever case it is written."""
    posts = conn.execute("select distinct source, author from posts where author != ''")
    sampled = "select distinct json_extract(post, '$.source'), json_extract(post, '$.author') from samples"
    named = {(row[0], row[1]) for rows in (posts, conn.execute(sampled)) for row in rows if row[1]}
    return [Author(*each) for each in sorted(named) if each[1].casefold() == name.casefold()]


def platforms(conn: sqlite3.Connection) -> list[str]:
    """The platforms of which something was read."""
    seen = "select distinct substr(key, 1, instr(key, ':') - 1) from seen"
    return [row[0] for row in conn.execute(f"select distinct source from posts union {seen} order by 1")]


def held(conn: sqlite3.Connection, author: Author, marker: Marker) -> dict[str, list[Json]]:
    """All that is stored of an author, table by table; of one spelling alone where it is stored in several."""
    found = traces(conn, author, marker)
    is_exact = any(row["author"] == author.name for row in found.posts)
    keys = [row["key"] for row in found.posts if not is_exact or row["author"] in (author.name, "")]
    some = marks(keys)
    messages = {row[0] for key in keys for row in conn.execute(MESSAGES_OF_POST, (key,))}
    asked: dict[str, tuple[str, list[object]]] = {
        "posts": (f"select * from posts where key in ({some}) order by created_at", [*keys]),
        "findings": (f"select * from findings where post_key in ({some}) order by created_at", [*keys]),
        "alerts": (f"select * from alerts where post_key in ({some}) order by created_at", [*keys]),
        "messages": (f"select * from outbox where key in ({marks([*messages])}) order by id", [*messages]),
        "events": (
            f"select * from events where finding in (select key from findings where post_key in ({some})) order by at",
            [*keys],
        ),
        "set_aside": (f"select * from quarantine where id in ({marks([*found.quarantine])})", [*found.quarantine]),
        "read": (f"select * from seen where key in ({marks([*found.seen])}) order by at", [*found.seen]),
    }
    held = {name: [_plain(row) for row in conn.execute(sql, values)] for name, (sql, values) in asked.items()}
    held["sampled"] = [
        loads(conn.execute("select post from samples where day=? and draw=?", each).fetchone()[0])
        for each in sorted(found.samples)
    ]
    return held


def _plain(row: Mapping[str, object] | sqlite3.Row) -> Json:
    """A row as people can read it."""
    made: Json = {}
    for name, value in dict(row).items():
        if name in _LISTS and isinstance(value, str):
            made[name] = loads(value)
        elif isinstance(value, bytes):
            made[name] = base64.b64encode(value).decode()
        elif name not in _OURS:
            made[name] = value
    return made
