"""`listener trends`: what is asked more than usual."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import click
import msgspec

from listener.app import clock
from listener.card import LONGEST_LINK, line, link
from listener.cli.common import as_json, configured, put, say, settings_of
from listener.cli.tables import table
from listener.config import Settings
from listener.errors import ListenerError
from listener.ops.standing import MostAsked, most_asked
from listener.store import Store, known
from listener.store.trends import TrendRow, TrendStore
from listener.types.trend import Kind

_NOW = timedelta(days=1)
_FURTHEST = 400  # days
_LONGEST = 30  # days for which questions are kept


@click.group(invoke_without_command=True)
@configured
@as_json
@click.option("--standing", is_flag=True, help="What is asked most, whether it rises or not: 7 days, or --days 30.")
@click.option("--days", type=click.IntRange(1, _FURTHEST), help="How far to look back: 1 day, if it is not said.")
@click.pass_context
def trends(ctx: click.Context, folder: Path, json: bool, standing: bool, days: int | None) -> None:
    """What is asked or wanted more than usual, moods that fall, and silences, the latest first.

    VOTES came within a window, USUAL is how many such a window holds else, and SCORE says how unlikely that is: 4 is a
    chance of one in ten thousand.
    """
    if ctx.invoked_subcommand:
        return
    settings, _ = settings_of(folder)
    if standing:
        _standing(settings, days or 7, json=json)
        return
    days = days or 1
    found = _stored(settings.store, clock() - days * _NOW)
    if json:
        put([msgspec.to_builtins(row) for row in found])
    elif found:
        names = {topic.id: topic.name for topic in settings.topics}
        click.echo(
            table(("ID", "AT", "TOPIC", "KIND", "VOTES", "USUAL", "SCORE", "STATE", "QUESTION"), _rows(found, names))
        )
    else:
        more = "; --days looks further back" if days < _FURTHEST else ""
        click.echo(f"no trend within {days} day{'s' * (days > 1)}{more}")


def _number(command: Callable[..., None]) -> Callable[..., None]:
    """The trend that a command is about."""
    described = click.argument("number", metavar="ID", type=click.IntRange(1, 1_000_000_000))(command)
    return configured(click.option("--json", is_flag=True, hidden=True, help="There is nothing to print.")(described))


_undone = click.option("--undo", is_flag=True, help="Take it back.")


@trends.command()
@_number
@click.argument("url")
def answered(folder: Path, number: int, url: str, json: bool) -> None:
    """A question was answered: who asks it again is shown the URL. The ID is that of `listener trends`."""
    if not link(url):
        raise click.UsageError(f"{line(url, 80)!r} is no http(s) address, or one of over {LONGEST_LINK:,} characters")
    _say(folder, number, lambda store: known.answer(store.db, number, link(url)), f"is answered at {link(url)}")


@trends.command()
@_number
@click.option("--hours", type=click.IntRange(1, 24 * 30), default=24, show_default=True, help="For how long.")
@_undone
def mute(folder: Path, number: int, hours: int, undo: bool, json: bool) -> None:
    """Tell no more of a trend for a while, nor of another that asks the same."""
    until = None if undo else clock() + timedelta(hours=hours)
    what = f"is muted until {until:%d %b %H:%M} UTC" if until else "is not muted any more"
    _say(folder, number, lambda store: known.mute(store.db, number, until), what)


@trends.command("not-a-question")
@_number
@_undone
def not_a_question(folder: Path, number: int, undo: bool, json: bool) -> None:
    """A trend is no question: nothing that is like it is told again."""
    what = "is a question" if undo else "is no question"
    _say(folder, number, lambda store: known.refuse(store.db, number, undo=undo), what)


@trends.command()
@_number
@click.option("--by", required=True, help="Your name, as others are to read it.")
def own(folder: Path, number: int, by: str, json: bool) -> None:
    """Take care of a trend: its card shows who does."""
    if not (name := line(by, 40)):
        raise click.UsageError("--by: write the name of who takes care of it")
    _say(folder, number, lambda store: known.own(store.db, number, name), f"is taken care of by {name}")


def _say(folder: Path, number: int, said: Callable[[Store], bool], what: str) -> None:
    settings, _ = settings_of(folder)
    store = Store.look(settings.store)
    try:
        there = said(store)
    finally:
        store.db.close()
    if not there:
        raise ListenerError(f"there is no trend {number}: `listener trends --days 30` lists them")
    say(f"trend {number} {what}")


def _standing(settings: Settings, days: int, *, json: bool) -> None:
    if days > _LONGEST:
        raise click.UsageError(f"questions are kept for {_LONGEST} days: say --days 7 or --days {_LONGEST}")
    store = Store.look(settings.store)
    try:
        found = most_asked(store.db, [topic.id for topic in settings.topics], clock() - days * _NOW)
    finally:
        store.db.close()
    if json:
        put([msgspec.to_builtins(each) for each in found])
    elif found:
        names = {topic.id: topic.name for topic in settings.topics}
        rows = [(str(each.votes), names[each.topic], *_words(each)) for each in found]
        click.echo(table(("VOTES", "TOPIC", "FIRST", "LAST", "ANSWER", "QUESTION"), rows))
    else:
        click.echo(f"no question was asked by two people within {days} days")


def _words(each: MostAsked) -> tuple[str, ...]:
    answer = each.answer or ("trended, not answered" if each.trended else "–")
    return f"{each.first:%d %b}", f"{each.last:%d %b}", answer, line(each.question, 200) or "(its words are gone)"


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
            _state(row),
            line(row.question, 200) or ("(its words are gone)" if row.kind != Kind.SILENCE else ""),
        )
        for row in found
    ]


def _state(row: TrendRow) -> str:
    """What people said of it, or else what became of it."""
    if row.refused:
        return "not a question"
    if row.muted_until and row.muted_until > clock():
        return "muted"
    return "answered" if row.answer else line(row.owner, 20) or row.state
