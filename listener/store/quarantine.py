"""Posts that were set aside: listed for people, and taken back in once they can be analysed."""

import sqlite3
from datetime import datetime

import msgspec
from msgspec import Struct

from listener.store.connection import Database
from listener.store.keep import Kept, keep
from listener.store.rows import at, digest
from listener.types import Analysis, Batch, Decider, Post

ANALYSIS = "analysis failed:"
"""How the reason begins where a readable post could not be analysed."""


class Aside(Struct, frozen=True):
    """A post that could not be read or analysed."""

    id: int
    source: str  # platform
    stream: str  # the configured source that brought it
    post_id: str
    raw: str  # as it came, or the post as JSON where analysis failed; may be cut
    why: str
    at: datetime

    @property
    def post(self) -> Post | None:
        """The post where it could be read; None where the source could not, or where too little of it was kept."""
        if not self.why.startswith(ANALYSIS):
            return None
        try:
            return msgspec.json.decode(self.raw, type=Post)
        except msgspec.DecodeError:
            return None


def listed(db: Database) -> list[Aside]:
    """Everything in quarantine, newest first."""
    rows = db.rows("select id, source, stream, post_id, raw, why, at from quarantine order by id desc")
    return [Aside(**{**dict(row), "at": at(row["at"])}) for row in rows]


def take_back(
    conn: sqlite3.Connection, aside: Aside, page: Batch, analysis: Analysis, decide: Decider, now: datetime
) -> Kept:
    """Store a post of the quarantine, a page of its own, and what it led to, within an open transaction."""
    conn.execute("delete from quarantine where id=?", (aside.id,))
    for post in page.posts:
        seen = conn.execute("select hash from seen where key=?", (post.key,)).fetchone()
        if seen and seen["hash"] != digest(post):  # its author changed it meanwhile: the newer words count
            return Kept()
    return keep(conn, aside.stream, page, analysis, decide, now)
