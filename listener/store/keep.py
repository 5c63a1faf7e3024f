"""One page into the database, all of it or nothing: posts, findings, alerts, messages, cursors."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from listener.store import words
from listener.store.alerts import plan
from listener.store.columns import BLANK
from listener.store.connection import among, insert, marks
from listener.store.draw import draw
from listener.store.erase import UNSHOWN, erase, refresh, unpurged
from listener.store.health import note_troubles
from listener.store.heard import note_heard
from listener.store.passed import add_samples, count_unmatched, note_passed
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
    passed = note_passed(conn, batch.rough, now) if batch.rough and batch.rough.keys else 0
    _note_seen(conn, batch.posts, matched, now)
    edited = _edit(conn, batch.posts, now)
    new_posts = _insert_posts(conn, analysis.findings, stream, now)
    fresh, new = _fresh(conn, analysis.findings, edited)
    decisions = decide(fresh, _context(conn, stream, fresh, decide, now), now)
    _insert_findings(conn, [each for each in fresh if each.finding.key in new], decisions.verdicts, now)
    _record_verdicts(conn, [each for each in fresh if each.finding.key not in new], decisions.verdicts)
    alerts = plan(conn, stream, decisions, decide, now)
    deleted = sum(erase(conn, key, now) for key in batch.deleted)
    _record_trouble(conn, stream, batch, analysis, now)
    if batch.listing:
        note_heard(conn, stream, len(batch.posts) + passed, not (batch.more or batch.troubles or batch.gaps), now)
    _move(conn, stream, batch, now)
    read = len(batch.posts) + passed
    return Kept(read=read, posts=new_posts, findings=len(new), alerts=alerts, edited=len(edited), deleted=deleted)


def _note_seen(conn: sqlite3.Connection, posts: Sequence[Post], matched: set[str], now: datetime) -> None:
    """Remember what was read; count and sample what matched nothing."""
    known = {row[0] for row in among(conn, "select key from seen where key", [post.key for post in posts])}
    verdicts = {post.key: "matched" if post.key in matched else "no match" for post in posts}
    conn.executemany(
        "insert into seen values (?,?,?,?,?) on conflict(key) do update "
        "set hash=excluded.hash, verdict=excluded.verdict, url=excluded.url, at=excluded.at",
        [(post.key, digest(post), verdicts[post.key], post.url, iso(now)) for post in posts],
    )
    unmatched = {post.key: post for post in posts if post.key not in matched and post.key not in known}
    day = now.date().isoformat()
    count_unmatched(conn, day, Counter(post.source for post in unmatched.values()))
    add_samples(conn, day, [(draw(key), post) for key, post in unmatched.items()])


def _edit(conn: sqlite3.Connection, posts: Sequence[Post], now: datetime) -> set[str]:
    """Keys of stored posts whose words changed upstream; their rows and messages follow."""
    edited, sql = set(), "select key, hash from posts where erased_at is null and key"
    stored = {row["key"]: row["hash"] for row in among(conn, sql, [post.key for post in posts])}
    for post in posts:
        if post.key not in stored:
            continue
        conn.execute("update posts set checked_at=? where key=?", (iso(now), post.key))
        if stored[post.key] == digest(post):
            continue
        conn.execute(
            "update posts set text=?, title=?, hash=?, lang=?, links=?, tags=?, revision = revision + 1 where key=?",
            (post.text, post.title, digest(post), post.lang, dumps(post.links), dumps(post.tags), post.key),
        )
        conn.execute(f"update findings set {_NO_WORDS} where post_key=?", (post.key,))  # until they are tagged anew
        unpurged(conn)
        words.change(conn, post.key)
        refresh(conn, post.key)
        stored[post.key] = digest(post)
        edited.add(post.key)
    return edited


def _insert_posts(conn: sqlite3.Connection, findings: Iterable[Finding], stream: str, now: datetime) -> int:
    """Store posts that are new, and answer how many; those indexed by their words come after, all at once."""
    posts = {f.post.key: f.post for f in findings}
    [last] = conn.execute("select coalesce(max(id), 0) from posts").fetchone()
    new = insert(conn, "posts", [post_row(post, stream, now) for post in posts.values()])
    if new:
        conn.execute(
            "insert into posts_fts(rowid, title, text, author) select id, title, text, author from posts where id > ?",
            (last,),
        )
    return new


def _fresh(conn: sqlite3.Connection, findings: Iterable[Finding], edited: set[str]) -> tuple[list[Fresh], set[str]]:
    """Those that are new and those whose post was edited (with what was told before), and the keys of the new ones."""
    fresh, new = [], set[str]()
    last = {finding.key: finding for finding in findings}
    stored = "select key, revision from posts where erased_at is null and key"
    revisions = {row["key"]: row["revision"] for row in among(conn, stored, {f.post.key for f in findings})}
    known = {row[0] for row in among(conn, "select key from findings where key", last)}
    for key, finding in last.items():
        if finding.post.key not in revisions:  # erased
            continue
        if key not in known:
            new.add(key)
            fresh.append(Fresh(finding, revisions[finding.post.key]))
        elif finding.post.key in edited:
            fresh.append(Fresh(finding, revisions[finding.post.key], _retag(conn, finding)))
    return fresh, new


def _insert_findings(
    conn: sqlite3.Connection, new: Sequence[Fresh], verdicts: Mapping[str, Verdict], now: datetime
) -> None:
    rows = [
        {
            "key": each.finding.key,
            "post_key": each.finding.post.key,
            "topic": each.finding.match.topic,
            **tag_row(each.finding),
            "state": _state(verdicts[each.finding.key]),
            "reason": verdicts[each.finding.key].reason,
            "why": verdicts[each.finding.key].why,
            "created_at": iso(now),
        }
        for each in new
    ]
    insert(conn, "findings", rows)
    words.add(conn, [each.finding for each in new])


def _state(verdict: Verdict) -> str:
    return "suppressed" if verdict.reason is Reason.SUPPRESSED else "open"


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
    since = among(conn, "select id, since from topics where id", {f.finding.match.topic for f in fresh})
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
        topic_since={row["id"]: at(row["since"]) for row in since},
        first_pass=source is None or (source["caught_up_at"] is None and not _put_back_since(conn, source["since"])),
        told={(row["channel"], row["fingerprint"]): row["alert_key"] for row in told},
    )


def _put_back_since(conn: sqlite3.Connection, since: str) -> bool:
    """Whether a backup was put back after then."""
    row = conn.execute("select value from meta where name='restored_at'").fetchone()
    return row is not None and bool(row["value"] > since)


def _record_verdicts(conn: sqlite3.Connection, again: Iterable[Fresh], verdicts: Mapping[str, Verdict]) -> None:
    """A finding whose post was edited learns why it alerted or did not; an edit never takes an alert back."""
    for f in again:
        verdict = verdicts[f.finding.key]
        state = _state(verdict)
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
