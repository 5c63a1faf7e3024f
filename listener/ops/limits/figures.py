"""One figure and the aim beside it."""

from msgspec import Struct


class Figure(Struct, frozen=True):
    """Something measured, and the most that we aim for."""

    what: str
    value: float
    most: float
    unit: str

    @property
    def met(self) -> bool:
        """Whether the aim is met."""
        return self.value <= self.most
