"""What strikes during a storm: faults at random, one platform after the other down, posts deleted."""

import re
import threading
from collections.abc import Callable, Sequence
from itertools import count
from time import monotonic
from typing import Any, NamedTuple

from msgspec import Struct

_AT_RANDOM = (
    *("401:p=0.01", "403:p=0.01", "404:p=0.01", "429:p=0.03", "503:p=0.03", "html:p=0.03", "truncate:p=0.03"),
    *("cut:p=0.03", "repeat:p=0.03", "drop:p=0.02", "slow:2s:p=0.03", "late:3s"),
)
_PAUSING = ("401", "403", "404")  # pause a feed for 15 minutes, also across restarts: only at the end
_SLACK = ("429:p=0.05", "503:p=0.03", "drop:p=0.03", "drop-after-accept:p=0.1", "lag:2s")
_DELETED = 0.2  # of all posts
_EVERY = 5.0  # seconds between two deletions


class Plan(Struct, frozen=True, kw_only=True):
    """What is to be played."""

    seconds: float
    speed: float = 5.0  # new posts a second on each platform
    kills: int = 0
    calm: bool = False
    downs: bool = (
        False  # in calm: one platform after the other is down for a while, to see what that does to the others
    )
    seed: int = 1
    usd: float = 100.0  # a day, for X
    wild: float = 1.0  # how much more often than usual faults strike


class Down(NamedTuple):
    """A platform was out of order for so long; epoch seconds."""

    platform: str
    since: float
    until: float


class Weather(threading.Thread):
    """Strikes a world until it is over; `downs` says which platform was down when."""

    def __init__(self, world: Any, names: Sequence[str], plan: Plan) -> None:
        super().__init__(daemon=True)
        self._world, self._names, self._plan = world, names, plan
        self._over, self.downs = threading.Event(), list[Down]()

    def run(self) -> None:
        """Everything in its time."""
        began = monotonic()
        for at, act in sorted(self._events(), key=lambda event: event[0]):
            if self._over.wait(max(0.0, began + at - monotonic())):
                return
            act()

    def end(self) -> None:
        """The sun comes out."""
        self._over.set()
        self.join()
        self._world.faults.clear()

    def _events(self) -> list[tuple[float, Callable[[], object]]]:
        if self._plan.calm:
            return self._downs() if self._plan.downs else []
        at_once = [f"{name}:{fault}" for name in self._names for fault in ("503:times=1", *self._faults(name))]
        events = [(0.0, self._fault(spec)) for spec in (*at_once, *(f"slack:{fault}" for fault in _SLACK))]
        if "feeds" in self._names:
            events += [(0.9 * self._plan.seconds, self._fault(f"feeds:{kind}:times=1:p=0.2")) for kind in _PAUSING]
        amount = max(1, round(_DELETED * self._plan.speed * _EVERY))
        for number in range(int(self._plan.seconds / _EVERY)):
            events += [(number * _EVERY, self._fault(f"{name}:delete:{amount}")) for name in self._names]
        return [*events, *self._downs()]

    def _downs(self) -> list[tuple[float, Callable[[], object]]]:
        """Each platform twice, in turn; a third of the time one is down."""
        events = []
        period = self._plan.seconds / (2 * len(self._names) + 1)
        for number in range(2 * len(self._names)):
            name, at = self._names[number % len(self._names)], (number + 0.5) * period
            events.append((at, self._down(name, period / 3)))
        return events

    def _faults(self, name: str) -> list[str]:
        usual = [fault for fault in _AT_RANDOM if name != "feeds" or fault.partition(":")[0] not in _PAUSING]
        return [re.sub(r"(?<=p=)[\d.]+", lambda p: f"{float(p[0]) * self._plan.wild:.2f}", fault) for fault in usual]

    def _fault(self, spec: str) -> Callable[[], object]:
        return lambda: self._world.fault(spec)

    def _down(self, name: str, seconds: float) -> Callable[[], object]:
        def strike() -> None:
            fault, began = self._world.fault(f"{name}:down"), self._world.now()
            self._over.wait(seconds)
            if fault in self._world.faults:
                self._world.faults.remove(fault)
            self.downs.append(Down(name, began, self._world.now()))

        return strike


def sometimes_say_how_long(world: Any) -> None:
    """Every second 429 of each platform names a time to wait, the others leave it to us."""
    for platform in world.platforms:
        platform.error = _saying(platform.error, count())


def _saying(error: Callable[..., Any], number: Any) -> Callable[..., Any]:
    def said(status: int, detail: str = "") -> Any:
        answer = error(status, detail)
        if status == 429 and next(number) % 2:
            answer.headers["retry-after"] = "3"
        return answer

    return said
