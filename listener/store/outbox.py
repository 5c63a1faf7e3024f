"""The outbox: who sends what, and what became of it. Every change is one transaction."""

import sqlite3
from collections.abc import Collection
from datetime import datetime, timedelta

from msgspec import Struct

from listener.errors import StoreError
from listener.store import health
from listener.store.alerts import Letter, enqueue, first_state, promote
from listener.store.connection import Database, marks
from listener.store.erase import UNSHOWN
from listener.store.guard import Guard, Mark
from listener.store.messages import carried, gone, message_of
from listener.store.rows import at, iso
from listener.types import Message, Receipt

LOOK_BACK = timedelta(days=7)  # how long before a restore a message may have been sent that is made anew after it
_MARGIN = timedelta(hours=1)  # by which the channel's clock may differ from ours
_HIDDEN = f"select a.key from alerts a join posts p on p.key = a.post_key where p.erased_why in ({UNSHOWN})"
_READY = (  # what belongs into the thread of another message waits for it, whatever becomes of it
    "(within='' or not exists (select 1 from outbox p where p.key = outbox.within "
    "and p.state in ('pending', 'sending', 'unknown')))"
)
_OURS = "(state != 'sending' or epoch = ?)"  # what another process is sending is not ours to judge


class Claimed(Struct, frozen=True):
    """A message that this process, and no other, is sending or changing."""

    message: Message
    tries: int
    version: int  # of the content that it shows
    ref: str = ""  # set where it was sent before
    since: datetime | None = None  # a lost one: it cannot have been sent before
    rerouted: bool = False  # it goes to this place because another was gone


