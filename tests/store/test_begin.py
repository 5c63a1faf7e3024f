"""Starts: the first, the next, after a kill, with a backup put back, with another process at work."""

import os
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Migrations

from listener.errors import AlreadyRunning, StoreError
from listener.store import Store, migrations
from listener.testing import posts
from listener.types import Batch, Receipt
from tests.making import NOW, Tell, analysis, topic

LATER = NOW + timedelta(minutes=5)


def filled(path: Path, count: int = 2) -> Store:
    store = Store.open(path, NOW)
    store.activate(["feed"], [topic()], NOW)
    batch = Batch(posts=tuple(posts(count)))
    store.keep("feed", batch, analysis(batch.posts), Tell(), NOW)
    return store


def states(store: Store) -> dict[str, str]:
    return {row["key"]: row["state"] for row in store.db.rows("select key, state from outbox")}


def start_of(store: Store) -> tuple[int, bool]:
    assert store.start
    return store.start.epoch, store.start.restored


def test_epochs_rise_with_every_start(path: Path) -> None:
    for epoch in (1, 2, 3):
        store = Store.open(path, LATER)
        assert start_of(store) == (epoch, False)
        store.close()


def test_what_a_killed_process_was_sending_is_in_doubt_for_the_settle_time_from_the_next_start(path: Path) -> None:
    store = filled(path)
    assert store.outbox.claim("fake", NOW)
    store.close()
    again = Store.open(path, LATER)
    assert states(again) == {"fake/forum:1/1": "unknown", "fake/forum:2/1": "pending"}
    settled = timedelta(seconds=10)
    assert again.outbox.lost("fake", LATER + timedelta(seconds=9), settled) == []
    again.close()
    third = Store.open(path, LATER + timedelta(seconds=9))
    lost = third.outbox.lost("fake", LATER + timedelta(seconds=10), settled)
    assert [c.message.key for c in lost] == ["fake/forum:1/1"], "one start after the other does not put it off"
    third.close()


def test_a_restored_backup_is_noticed_by_the_guard(path: Path) -> None:
    store = filled(path)
    with store.db.write():
        copy = sqlite3.connect(path.with_name("backup.db"))
    store.db.conn.backup(copy)
    copy.close()
    claimed = store.outbox.claim("fake", NOW)
    assert claimed
    store.outbox.sent(Receipt(claimed.message.key, "fake", NOW, "ref"), 1)
    store.close()
    for leftover in ("-wal", "-shm"):
        Path(f"{path}{leftover}").unlink(missing_ok=True)
    shutil.move(path.with_name("backup.db"), path)

    again = Store.open(path, LATER)
    assert start_of(again)[1] is True
    assert set(states(again).values()) == {"unknown"}
    batch = Batch(posts=tuple(posts(3)), more=True)
    again.keep("feed", batch, analysis(batch.posts), Tell(), LATER)
    assert states(again)["fake/forum:3/1"] == "unknown", "until the source has caught up, it may have been sent"
    again.keep("feed", Batch(), analysis([]), Tell(), LATER)
    later = LATER + timedelta(minutes=10)
    batch = Batch(posts=tuple(posts(5, start=LATER + timedelta(seconds=1))))
    again.keep("feed", batch, analysis(batch.posts), Tell(), later)
    assert states(again)["fake/forum:5/1"] == "pending", "what was written after the restore was never sent"
    again.close()


def test_a_kill_between_two_sends_is_no_restore(path: Path) -> None:
    store = filled(path)
    store.outbox.claim("fake", NOW)
    store.close()
    again = Store.open(path, LATER)
    assert start_of(again)[1] is False
    again.close()


def test_a_torn_line_of_the_guard_counts_as_not_written(path: Path) -> None:
    filled(path).close()
    with open(f"{path}.guard", "ab") as guard:
        guard.write(b'{"install":"x","ep')
    again = Store.open(path, LATER)
    assert start_of(again) == (2, False)
    again.close()
    third = Store.open(path, LATER)
    assert start_of(third) == (3, False)
    third.close()


def test_a_second_process_is_told_who_has_the_database(path: Path) -> None:
    store = filled(path)
    with pytest.raises(AlreadyRunning, match=f"already running: process {os.getpid()} holds .*listener.db.lock"):
        Store.open(path, NOW)
    store.close()
    Store.open(path, NOW).close()


def test_files_are_for_their_owner_alone(path: Path) -> None:
    filled(path).close()
    assert {
        p.name: oct(p.stat().st_mode)[-3:] for p in path.parent.iterdir() if not p.name.endswith(("-wal", "-shm"))
    } == {
        "listener.db": "600",
        "listener.db.guard": "600",
        "listener.db.lock": "600",
    }


def test_a_newer_schema_is_refused_by_name(path: Path) -> None:
    store = filled(path)
    with store.db.write() as conn:
        conn.execute(
            "insert into _sqlite_migrations(migration_set, name, applied_at) values ('listener', 'm999_later', '')"
        )
    store.close()
    with pytest.raises(StoreError, match=r"newer Listener .schema m999_later.: install that version again"):
        Store.open(path, LATER)


def test_an_older_schema_is_migrated_after_a_backup(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(path).close()
    more = Migrations("listener")
    more._migrations = list(migrations.migration._migrations)
    monkeypatch.setattr(migrations, "migration", more)

    @more()
    def m900_next(db: object) -> None:
        db.execute("alter table posts add column mood text")  # type: ignore[attr-defined]

    store = Store.open(path, LATER)
    assert "mood" in dict(store.db.rows("select * from posts")[0])
    store.close()
    copy = sqlite3.connect(f"{path}.before-m900_next")
    assert copy.execute("select count(*) from posts").fetchone() == (2,)
    copy.close()


def test_a_failing_migration_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(path).close()
    more = Migrations("listener")
    more._migrations = list(migrations.migration._migrations)
    monkeypatch.setattr(migrations, "migration", more)

    @more()
    def m900_next(db: object) -> None:
        db.execute("alter table posts add column mood text")  # type: ignore[attr-defined]
        raise sqlite3.OperationalError("no")

    with pytest.raises(StoreError, match="no"):
        Store.open(path, LATER)
    monkeypatch.undo()
    store = Store.open(path, LATER)
    assert "mood" not in dict(store.db.rows("select * from posts")[0])
    store.close()


def test_what_is_no_database_is_refused_in_words(path: Path) -> None:
    path.write_text("Dear diary, today I was no database at all." * 100)
    with pytest.raises(StoreError, match=r"it is not an SQLite database: name another file under .store. url"):
        Store.open(path, NOW)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such folder"):
        Store.open(tmp_path / "none" / "listener.db", NOW)


def test_looking_at_no_database_says_how_to_make_one(path: Path) -> None:
    with pytest.raises(StoreError, match="`listener run` or `listener once` makes it"):
        Store.look(path)
