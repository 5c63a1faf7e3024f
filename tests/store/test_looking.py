"""What people who look after a database ask of it, while another process may own it."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from sqlite_utils import Migrations

from listener.errors import StoreError
from listener.store import Kept, Store
from listener.store.migrations import migration
from listener.testing import edited, posts
from listener.types import Analysis, Bad, Batch, Post
from tests.making import NOW, Tell, analysis

Rows = Callable[[str], list[tuple[object, ...]]]

LATER = NOW + timedelta(minutes=5)


def set_aside(store: Store, post: Post, why: str = "analysis failed: ValueError: odd") -> None:
    raw = msgspec.json.encode(post).decode()
    failed = Analysis(failed=(Bad(post.source, post.id, raw, why),))
    store.keep("feed", Batch(posts=(post,)), failed, Tell(), NOW)


def take_back(store: Store) -> Kept:
    [aside] = store.quarantined()
    assert aside.post
    return store.take_back(aside, aside.post, analysis([aside.post]), Tell(), LATER)


def test_another_program_s_database_is_not_taken_for_ours(path: Path) -> None:
    sqlite3.connect(path).execute("create table notes(text)").connection.close()
    with pytest.raises(StoreError, match=r"is no database of Listener's: name another file under \[store\] url"):
        Store.look(path)


def test_a_file_that_is_no_database_is_named_with_the_setting(path: Path) -> None:
    path.write_text("hello " * 1000)
    with pytest.raises(StoreError, match=r"not an SQLite database: name another file under \[store\] url"):
        Store.look(path)


def test_an_older_schema_is_upgraded_by_the_owner_alone(
    path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = Migrations._Migration("m002_later", lambda db: None)
    monkeypatch.setattr(migration, "_migrations", [*migration._migrations, later])
    with pytest.raises(StoreError, match="written by an older Listener: `listener run` or `listener once` upgrades it"):
        Store.look(path)
    store.close()
    Store.open(path, NOW).close()
    Store.look(path).close()


def test_the_owner_is_known_to_those_who_look(path: Path) -> None:
    assert Store.holder(path) == ""
    store = Store.open(path, NOW)
    assert Store.holder(path).isdigit()
    store.close()
    assert Store.holder(path) == ""
    Store.open(path, NOW).close()  # asking has not taken the lock


def test_the_lag_is_how_long_after_their_writing_new_posts_are_read(store: Store) -> None:
    written = [replace(p, created_at=NOW + timedelta(seconds=60)) for p in posts(3)]
    old = replace(posts(1)[0], id="old", created_at=NOW - timedelta(days=9))
    batch = Batch(posts=(*written, old))
    store.keep("feed", batch, analysis(batch.posts), Tell(), NOW + timedelta(seconds=90))
    [source] = store.status()["sources"]
    assert source["lag"] == 30  # what was written before we listened does not count


def test_waiting_messages_are_listed_by_state(store: Store) -> None:
    batch = Batch(posts=tuple(posts(2)))
    store.keep("feed", batch, analysis(batch.posts), Tell(), NOW)
    claimed = store.outbox.claim("fake", NOW)
    assert claimed
    store.outbox.fail(claimed.message.key, NOW, "no such place")
    [failed] = store.waiting(["failed"])
    assert (failed.channel, failed.error, failed.tries) == ("fake", "no such place", 1)
    assert [m.state for m in store.waiting(["failed", "pending"])] == ["failed", "pending"]


def test_failed_messages_are_made_due_again_while_another_process_owns_the_database(path: Path, store: Store) -> None:
    store.keep("feed", Batch(posts=tuple(posts(1))), analysis(posts(1)), Tell(), NOW)
    claimed = store.outbox.claim("fake", NOW)
    assert claimed
    store.outbox.fail(claimed.message.key, NOW, "refused")
    beside = Store.look(path)
    assert beside.retry_failed(LATER) == 1
    beside.close()
    assert store.outbox.claim("fake", LATER)


def test_a_post_that_was_set_aside_is_taken_back_with_its_alerts(store: Store, rows: Rows) -> None:
    set_aside(store, posts(1)[0])
    assert [(a.stream, a.source, a.post_id) for a in store.quarantined()] == [("feed", "forum", "1")]
    assert take_back(store) == Kept(read=1, posts=1, findings=1, alerts=1)
    assert store.quarantined() == []
    assert rows("select key, state from outbox") == [("fake/forum:1/1", "pending")]


def test_taking_back_says_nothing_of_how_the_source_is(store: Store, rows: Rows) -> None:
    set_aside(store, posts(1)[0])
    store.failed("source", "feed", "503", NOW, LATER)
    before = rows("select ok_at, error, failures from health")
    take_back(store)
    assert rows("select ok_at, error, failures from health") == before


def test_older_words_never_replace_newer_ones(store: Store, rows: Rows) -> None:
    [post] = posts(1)
    set_aside(store, post)
    newer = edited(post, "where can I buy two standing desks?")
    store.keep("feed", Batch(posts=(newer,)), analysis([newer]), Tell(), NOW)
    assert take_back(store) == Kept()
    assert rows("select text from posts") == [("where can I buy two standing desks?",)]
    assert store.quarantined() == []


def test_what_the_source_could_not_read_is_no_post(store: Store) -> None:
    set_aside(store, posts(1)[0], "line 3: not JSON")
    [aside] = store.quarantined()
    assert aside.post is None


def test_why_tells_of_a_post_that_was_set_aside(store: Store) -> None:
    set_aside(store, posts(1)[0])
    answer = store.why("forum:1")
    assert answer
    assert (answer.verdict, answer.aside) == ("set aside", "analysis failed: ValueError: odd")


def test_the_schema_keeps_the_comments_that_explain_it(store: Store) -> None:
    assert "-- platform: reddit, x, hackernews" in store.schema()["posts"]


def test_a_healthy_file_shows_no_damage_and_can_be_written(store: Store) -> None:
    assert store.damage() == []
    store.try_to_write()


def test_a_damaged_file_is_noticed(path: Path) -> None:
    store = Store.open(path, NOW)
    batch = Batch(posts=tuple(posts(400, text="x" * 900)))
    store.activate(["feed"], [], NOW)
    store.keep("feed", batch, analysis(batch.posts), Tell(), NOW)
    store.close()
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8192] = b"\xff" * 8192
    path.write_bytes(content)
    try:
        assert Store.look(path).damage()
    except StoreError as error:
        assert "damaged" in str(error)


def test_the_first_page_is_remembered(store: Store) -> None:
    assert store.first_read() is None
    store.keep("feed", Batch(posts=tuple(posts(1))), Analysis(), Tell(), NOW)
    store.keep("feed", Batch(posts=tuple(posts(3)[1:])), Analysis(), Tell(), LATER)
    assert store.first_read() == NOW
