"""Forgetting on request: nothing that says who wrote what remains, what counts still counts."""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from listener.store import words
from listener.store.alerts import promote
from listener.store.columns import BLANK, KEPT, MENTIONS, MESSAGES, NAMES
from listener.store.connection import marks
from listener.store.erase import MESSAGES_OF_POST, UNSHOWN, refresh, unpurged
from listener.store.marks import ALIAS, Author, Forgotten, Marker, PostName
from listener.store.rows import dumps, iso, loads
from listener.store.traces import Traces, replacer, traces

Target = Author | PostName
_FIGURE_OR_WORD = re.compile(r"-?\d+(\.\d+)?|[a-z][a-z_-]{0,30}")


class Erased(Struct, frozen=True, kw_only=True):
    """How much was forgotten."""

    posts: int = 0
    findings: int = 0
    alerts: int = 0
    messages: int = 0  # that showed, or were to show, one of the posts
    events: int = 0
    samples: int = 0  # of posts that matched nothing
    quarantine: int = 0
    read: int = 0  # posts of the last 7 days, matched or not


def forget(
    conn: sqlite3.Connection, target: Target, marker: Marker, now: datetime
) -> tuple[Erased, tuple[Forgotten, ...]]:
    """Forget within an open transaction; answers how much, and the marks that keep it forgotten.

    Repeating it changes nothing. Write the marks down before the transaction ends.
    """
    conn.execute("pragma defer_foreign_keys = on")  # until the commit, by when every name has changed
    found = traces(conn, target, marker)
    erased = _counted(conn, found)
    names = {row["key"]: marker.alias(row["key"]) for row in found.posts}
    for row in found.posts:
        _blank(conn, row, found, now)
    for key in names:
        _never_tell(conn, key, now)
    for key in names:
        _blank_what_came_of_it(conn, key)
        refresh(conn, key)
    _delete_rows(conn, found)
    _rename(conn, names | _further(conn, names), found, NAMES)
    settle_names(conn)
    gone = tuple(Forgotten(mark, kind, now) for mark, kind in found.marks(target, marker).items())
    remember(conn, gone)
    unpurged(conn)
    return erased, gone


def remember(conn: sqlite3.Connection, gone: Iterable[Forgotten]) -> None:
    """What the guard knows, the database knows too."""
    rows = [(each.mark, each.kind, iso(each.at)) for each in gone]
    conn.executemany("insert into forgotten values (?,?,?) on conflict(mark) do nothing", rows)


def settle_names(conn: sqlite3.Connection) -> int:
    """Rename messages of forgotten posts once nobody looks for them by their old name; answers how many.

    A message whose fate is unknown is found in its channel's history by that name, so it keeps it until then.
    """
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in conn.execute(
        "select o.key, o.instead_of, o.channel, a.key as alert, a.channel as told_to, p.source from posts p "
        "join alerts a on a.post_key = p.key join carries c on c.alert = a.key join outbox o on o.key = c.message "
        "where p.erased_why = 'forgotten' and o.state in ('sent', 'failed', 'dropped') and instr(o.key, p.key) = 0"
    ):
        if row["key"].startswith(f"{row['told_to']}/{row['source']}:"):  # named after its alert, as most are
            named = f"{row['alert']}>{row['channel']}" if row["instead_of"] else row["alert"]
            found[row["source"]][row["key"]] = named
    for source, names in found.items():
        conn.execute("pragma defer_foreign_keys = on")
        _rename(conn, names, Traces(source=source), MESSAGES)
        again = f"update outbox set version = version + 1 where key in ({marks(list(names))}) and state = 'sent'"
        conn.execute(again, list(names.values()))
    return sum(map(len, found.values()))


def _counted(conn: sqlite3.Connection, found: Traces) -> Erased:
    keys = [row["key"] for row in found.posts]

    def count(sql: str) -> int:
        return sum(conn.execute(sql, (key,)).fetchone()[0] for key in keys)

    return Erased(
        posts=len(keys),
        findings=count("select count(*) from findings where post_key=?"),
        alerts=count("select count(*) from alerts where post_key=?"),
        messages=len({row[0] for key in keys for row in conn.execute(MESSAGES_OF_POST, (key,))}),
        events=count("select count(*) from events where finding in (select key from findings where post_key=?)"),
        samples=len(found.samples),
        quarantine=len(found.quarantine),
        read=len(found.seen),
    )


def _blank(conn: sqlite3.Connection, row: sqlite3.Row, found: Traces, now: datetime) -> None:
    """Empty what says what was written, by whom and where; community and the like where they name the author."""
    key = row["key"]
    _set(conn, "posts", BLANK["posts"], "key", key)
    conn.execute(
        "update posts set erased_at = coalesce(erased_at, ?), erased_why = 'forgotten' where key=?", (iso(now), key)
    )
    kept = [("posts", "key", each) for each in KEPT["posts"]] + [("findings", "post_key", e) for e in KEPT["findings"]]
    for table, by, column in kept:
        empty = "[]" if column == "leaves" else ""
        for value in {r[0] for r in conn.execute(f"select {column} from {table} where {by}=?", (key,))}:
            if found.names_somebody(value):
                conn.execute(f"update {table} set {column}=? where {by}=? and {column}=?", (empty, key, value))
    words.change(conn, key)
    for table in ("asked", "votes"):
        conn.execute(f"delete from {table} where post_key=?", (key,))


