"""What the operators are told of sources: trouble that lasts, once, and its end, once, whatever restarts between."""

from collections.abc import Iterator
from datetime import datetime

from listener.app.parts import Parts
from listener.store import Standing, Store


def tell(store: Store, parts: Parts, now: datetime) -> bool:
    """Write the notices that are due; True where there were some. All it goes by is in the database."""
    due = [each for name in parts.sources for each in _due(store, parts, name, now)] if parts.ops else []
    for key, text in due:
        store.outbox.notify(key, parts.ops, text, now)
    return bool(due)


def _due(store: Store, parts: Parts, name: str, now: datetime) -> Iterator[tuple[str, str]]:
    """Keys and texts of the notices about one source that were not written yet."""
    standing = {_key(name, each): each for each in store.standing(name)}
    told = store.outbox.notices(f"ops/source/{name}/")
    for key, each in standing.items():
        if key not in told and now - each.since >= parts.settings.ops.after:
            what = f"{each.stream} of source {name}" if each.stream else f"Source {name}"
            yield key, f"{what} cannot be read since {each.since:%Y-%m-%d %H:%M} UTC: {each.why}"
    for key in told:
        if key not in standing and not key.endswith("/well") and f"{key}/well" not in told:
            yield f"{key}/well", _ended(name, key)


def _key(name: str, each: Standing) -> str:
    part = f"{each.stream}/" if each.stream else ""
    return f"ops/source/{name}/{part}{each.since:%Y-%m-%dT%H:%M:%SZ}"


def _ended(name: str, key: str) -> str:
    stream, _, since = key.removeprefix(f"ops/source/{name}/").rpartition("/")
    began = f"{datetime.fromisoformat(since):%Y-%m-%d %H:%M} UTC"
    if stream:  # it may also have been taken out of the configuration
        return f"The trouble with {stream} of source {name}, which began at {began}, is over"
    return f"Source {name} is read again; the trouble began at {began}"
