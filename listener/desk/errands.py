"""Small calls to Slack that nobody must wait for, one after another, in a thread of their own."""

import logging
import queue
import threading
from collections.abc import Callable
from contextlib import suppress

from listener.errors import ODD, ListenerError

log = logging.getLogger(__name__)

_PATIENCE = 5.0  # seconds
_MOST = 100  # that wait; who clicks faster than Slack answers is told less


class Errands:
    """Runs what it is given; what fails is logged, and is no more than a word that a person does not read."""

    def __init__(self) -> None:
        self._waiting = queue.Queue[Callable[[], None] | None](_MOST)
        self._thread = threading.Thread(target=self._work, name="desk errands", daemon=True)
        self._thread.start()

    def add(self, errand: Callable[[], None]) -> None:
        """Have it done soon."""
        try:
            self._waiting.put_nowait(errand)
        except queue.Full:
            log.warning("desk status=busy action=leave: too much is to be said at once")

    def end(self) -> None:
        """End after what is under way; what waits is left."""
        with suppress(queue.Empty):
            while True:
                self._waiting.get_nowait()
        self._waiting.put(None)
        self._thread.join(_PATIENCE)

    def _work(self) -> None:
        while errand := self._waiting.get():
            try:
                errand()
            except ListenerError as error:
                log.warning("desk status=%s action=leave", error)
            except (OSError, *ODD):
                log.exception("desk status=stumbled action=leave")
