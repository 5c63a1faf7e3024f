"""How much one credential may still ask of Reddit, shared by all that use it, so that the limit is never passed."""

from collections import deque
from collections.abc import Callable, Mapping
from functools import cache
from threading import RLock
from time import monotonic

from listener.errors import SourceError
from listener.meter import Meter

A_MINUTE = 100
"""Most requests in any 60 seconds, as Reddit's terms say."""

WINDOW = 60.0
"""Those seconds."""

_LONGEST = 3_600.0  # seconds; a header that asks for more is a mistake


class Budget:
    """Counts requests and heeds Reddit's own count; `lock` is held during a request, so that two never wait at once.

    Args:
        clock: seconds of a clock that never jumps: real requests are counted, whatever time the product believes in.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.lock = RLock()
        self._clock = clock
        self._asked: deque[float] = deque()
        self._until, self._why = 0.0, ""
        self._meter: Meter | None = None

    def remember(self, meter: Meter) -> None:
        """Count on from what other processes asked, and count with this from now on."""
        with self.lock:
            now, self._meter = self._clock(), meter
            self._asked = deque(now - age for age in meter.ages(WINDOW))
            if pause := meter.pause():
                self._block(pause, "budget")

    def spend(self) -> None:
        """Count a request; raises `SourceError` with `wait` where it must not be made yet.

        Its code is "429" while Reddit refuses us, "budget" where we merely keep to the limit.
        """
        now = self._clock()
        while self._asked and self._asked[0] <= now - WINDOW:
            self._asked.popleft()
        if self._until > now:
            why = "Reddit asked for fewer requests" if self._why == "429" else "the requests of this window are used up"
            raise SourceError("reddit", why, wait=self._until - now, code=self._why)
        if len(self._asked) >= A_MINUTE:
            wait = self._asked[0] + WINDOW - now
            raise SourceError("reddit", f"{A_MINUTE} requests a minute are used up", wait=wait, code="budget")
        if self._meter:
            self._meter.ask()
        self._asked.append(now)

    def heard(self, headers: Mapping[str, str]) -> float | None:
        """Heed what an answer says of requests left: other programs may use the credential too.

        Answers the seconds until there are some again, None where some are left.
        """
        left, reset = (_number(headers, f"x-ratelimit-{name}") for name in ("remaining", "reset"))
        if left is None or reset is None:
            return None
        if self._meter:
            self._meter.heard(left, reset)
        if left >= 1:
            return None
        self._block(reset, "budget")
        return reset

    def refused(self, wait: float | None) -> None:
        """Nobody asks again before Reddit says so."""
        if wait is None:
            return
        if self._meter:
            self._meter.heard(0, wait)
        self._block(wait, "429")

    def _block(self, seconds: float, why: str) -> None:
        self._until, self._why = self._clock() + min(max(seconds, 1.0), _LONGEST), why


@cache
def budget_of(client_id: str) -> Budget:
    """The one budget of a credential in this process."""
    return Budget()


def _number(headers: Mapping[str, str], name: str) -> float | None:
    try:
        return float(headers.get(name, ""))
    except ValueError:
        return None
