"""How everything is: sources, outbox, gaps, totals."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from listener import plugins
from listener.config import Env, Settings, SourceSettings
from listener.errors import MissingSecret
from listener.store import Store
from listener.types import Terms


class SourceStatus(Struct, frozen=True, kw_only=True):
    """How one configured source is."""

    name: str
    last_read: datetime | None = None  # without trouble; None: never
    lag: float | None = None  # median seconds from posting to reading, lately
    next_read: datetime | None = None  # about; None: at once, or never
    failures: int = 0  # in a row
    error: str = ""  # the last one; "" all is well
    failing_since: datetime | None = None
    skipped: str = ""  # which secret it lacks; "" none


class Status(Struct, frozen=True, kw_only=True):
    """How everything is."""

    database: str
    running: str  # the process that owns the database; "" none
    sources: tuple[SourceStatus, ...]
    outbox: Mapping[str, Mapping[str, int]]  # channel → state → messages
    failed: tuple[Mapping[str, Any], ...]  # the newest messages that were given up
    gaps: tuple[Mapping[str, Any], ...]  # the newest stretches that could not be read
    quarantine: int
    posts: int
    findings: int
    alerts: int


def status(settings: Settings, env: Env, store: Store, running: str) -> Status:
    """How everything is, as the database has it."""
    rows = store.status()
    known = {row["name"].partition(":")[2]: row for row in rows["sources"]}
    return Status(
        database=str(settings.store),
        running=running,
        sources=tuple(_source(source, env, known.get(source.name, {})) for source in settings.sources),
        outbox=_outbox(rows["outbox"]),
        failed=tuple(rows["failed"]),
        gaps=tuple(rows["gaps"]),
        quarantine=rows["quarantine"],
        posts=rows["posts"],
        findings=rows["findings"],
        alerts=rows["alerts"],
    )


def missing_secret(env: Env, names: tuple[str, ...]) -> str:
    """What to set, of the secrets that a source or channel reads; "" where all are there."""
    try:
        for name in names:
            env.secret(name)
    except MissingSecret as missing:
        return str(missing)
    return ""


def _source(settings: SourceSettings, env: Env, row: Mapping[str, Any]) -> SourceStatus:
    plugin = plugins.find("source", settings.use)
    every = settings.every or (plugin.terms or Terms(about="")).every
    last_read, next_try = _time(row.get("ok_at")), _time(row.get("next_at"))
    failing = bool(row.get("error"))
    return SourceStatus(
        name=settings.name,
        last_read=last_read,
        lag=row.get("lag"),
        next_read=next_try if failing else last_read and last_read + timedelta(seconds=every),
        failures=row.get("failures", 0),
        error=row.get("error", ""),
        failing_since=_time(row.get("error_at")),
        skipped=missing_secret(env, plugin.secrets),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _outbox(counts: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """By channel and state, from "channel state"."""
    found: dict[str, dict[str, int]] = {}
    for name, count in counts.items():
        channel, _, state = name.rpartition(" ")
        found.setdefault(channel, {})[state] = count
    return found
