"""`listener run` and `listener once`."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from listener.app import App, Pass, clock
from listener.app import once as pass_once
from listener.app import run as run_app
from listener.cli.common import as_json, configured, log_to_stderr, put, say, settings_of
from listener.config import Settings, duration
from listener.errors import ConfigError


@click.command()
@configured
@click.option("--for", "seconds", help='Stop after this long, "30s" or "2h".')
def run(folder: Path, seconds: str | None) -> None:
    """Listen and tell until stopped: collectors on schedule, tagging and delivery in one process."""
    log_to_stderr()
    settings, env = settings_of(folder)
    limit = None if seconds is None else _seconds(seconds)
    app = App.open(settings, env)
    for line in _greeting(app):
        say(line)
    ended_well = run_app(app, env, limit)
    say(f"Stopped. What was found is in {settings.store}: `listener findings`")
    if not ended_well:
        sys.exit(1)


@click.command()
@configured
@as_json
@click.option("--source", "only", multiple=True, help="Only this source, by name; may be repeated.")
@click.option("--now", help="The time to go by, as ISO 8601.")
def once(folder: Path, json: bool, only: tuple[str, ...], now: str | None) -> None:
    """One pass over every source, to the end of what it has; deliver; exit 1 where a source failed."""
    log_to_stderr()
    settings, env = settings_of(folder)
    fixed = _time(now) if now else None
    names = _chosen(settings, only)
    app = App.open(settings, env, (lambda: fixed) if fixed else clock)
    for line in (*settings.warnings, *app.parts.skipped):
        say(line)
    done = pass_once(app, [name for name in names if name in app.parts.sources], _progress())
    app.store.close()
    if json:
        put(done)
    else:
        say(_summary(done, settings))
    if done.failed or done.waiting:
        sys.exit(1)


def _greeting(app: App) -> list[str]:
    parts = app.parts
    lines = [*parts.settings.warnings, *parts.skipped]
    if not parts.sources:
        raise ConfigError(["no source can be read: configure one in [[sources]], or set the secrets named above"])
    lines.append(
        f"Listening to {', '.join(parts.sources)} for {len(parts.settings.topics)} topics; "
        f"telling {', '.join(parts.channels)}; findings in {parts.settings.store}. Ctrl-C stops."
    )
    if {bound.settings.use for bound in parts.sources.values()} == {"sample"}:
        lines.append(
            f"These posts are invented. To listen for real, edit {parts.settings.folder}/listener.toml: "
            "each source says there what it needs."
        )
    return lines


def _seconds(text: str) -> float:
    try:
        return duration(text).total_seconds()
    except ValueError as error:
        raise click.UsageError(f"--for: {error}") from None


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"--now: {text!r} is no time; write it as 2026-11-20T12:00:00Z") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _chosen(settings: Settings, only: tuple[str, ...]) -> list[str]:
    names = [source.name for source in settings.sources]
    for name in only:
        if name not in names:
            raise click.UsageError(f"--source: no source is called {name!r}; there is {', '.join(names)}")
    return [name for name in names if not only or name in only]


def _progress() -> Callable[[str], None]:
    """Rewrites one line on a terminal; silent in a pipe."""
    if not sys.stderr.isatty():
        return lambda _: None
    return lambda line: click.echo(f"\r\033[K{line}", err=True, nl=False)


def _summary(done: Pass, settings: Settings) -> str:
    text = (
        f"{_count(done.read, 'post')} read, {done.posts} of them matched: {_count(done.findings, 'finding')}, "
        f"{_count(done.alerts, 'alert')}; in {settings.store}"
    )
    if done.failed:
        text += f"; could not be read: {', '.join(done.failed)} (`listener doctor`)"
    if done.waiting:
        text += f"; {_count(done.waiting, 'message')} left for the next run (`listener status`)"
    return text


def _count(number: int, name: str) -> str:
    return f"{number:,} {name}" if number == 1 else f"{number:,} {name}s"
