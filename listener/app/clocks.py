"""The one clock of the product; everybody below is given the time."""

from datetime import UTC, datetime


def clock() -> datetime:
    """The present."""
    return datetime.now(UTC)
