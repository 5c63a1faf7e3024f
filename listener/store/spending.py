"""What sources spent on paid services: written down before it is spent."""

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from listener.purse import Hold
from listener.store.connection import Database

_KEPT = timedelta(days=1)  # what was bought yesterday: an answer may come after midnight


class StoredPurse:
    """The purse of one configured source; see `listener.purse.Purse`. Raises `StoreError`."""

    def __init__(self, db: Database, source: str) -> None:
        self._db, self._source = db, source

    def left(self, part: str, cap: int, now: datetime) -> int:
        """What may still be spent today; never less than nothing."""
        gone = self._db.value(
            "select spent + held from spending where source=? and part=? and day=?", (self._source, part, _day(now))
        )
        return max(0, cap - (gone or 0))

    def hold(self, part: str, amount: int, cap: int, now: datetime) -> Hold | None:
        """Set an amount aside in a transaction of its own; None where that would exceed today's cap."""
        day = _day(now)
        with self._db.write() as conn:
            conn.execute("insert or ignore into spending(source, part, day) values (?,?,?)", (self._source, part, day))
            done = conn.execute(
                "update spending set held = held + :amount where source=:source and part=:part and day=:day "
                "and spent + held + :amount <= :cap",
                {"amount": amount, "source": self._source, "part": part, "day": day, "cap": cap},
            ).rowcount
        return Hold(part, day, amount) if done else None

    def settle(self, hold: Hold, items: Iterable[str], price: int, now: datetime) -> None:
        """Give a hold back for what it bought, on the day it was bought."""
        day = _day(now)
        with self._db.write() as conn:
            conn.execute("delete from bought where source=? and day < ?", (self._source, _day(now - _KEPT)))
            cost = price * sum(self._buy(conn, day, item) for item in items)
            conn.execute(
                "update spending set held = held - ? where source=? and part=? and day=?",
                (hold.amount, self._source, hold.part, hold.day),
            )
            conn.execute(
                "insert into spending(source, part, day, spent) values (?,?,?,?) "
                "on conflict(source, part, day) do update set spent = spent + excluded.spent",
                (self._source, hold.part, day, cost),
            )

    def _buy(self, conn: sqlite3.Connection, day: str, item: str) -> int:
        """1 if it was not bought before on that day, else 0."""
        return conn.execute("insert or ignore into bought values (?,?,?)", (self._source, day, item)).rowcount


def _day(now: datetime) -> str:
    return now.astimezone(UTC).date().isoformat()
