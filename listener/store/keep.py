"""One page into the database, all of it or nothing: posts, findings, alerts, messages, cursors."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from listener.store import words
from listener.store.alerts import plan
from listener.store.columns import BLANK
from listener.store.connection import marks
from listener.store.draw import draw
from listener.store.erase import UNSHOWN, erase, refresh, unpurged
from listener.store.health import note_troubles
from listener.store.passed import SAMPLES_A_DAY, count_unmatched, note_passed
from listener.store.rows import at, digest, dumps, iso, loads, post_row, tag_row
from listener.types import Analysis, Batch, Before, Context, Decider, Finding, Fresh, Moment, Post, Reason, Verdict

_NO_WORDS = ", ".join(
    f"{name} = {'null' if empty is None else repr(empty)}" for name, empty in BLANK["findings"].items()
)
FOLD_FOR = timedelta(hours=24)


class Kept(Struct, frozen=True, kw_only=True):
    """What a page brought."""

    read: int = 0  # new or changed
    posts: int = 0  # matched and new
    findings: int = 0  # new
    alerts: int = 0  # new
    edited: int = 0
    deleted: int = 0


def keep(
    conn: sqlite3.Connection, stream: str, batch: Batch, analysis: Analysis, decide: Decider, now: datetime
) -> Kept:
    """Store a page within an open transaction; repeating it changes nothing."""
    matched = {f.post.key for f in analysis.findings}
    passed = note_passed(conn, batch.rough, now) if batch.rough else 0
    _note_seen(conn, batch.posts, matched, now)
    edited = _edit(conn, batch.posts, now)
    new_posts = _insert_posts(conn, analysis.findings, stream, now)
    fresh, new = _insert_findings(conn, analysis.findings, edited, now)
    decisions = decide(fresh, _context(conn, stream, fresh, decide, now), now)
    _record_verdicts(conn, fresh, decisions.verdicts)
    alerts = plan(conn, stream, decisions, decide, now)
    deleted = sum(erase(conn, key, now) for key in batch.deleted)
    _record_trouble(conn, stream, batch, analysis, now)
    _move(conn, stream, batch, now)
    read = len(batch.posts) + passed
    return Kept(read=read, posts=new_posts, findings=new, alerts=alerts, edited=len(edited), deleted=deleted)


def _note_seen(conn: sqlite3.Connection, posts: Iterable[Post], matched: set[str], now: datetime) -> None:
    """Remember what was read; draw the uniform sample from what matched nothing."""
    day, unmatched = now.date().isoformat(), Counter[str]()
    for post in posts:
        verdict = "matched" if post.key in matched else "no match"
        row = (post.key, digest(post), verdict, post.url, iso(now))
        new = conn.execute("insert into seen values (?,?,?,?,?) on conflict(key) do nothing", row).rowcount
        if not new:
            conn.execute("update seen set hash=?, verdict=?, url=?, at=? where key=?", (*row[1:], row[0]))
        elif verdict == "no match":
            unmatched[post.source] += 1
            conn.execute("insert or ignore into samples values (?,?,?)", (day, draw(post.key), dumps(post)))
    count_unmatched(conn, day, unmatched)
    # The smallest draws of a day are a uniform sample whatever the order of arrival.
    conn.execute(
        "delete from samples where day = ?1 and draw > "
        "(select draw from samples where day = ?1 order by draw limit 1 offset ?2)",
        (day, SAMPLES_A_DAY - 1),
    )


def _edit(conn: sqlite3.Connection, posts: Iterable[Post], now: datetime) -> set[str]:
    """Keys of stored posts whose words changed upstream; their rows and messages follow."""
    edited = set()
    for post in posts:
        row = conn.execute("select hash, erased_at from posts where key=?", (post.key,)).fetchone()
        if row is None or row["erased_at"]:
            continue
        conn.execute("update posts set checked_at=? where key=?", (iso(now), post.key))
        if row["hash"] == digest(post):
            continue
        conn.execute(
            "update posts set text=?, title=?, hash=?, lang=?, links=?, tags=?, revision = revision + 1 where key=?",
            (post.text, post.title, digest(post), post.lang, dumps(post.links), dumps(post.tags), post.key),
        )
        conn.execute(f"update findings set {_NO_WORDS} where post_key=?", (post.key,))  # until they are tagged anew
        unpurged(conn)
        words.change(conn, post.key)
        refresh(conn, post.key)
        edited.add(post.key)
    return edited


def _insert_posts(conn: sqlite3.Connection, findings: Iterable[Finding], stream: str, now: datetime) -> int:
    rows = {f.post.key: post_row(f.post, stream, now) for f in findings}
    return sum(_insert(conn, "posts", row) for row in rows.values())


def _insert(conn: sqlite3.Connection, table: str, row: Mapping[str, object]) -> int:
    """1 if the row is new, else 0."""
    sql = f"insert into {table}({','.join(row)}) values ({marks(list(row))}) on conflict(key) do nothing"
    return conn.execute(sql, list(row.values())).rowcount


def _insert_findings(
    conn: sqlite3.Connection, findings: Iterable[Finding], edited: set[str], now: datetime
) -> tuple[list[Fresh], int]:
    """Those that are new and those whose post was edited (with what was told before), and how many are new."""
    fresh, new = [], set[str]()
    for finding in findings:
        row = {
            "key": finding.key,
            "post_key": finding.post.key,
            "topic": finding.match.topic,
            **tag_row(finding),
            "state": "suppressed",
            "reason": Reason.SUPPRESSED,
            "why": "",
            "created_at": iso(now),
        }
        post = conn.execute("select revision, erased_at from posts where key=?", (finding.post.key,)).fetchone()
        if post["erased_at"]:
            continue
        if _insert(conn, "findings", row):
            fresh.append(Fresh(finding, post["revision"]))
            new.add(finding.key)
        elif finding.post.key in edited:
            fresh.append(Fresh(finding, post["revision"], _retag(conn, finding)))
    words.add(conn, ((each.finding.key, each.finding.post) for each in fresh if each.finding.key in new))
    return fresh, len(new)


def _retag(conn: sqlite3.Connection, finding: Finding) -> Before | None:
    """Write the tags of an edited post; answer what was told of it. Labels given by people stay."""
    old = conn.execute("select moments, urgency, labels_by, state from findings where key=?", (finding.key,)).fetchone()
    row = tag_row(finding)
    if old["labels_by"]:
        row = {name: row[name] for name in BLANK["findings"]}
    columns = ",".join(f"{name}=?" for name in row)
    conn.execute(f"update findings set {columns} where key=?", [*row.values(), finding.key])
    if old["state"] == "suppressed":
        return None  # nobody was told: it is judged as if it were new
    return Before(tuple(Moment(m) for m in loads(old["moments"])), old["urgency"])


def _context(conn: sqlite3.Connection, stream: str, fresh: Iterable[Fresh], decide: Decider, now: datetime) -> Context:
    prints = {p for f in fresh for p in decide.fingerprints(f.finding.post)}
    # What was never heard, for its post is gone or its message could not be delivered, repeats nothing.
    told = conn.execute(
        "select t.channel, t.fingerprint, t.alert_key from told t join alerts a on a.key = t.alert_key "
        f"join posts p on p.key = a.post_key where t.fingerprint in ({marks(list(prints))}) and t.at >= ? "
        f"and p.erased_why not in ({UNSHOWN}) and exists (select 1 from carries c join outbox o on o.key = c.message "
        "where c.alert = a.key and o.state not in ('failed', 'dropped'))",
        (*prints, iso(now - FOLD_FOR)),
    )
    source = conn.execute("select since, caught_up_at from health where name=?", (f"source:{stream}",)).fetchone()
    return Context(
        source_since=at(source["since"]) if source else now,
        topic_since={row["id"]: at(row["since"]) for row in conn.execute("select id, since from topics")},
        first_pass=source is None or (source["caught_up_at"] is None and not _put_back_since(conn, source["since"])),
        told={(row["channel"], row["fingerprint"]): row["alert_key"] for row in told},
    )


def _put_back_since(conn: sqlite3.Connection, since: str) -> bool:
    """Whether a backup was put back after then."""
    row = conn.execute("select value from meta where name='restored_at'").fetchone()
    return row is not None and bool(row["value"] > since)


def _record_verdicts(conn: sqlite3.Connection, fresh: Iterable[Fresh], verdicts: Mapping[str, Verdict]) -> None:
    """Every new finding learns why it alerted or did not; an edit never takes an alert back."""
    for f in fresh:
        verdict = verdicts[f.finding.key]
        state = "suppressed" if verdict.reason is Reason.SUPPRESSED else "open"
        if f.before is None or state == "open":
            conn.execute(
                "update findings set state=?, reason=?, why=? where key=?",
                (state, verdict.reason, verdict.why, f.finding.key),
            )


def _record_trouble(conn: sqlite3.Connection, stream: str, batch: Batch, analysis: Analysis, now: datetime) -> None:
    for name in batch.filled:  # before the new ones: those are still to be filled
        conn.execute(
            "update gaps set filled_at=? where source=? and stream=? and filled_at is null", (iso(now), stream, name)
        )
    for gap in batch.gaps:
        conn.execute(
            "insert or ignore into gaps(source, stream, since, until, why, at) values (?,?,?,?,?,?)",
            (stream, gap.stream, iso(gap.since), iso(gap.until), gap.why, iso(now)),
        )
    for bad in (*batch.bad, *analysis.failed):
        conn.execute(
            "insert or ignore into quarantine(source, stream, post_id, raw, why, at) values (?,?,?,?,?,?)",
            (bad.source, stream, bad.id, bad.raw, bad.why, iso(now)),
        )


def _move(conn: sqlite3.Connection, stream: str, batch: Batch, now: datetime) -> None:
    """The cursors move last; the end of a pass means that the source has caught up."""
    for name, cursor in batch.cursors.items():
        conn.execute(
            "insert into cursors values (?,?,?,?) on conflict(source, stream) do update "
            "set cursor=excluded.cursor, at=excluded.at",
            (stream, name, cursor, iso(now)),
        )
    if not batch.listing:
        return
    note_troubles(conn, stream, batch.troubles, now)
    caught_up = "" if batch.more else ", caught_up_at = :now"
    conn.execute(
        "update health set ok_at = :now, error = '', error_at = null, failures = 0, next_at = null, asked_until = null"
        f"{caught_up} where name = :name",
        {"now": iso(now), "name": f"source:{stream}"},
    )
