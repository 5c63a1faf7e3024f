"""How everything is: sources, outbox, gaps, totals."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from listener import plugins
from listener.channels.slack.app import has_buttons
from listener.config import Env, Settings, SourceSettings
from listener.errors import MissingSecret
from listener.meter import budget_name
from listener.ops.cure import cure
from listener.store import Standing, Store
from listener.store.anew import Progress, progress
from listener.types import Rate, Source, Terms

_DOLLAR = 1_000_000  # the database counts in millionths


class Part(Struct, frozen=True):
    """A part of a source that cannot be read, while the rest is."""

    stream: str
    why: str
    cure: str
    since: datetime
    next_try: datetime | None


class Budget(Struct, frozen=True, kw_only=True):
    """How often a platform may still be asked, with the credential that a source uses."""

    asked: int  # lately, by everything that uses the credential
    most: int  # that the platform allows …
    seconds: float  # … in so long
    left: int
    resets_at: datetime | None  # when some (all, if the platform says so) are free again; None: all are


class Money(Struct, frozen=True, kw_only=True):
    """What a source has spent today (UTC), in dollars."""

    spent: float
    held: float  # set aside for requests whose answers were never seen: counts as spent
    cap: float | None
    left: float | None
    parts: Mapping[str, float]  # spent and held: "collect", "recheck"


class SourceStatus(Struct, frozen=True, kw_only=True):
    """How one configured source is."""

    name: str
    use: str
    last_read: datetime | None = None  # without trouble; None: never
    lag: float | None = None  # median seconds from posting to reading, lately
    next_read: datetime | None = None  # about; None: at once, or never
    failures: int = 0  # in a row
    error: str = ""  # the last one; "" all is well
    cure: str = ""  # what mends it
    failing_since: datetime | None = None
    troubles: tuple[Part, ...] = ()
    skipped: str = ""  # which secret it lacks; "" none
    rate: Budget | None = None  # None: the platform names no limit
    money: Money | None = None  # None: it costs nothing
    gaps_open: int = 0  # stretches that could not be read
    gaps_filled: int = 0  # and those that were read after all, as far as the platform shows them
    rechecks_due: int = 0  # stored posts that are to be looked up again now


class DeskStatus(Struct, frozen=True):
    """Whether the buttons in Slack are answered."""

    since: datetime  # when the connection was made, or the trouble began
    error: str = ""  # why they are not; "" they are


class Status(Struct, frozen=True, kw_only=True):
    """How everything is."""

    at: datetime
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
    desk: DeskStatus | None = None  # None: cards have no buttons
    vectors: tuple[Progress, ...] = ()  # by which the questions of trends are compared


def status(settings: Settings, env: Env, store: Store, running: str, now: datetime) -> Status:
    """How everything is, as the database has it."""
    rows = store.status()
    known = {row["name"].partition(":")[2]: row for row in rows["sources"]}
    look = _Look(settings, env, store, bool(running), now)
    return Status(
        at=now,
        database=str(settings.store),
        running=running,
        sources=tuple(look.source(source, known.get(source.name, {})) for source in settings.sources),
        outbox=_outbox(rows["outbox"]),
        failed=tuple(rows["failed"]),
        gaps=tuple(rows["gaps"]),
        quarantine=rows["quarantine"],
        posts=rows["posts"],
        findings=rows["findings"],
        alerts=rows["alerts"],
        desk=_desk(rows["desk"]) if has_buttons(env) and running else None,
        vectors=tuple(progress(store.db)),
    )


def missing_secret(env: Env, names: tuple[str, ...]) -> str:
    """What to set, of the secrets that a source or channel reads; "" where all are there."""
    try:
        for name in names:
            env.secret(name)
    except MissingSecret as missing:
        return str(missing)
    return ""


class _Look(Struct, frozen=True):
    """A look at the sources."""

    settings: Settings
    env: Env
    store: Store
    running: bool
    now: datetime

    def source(self, settings: SourceSettings, row: Mapping[str, Any]) -> SourceStatus:
        """One source, of which `health` says `row`."""
        plugin, name = plugins.find("source", settings.use), settings.name
        terms, skipped = plugin.terms or Terms(about=""), missing_secret(self.env, plugin.secrets)
        error, next_try = row.get("error", ""), _time(row.get("next_at"))
        whole = Standing("", error, self.now, next_try)
        opened, filled = self.store.gaps(name)
        return SourceStatus(
            name=name,
            use=settings.use,
            last_read=_time(row.get("ok_at")),
            lag=row.get("lag"),
            next_read=next_try or _usual(_time(row.get("ok_at")), settings.every or terms.every),
            failures=row.get("failures", 0),
            error=error,
            cure=self._cure(settings, whole) if error else "",
            failing_since=_time(row.get("error_at")),
            troubles=tuple(self._part(settings, each) for each in self.store.standing(name) if each.stream),
            skipped=skipped,
            rate=self._budget(settings, plugin, terms.rate) if terms.rate and not skipped else None,
            money=self._money(settings),
            gaps_open=opened,
            gaps_filled=filled,
            rechecks_due=self.store.count_due(name, terms, self.now),
        )

    def _cure(self, settings: SourceSettings, standing: Standing) -> str:
        return cure(standing, settings.name, self.settings.folder, running=self.running)

    def _part(self, settings: SourceSettings, standing: Standing) -> Part:
        mends = self._cure(settings, standing)
        return Part(standing.stream, standing.why, mends, standing.since, standing.next_try)

    def _budget(self, settings: SourceSettings, plugin: plugins.Plugin[Source], rate: Rate) -> Budget:
        secret = self.env.secret(plugin.secrets[0]) if plugin.secrets else ""
        asked = self.store.asked(budget_name(settings.use, secret), rate.seconds, self.now)
        left, free = max(0, rate.requests - asked.count), asked.first
        resets_at = free + timedelta(seconds=rate.seconds) if free else None
        if asked.left is not None and asked.left < left:
            left, resets_at = int(asked.left), asked.resets_at
        return Budget(asked=asked.count, most=rate.requests, seconds=rate.seconds, left=left, resets_at=resets_at)

    def _money(self, settings: SourceSettings) -> Money | None:
        parts, cap = self.store.money(settings.name, self.now), getattr(settings.options, "max_usd_per_day", None)
        if not parts and cap is None:
            return None
        spent = sum(each[0] for each in parts.values()) / _DOLLAR
        held = sum(each[1] for each in parts.values()) / _DOLLAR
        return Money(
            spent=spent,
            held=held,
            cap=cap,
            left=None if cap is None else round(max(0.0, cap - spent - held), 6),
            parts={name: sum(each) / _DOLLAR for name, each in parts.items()},
        )


def _desk(row: Mapping[str, Any] | None) -> DeskStatus | None:
    since = _time(row["error_at"] or row["ok_at"]) if row else None
    return DeskStatus(since, row["error"]) if row and since else None


def _usual(last: datetime | None, every: float) -> datetime | None:
    return last and last + timedelta(seconds=every)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _outbox(counts: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """By channel and state, from "channel state"."""
    found: dict[str, dict[str, int]] = {}
    for name, count in counts.items():
        channel, _, state = name.rpartition(" ")
        found.setdefault(channel, {})[state] = count
    return found
