"""Durations as people write them: "30s", "5m", "2h", "90d"."""

import re
from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_WRITTEN = re.compile(r"(\d{1,6}(?:\.\d{1,3})?) ?([smhdw])", re.ASCII)
_LONGEST = timedelta(days=36_500)


def duration(text: str) -> timedelta:
    """The duration that `text` writes, above zero and at most a hundred years; raises `ValueError`."""
    written = _WRITTEN.fullmatch(text.strip())
    if written is None:
        raise ValueError(f'expected a duration such as "30s", "5m", "2h" or "90d", not "{text}"')
    length = timedelta(**{_UNITS[written[2]]: float(written[1])})
    if not timedelta() < length <= _LONGEST:
        raise ValueError(f'must be longer than nothing and at most a hundred years, not "{text}"')
    return length