def _set(conn: sqlite3.Connection, table: str, values: Mapping[str, str | None], by: str, key: str) -> None:
    columns = ",".join(f"{name}=?" for name in values)
    conn.execute(f"update {table} set {columns} where {by}=?", [*values.values(), key])


def _never_tell(conn: sqlite3.Connection, key: str, now: datetime) -> None:
    """Messages that wait and would show nothing any more are dropped; who said the same is heard instead."""
    waiting = conn.execute(
        f"select key from outbox where key in ({MESSAGES_OF_POST}) and state = 'pending' and not exists "
        "(select 1 from carries c join alerts a on a.key = c.alert join posts p on p.key = a.post_key "
        f"where c.message = outbox.key and p.erased_why not in ({UNSHOWN}))",
        (key,),
    ).fetchall()
    for [message] in waiting:
        why = "forgotten before it was sent"
        conn.execute("update outbox set state='dropped', at=?, error=? where key=?", (iso(now), why, message))
        for [alert] in conn.execute("select alert from carries where message=?", (message,)).fetchall():
            promote(conn, alert, now)


def _blank_what_came_of_it(conn: sqlite3.Connection, key: str) -> None:
    for table in ("findings", "alerts"):
        _set(conn, table, BLANK[table], "post_key", key)
    conn.execute("delete from told where alert_key in (select key from alerts where post_key=?)", (key,))
    conn.execute("delete from aged where post_key=?", (key,))
    events = "select id, value from events where finding in (select key from findings where post_key=?)"
    for row in conn.execute(events, (key,)).fetchall():
        if not _FIGURE_OR_WORD.fullmatch(row["value"]):  # what people wrote or pasted
            conn.execute("update events set value='' where id=?", (row["id"],))


def _delete_rows(conn: sqlite3.Connection, found: Traces) -> None:
    conn.executemany("delete from seen where key=?", [(key,) for key in found.seen])
    conn.executemany("delete from samples where day=? and draw=?", list(found.samples))
    conn.executemany("delete from quarantine where id=?", [(row,) for row in found.quarantine])
    keys = {*found.keys, *found.seen}
    conn.executemany("delete from bought where item=?", [(name,) for k in keys for name in (k, k.partition(":")[2])])


# Names


def _further(conn: sqlite3.Connection, names: Mapping[str, str]) -> dict[str, str]:
    """The findings and alerts that are named after these posts, with their new names."""
    made = {}
    for key, alias in names.items():
        for row in conn.execute("select key, topic from findings where post_key=?", (key,)):
            made[row["key"]] = f"{row['topic']}/{alias}"
        for row in conn.execute("select key, channel, revision from alerts where post_key=?", (key,)):
            made[row["key"]] = f"{row['channel']}/{alias}/{row['revision']}"
    return made


def _rename(
    conn: sqlite3.Connection, names: Mapping[str, str], found: Traces, where: Mapping[str, tuple[str, ...]]
) -> None:
    """Give everything its new name, wherever it stands."""
    names = {old: new for old, new in names.items() if old != new}
    if names:
        conn.create_function("renamed", 1, names.get)
        for table, columns in where.items():
            for column in columns:
                which = f"where {column} in (select value from json_each(?))"
                conn.execute(f"update {table} set {column} = renamed({column}) {which}", (dumps(list(names)),))
        for row in conn.execute(f"select id, findings from alerts where instr(post_key, ':{ALIAS}')").fetchall():
            listed = dumps([names.get(name, name) for name in loads(row["findings"])])
            conn.execute("update alerts set findings=? where id=? and findings != ?", (listed, row["id"], listed))
    _mention(conn, names, found)


def _mention(conn: sqlite3.Connection, names: Mapping[str, str], found: Traces) -> None:
    """Clean our own sentences."""
    conn.create_function("cleaned", 1, found.cleaner(names))
    conn.create_function("named_anew", 1, replacer(names))
    # Of a finding only what it repeats is named, and there are many of them.
    sql = "update findings set why = named_anew(why) where instr(why, ?) and named_anew(why) != why"
    conn.execute(sql, (f"{found.source}:",))
    for table, columns in MENTIONS.items():
        for column in columns:
            shown = ", version = version + 1" if (table, column) == ("outbox", "notice") else ""
            which = f"where {column} != '' and cleaned({column}) != {column}"
            conn.execute(f"update {table} set {column} = cleaned({column}){shown} {which}")
