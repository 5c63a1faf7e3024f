"""How long each source was listened to, hour by hour, and how much it brought."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from listener.store.connection import Database
from listener.store.rows import at

PAUSE = 1_800.0  # seconds between the ends of two passes: longer, and nobody listened meanwhile
_HOUR = 3_600


class Heard(Struct, frozen=True):
    """An hour of a source, counted from 1970 on."""

    hour: int
    seconds: float  # for which it was listened to
    posts: int  # that were new


def note_heard(conn: sqlite3.Connection, stream: str, posts: int, ended: bool, now: datetime) -> None:
    """Within an open transaction, before the end of a pass is noted; what a first pass brings is history.

    Args:
        ended: whether a pass came to its end, so that all since the end of the one before is known.
    """
    row = conn.execute("select caught_up_at from health where name=?", (f"source:{stream}",)).fetchone()
    if row is None or row["caught_up_at"] is None or not (posts or ended):
        return
    until, since = now.timestamp(), at(row["caught_up_at"]).timestamp()
    if not ended or not 0 < until - since <= PAUSE:
        since = until
    for hour, seconds in _hours(since, until):
        conn.execute(
            "insert into heard values (?,?,?,?) on conflict(stream, hour) do update "
            "set seconds = seconds + excluded.seconds, posts = posts + excluded.posts",
            (stream, hour, seconds, posts if hour == int(until // _HOUR) else 0),
        )


def _hours(since: float, until: float) -> Iterator[tuple[int, float]]:
    """The hours that a time touches, and how much of each."""
    for hour in range(int(since // _HOUR), int(until // _HOUR) + 1):
        yield hour, min(until, (hour + 1) * _HOUR) - max(since, hour * _HOUR)


def heard(db: Database, stream: str, since: int) -> list[Heard]:
    """The hours of a source from then on."""
    rows = db.rows("select hour, seconds, posts from heard where stream=? and hour >= ? order by hour", (stream, since))
    return [Heard(row["hour"], row["seconds"], row["posts"]) for row in rows]
