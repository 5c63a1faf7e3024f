"""Posts by a part of their name."""

from listener.store.connection import Database

_MOST = 10


def keys_of(db: Database, post_id: str) -> list[str]:
    """The keys "source:id" of posts with this id, of whatever source; at most ten."""
    rows = db.rows(
        "select key from (select key from posts union select key from seen union "
        "select json_extract(post, '$.source') || ':' || json_extract(post, '$.id') from samples) "
        "where substr(key, instr(key, ':') + 1) = ? order by key limit ?",
        (post_id, _MOST),
    )
    return [row["key"] for row in rows]
