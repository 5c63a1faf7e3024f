"""`listener trends`: what is asked more than usual."""

from datetime import datetime, timedelta
from pathlib import Path

import click
import msgspec

from listener.app import clock
from listener.card import line, link
from listener.cli.common import as_json, configured, put, settings_of
from listener.cli.tables import table
from listener.errors import ListenerError
from listener.store import Store
from listener.store.trends import TrendRow, TrendStore
from listener.types.trend import Kind

_NOW = timedelta(days=1)


@click.group(invoke_without_command=True)
@configured
@as_json
@click.option("--days", type=click.IntRange(1, 400), default=1, show_default=True, help="How far to look back.")
@click.pass_context
def trends(ctx: click.Context, folder: Path, json: bool, days: int) -> None:
    """What is asked more than usual, the latest first; `answered` notes where a question was answered."""
    if ctx.invoked_subcommand:
        return
    settings, _ = settings_of(folder)
    found = _stored(settings.store, clock() - days * _NOW)
    if json:
        put([msgspec.to_builtins(row) for row in found])
    elif found:
        names = {topic.id: topic.name for topic in settings.topics}
        click.echo(
            table(("ID", "AT", "TOPIC", "KIND", "VOTES", "USUAL", "SCORE", "STATE", "QUESTION"), _rows(found, names))
        )
    else:
        click.echo("nothing is asked more than usual")


@trends.command()
@configured
@click.argument("number", metavar="ID", type=int)
@click.argument("url")
@click.option("--json", is_flag=True, hidden=True, help="There is nothing to print.")
def answered(folder: Path, number: int, url: str, json: bool) -> None:
    """Note that the question with this ID, as `listener trends` lists it, is answered at URL."""
    settings, _ = settings_of(folder)
    if not link(url):
        raise click.UsageError(f"{url!r} is no http(s) address")
    store = Store.look(settings.store)
    try:
        known = TrendStore(store.db).answered(number, link(url))
    finally:
        store.db.close()
    if not known:
        raise ListenerError(f"there is no trend {number}: `listener trends --days 30` lists them")


def _stored(path: Path, since: datetime) -> list[TrendRow]:
    store = Store.look(path)
    try:
        return TrendStore(store.db).trends(since)
    finally:
        store.db.close()


def _rows(found: list[TrendRow], names: dict[str, str]) -> list[tuple[str, ...]]:
    return [
        (
            str(row.id),
            f"{row.updated_at:%d %b %H:%M}",
            names.get(row.topic, row.topic),
            f"{row.kind} {row.what}".strip(),
            f"{row.votes} of {row.of}" if row.of else str(row.votes),
            f"{row.expected:.2g}",
            f"{row.score:.1f}",
            "answered" if row.answer else row.state,
            line(row.question, 200) or ("(its words are gone)" if row.kind != Kind.SILENCE else ""),
        )
        for row in found
    ]
