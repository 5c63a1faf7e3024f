"""The connection by which clicks come: a thread that opens it, and again when it is lost, until Listener ends."""

import logging
import random
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Protocol

from listener.desk.desk import Desk, envelope_of
from listener.desk.errands import Errands
from listener.errors import ODD, ChannelError, StoreError
from listener.store import Store
from listener.types import Clock, Json

log = logging.getLogger(__name__)

KIND, NAME = "desk", "slack"  # by which `health` knows of it
_GREETING = 10.0  # seconds within which the other side must say hello
_LOOK = 0.2  # seconds between two looks whether the connection still stands
_SHORTEST, _LONGEST = 1.0, 60.0  # seconds of back-off
_PROBE = 900.0  # seconds between two tries of what only a person can mend, at last
_LASTING = 60.0  # seconds after which a connection was a good one


class Connection(Protocol):
    """An open socket."""

    is_leaving: bool  # the other side will end it soon

    def is_connected(self) -> bool:
        """Whether it stands."""

    def answer(self, message: Json) -> None:
        """Send a message; raises `ChannelError`."""

    def hang_up(self) -> None:
        """Close it."""


class Exchange(Protocol):
    """Where sockets are opened."""

    def team(self) -> str:
        """The id of our workspace; raises `ChannelError`."""

    def connect(self, hear: Callable[[Connection, Json], None]) -> Connection:
        """Open a socket; `hear` is called with each message, one after another. Raises `ChannelError`."""


class Line(threading.Thread):
    """Listens to what people do until it is halted; trouble is noted in the store and tried again.

    Args:
        told: called with trouble, each time that it is met, and when it began.
    """

    def __init__(
        self, exchange: Exchange, desk: Desk, store: Store, now: Clock, told: Callable[[ChannelError, datetime], object]
    ) -> None:
        super().__init__(name="desk", daemon=True)
        self._exchange, self._desk, self._store, self._now, self._told = exchange, desk, store, now, told
        self._halted, self._greeted, self._errands = threading.Event(), threading.Event(), Errands()
        self._team = self._app = self._trouble = ""
        self._since: datetime | None = None  # when the present trouble began
        self._failures, self._random = 0, random.Random()  # noqa: S311  # spreads retries, guards nothing

    def halt(self) -> None:
        """End soon; may be called from any thread."""
        self._halted.set()

    def run(self) -> None:
        """Listen until halted."""
        self._note(lambda: self._store.begun(KIND, NAME))
        connection: Connection | None = None
        while not self._halted.is_set():
            old, connection = connection, self._open()
            if old:
                old.hang_up()  # not sooner: it hears what comes until the new one stands
            if connection and not self._stands(connection):
                connection.hang_up()
                connection = None
                self._rest(ChannelError("slack", "the socket was lost", code="lost"))
        if connection:
            connection.hang_up()
        self._errands.end()

    def _stands(self, connection: Connection) -> bool:
        """Wait for the end of a connection, ours or its own; False where it was lost."""
        began = monotonic()
        while connection.is_connected() and not connection.is_leaving and not self._halted.wait(_LOOK):
            pass
        if monotonic() - began > _LASTING:
            self._failures = 0
        elif connection.is_leaving:  # who sends us away at once is not to be asked again at once
            self._halted.wait(self._back_off())
        return connection.is_leaving or self._halted.is_set()

    def _open(self) -> Connection | None:
        """A connection that was greeted; None where there is none, after a rest."""
        self._greeted.clear()
        try:
            self._team = self._exchange.team()
            connection = self._exchange.connect(self._hear)
        except ChannelError as error:
            self._rest(error)
            return None
        except (OSError, *ODD) as error:
            log.exception("desk status=stumbled action=retry")
            self._rest(ChannelError("slack", f"no socket came about: {type(error).__name__}", code="lost"))
            return None
        if self._was_greeted():
            self._well()
            return connection
        connection.hang_up()
        self._rest(ChannelError("slack", "opened a socket and said nothing", code="lost"))
        return None

    def _was_greeted(self) -> bool:
        until = monotonic() + _GREETING
        while not self._greeted.wait(_LOOK):
            if self._halted.is_set() or monotonic() > until:
                return False
        return True

    # What comes

    def _hear(self, connection: Connection, message: Json) -> None:
        """Take one message; an envelope is acknowledged once it is stored."""
        if message.get("type") == "hello":
            self._greet(message)
            return
        envelope = envelope_of(message)
        if envelope is None:
            return
        try:
            heard = self._desk.hear(envelope, self._team, self._app)
        except (OSError, *ODD):
            log.exception("desk status=stumbled action=leave")
            return
        if heard.ack:
            try:
                connection.answer(heard.ack)
            except ChannelError as error:  # it is stored: brought again, it changes nothing
                log.warning("desk status=%s action=leave: a click was not acknowledged", error.why)
        if heard.errand:
            self._errands.add(heard.errand)

    def _greet(self, message: Json) -> None:
        info, count = message.get("connection_info"), message.get("num_connections")
        self._app = str(info.get("app_id") or "")[:40] if isinstance(info, dict) else ""
        if isinstance(count, int) and count > 2:  # one may be our own, not yet forgotten
            log.warning("desk: Slack counts %d connections of this app: each click reaches only one of them", count)
        self._greeted.set()

    # How it is

    def _well(self) -> None:
        log.info("desk status=well: buttons in Slack are answered")
        self._trouble, self._since = "", None
        self._note(lambda: self._store.well(KIND, NAME, self._now()))

    def _rest(self, error: ChannelError) -> None:
        if self._halted.is_set():
            return
        wait, now = error.wait or self._back_off(error.permanent), self._now()
        if error.why != self._trouble:
            log.warning("desk status=%s action=wait next_try=%.0fs", error.why, wait)
            self._trouble = error.why
        self._since = since = self._since or now
        self._note(lambda: self._told(error, since))
        self._note(lambda: self._store.failed(KIND, NAME, error.why, now, now + timedelta(seconds=wait)))
        self._halted.wait(wait)

    def _note(self, write: Callable[[], object]) -> None:
        try:
            write()
        except StoreError as error:
            log.error("desk status=%s action=leave", error)

    def _back_off(self, permanent: bool = False) -> float:
        """Seconds to rest: doubled at each failure, spread over the whole span."""
        self._failures += 1
        most = _SHORTEST * float(2 ** min(self._failures, 10))
        if permanent:
            return min(_PROBE, 2.5 * most)
        return max(_SHORTEST, self._random.uniform(0, min(_LONGEST, most)))