class Outbox:
    """The rows of `outbox` for the sender.

    States: pending → sending → sent; a lost answer makes it unknown until the channel's history was read, which makes
    it sent or pending; failed is final until a person retries, unless another message went out instead of it; dropped
    was deleted upstream before it was sent.
    """

    def __init__(self, db: Database, guard: Guard, install: str, epoch: int) -> None:
        self.db, self._guard, self.install, self._epoch = db, guard, install, epoch

    def unfinished(self, sender: str, now: datetime) -> None:
        """What this sender left `sending`, because its outcome could not be written down, is in doubt."""
        if self.db.value("select 1 from outbox where sender=? and state='sending' limit 1", (sender,)):
            with self.db.write() as conn:
                conn.execute(
                    "update outbox set state='unknown', at=?, error='its outcome could not be written down' "
                    "where sender=? and state='sending' and epoch=?",
                    (iso(now), sender, self._epoch),
                )

    def claim(self, sender: str, now: datetime, busy: Collection[str] = ()) -> Claimed | None:
        """The oldest message of a channel that is due and not for a place in `busy`; it is now `sending`.

        Raises `StoreError` where another process has taken the database over.
        """
        if self._next(self.db, sender, now, busy) is None:
            return None
        with self.db.write() as conn:
            while row := self._next(self.db, sender, now, busy):
                message = message_of(conn, row, self.install)
                if gone(message):
                    self._set(conn, row["key"], "dropped", now, "deleted upstream before it was sent")
                    for alert in message.alerts:
                        promote(conn, alert.key, now)
                    continue
                seq = self._take(conn, row["key"], now)
                break
            else:
                return None
        # Before the request leaves: a copy of the database that does not know of it is behind this line.
        self._guard.append(Mark(self.install, self._epoch, seq))
        return Claimed(message, row["tries"] + 1, row["version"], rerouted=bool(row["instead_of"]))

    def _next(self, db: Database, sender: str, now: datetime, busy: Collection[str]) -> sqlite3.Row | None:
        found = db.rows(
            f"select * from outbox where sender=? and state='pending' and next_at <= ? "
            f"and channel not in ({marks(list(busy))}) and {_READY} order by id limit 1",
            (sender, iso(now), *busy),
        )
        return found[0] if found else None

    def _take(self, conn: sqlite3.Connection, key: str, now: datetime) -> int:
        epoch = int(conn.execute("select value from meta where name='epoch'").fetchone()[0])
        if epoch != self._epoch:
            raise StoreError(f"{self.db.path}: another process has taken this database over: stop one of them")
        conn.execute(
            "update outbox set state='sending', epoch=?, at=?, tries = tries + 1 where key=? and state='pending'",
            (self._epoch, iso(now), key),
        )
        conn.execute("update meta set value = cast(value as integer) + 1 where name='seq'")
        return int(conn.execute("select value from meta where name='seq'").fetchone()[0])

    def sent(self, receipt: Receipt, version: int) -> None:
        """It arrived, showing `version`."""
        with self.db.write() as conn:
            conn.execute(
                f"update outbox set state='sent', at=?, ref=?, shown=?, error='' where key=? and {_OURS}",
                (iso(receipt.at), receipt.ref, version, receipt.message_key, self._epoch),
            )

    def back(self, key: str, now: datetime, next_at: datetime, why: str) -> None:
        """It was definitely not delivered: due again at `next_at`."""
        with self.db.write() as conn:
            self._set(conn, key, "pending", now, why, next_at)

    def unknown(self, key: str, at: datetime, why: str) -> None:
        """The answer was lost: the channel's history decides, once the settle time after `at` is over."""
        with self.db.write() as conn:
            self._set(conn, key, "unknown", at, why)

    def fail(self, key: str, now: datetime, why: str) -> None:
        """It can never be delivered as it is; kept where everybody sees it."""
        with self.db.write() as conn:
            self._set(conn, key, "failed", now, why)

    def reroute(self, key: str, fallback: str, note: str, now: datetime, why: str) -> None:
        """Its place is gone: the row is kept as failed, and its alerts go to the fallback with a note above."""
        with self.db.write() as conn:
            row = conn.execute("select notice, trend from outbox where key=?", (key,)).fetchone()
            self._set(conn, key, "failed", now, f"{why}; sent to {fallback} instead")
            alerts = carried(conn, key)
            letter = Letter(
                key=f"{key}>{fallback}",
                channel=fallback,
                alerts=alerts,
                notice=f"{note}\n{row['notice']}".strip(),
                state=_state_of(conn, alerts),
                instead_of=key,
                trend=row["trend"],
            )
            enqueue(conn, letter, now)

    def _set(
        self, conn: sqlite3.Connection, key: str, state: str, now: datetime, why: str, next_at: datetime | None = None
    ) -> None:
        conn.execute(
            f"update outbox set state=?, at=?, error=?, next_at=? where key=? and state != 'sent' and {_OURS}",
            (state, iso(now), why, iso(next_at or now), key, self._epoch),
        )

    def lost(self, sender: str, now: datetime, settle: timedelta) -> list[Claimed]:
        """Messages whose fate is unknown and whose settle time is over."""
        with self.db.read() as conn:
            rows = conn.execute(
                "select * from outbox where sender=? and state='unknown' and at <= ? order by id limit 500",
                (sender, iso(now - settle)),
            ).fetchall()
            return [self._lost(conn, row) for row in rows]

    def _lost(self, conn: sqlite3.Connection, row: sqlite3.Row) -> Claimed:
        message, since = message_of(conn, row, self.install), at(row["created_at"])
        restored = conn.execute("select value from meta where name='restored_at'").fetchone()
        if restored and since <= at(restored[0]) + LOOK_BACK:
            since = min(since, at(restored[0]) - LOOK_BACK)  # made anew after the restore, sent perhaps before it
        return Claimed(message, row["tries"], row["version"], since=since - _MARGIN)

    def stale(self, sender: str, now: datetime, busy: Collection[str] = (), *, hidden: bool = False) -> Claimed | None:
        """A message that was sent and whose content has changed since.

        Args:
            hidden: only one that shows words which may not be shown any more.
        """
        only = f"and key in (select message from carries where alert in ({_HIDDEN})) " if hidden else ""
        with self.db.read() as conn:
            row = conn.execute(
                f"select * from outbox where sender=? and state='sent' and shown < version and next_at <= ? "
                f"{only}and channel not in ({marks(list(busy))}) order by id limit 1",
                (sender, iso(now), *busy),
            ).fetchone()
            if row is None:
                return None
            return Claimed(message_of(conn, row, self.install), row["tries"], row["version"], row["ref"])

    def shown(self, key: str, version: int, why: str = "") -> None:
        """The channel now shows `version`, or, where `why` says so, it never will."""
        with self.db.write() as conn:
            conn.execute("update outbox set shown=?, error=? where key=?", (version, why, key))

    def postpone(self, key: str, next_at: datetime) -> None:
        """Do not try to change it before `next_at`."""
        with self.db.write() as conn:
            conn.execute("update outbox set next_at=? where key=?", (iso(next_at), key))

    def has(self, key: str) -> bool:
        """Whether there is such a message, in whatever state."""
        return self.db.value("select 1 from outbox where key=?", (key,)) is not None

    def notices(self, prefix: str) -> set[str]:
        """Keys of the operators' notices that begin so, in whatever state."""
        rows = self.db.rows(
            "select key from outbox where key >= ?1 and key < ?1 || char(1114111) and instead_of = ''", (prefix,)
        )
        return {row["key"] for row in rows}

    def notify(self, key: str, channel: str, text: str, now: datetime) -> bool:
        """Tell the operators; once per key. True if it was new."""
        with self.db.write() as conn:
            return enqueue(conn, Letter(key=key, channel=channel, notice=text), now)

    def adopt(self, senders: Collection[str], target: str, now: datetime) -> int:
        """Messages that wait for a channel which is no longer configured go to `target`; answers how many."""
        stranded = self.db.rows(
            f"select key, channel from outbox where state='pending' and sender not in ({marks(list(senders))})",
            list(senders),
        )
        for row in stranded:
            note = f"Meant for {row['channel']}, which is no longer configured"
            self.reroute(row["key"], target, note, now, "its channel is no longer configured")
        return len(stranded)

    def retry(self, now: datetime) -> int:
        """Failed messages are due again; answers how many."""
        with self.db.write() as conn:
            return conn.execute(
                "update outbox set state='pending', at=?, next_at=? where state='failed' "
                "and key not in (select instead_of from outbox)",
                (iso(now), iso(now)),
            ).rowcount

    def waiting(self, senders: Collection[str]) -> int:
        """How many messages of these channels are not yet delivered."""
        sql = "select count(*) from outbox where state in ('pending', 'sending', 'unknown')"
        return int(self.db.value(f"{sql} and sender in ({marks(list(senders))})", list(senders)))

    def troubled(self, sender: str, why: str, now: datetime, next_at: datetime) -> None:
        """Note that a channel rests, for people and for the next process."""
        health.failed(self.db, "channel", sender, why, now, next_at)

    def recovered(self, sender: str, now: datetime) -> None:
        """Note that a channel works again."""
        health.well(self.db, "channel", sender, now)


def _state_of(conn: sqlite3.Connection, alerts: Collection[str]) -> str:
    """The first state of another message with these alerts."""
    written = conn.execute(
        "select min(p.created_at) from alerts a join posts p on p.key = a.post_key "
        f"where a.key in ({marks(list(alerts))})",
        list(alerts),
    ).fetchone()[0]
    return first_state(conn, at(written)) if written else "pending"
