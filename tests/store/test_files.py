"""The files: whose they are, what may be written into, and what must not remain in them."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from listener.errors import StoreError
from listener.store import Store
from listener.store.migrations import back_up
from listener.testing import posts
from listener.types import Analysis, Batch
from tests.making import NOW, Tell, analysis


def test_a_database_of_another_program_is_not_written_into(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("create table customers(a)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="is no database of Listener's: name another file"):
        Store.open(path, NOW)
    with pytest.raises(StoreError, match="is no database of Listener's: name another file"):
        Store.look(path)
    assert path.read_bytes() == before


def test_a_lock_that_cannot_be_written_is_told_in_words(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(StoreError, match=r"listener.db.lock: Permission denied: name a writable place under \[store\]"):
        Store.open(path, NOW)


def test_a_lock_on_a_full_disk_is_told_as_that(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, "write", refuse)
        with pytest.raises(StoreError, match=r"listener.db.lock: No space left on device: free some space"):
            Store.open(path, NOW)
    Store.open(path, NOW).close()


def test_a_copy_is_for_its_owner_alone(store: Store, tmp_path: Path) -> None:
    back_up(store.db.conn, tmp_path / "copy.db")
    assert oct((tmp_path / "copy.db").stat().st_mode)[-3:] == "600"


def test_after_a_purge_no_word_of_a_deleted_post_is_in_any_file(
    store: Store, path: Path, rows: Callable[[str], list[tuple[object, ...]]]
) -> None:
    page = Batch(posts=tuple(posts(4)))
    store.keep("feed", page, analysis(page.posts), Tell(), NOW)
    store.keep("feed", Batch(deleted=("forum:1",)), Analysis(), Tell(), NOW)
    store.purge()
    everything = b"".join(file.read_bytes() for file in path.parent.glob("listener.db*"))
    assert b"descale" not in everything
    assert b"vinegar" not in everything
    assert b"ramen" in everything, "the others stay"
    assert rows("select count(*) from posts_fts where posts_fts match 'ramen'") == [(1,)]
