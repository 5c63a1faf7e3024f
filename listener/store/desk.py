"""What people did with the buttons on cards: each click once, whatever is delivered again."""

import sqlite3

from listener.store.connection import Database
from listener.store.known import NOT_A_QUESTION, change, owned_at
from listener.store.rows import at, iso
from listener.types.desk import Action, Decide, Outcome, Said, Shown, Taken
from listener.types.trend import Kind


def take(db: Database, action: Action, decide: Decide) -> Taken:
    """Note an action and what comes of it in one transaction; one that was taken before changes nothing.

    Raises `StoreError`: then nothing is noted, and the person is to try again.
    """
    with db.write() as conn:
        if conn.execute("select 1 from events where key=?", (action.key,)).fetchone():
            return Taken(outcome=Outcome.AGAIN)
        row = conn.execute(
            "select t.* from outbox o join trends t on t.key = o.trend where o.key=?", (action.card,)
        ).fetchone()
        if row is None:
            return Taken(outcome=Outcome.GONE)
        before = _said(row)
        after, outcome = decide(action, before)
        since = owned_at(conn, row)
        _note(conn, row["key"], action, outcome)
        if changed := {name: value for name, value in _columns(after).items() if value != row[name]}:
            change(conn, row["key"], row["topic"], changed)
        return Taken(outcome=outcome, owner=before.owner, owner_id=before.owner_id, since=since)


def shown(db: Database, card: str) -> Shown | None:
    """The question of a card; None where it is gone, or shows none."""
    sql = (
        "select o.notice, t.answer, p.title, p.text from outbox o join trends t on t.key = o.trend "
        "left join posts p on p.key = t.question where o.key=? and t.kind='question'"
    )
    for row in db.rows(sql, (card,)):
        words = f"{row['title'] or ''} {row['text'] or ''}".strip()  # gone where the post was erased
        return Shown(words or row["notice"], row["answer"])
    return None


def _said(row: sqlite3.Row) -> Said:
    return Said(
        kind=Kind(row["kind"]),
        owner=row["owner"],
        owner_id=row["owner_id"],
        muted_until=at(row["muted_until"]) if row["muted_until"] else None,
        refused=bool(row["verdict"]),
        answer=row["answer"],
    )


def _columns(said: Said) -> dict[str, str]:
    return {
        "owner": said.owner,
        "owner_id": said.owner_id,
        "muted_until": iso(said.muted_until) if said.muted_until else "",
        "verdict": NOT_A_QUESTION if said.refused else "",
        "answer": said.answer,
    }


def _note(conn: sqlite3.Connection, trend: str, action: Action, outcome: Outcome) -> None:
    """What had no effect is noted too: delivered again, it might have one by then."""
    done = outcome is Outcome.DONE
    kind, value = (action.act.value, action.value) if done else ("in-vain", f"{action.act}: {outcome}")
    conn.execute(
        "insert into events(key, finding, trend, kind, at, by, value) values (?,'',?,?,?,?,?)",
        (action.key, trend, kind, iso(action.at), action.name, value),
    )
