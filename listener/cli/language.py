"""`listener match` and `listener explain`: what queries mean."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import click
import msgspec

from listener.app import clock
from listener.cli.common import as_json, configured, put, say, settings_if_any, unconfigured
from listener.cli.hints import hints
from listener.plugins import find
from listener.query import Doc, Query, parse
from listener.query.cases import judge
from listener.query.explain import explain as explained
from listener.query.native import Unsearchable, widest
from listener.types import Post


@click.command()
@click.option("--cases", "file", type=click.File("rb"), required=True, help="JSON Lines, or - for standard input.")
@unconfigured("cases hold their own sets.")
@click.option("--json", is_flag=True, hidden=True, help="The output is JSON anyway.")
def match(file: BinaryIO, json: bool) -> None:
    """Judge query cases: {"id", "query", "post", "sets"?, "now"?}, one JSON object a line.

    Prints {"id", "match": true|false|null, "error": null|text} for each, in order; null where the query is refused.
    A line that is no case is told on standard error with its number; the others are done all the same, and the exit
    code is 1.
    """
    failed = 0
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            click.echo(msgspec.json.encode(judge(_case(line))))
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            say(f"{getattr(file, 'name', '<stdin>')} line {number}: {error}")
            failed += 1
    sys.exit(1 if failed else 0)


def _case(line: bytes) -> Mapping[str, Any]:
    case = msgspec.json.decode(line, type=dict[str, Any])
    if not isinstance(case.get("query"), str):
        raise ValueError('a case needs a "query"')
    return case


@click.command()
@configured
@as_json
@click.argument("query")
@click.argument("text")
@click.option("--title", default="", help="A title above the text.")
@click.option("--source", default="", help='Show also what the search of "x" or "reddit" is asked for.')
def explain(folder: Path, json: bool, query: str, text: str, title: str, source: str) -> None:
    """Show how QUERY reads, and which part of it is where in TEXT.

    QUERY is one as in topics.toml; sets (@name) are those of the configuration, where there is one. Exits 0 whether it
    matches or not, 2 where the query cannot be read.
    """
    settings = settings_if_any(folder)
    understood, now = parse(query, settings.sets if settings else {}, scope="topic"), clock()
    for hint in hints(understood, settings) if settings else ():
        say(hint)
    doc = Doc.of(Post(source="text", id="1", title=title, text=text, created_at=now), now)
    asked = _asked(understood, source) if source else []
    if not json:
        click.echo("\n".join([explained(understood, doc), *(f"{source} is asked for: {each}" for each in asked)]))
        return
    hit = understood.test(doc)
    where = [{"start": s.start, "end": s.end, "text": doc.text[s.start : s.end]} for s in hit.spans] if hit else []
    found = {"query": str(understood), "match": hit is not None, "leaves": hit.leaves if hit else [], "spans": where}
    put({**found, "asked": asked} if source else found)


def _asked(query: Query, source: str) -> list[str]:
    """What a platform's own search is asked for."""
    dialect = find("source", source).dialect
    if dialect is None:
        raise click.UsageError(f"{source} has no search of its own: all of it is read")
    try:
        return widest(query.tree, dialect)
    except Unsearchable as error:
        say(str(error))
        return []
