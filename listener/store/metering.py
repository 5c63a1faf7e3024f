"""Requests to services that count them: written down before they are made."""

from datetime import timedelta

from listener.store.connection import Database
from listener.store.rows import at, iso
from listener.types import Clock

_KEPT = timedelta(hours=1)  # no service counts for longer


class StoredMeter:
    """The meter of one credential; see `listener.meter.Meter`. Raises `StoreError`.

    Args:
        clock: the real time: requests are counted by it, whatever time the product believes in.
    """

    def __init__(self, db: Database, budget: str, clock: Clock) -> None:
        self._db, self._budget, self._clock = db, budget, clock

    def ages(self, seconds: float) -> list[float]:
        """Seconds since each request of the last so many seconds; a clock that was set back makes them younger."""
        now = self._clock()
        rows = self._db.rows(
            "select at from requests where budget=? and at > ? order by at",
            (self._budget, iso(now - timedelta(seconds=seconds))),
        )
        return [max(0.0, (now - at(row["at"])).total_seconds()) for row in rows]

    def ask(self) -> None:
        """Note a request in a transaction of its own, and forget old ones."""
        now = self._clock()
        with self._db.write() as conn:
            conn.execute("insert into requests(budget, at) values (?,?)", (self._budget, iso(now)))
            conn.execute("delete from requests where budget=? and at < ?", (self._budget, iso(now - _KEPT)))

    def heard(self, left: float, resets: float) -> None:
        """Note what the service says of itself."""
        now = self._clock()
        with self._db.write() as conn:
            conn.execute(
                "insert into rates values (?,?,?,?) on conflict(budget) do update "
                "set remaining=excluded.remaining, resets_at=excluded.resets_at, at=excluded.at",
                (self._budget, left, iso(now + timedelta(seconds=resets)), iso(now)),
            )

    def pause(self) -> float:
        """Seconds until requests are free again, where none is left."""
        until = self._db.value("select resets_at from rates where budget=? and remaining < 1", (self._budget,))
        return max(0.0, (at(until) - self._clock()).total_seconds()) if until else 0.0
