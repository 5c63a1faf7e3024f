"""How much one credential may still ask of X, shared by all that use it, so that no limit is ever passed."""

from collections import deque
from collections.abc import Callable
from threading import RLock
from time import monotonic

from listener.errors import SourceError
from listener.meter import Meter

SEARCH, COUNTS, LOOKUP = "/2/tweets/search/recent", "/2/tweets/counts/recent", "/2/tweets"
"""What is asked: the search, how many posts it would find, posts by their ids."""

LIMITS = {SEARCH: 450, COUNTS: 300, LOOKUP: 300}
"""Most requests in any 15 minutes; X's answers may say less."""

WINDOW = 900.0  # seconds
_LONGEST = 3_600.0  # seconds; a header that asks for more is a mistake


class Budget:
    """Counts requests and heeds X's own count; `lock` is held during a request, so that two never wait at once.

    Args:
        clock: seconds of a clock that never jumps: real requests are counted, whatever time the product believes in.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.lock = RLock()
        self._clock = clock
        self._asked: dict[str, deque[float]] = {path: deque() for path in LIMITS}
        self._until: dict[str, tuple[float, str]] = {}
        self._meter: Meter | None = None  # of searches; counts and look-ups are too rare to matter

    def remember(self, meter: Meter) -> None:
        """Count on from what other processes searched, and count with this from now on."""
        with self.lock:
            now, self._meter = self._clock(), meter
            self._asked[SEARCH] = deque(now - age for age in meter.ages(WINDOW))
            if pause := meter.pause():
                self.block(SEARCH, pause, "budget")

    def spend(self, path: str) -> None:
        """Count a request; raises `SourceError` with `wait` where it must not be made yet.

        Its code is "429" while X refuses us, "budget" where we merely keep to the limit.
        """
        now, asked = self._clock(), self._lately(path)
        until, code = self._until.get(path, (0.0, ""))
        if until > now:
            why = (
                "X asked for fewer requests" if code == "429" else "the requests of this quarter of an hour are used up"
            )
            raise SourceError("x", why, wait=until - now, code=code)
        if len(asked) >= LIMITS[path]:
            why = f"{LIMITS[path]} requests in 15 minutes are used up"
            raise SourceError("x", why, wait=asked[0] + WINDOW - now, code="budget")
        if self._meter and path == SEARCH:
            self._meter.ask()
        asked.append(now)

    def heard(self, path: str, left: float, resets: float) -> None:
        """Heed what an answer says of requests left, and in how many seconds all will be free again."""
        if self._meter and path == SEARCH:
            self._meter.heard(left, resets)
        if left < 1:
            self.block(path, resets, "budget")

    def refused(self, path: str, wait: float) -> None:
        """Nobody asks there again before X says so."""
        if self._meter and path == SEARCH:
            self._meter.heard(0, wait)
        self.block(path, wait, "429")

    def block(self, path: str, seconds: float, code: str) -> None:
        """Let nobody ask there for so long."""
        self._until[path] = self._clock() + min(max(seconds, 1.0), _LONGEST), code

    def pace(self, path: str) -> float:
        """Seconds between two requests with which the rest of the window will do; 0: there is plenty."""
        asked = self._lately(path)
        if len(asked) < LIMITS[path] / 2:
            return 0.0
        return (asked[0] + WINDOW - self._clock()) / max(1, LIMITS[path] - len(asked))

    def _lately(self, path: str) -> deque[float]:
        asked, now = self._asked[path], self._clock()
        while asked and asked[0] <= now - WINDOW:
            asked.popleft()
        return asked
