"""The store as the rest of the product sees it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from listener.errors import StoreError
from listener.store import access, begin, condition, health, passed, quarantine, read, retention, search, volume, words
from listener.store.bar import bar, replay
from listener.store.connection import Connect, Database, among, connect
from listener.store.forget import Erased, Target, forget
from listener.store.guard import Guard, Lock
from listener.store.keep import Kept, keep
from listener.store.marks import Author, Marker
from listener.store.metering import StoredMeter
from listener.store.migrations import check, migrate, refuse_foreign
from listener.store.outbox import Outbox
from listener.store.retention import Limits
from listener.store.rows import at, digest, iso, loads
from listener.store.spending import StoredPurse
from listener.types import Analysis, Batch, Clock, Decider, Json, Post, Terms, Topic


class _Rehearsed(Exception):  # no error: it takes a transaction back
    """Nothing was to be changed."""


class Store:
    """One SQLite file, owned by one process. Use `Store.open` to write and `Store.look` to read."""

    def __init__(self, db: Database, lock: Lock | None = None, start: begin.Start | None = None) -> None:
        self.db, self._lock, self.start = db, lock, start
        self.guard = Guard(db.path)
        if start:
            self.outbox = Outbox(db, self.guard, start.install, start.epoch)

    @classmethod
    def open(cls, path: Path, now: datetime, *, connect: Connect = connect) -> "Store":
        """Take the database over: lock, migrate, raise the epoch. Raises `AlreadyRunning`, `StoreError`."""
        if not path.parent.is_dir():
            raise StoreError(f"{path}: no such folder: create it, or name another file under [store] url")
        with ExitStack() as undo:
            path = path.resolve()  # by whatever link it is reached, there is one lock
            lock = Lock(path)
            lock.take()
            undo.callback(lock.release)
            db = Database(path, connect)
            undo.callback(db.close)
            with db.in_words():
                refuse_foreign(db.conn, path)
                db.prepare()
                migrate(db.conn, path)
            store = cls(db, lock, begin.begin(db, Guard(path), now))
            store.replay()
            words.bring_up_to_date(db)
            undo.pop_all()
        return store

    @classmethod
    def look(cls, path: Path) -> "Store":
        """Read a database that another process may own."""
        if not path.exists():
            raise StoreError(f"{path}: no such database yet: `listener run` or `listener once` makes it")
        db = Database(path)
        try:
            with db.in_words():
                check(db.conn, path)
                db.prepare()
        except StoreError:
            db.close()
            raise
        return cls(db)

    @cached_property
    def marker(self) -> Marker:
        """Makes marks of authors and posts."""
        return self.guard.marker()

    @staticmethod
    def holder(path: Path) -> str:
        """The process that owns a database; "" nobody."""
        return Lock(path).holder()

    def activate(self, sources: Iterable[str], topics: Iterable[Topic], now: datetime) -> None:
        """Remember when each source and topic was first listened to."""
        begin.activate(self.db, sources, topics, now)

    def cursors(self, stream: str) -> dict[str, str]:
        """The cursors of a configured source."""
        return {r["stream"]: r["cursor"] for r in self.db.rows("select * from cursors where source=?", (stream,))}

    def unread(self, posts: Sequence[Post]) -> list[Post]:
        """Those that were not read before in these very words."""
        with self.db.read() as conn:
            known = among(conn, "select key, hash from seen where key", [post.key for post in posts])
            seen = {row["key"]: row["hash"] for row in known}
        return [post for post in posts if seen.get(post.key) != digest(post)]

    def stored(self, keys: Sequence[str]) -> list[int]:
        """The numbers of those that are stored, whose words may have changed."""
        with self.db.read() as conn:
            return passed.stored(conn, keys)

    def keep(self, stream: str, batch: Batch, analysis: Analysis, decide: Decider, now: datetime) -> Kept:
        """Store a page and what it led to in one transaction; repeating it changes nothing."""
        marker = self.marker
        with self.db.write() as conn:
            return keep(conn, stream, *bar(conn, marker, batch, analysis), decide, now)

    def topic_since(self, topic: str) -> datetime:
        """When a topic was first tracked."""
        return at(self.db.value("select since from topics where id=?", (topic,)))

    def is_new(self, name: str) -> bool:
        """Whether a source was never read to its end."""
        return not self.db.value("select caught_up_at from health where name=?", (f"source:{name}",))

    def failed(self, kind: str, name: str, error: str, now: datetime, next_at: datetime) -> None:
        """Note trouble with a source or channel."""
        health.failed(self.db, kind, name, error, now, next_at)

    def asked_to_wait(self, name: str, until: datetime) -> None:
        """Note that a platform wants a source left alone until then; after `failed`."""
        health.asked_to_wait(self.db, name, until)

    def trouble_since(self, kind: str, name: str) -> datetime | None:
        """When the present trouble of a source or channel began; None where there is none."""
        return health.trouble_since(self.db, kind, name)

    def asked_until(self, name: str) -> datetime | None:
        """Until when a platform asked us to leave a source alone; None where it did not."""
        return health.asked_until(self.db, name)

    def plan(self, name: str, at: datetime) -> None:
        """Note when a source that is well is read next, where that is not its usual interval."""
        health.plan(self.db, name, at)

    def standing(self, name: str) -> list[health.Standing]:
        """The present trouble of a source and of its parts."""
        return health.standing(self.db, name)

    def well(self, kind: str, name: str, now: datetime) -> None:
        """Note that a source or channel works."""
        health.well(self.db, kind, name, now)

    def begun(self, kind: str, name: str) -> None:
        """Note that nothing is known yet of how it is."""
        health.begun(self.db, kind, name)

    def findings(self, since: datetime | None = None, limit: int | None = None) -> Iterator[read.Stored]:
        """Findings, newest first."""
        return read.findings(self.db, since, limit)

    def search(self, wanted: search.Search, now: datetime) -> search.Page:
        """The newest findings that a query asks for, a page at a time."""
        return search.search(self.db, wanted, now)

    def listened(self, since: datetime) -> volume.Listened | None:
        """The part of the time since then in which posts were read; None where none were."""
        return volume.listened(self.db, since)

    def unmatched(self, since: datetime) -> Iterator[volume.Day]:
        """What matched nothing, day by day, and the sample of it."""
        return volume.days(self.db, since)

    def why(self, wanted: str) -> read.Answer | None:
        """What became of the post with this address or key."""
        return read.answer(self.db, wanted)

    def status(self) -> Mapping[str, Any]:
        """Sources, outbox, gaps, quarantine and totals."""
        return condition.status(self.db)

    def gaps(self, source: str) -> tuple[int, int]:
        """How many stretches of a source could not be read, and how many were read after all."""
        return condition.gaps(self.db, source)

    def asked(self, budget: str, seconds: float, now: datetime) -> condition.Asked:
        """What is known of the requests of a credential in the last so many seconds."""
        return condition.asked(self.db, budget, seconds, now)

    def money(self, source: str, now: datetime) -> Mapping[str, tuple[int, int]]:
        """What each part of a source has spent and holds today, in millionths of a dollar."""
        return condition.money(self.db, source, now)

    def count_due(self, stream: str, terms: Terms, now: datetime) -> int:
        """How many posts of a source are due for another look."""
        if terms.recheck_hours is None:
            return 0
        first = None if terms.recheck_first is None else timedelta(minutes=terms.recheck_first)
        return read.count_due(self.db, stream, timedelta(hours=terms.recheck_hours), first, now)

    def due_for_recheck(self, stream: str, terms: Terms, now: datetime, limit: int) -> list[Post]:
        """Stored posts of a source that were last seen upstream before then, the longest ago first."""
        if terms.recheck_hours is None:
            return []
        first = None if terms.recheck_first is None else timedelta(minutes=terms.recheck_first)
        return read.due_for_recheck(self.db, stream, timedelta(hours=terms.recheck_hours), first, now, limit)

    def touch(self, keys: Iterable[str], now: datetime) -> None:
        """These posts were seen upstream just now."""
        with self.db.write() as conn:
            conn.executemany("update posts set checked_at=? where key=?", [(iso(now), key) for key in keys])

    def purse(self, source: str) -> StoredPurse:
        """The money of a configured source."""
        return StoredPurse(self.db, source)

    def meter(self, budget: str, clock: Clock) -> StoredMeter:
        """Counts the requests of a credential, by the real time."""
        return StoredMeter(self.db, budget, clock)

    def erase_unchecked(self, stream: str, before: datetime, now: datetime) -> int:
        """Erase the words of posts of a source that nobody could look up since then; answers how many."""
        return retention.erase_unchecked(self.db, stream, before, now)

    def retain(self, limits: Limits, now: datetime) -> int:
        """Forget what is older; answers how many posts lost their words."""
        return retention.retain(self.db, limits, self.marker, now)

    def streams(self) -> list[tuple[str, str]]:
        """The sources of whose posts words are stored, configured still or not, each with a platform."""
        rows = self.db.rows("select distinct stream, source from posts where erased_at is null")
        return [(row["stream"], row["source"]) for row in rows]

    # For those who look after it; all of these work beside the process that owns the database

    def waiting(self, states: Collection[str], limit: int = -1) -> list[read.Waiting]:
        """Messages of the outbox in these states, oldest first."""
        return read.waiting(self.db, states, limit)

    def retry_failed(self, now: datetime) -> int:
        """Messages that were given up are due again; answers how many."""
        return Outbox(self.db, Guard(self.db.path), "", 0).retry(now)

    def quarantined(self) -> list[quarantine.Aside]:
        """Posts that were set aside, newest first."""
        return quarantine.listed(self.db)

    def take_back(
        self, aside: quarantine.Aside, post: Post, analysis: Analysis, decide: Decider, now: datetime
    ) -> Kept:
        """Store a post of the quarantine and what it led to, in one transaction."""
        marker = self.marker
        with self.db.write() as conn:
            page, analysis = bar(conn, marker, Batch(posts=(post,), listing=False), analysis)
            return quarantine.take_back(conn, aside, page, analysis, decide, now)

    def first_read(self) -> datetime | None:
        """When the first page was read, of those of the last 7 days."""
        return read.first_read(self.db)

    def schema(self) -> Mapping[str, str]:
        """Each table with the statement that made it, comments included."""
        return read.schema(self.db)

    def damage(self) -> list[str]:
        """What is broken in the file, in SQLite's words."""
        return read.damage(self.db)

    def try_to_write(self) -> None:
        """Begin and end a transaction that changes nothing; raises `StoreError` where that cannot be."""
        with self.db.write():
            pass

    def purge(self) -> bool:
        """Remove what was erased from the bytes of the files too; False where a reader is in the way."""
        return retention.purge(self.db)

    # Forgetting, beside the process that owns the database or not

    def forget(self, target: Target, now: datetime, *, rehearse: bool = False) -> Erased:
        """Forget an author or a post, and remember by marks that they stay forgotten.

        Args:
            rehearse: only count; nothing is changed.
        """
        marker, erased = self.marker, Erased()
        with suppress(_Rehearsed), self.db.write() as conn:
            erased, gone = forget(conn, target, marker, now)
            if rehearse:
                raise _Rehearsed
            self.guard.forget(gone)  # before the commit: whatever ends us now, the next start forgets it again
        return erased

    def replay(self) -> int:
        """Forget again what the guard remembers and the database does not; answers how many marks were new to it."""
        guard, marker = self.guard.forgotten(), self.marker
        with self.db.write() as conn:
            return replay(conn, marker, guard)

    def is_forgotten(self, key: str) -> bool:
        """Whether a post was forgotten on request."""
        return bool(self.db.value("select 1 from forgotten where mark=?", (self.marker.post(key),)))

    def unguarded(self) -> int:
        """How much that was forgotten the guard does not know of: it is not kept out any more."""
        known = {each.mark for each in self.guard.forgotten()}
        return sum(row["mark"] not in known for row in self.db.rows("select mark from forgotten"))

    def people(self, name: str) -> list[Author]:
        """Everybody of this name of whom something is stored."""
        with self.db.read() as conn:
            return access.people(conn, name)

    def platforms(self) -> list[str]:
        """The platforms of which something was read."""
        with self.db.read() as conn:
            return access.platforms(conn)

    def held(self, author: Author) -> dict[str, list[Json]]:
        """All that is stored of an author, table by table."""
        marker = self.marker
        with self.db.read() as conn:
            return access.held(conn, author, marker)

    def sampled_at(self, url: str) -> str | None:
        """The key of a post in the sample of what matched nothing, by its address."""
        found = self.db.rows("select post from samples where json_extract(post, '$.url') = ? limit 1", (url,))
        return next((f"{post['source']}:{post['id']}" for row in found for post in [loads(row["post"])]), None)

    def showing(self) -> list[read.Showing]:
        """Messages that may still show what was forgotten."""
        return read.showing(self.db)

    def close(self) -> None:
        """Close the file and let the next process have it."""
        self.db.close()
        if self._lock:
            self._lock.release()
