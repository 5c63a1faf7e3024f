"""What the card of a trend shows beside its numbers, as the tables are now."""

import sqlite3
from collections import Counter
from collections.abc import Sequence

from listener.store.erase import HIDDEN
from listener.store.known import owned_at
from listener.store.rows import at, loads
from listener.types.trend import Kind, Link, TrendView

_MOST = 200  # posts that are looked at


def view(conn: sqlite3.Connection, key: str) -> TrendView | None:
    """The trend of this key, with the posts whose words are still there; None where it is gone."""
    row = conn.execute("select * from trends where key=?", (key,)).fetchone()
    if row is None:
        return None
    posts = conn.execute(
        "select p.key, p.url, p.erased_why, coalesce(p.likes, 0) + coalesce(p.replies, 0) as engaged, f.leaves, "
        "f.top_moment from trend_posts t join posts p on p.key = t.post_key left join findings f "
        "on f.post_key = p.key and f.topic = ? where t.trend = ? order by p.created_at, p.id limit ?",
        (row["topic"], key, _MOST),
    ).fetchall()
    shown = [post for post in posts if post["url"] and post["erased_why"] not in HIDDEN]
    return TrendView(
        id=row["id"],
        kind=Kind(row["kind"]),
        votes=row["votes"],
        posts=row["posts"],
        authors=row["authors"],
        hours=tuple(loads(row["hours"])),
        window=row["seconds"],
        links=_links(shown, row["question"]),
        keyword=_most([leaf for post in posts for leaf in {*loads(post["leaves"] or "[]")}]),
        moment=row["what"] if row["kind"] == Kind.NEED else _most([p["top_moment"] for p in posts if p["top_moment"]]),
        answer=row["answer"],
        owner=row["owner"],
        owner_id=row["owner_id"],
        owned_at=owned_at(conn, row),
        muted_until=at(row["muted_until"]) if row["muted_until"] else None,
        refused=bool(row["verdict"]),
    )


def _links(posts: Sequence[sqlite3.Row], middle: str) -> tuple[Link, ...]:
    """The earliest post, the most typical one, and the one that most people took part in; each post once."""
    if not posts:
        return ()
    wanted = [("earliest", posts[0]), *(("most typical", post) for post in posts if post["key"] == middle)]
    most = max(posts, key=lambda post: post["engaged"])
    wanted += [("most engaged", most)] if most["engaged"] else []
    found = dict[str, Link]()
    for label, post in wanted:
        found.setdefault(post["key"], Link(label, post["url"]))
    return tuple(found.values())


def _most(names: Sequence[str]) -> str:
    counted = Counter(names)
    return min(counted, key=lambda name: (-counted[name], name)) if counted else ""
