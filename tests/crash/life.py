"""Lives of the product on one database: each may die at any step, and the next one goes on.

A step is every statement and commit of SQLite, every line of the guard, and both sides of every request. Dying is an
exception that nothing catches and after which every further step fails too; the connection is closed without a commit,
which is what a kill leaves behind of a transaction.
"""

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from listener.collect import collect, parted
from listener.deliver import Pace, Sender
from listener.errors import StoreError
from listener.store import Store, guard
from listener.store.guard import Mark
from listener.testing import FakeChannel, FakeClock, FakeSource, edited, posts
from listener.types import Ask, Message, Reason
from tests.making import Tell, analysis, topic

SETTLE = 30.0


class Died(BaseException):
    """The process is gone."""


class Steps:
    """Counts steps, and fails at the chosen one: once by dying, or with an error of the disk, once or for ever."""

    def __init__(self, at: int = 0, error: str = "", ever_after: bool = False) -> None:
        self.at, self.error, self.ever_after = at, error, ever_after
        self.count, self.dead = 0, False

    def __call__(self) -> None:
        self.count += 1
        reached = self.count >= self.at if self.ever_after else self.count == self.at
        if self.dead or (reached and self.at):
            self._fail()

    def _fail(self) -> None:
        if self.error:
            raise _disk_error(self.error)
        self.dead = True
        raise Died(f"step {self.at}")


def _disk_error(name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(name)
    error.sqlite_errorname = name
    return error


class Connection(sqlite3.Connection):
    """A connection whose every statement is two steps: before it and after it."""

    steps: Steps = Steps()

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        rollback = sql == "rollback"
        if not rollback:
            self.steps()
        cursor = super().execute(sql, *values)
        if not rollback and not self.steps.error:  # after an error SQLite has not done it
            self.steps()
        return cursor


class Server(FakeChannel):
    """Slack's side: it lives on when the product dies."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = Steps()
        self.lost = random.Random(0)
        self.loses = 0.0  # share of answers that are lost

    def send(self, message: Message) -> str:
        self._step()
        if self.lost.random() < self.loses:
            self.lose = 1
        ref = super().send(message)
        self._step()
        return ref

    def update(self, message: Message, ref: str) -> None:
        self._step()
        super().update(message, ref)
        self._step()

    def _step(self) -> None:
        if not self.steps.error:
            self.steps()


class World:
    """Everything that outlives the product: the posts, the channel, the clock, the files."""

    def __init__(self, folder: Path, count: int = 4) -> None:
        self.path, self.clock, self.server = folder / "listener.db", FakeClock(), Server()
        self.source = FakeSource(posts(count))
        self.source.add(edited(self.source.posts[0], "need to buy a desk today"))
        self.expected = {f"fake/forum:{n}/1" for n in range(1, count + 1)} | {"fake/forum:1/2"}

    def live(self, steps: Steps | None = None) -> Steps:
        """One life: read everything, send everything; dies where the steps say so."""
        steps = steps or Steps()
        self.server.steps = steps
        store = None
        with suppress(Died, StoreError), _guarded(steps):
            store = Store.open(self.path, self.clock(), connect=connect(steps))
            store.activate(["feed"], [topic()], self.clock())
            self._read(store)
            self._send(store)
            store.close()
            return steps
        self._bury(store)
        return steps

    def _read(self, store: Store) -> None:
        ask = Ask(now=self.clock(), cursors=store.cursors("feed"), limit=4)
        for batch in collect("feed", self.source, ask):
            for part in parted(replace(batch, posts=tuple(store.unread(batch.posts))), 2):
                store.keep("feed", part, analysis(part.posts), Tell(), self.clock())

    def _send(self, store: Store) -> None:
        sender = Sender(
            "fake",
            self.server,
            store.outbox,
            self.clock,
            pace=Pace(settle=SETTLE),
            rng=random.Random(self.clock().second),
        )
        for _ in range(200):
            wait = sender.step()
            if wait and not store.outbox.waiting(["fake"]) and not store.outbox.stale("fake", self.clock()):
                return
            self.clock.advance(wait)
        raise AssertionError("the sender does not come to an end")

    def _bury(self, store: Store | None) -> None:
        """What the system does for a dead process: descriptors are closed, locks are freed."""
        if store is not None:
            store.close()

    def check(self) -> None:
        """Nothing lost, nothing twice."""
        sent = [message.key for message in self.server.messages]
        assert sorted(sent) == sorted(self.expected), "each alert once in the channel"
        store = Store.look(self.path)
        findings = [row[0] for row in store.db.rows("select key from findings order by key")]
        states = {row[0] for row in store.db.rows("select distinct state from outbox")}
        text = store.db.value("select text from posts where key='forum:1'")
        reasons = {row[0] for row in store.db.rows("select distinct reason from findings")}
        store.close()
        assert findings == sorted(f"desks/forum:{n}" for n in range(1, len(self.expected)))
        assert states == {"sent"}
        assert text == "need to buy a desk today"
        assert reasons <= {Reason.FIRST, Reason.ROSE}
        shown = {message.alerts[0].about[0].post.text for message in self.server.messages if "forum:1/" in message.key}
        assert shown == {"need to buy a desk today"}, "every card shows the post as it is now"


def recover(world: World) -> None:
    """A life without faults, after long enough for everything in doubt to be settled."""
    world.clock.advance(timedelta(minutes=2).total_seconds())
    world.live()


def snapshot(path: Path) -> None:
    """Copy the database as a backup does, beside it."""
    if not path.exists():
        return
    source, copy = sqlite3.connect(path), sqlite3.connect(f"{path}.copy")
    source.backup(copy)
    source.close()
    copy.close()


def put_back(path: Path) -> None:
    """Replace the database by its copy; the guard stays."""
    for leftover in ("", "-wal", "-shm"):
        Path(f"{path}{leftover}").unlink(missing_ok=True)
    if Path(f"{path}.copy").exists():
        shutil.copy(f"{path}.copy", path)


def connect(steps: Steps) -> Callable[[str], sqlite3.Connection]:
    class Counted(Connection):
        pass

    Counted.steps = steps
    return lambda path: sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Counted)


@contextmanager
def _guarded(steps: Steps) -> Iterator[None]:
    """The guard's lines are steps too."""
    append = guard.Guard.append

    def counted(self: guard.Guard, mark: Mark) -> None:
        if not steps.error:
            steps()
        append(self, mark)
        if not steps.error:
            steps()

    guard.Guard.append = counted  # type: ignore[method-assign]
    try:
        yield
    finally:
        guard.Guard.append = append  # type: ignore[method-assign]
