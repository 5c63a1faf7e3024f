"""`listener findings`, `listener why` and `listener datasette`: what was found, and why."""

import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import msgspec
from msgspec.structs import replace

from listener.app import clock, terms_of
from listener.cli.common import as_json, at_most, configured, here, put, say, settings_of
from listener.cli.hints import hints
from listener.cli.records import csv_of, record, wordless
from listener.cli.tables import ago, many, minute, table, terminal
from listener.cli.verdict import ERASED, told
from listener.config import Settings, duration
from listener.ops.datasette import metadata, serve
from listener.query import parse
from listener.store import Store
from listener.store.lookup import keys_of
from listener.store.read import Answer, Stored
from listener.store.search import Search

_MOST = 50
_PAGE = 1_000  # findings that are looked up at once where all are asked for
_SLOW = "Nothing in this query can be looked up in the index, so everything is read, which takes its time."
_HEADERS = ("FOUND", "SCORE", "WANTS", "TOPIC", "STATE", "POST", "TEXT")
_ROOMY = 100  # columns from which on there is room for the state too


@click.command()
@configured
@click.option("--query", help='As in topics, and by tag: "grinder moment:buy score:>=60".')
@click.option("--since", help='Only what was found in the last "7d", "12h" …')
@click.option("--limit", type=at_most, default=_MOST, show_default=True, help="At most so many, the newest; 0: all.")
@click.option("--posts", is_flag=True, help="Each post once, with the newest of its findings that match.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), help="table unless said otherwise.")
@click.option("--json", is_flag=True, help="The same as --format json.")
def findings(  # noqa: PLR0913, PLR0917  # one argument for each option
    folder: Path, query: str | None, since: str | None, limit: int, posts: bool, form: str | None, json: bool
) -> None:
    """Search what was found, newest first.

    --query takes words and phrases, fields of the post (source author title community lang site …) and tags: moment
    urgency sentiment question signal place score topic state.
    """
    settings, _ = settings_of(folder)
    now = clock()
    if posts and query is None:
        raise click.UsageError("--posts needs a --query")
    asked = None if query is None else parse(query, settings.sets, scope="search")
    for hint in hints(asked, settings) if asked else ():
        say(hint)
    with closing(Store.look(settings.store)) as store:
        names = {topic.id: topic.name for topic in settings.topics}
        begin = _since(since, now)
        wanted = Search(query=asked, names=names, since=begin, limit=(limit or _PAGE), posts=posts) if asked else None
        found = _found(store, wanted, begin, now)
        chosen = list(islice(found, limit or None))
        more = next(found, None) is not None
    form = "json" if json else form or "table"
    if form != "table":
        chosen = _exported(chosen, settings)
    if form == "json":
        put([record(stored) for stored in chosen])
    elif form == "csv":
        click.echo(csv_of(chosen), nl=False)
    elif chosen:
        click.echo(_table(chosen, settings, now))
    else:
        say("Nothing was found.")
    if more:
        say(f"The newest {limit}; --limit 0 shows all.")


def _exported(chosen: list[Stored], settings: Settings) -> list[Stored]:
    """The findings as they may be passed on: without words and authors where the platform does not let them be."""
    uses = {source.name: source.use for source in settings.sources}
    platforms = {stored.stream: uses.get(stored.stream, stored.finding.post.source) for stored in chosen}
    closed = {stream for stream, use in platforms.items() if not terms_of(use).may_export}
    held = [stored for stored in chosen if stored.stream in closed and not stored.erased]
    if held:
        names = ", ".join(sorted({platforms[stored.stream] for stored in held}))
        say(
            f"The terms of {names} do not let posts be exported: {many(len(held), 'finding')} without words and author."
        )
    return [wordless(stored) if stored.stream in closed else stored for stored in chosen]


def _found(store: Store, wanted: Search | None, since: datetime | None, now: datetime) -> Iterator[Stored]:
    """Those that are wanted, page after page; without a query all of them."""
    if wanted is None:
        yield from store.findings(since)
        return
    told = False
    while True:
        page = store.search(wanted, now)
        yield from page.found
        if page.next is None:
            return
        if page.stopped and not told:
            say(f"{_SLOW} Read so far: what was found since {minute(page.stopped)}.")
            told = True
        wanted = replace(wanted, before=page.next)


def _since(text: str | None, now: datetime) -> datetime | None:
    try:
        return now - duration(text) if text else None
    except (ValueError, OverflowError) as error:
        raise click.UsageError(f"--since: {error}") from None


def _table(chosen: list[Stored], settings: Settings, now: datetime) -> str:
    names = {topic.id: topic.name for topic in settings.topics}
    rows = [_row(stored, names, now) for stored in chosen]
    shown = [n for n, header in enumerate(_HEADERS) if header != "STATE" or terminal() >= _ROOMY]
    return table([_HEADERS[n] for n in shown], [[row[n] for n in shown] for row in rows], whole=("POST",))


def _row(stored: Stored, names: dict[str, str], now: datetime) -> tuple[str, ...]:
    finding = stored.finding
    wants = ", ".join([*finding.tags.labels, *finding.tags.signals]) or "–"
    words = ERASED.get(stored.erased) or finding.post.words
    return (
        ago(stored.created_at, now),
        f"{finding.score.value:.0f}",
        wants,
        names.get(finding.match.topic, finding.match.topic),
        stored.state,
        finding.post.key,
        words,
    )


@click.command()
@configured
@as_json
@click.argument("post", metavar="URL|KEY")
def why(folder: Path, json: bool, post: str) -> None:
    """Say what became of a post: why it alerted, or why not.

    URL is its address, KEY its name in the other commands, such as reddit:abc123. Exits 1 where it was never read.
    """
    if not post.strip():
        raise click.UsageError("name a post: its address, or its key such as reddit:abc123")
    settings, _ = settings_of(folder)
    with closing(Store.look(settings.store)) as store:
        answer = next((found for form in forms(post) if (found := store.why(form))), None)
        near = [] if answer else keys_of(store.db, post)
        forgotten = store.is_forgotten(post)
    if json:
        put(_as_json(answer))
    elif answer:
        click.echo(told(answer, {topic.id: topic.name for topic in settings.topics}, clock(), here))
    elif near:
        say(f"{post} is no key; posts with this id: {', '.join(near)}. Ask `listener why {near[0]}`.")
    elif forgotten:
        say(f"{post} was forgotten on request, or its author was.")
    else:
        sources = ", ".join(source.name for source in settings.sources) or "nothing"
        say(
            f"{post} was never read, or more than 7 days ago and without a match. Listened to: {sources}. "
            "`listener status` says when each was last read and what was missed."
        )
    sys.exit(0 if answer else 1)


def forms(post: str) -> Iterator[str]:
    """An address as it was given, and as platforms may have written it."""
    yield post
    if "://" in post:
        bare = post.partition("#")[0].partition("?")[0].rstrip("/")
        for form in (bare, f"{bare}/"):
            yield form
            scheme, _, rest = form.partition("://")
            yield f"{'http' if scheme == 'https' else 'https'}://{rest}"


def _as_json(answer: Answer | None) -> object:
    if answer is None:
        return {"verdict": "never read"}
    return {
        "key": answer.key,
        "url": answer.url,
        "verdict": answer.verdict,
        "read_at": answer.read_at,
        "aside": answer.aside,
        "findings": [record(stored) for stored in answer.findings],
        "messages": answer.messages,
    }


@click.command()
@configured
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8001,
    show_default=True,
    help="Port to listen on; 0: any that is free.",
)
@click.option("--json", is_flag=True, help="Print the metadata instead of serving it.")
def datasette(folder: Path, host: str, port: int, json: bool) -> None:
    """Browse the findings in Datasette: read-only, with every table explained and queries made ready.

    Needs the extra: pip install "listener[datasette]". Works while `listener run` does.
    """
    settings, _ = settings_of(folder)
    with closing(Store.look(settings.store)) as store:
        about = metadata(settings.store.stem, store.schema())
    if json:
        put(about)
        return
    if host not in ("127.0.0.1", "::1", "localhost"):
        say(f"Whoever reaches {host}:{port} can read everything that was found: there is no password.")
    with TemporaryDirectory() as scratch:
        described = Path(scratch) / "metadata.json"
        described.write_bytes(msgspec.json.encode(about))
        serve(settings.store, described, host, port)
