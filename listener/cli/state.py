"""`listener status` and `listener doctor`."""

import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import click
from msgspec.structs import replace

from listener.app import clock
from listener.cli.common import as_json, configured, here, put, say, settings_of
from listener.cli.tables import ago, many, minute, span, table
from listener.errors import ConfigError
from listener.ops.doctor import Trouble, examine
from listener.ops.status import SourceStatus, Status
from listener.ops.status import status as read_status
from listener.store import Store

_STATES = ("pending", "sending", "unknown", "sent", "failed", "dropped")


@click.command()
@configured
@as_json
def status(folder: Path, json: bool) -> None:
    """Show how sources, messages and the database are.

    LAG is how long after its writing a post is read, lately.
    """
    settings, env = settings_of(folder)
    with closing(Store.look(settings.store)) as store:
        found = read_status(settings, env, store, Store.holder(settings.store))
    if json:
        put(found)
    else:
        click.echo("\n\n".join(_sections(found, clock())))


def _sections(found: Status, now: datetime) -> Iterator[str]:
    process = f"running as process {found.running}" if found.running else "not running"
    totals = (many(found.posts, "post"), many(found.findings, "finding"), many(found.alerts, "alert"))
    yield f"{process}; {found.database} holds {', '.join(totals)}"
    rows = [_source(source, bool(found.running), now) for source in found.sources]
    yield table(("SOURCE", "LAST READ", "LAG", "NEXT", "STATE"), rows)
    if found.outbox:
        counts = [(name, *(str(states.get(s, 0)) for s in _STATES)) for name, states in found.outbox.items()]
        yield table(("CHANNEL", *(state.upper() for state in _STATES)), counts)
    if found.failed:
        failed = [(m["channel"], minute(datetime.fromisoformat(m["at"])), m["error"]) for m in found.failed]
        yield table(("NOT DELIVERED TO", "SINCE", "WHY"), failed) + here("\n`listener outbox list --failed` shows all")
    if found.gaps:
        gaps = [(g["source"], _until(g["since"]), _until(g["until"]), g["why"]) for g in found.gaps]
        yield table(("NOT READ OF", "FROM", "TO", "WHY"), gaps)
    if found.quarantine:
        yield here(f"{many(found.quarantine, 'post')} set aside: `listener quarantine list`")


def _source(source: SourceStatus, running: bool, now: datetime) -> tuple[str, ...]:
    last = ago(source.last_read, now) if source.last_read else "never"
    lag = "–" if source.lag is None else span(max(0.0, source.lag))
    following = source.next_read if running else None
    return source.name, last, lag, _next(following, now), _state(source)


def _next(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "–"
    return ago(at, now) if at > now else "now"


def _state(source: SourceStatus) -> str:
    if source.skipped:
        return f"skipped: {source.skipped}"
    if source.error:
        since = f" since {minute(source.failing_since)}" if source.failing_since else ""
        return f"{many(source.failures, 'failure')}{since}: {source.error}"
    return "ok" if source.last_read else "not read yet"


def _until(time: str) -> str:
    return minute(datetime.fromisoformat(time))


@click.command()
@configured
@as_json
@click.option("--offline", is_flag=True, help="Ask no service: Slack is left out.")
def doctor(folder: Path, json: bool, offline: bool) -> None:
    """Say what is wrong and, for each thing, the command or setting that mends it; exit 1 where something is.

    Looks at the configuration, secrets, the database, sources, messages that are stuck, and Slack: token, permissions,
    channels. What is marked · is only worth knowing.
    """
    troubles = [replace(trouble, cure=here(trouble.cure)) for trouble in _troubles(folder, offline)]
    wrong = not all(trouble.note for trouble in troubles)
    if json:
        put(troubles)
    else:
        for trouble in troubles:
            click.echo(f"{'·' if trouble.note else '✗'} {trouble.what}\n  → {trouble.cure}")
        if not wrong:
            click.echo("nothing is wrong")
    sys.exit(1 if wrong else 0)


def _troubles(folder: Path, offline: bool) -> list[Trouble]:
    try:
        settings, env = settings_of(folder)
    except ConfigError as error:
        mend = f"mend it, then `listener check --config {folder}`"
        return [Trouble(problem, mend) for problem in error.problems]
    if not offline and sys.stderr.isatty() and any(channel.use == "slack" for channel in settings.channels):
        say("Asking Slack …")
    return list(examine(settings, env, clock(), offline=offline))
