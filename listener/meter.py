"""How much a service that counts requests still lets us ask: between a source and whoever keeps count."""

from hashlib import sha256
from typing import Protocol, runtime_checkable


class Meter(Protocol):
    """Counts the requests made with one credential, by whatever process; survives restarts."""

    def ages(self, seconds: float) -> list[float]:
        """Seconds since each request of the last so many seconds, the longest ago first."""

    def ask(self) -> None:
        """A request is about to be made; noted durably before it is."""

    def heard(self, left: float, resets: float) -> None:
        """The service says how many requests are left, and in how many seconds all will be free again."""

    def pause(self) -> float:
        """Seconds until requests are free again, where the service said that none is left; else 0."""


@runtime_checkable
class Metered(Protocol):
    """A source whose platform counts requests: it is given its meter before it is read."""

    def count_with(self, meter: Meter) -> None:
        """Count requests with this from now on."""


def budget_name(use: str, credential: str) -> str:
    """What all sources of a kind with one credential share; tells nothing of the credential."""
    return f"{use}:{sha256(credential.encode()).hexdigest()[:12]}"
