"""The outbox: who sends what, and what became of it. Every change is one transaction."""

import os
import sqlite3
from collections.abc import Collection
from datetime import datetime, timedelta

from msgspec import Struct

from listener.store.alerts import Letter, enqueue
from listener.store.connection import Database, marks
from listener.store.guard import Guard, Mark
from listener.store.messages import carried, gone, message_of
from listener.store.rows import iso
from listener.types import Message, Receipt

LOOK_BACK = timedelta(days=7)  # how far back in a channel's history a lost message is looked for


class Claimed(Struct, frozen=True):
    """A message that this process, and no other, is sending or changing."""

    message: Message
    tries: int
    version: int  # of the content that it shows
    ref: str = ""  # set where it was sent before


class Outbox:
    """The rows of `outbox` for the sender.

    States: pending → sending → sent; a lost answer makes it unknown until the channel's history was read, which makes
    it sent or pending; failed is final until a person retries; dropped was deleted upstream before it was sent.
    """

    def __init__(self, db: Database, guard: Guard, install: str, epoch: int) -> None:
        self.db, self._guard, self.install, self._epoch = db, guard, install, epoch
        self._owner = str(os.getpid())

    def claim(self, sender: str, now: datetime, busy: Collection[str] = ()) -> Claimed | None:
        """The oldest message of a channel that is due and not for a place in `busy`; it is now `sending`."""
        with self.db.write() as conn:
            while row := self._next(conn, sender, now, busy):
                message = message_of(conn, row, self.install)
                if gone(message):
                    self._set(conn, row["key"], "dropped", now, "deleted upstream before it was sent")
                    continue
                seq = self._take(conn, row["key"], now)
                break
            else:
                return None
        # Before the request leaves: a copy of the database that does not know of it is behind this line.
        self._guard.append(Mark(self.install, self._epoch, seq))
        return Claimed(message, row["tries"] + 1, row["version"])

    def _next(self, conn: sqlite3.Connection, sender: str, now: datetime, busy: Collection[str]) -> sqlite3.Row | None:
        found: sqlite3.Row | None = conn.execute(
            f"select * from outbox where sender=? and state='pending' and next_at <= ? "
            f"and channel not in ({marks(list(busy))}) order by id limit 1",
            (sender, iso(now), *busy),
        ).fetchone()
        return found

    def _take(self, conn: sqlite3.Connection, key: str, now: datetime) -> int:
        conn.execute(
            "update outbox set state='sending', owner=?, epoch=?, at=?, tries = tries + 1 "
            "where key=? and state='pending'",
            (self._owner, self._epoch, iso(now), key),
        )
        conn.execute("update meta set value = cast(value as integer) + 1 where name='seq'")
        return int(conn.execute("select value from meta where name='seq'").fetchone()[0])

    def sent(self, receipt: Receipt, version: int) -> None:
        """It arrived, showing `version`."""
        with self.db.write() as conn:
            conn.execute(
                "update outbox set state='sent', at=?, ref=?, shown=?, error='' where key=?",
                (iso(receipt.at), receipt.ref, version, receipt.message_key),
            )

    def back(self, key: str, now: datetime, next_at: datetime, why: str) -> None:
        """It was definitely not delivered: due again at `next_at`."""
        with self.db.write() as conn:
            self._set(conn, key, "pending", now, why, next_at)

    def unknown(self, key: str, now: datetime, why: str) -> None:
        """The answer was lost: the channel's history decides."""
        with self.db.write() as conn:
            self._set(conn, key, "unknown", now, why)

    def fail(self, key: str, now: datetime, why: str) -> None:
        """It can never be delivered as it is; kept where everybody sees it."""
        with self.db.write() as conn:
            self._set(conn, key, "failed", now, why)

    def reroute(self, key: str, fallback: str, note: str, now: datetime, why: str) -> None:
        """Its place is gone: the row is kept as failed, and its alerts go to the fallback with a note above."""
        with self.db.write() as conn:
            row = conn.execute("select notice from outbox where key=?", (key,)).fetchone()
            self._set(conn, key, "failed", now, f"{why}; sent to {fallback} instead")
            text = f"{note}\n{row['notice']}".strip()
            alerts = carried(conn, key)
            enqueue(conn, Letter(key=f"{key}>{fallback}", channel=fallback, alerts=alerts, notice=text), now)

    def _set(
        self, conn: sqlite3.Connection, key: str, state: str, now: datetime, why: str, next_at: datetime | None = None
    ) -> None:
        conn.execute(
            "update outbox set state=?, at=?, error=?, next_at=? where key=? and state != 'sent'",
            (state, iso(now), why, iso(next_at or now), key),
        )

    def lost(self, sender: str, now: datetime, settle: timedelta) -> list[Claimed]:
        """Messages whose fate is unknown and whose settle time is over."""
        with self.db.write() as conn:
            rows = conn.execute(
                "select * from outbox where sender=? and state='unknown' and at <= ? order by id limit 500",
                (sender, iso(now - settle)),
            ).fetchall()
            return [Claimed(message_of(conn, row, self.install), row["tries"], row["version"]) for row in rows]

    def stale(self, sender: str, now: datetime, busy: Collection[str] = ()) -> Claimed | None:
        """A message that was sent and whose content has changed since."""
        with self.db.write() as conn:
            row = conn.execute(
                f"select * from outbox where sender=? and state='sent' and shown < version and next_at <= ? "
                f"and channel not in ({marks(list(busy))}) order by id limit 1",
                (sender, iso(now), *busy),
            ).fetchone()
            if row is None:
                return None
            return Claimed(message_of(conn, row, self.install), row["tries"], row["version"], row["ref"])

    def shown(self, key: str, version: int) -> None:
        """The channel now shows `version`."""
        with self.db.write() as conn:
            conn.execute("update outbox set shown=? where key=?", (version, key))

    def postpone(self, key: str, next_at: datetime) -> None:
        """Do not try to change it before `next_at`."""
        with self.db.write() as conn:
            conn.execute("update outbox set next_at=? where key=?", (iso(next_at), key))

    def has(self, key: str) -> bool:
        """Whether there is such a message, in whatever state."""
        return self.db.value("select 1 from outbox where key=?", (key,)) is not None

    def notify(self, key: str, channel: str, text: str, now: datetime) -> bool:
        """Tell the operators; once per key. True if it was new."""
        with self.db.write() as conn:
            return enqueue(conn, Letter(key=key, channel=channel, notice=text), now)

    def retry(self, now: datetime) -> int:
        """Failed messages are due again; answers how many."""
        with self.db.write() as conn:
            return conn.execute(
                "update outbox set state='pending', at=?, next_at=? where state='failed' "
                "and key not in (select substr(key, 1, instr(key, '>') - 1) from outbox where instr(key, '>') > 0)",
                (iso(now), iso(now)),
            ).rowcount

    def waiting(self, senders: Collection[str]) -> int:
        """How many messages of these channels are not yet delivered."""
        sql = "select count(*) from outbox where state in ('pending', 'sending', 'unknown')"
        return int(self.db.value(f"{sql} and sender in ({marks(list(senders))})", list(senders)))
