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
from listener.query.native import left as unasked
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
@click.argument("text", default="")
@click.option("--title", default="", help="A title above the text.")
@click.option("--source", default="", help="Show also what the search of a source is asked for: x, reddit …")
def explain(folder: Path, json: bool, query: str, text: str, title: str, source: str) -> None:
    """Show how QUERY reads, which part of it is where in TEXT, and what a source is asked for.

    QUERY is one as in topics.toml; sets (@name) are those of the configuration, where there is one. Exits 0 whether it
    matches or not, 2 where the query cannot be read.
    """
    settings = settings_if_any(folder)
    understood, now = parse(query, settings.sets if settings else {}, scope="topic"), clock()
    for hint in hints(understood, settings) if settings else ():
        say(hint)
    doc = Doc.of(Post(source="text", id="1", title=title, text=text, created_at=now), now)
    if not (text or title or source):
        raise click.UsageError("name a TEXT in which to look, or a --source that is asked")
    asked, left = _asked(understood, source) if source else ([], [])
    if not json:
        shown = [explained(understood, doc)] if text or title else []
        shown += [f"{source} is asked for: {each}" for each in asked]
        shown += (
            [f"applied here: all of it; not or more loosely in what is asked: {', '.join(left)}"]
            if left and asked
            else []
        )
        click.echo("\n".join(shown), nl=bool(shown))
        return
    hit = understood.test(doc)
    where = [{"start": s.start, "end": s.end, "text": doc.text[s.start : s.end]} for s in hit.spans] if hit else []
    found = {"query": str(understood), "match": hit is not None, "leaves": hit.leaves if hit else [], "spans": where}
    put({**found, "asked": asked, "left": left} if source else found)


def _asked(query: Query, source: str) -> tuple[list[str], list[str]]:
    """What a platform's own search is asked for, and which parts of the query that leaves to us."""
    dialect = find("source", source).dialect
    if dialect is None:
        say(f"{source} has no search that Listener asks: all of it is read, and the query is applied here.")
        return [], []
    left = unasked(query.tree, dialect)
    try:
        asked = widest(query.tree, dialect)
    except Unsearchable as error:
        say(f"{error}; give it a word that must be there")
        return [], left
    if not asked:
        say(f"Nothing on {source} can match this, so its search is not asked.")
    return asked, left
