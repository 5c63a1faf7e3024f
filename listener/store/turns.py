"""Who may use the connection: one thread at a time, and nobody twice in a row while another waits."""

from threading import Lock, get_ident


class Turns:
    """A lock that its holder may take again within.

    Who waits has it next: with an ordinary lock, a thread that writes part after part takes it anew before those who
    wait are awake.
    """

    def __init__(self) -> None:
        self._used, self._next = Lock(), Lock()
        self._holder = self._depth = 0

    def __enter__(self) -> None:
        if self._holder != get_ident():
            with self._next:
                self._used.acquire()
            self._holder = get_ident()
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if not self._depth:
            self._holder = 0
            self._used.release()

    @property
    def is_awaited(self) -> bool:
        """Whether somebody is next."""
        return self._next.locked()
