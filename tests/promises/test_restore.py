"""Backups put back."""

import contextlib
import random
from datetime import timedelta
from pathlib import Path

import pytest

from listener.deliver import Pace, Sender
from listener.errors import AlreadyRunning, ChannelError, StoreError
from listener.store import Store
from listener.testing import FakeChannel, FakeClock, edited, posts
from listener.types import Batch
from tests.crash.life import put_back, snapshot
from tests.making import Tell, analysis, topic


class Life:
    def __init__(self, path: Path) -> None:
        self.path, self.clock, self.channel = path, FakeClock(), FakeChannel()
        self.open()

    def open(self) -> None:
        self.store = Store.open(self.path, self.clock())
        self.store.activate(["feed"], [topic()], self.clock())
        self.sender = Sender("fake", self.channel, self.store.outbox, self.clock, pace=Pace(), rng=random.Random(1))

    def read(self, *batch: object, more: bool = False) -> None:
        page = Batch(posts=tuple(batch), more=more)  # type: ignore[arg-type]
        fresh = self.store.unread(page.posts)
        self.store.keep("feed", Batch(posts=tuple(fresh), more=more), analysis(fresh), Tell(), self.clock())

    def send(self, seconds: float = 90) -> None:
        end = self.clock() + timedelta(seconds=seconds)
        while self.clock() < end:
            self.clock.advance(self.sender.step())

    def restore(self) -> None:
        self.store.close()
        put_back(self.path)
        self.clock.advance(300)
        self.open()

    def keys(self) -> list[str]:
        return [m.key for m in self.channel.messages]


@pytest.fixture
def life(tmp_path: Path) -> Life:
    return Life(tmp_path / "listener.db")


def test_a_backup_on_a_new_machine_without_its_guard_repeats_nothing(life: Life) -> None:
    life.read(*posts(3))
    snapshot(life.path)  # three are pending
    life.send()
    Path(f"{life.path}.guard").unlink()  # outside backups by design: a new machine has none
    life.restore()
    life.send()
    assert sorted(life.keys()) == sorted(f"fake/forum:{n}/1" for n in (1, 2, 3))


def test_an_edit_found_after_the_source_has_caught_up_is_not_told_again(life: Life) -> None:
    life.read(*posts(1))
    life.send()
    snapshot(life.path)
    change = edited(posts(1)[0], "need to buy a desk today")
    life.read(change, more=True)  # the recheck finds the edit, and it is told
    life.send()
    assert life.keys() == ["fake/forum:1/1", "fake/forum:1/2"]
    life.restore()
    life.read()  # the listing holds nothing new: caught up
    life.read(change, more=True)  # hours later the recheck finds the edit again
    life.send()
    assert life.keys() == ["fake/forum:1/1", "fake/forum:1/2"]


def test_a_late_post_that_was_told_before_the_restore_is_not_told_again(life: Life) -> None:
    life.read(*posts(1))
    life.send()
    snapshot(life.path)
    life.read(*posts(2))
    life.send()
    life.restore()
    life.read()  # caught up
    life.read(*posts(2))  # a listing that lags, a second page of the overlap, a retry of the quarantine
    life.send()
    assert life.keys() == ["fake/forum:1/1", "fake/forum:2/1"]


def test_a_first_read_after_any_restore_is_still_a_first_read(life: Life) -> None:
    life.read(*posts(1))
    snapshot(life.path)
    life.send()
    life.restore()
    life.store.activate(["new"], [], life.clock())
    tell = Tell()
    page = Batch(posts=tuple(posts(1)), more=True)
    life.store.keep("new", page, analysis(page.posts), tell, life.clock())
    assert tell.contexts[-1].first_pass, "undated posts of a new source would all be told"


def test_a_process_whose_epoch_is_over_sends_nothing(life: Life) -> None:
    """Its lock file was deleted, or the other came by another path (a symbolic link)."""
    life.read(*posts(2))
    Path(f"{life.path}.lock").unlink()
    other = Store.open(life.path, life.clock())
    try:
        claimed = life.store.outbox.claim("fake", life.clock())
    except StoreError:
        claimed = None
    other.close()
    assert claimed is None


def test_an_outcome_of_an_old_epoch_changes_nothing(life: Life) -> None:
    life.read(*posts(1))
    assert life.store.outbox.claim("fake", life.clock())
    Path(f"{life.path}.lock").unlink()
    other = Store.open(life.path, life.clock())
    other.outbox.back("fake/forum:1/1", life.clock(), life.clock(), "not in the channel's history")
    assert other.outbox.claim("fake", life.clock())  # the new owner is sending it
    with contextlib.suppress(StoreError):
        life.store.outbox.back("fake/forum:1/1", life.clock(), life.clock(), "cannot be reached")
    again = other.outbox.claim("fake", life.clock())
    other.close()
    assert again is None, "it is being sent, and would be sent a second time"


def test_a_database_reached_by_a_link_has_the_same_lock(tmp_path: Path, life: Life) -> None:

    link = tmp_path / "link.db"
    link.symlink_to(life.path)
    with pytest.raises(AlreadyRunning):
        Store.open(link, life.clock())


def test_a_rerouted_alert_is_not_told_again_after_a_restore(life: Life) -> None:

    spare = FakeChannel("spare")
    gone = ChannelError("fake", "archived", permanent=True, code="is_archived", scope="place")

    def send() -> None:
        life.sender._fallback = lambda place: "spare"
        life.channel.on_send = lambda message: life.channel.errors.append(gone)
        other = Sender("spare", spare, life.store.outbox, life.clock, pace=Pace(), rng=random.Random(1))
        end = life.clock() + timedelta(seconds=120)
        while life.clock() < end:
            life.clock.advance(min(life.sender.step(), other.step()))

    life.read(*posts(1))
    snapshot(life.path)
    send()
    assert [m.key for m in spare.messages] == ["fake/forum:1/1>spare"]
    life.restore()
    send()
    assert [m.key for m in spare.messages] == ["fake/forum:1/1>spare"]


def test_an_empty_database_beside_an_old_guard_floods_nothing(life: Life) -> None:
    life.read(*posts(2))
    life.send()
    life.store.close()
    for leftover in ("", "-wal", "-shm"):
        Path(f"{life.path}{leftover}").unlink(missing_ok=True)
    life.open()
    tell = Tell()
    page = Batch(posts=tuple(posts(1)))
    life.store.keep("feed", page, analysis(page.posts), tell, life.clock())
    assert tell.contexts[-1].first_pass, "undated posts of the first read would all be told"
