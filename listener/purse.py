"""What a source may spend on a paid service: the protocols between the source and whoever keeps the books."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, runtime_checkable

from msgspec import Struct


class Hold(Struct, frozen=True):
    """Money set aside before a request. It counts as spent until `Purse.settle` says what the request cost."""

    part: str  # what it is for: each part of a purse has its own cap
    day: str  # UTC, as YYYY-MM-DD
    amount: int


class Purse(Protocol):
    """The money of one source, by UTC days; amounts are whole millionths of a dollar.

    What was spent survives restarts, and a kill between `hold` and `settle` counts as spent.
    """

    def left(self, part: str, cap: int, now: datetime) -> int:
        """What may still be spent today."""

    def hold(self, part: str, amount: int, cap: int, now: datetime) -> Hold | None:
        """Set an amount aside, durably, before it is spent; None where that would exceed today's cap."""

    def settle(self, hold: Hold, items: Iterable[str], price: int, now: datetime) -> None:
        """Give a hold back for what it bought: each item costs its price once a UTC day, whoever buys it."""


@runtime_checkable
class Spender(Protocol):
    """A source that spends money: it is given its purse before it is read."""

    def spend_from(self, purse: Purse) -> None:
        """Pay with this from now on."""
