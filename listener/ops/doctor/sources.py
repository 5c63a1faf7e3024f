"""What is wrong with sources, and what the terms of their platforms mean for this configuration."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from listener import plugins
from listener.config import Settings, SourceSettings
from listener.ops.doctor.trouble import Trouble
from listener.ops.status import SourceStatus
from listener.types import Terms

_QUIET = timedelta(minutes=15)  # a source that is not read for so long, and ten of its intervals, is stuck

_LONG = timedelta(days=1)  # where nothing runs: one pass a day is the rarest that anybody plans


def source(found: SourceStatus, running: str, now: datetime) -> Iterator[Trouble]:
    """One source; what it lacks to begin with is said among the secrets."""
    if found.skipped:
        return
    once = f"listener once --source {found.name}"
    if found.error:
        yield Trouble(f"source {found.name} fails{_since(found.failing_since)}: {found.error}", found.cure)
    elif found.last_read is None:
        yield Trouble(
            f"source {found.name} was never read", _first_read(found, running, now) or f"`listener run`, or `{once}`"
        )
    elif running and found.next_read and now > _overdue(found.last_read, found.next_read):
        yield Trouble(
            f"source {found.name} was last read at {found.last_read:%Y-%m-%d %H:%M} UTC, though Listener is running",
            f"look at its log, then start process {running} again",
        )
    elif not running and now > found.last_read + _LONG:
        what = f"source {found.name} was last read at {found.last_read:%Y-%m-%d %H:%M} UTC, and Listener is not running"
        yield Trouble(what, f"`listener run`, or `{once}`", note=True)
    for part in found.troubles:
        what = f"{part.stream} of source {found.name} cannot be read{_since(part.since)}: {part.why}"
        yield Trouble(what, part.cure)
    yield from _notes(found)


def _first_read(found: SourceStatus, running: str, now: datetime) -> str:
    """What to wait for where Listener runs; "" where it does not."""
    if found.next_read and found.next_read > now:
        return f"wait until {found.next_read:%H:%M} UTC, when it is read" if running else ""
    return f"wait a minute; if it stays so, look at the log of process {running}" if running else ""


def _since(at: datetime | None) -> str:
    return f" since {at:%Y-%m-%d %H:%M} UTC" if at else ""


def _overdue(last: datetime, following: datetime) -> datetime:
    return last + max(_QUIET, 10 * (following - last))


def _notes(found: SourceStatus) -> Iterator[Trouble]:
    """What passes by itself, or cannot be mended any more."""
    if found.gaps_open:
        stretches = "1 stretch" if found.gaps_open == 1 else f"{found.gaps_open} stretches"
        cure = "`listener status` lists them; to prevent more, read less in one [[sources]], or more often"
        yield Trouble(f"source {found.name}: {stretches} could not be read", cure, note=True)
    if found.rate and not found.rate.left and found.rate.resets_at:
        what = (
            f"source {found.name} has asked as often as it may: {found.rate.most} times in {found.rate.seconds:.0f} s"
        )
        yield Trouble(what, f"it goes on at {found.rate.resets_at:%H:%M:%S} UTC; nothing is lost by it", note=True)


def terms(settings: Settings) -> Iterator[Trouble]:
    """What each platform wants, once for each source, as far as it has terms of its own."""
    for each in settings.sources:
        allowed = plugins.find("source", each.use).terms
        if allowed and "https://" in allowed.about and each.use != "sample":
            yield Trouble(
                f"source {each.name}: {allowed.about}", f"here: {'; '.join(_here(settings, each, allowed))}", note=True
            )


def _here(settings: Settings, source: SourceSettings, terms: Terms) -> Iterator[str]:
    """What the terms mean for this configuration."""
    rate = f", at most {terms.rate.requests} requests in {terms.rate.seconds:.0f} s" if terms.rate else ""
    yield f"read every {source.every or terms.every:.0f} s{rate}"
    if (cap := getattr(source.options, "max_usd_per_day", None)) is not None:
        yield f"at most {cap:.2f} USD a day"
    if terms.recheck_hours is not None:
        unchecked = ", or cannot be looked up in that time" if terms.erase_unchecked else ""
        yield f"posts are looked up again within {terms.recheck_hours:.0f} h and erased where they are gone{unchecked}"
    keep = settings.retention.posts.days
    yield f"their words are kept {min(keep, terms.keep_days or keep)} days"
    if not terms.may_export:
        yield "they are not to be exported"
