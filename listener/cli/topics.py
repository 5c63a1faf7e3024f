"""`listener topics`: what is tracked; topics added, removed, taken elsewhere and brought along from other tools."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from msgspec.structs import asdict

from listener.cli.common import as_json, configured, put, say, settings_if_any, settings_of
from listener.cli.tables import many, near, table
from listener.config import Settings, check, edit
from listener.dialects import TOOLS, Imported, NotAnExport, Tracked, convert
from listener.errors import ConfigError
from listener.plugins import find
from listener.query import parse
from listener.types import Moment, Topic
from listener.types.trend import Kind

_USUAL = 50.0  # threshold that need not be written
_USUAL_TREND = 4.0  # trend_score, likewise


@click.group()
def topics() -> None:
    """What is tracked: see it, change it, bring queries along."""


@topics.command("list")
@configured
@as_json
def topics_list(folder: Path, json: bool) -> None:
    """List the topics and what they ask for."""
    settings, _ = settings_of(folder)
    if json:
        put([_keys(settings, topic) for topic in settings.topics])
        return
    rows = [(t.id, t.name, _moments(t), f"{t.threshold:g}", t.owner, t.query) for t in settings.topics]
    click.echo(table(("ID", "NAME", "MOMENTS", "FROM", "OWNER", "QUERY"), rows, whole=("ID",)))


@topics.command("add")
@configured
@as_json
@click.argument("name")
@click.argument("query")
@click.option("--moments", default="", help="Which alert, such as buy,go; left out: all, and complaints.")
@click.option("--threshold", type=click.FloatRange(0, 100), default=_USUAL, show_default=True, help="Least score.")
@click.option("--owner", default="", help="Who looks after it.")
@click.option("--source", "sources", multiple=True, help="Only posts from there; may be repeated.")
@click.option("--match", multiple=True, help="A text that the query must find; may be repeated.")
@click.option("--nomatch", multiple=True, help="A text that it must leave alone; may be repeated.")
def topics_add(
    folder: Path, json: bool, name: str, query: str, threshold: float, **more: str | tuple[str, ...]
) -> None:
    """Add a topic to topics.toml; everything else in the file stays as it is.

    Exits 1 where the query does not do what a --match or --nomatch wants; the topic is there all the same.
    """
    settings, env = settings_of(folder)
    parse(query, settings.sets, scope="topic")
    moments = [each.strip() for each in str(more.pop("moments")).split(",") if each.strip()]
    if strange := [each for each in moments if each not in list(Moment)]:
        raise click.UsageError(f"--moments {strange[0]}: expected {', '.join(Moment)}")
    least = None if threshold == _USUAL else threshold
    topic = {"name": name, "query": query, "moments": moments, "threshold": least, **more}
    edit.save(folder, edit.added(edit.read(folder), [topic]), env, find)
    _told(json, {"added": [name]}, f"{name} is tracked now: {folder / edit.TOPICS}")
    fresh = f"topics[{len(settings.topics)}]."
    if failed := [line for line in check(settings_of(folder)[0]) if fresh in line and "warning" not in line]:
        say("\n".join(failed))
        sys.exit(1)


@topics.command("remove")
@configured
@as_json
@click.argument("topic")
def topics_remove(folder: Path, json: bool, topic: str) -> None:
    """Remove TOPIC, a name or id, from topics.toml; what it found stays in the database."""
    settings, env = settings_of(folder)
    [chosen] = _chosen(settings, [topic])
    edit.save(folder, edit.removed(edit.read(folder), settings.topics.index(chosen)), env, find)
    _told(json, {"removed": [chosen.id]}, f"{chosen.name} is no longer tracked; what it found stays")


@topics.command("export")
@configured
@as_json
@click.argument("names", nargs=-1, metavar="[TOPIC]...")
def topics_export(folder: Path, json: bool, names: Sequence[str]) -> None:
    """Print topics, those named or all, with the sets, as they would stand in topics.toml."""
    settings, _ = settings_of(folder)
    found = [_keys(settings, topic) for topic in _chosen(settings, names)]
    if json:
        put({"sets": settings.sets, "topics": found})
    else:
        click.echo(edit.written(found, settings.sets), nl=False)


@topics.command("import")
@configured
@as_json
@click.option("--from", "tool", type=click.Choice(TOOLS), required=True, help="Whose queries they are.")
@click.option("--write", is_flag=True, help="Add the topics to topics.toml; left out, they are only shown.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def topics_import(folder: Path, json: bool, tool: str, write: bool, file: Path) -> None:
    """Turn the queries in FILE into topics: text, CSV with a header, or JSON.

    Whatever has no equal here is told on standard error with its line and column, and whether the topic finds more
    (wider) or less (narrower) for it. Exits 1 where a query could not be imported.
    """
    settings = settings_of(folder)[0] if write else settings_if_any(folder)
    imported = _imported(tool, file, settings)
    fresh, there = _fresh(imported, settings)
    if write and fresh:
        text = edit.added(edit.read(folder), map(asdict, fresh))
        edit.save(folder, text, settings_of(folder)[1], find)
    for each in () if json else imported.differences:
        say(f"{file}:{each.line}:{each.column}: {each.topic}: {each.what}: {each.why} ({each.result})")
    if json:
        put({"topics": fresh, "differences": imported.differences, "there_already": there, "written": write})
    elif write:
        say(f"{many(len(fresh), 'topic')} added to {folder / edit.TOPICS}{_already(there)}")
    else:
        click.echo(edit.written(map(asdict, fresh)), nl=False)
        say(f"{many(len(fresh), 'topic')}{_already(there)}; --write adds them to {folder / edit.TOPICS}")
    sys.exit(1 if any(each.result == "refused" for each in imported.differences) else 0)


def _imported(tool: str, file: Path, settings: Settings | None) -> Imported:
    taken = [name for topic in settings.topics for name in (topic.id, topic.name)] if settings else []
    try:
        return convert(tool, _text(file), file.stem, taken, settings.sets if settings else {})
    except NotAnExport as error:
        raise ConfigError([f"{file}:{error.line}: {error.why}"]) from None


def _text(file: Path) -> str:
    """The text of a file as spreadsheets and browsers write it: UTF-8, or UTF-16 with its mark."""
    content = file.read_bytes()
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError([f"{file}:{line}: is not UTF-8 text; save it as UTF-8"]) from None


def _fresh(imported: Imported, settings: Settings | None) -> tuple[list[Tracked], list[str]]:
    """The topics that are not there yet, and the names of those that are, from an earlier import."""
    known = {(topic.query, topic.sources): topic.name for topic in (settings.topics if settings else ())}
    fresh = [each for each in imported.topics if (each.query, each.sources) not in known]
    return fresh, [known[each.query, each.sources] for each in imported.topics if each not in fresh]


def _already(there: list[str]) -> str:
    return f"; there already: {', '.join(there)}" if there else ""


def _chosen(settings: Settings, names: Sequence[str]) -> list[Topic]:
    """The topics of these names or ids, or all; raises `ConfigError` with the nearest name."""
    known = {name: topic for topic in settings.topics for name in (topic.name, topic.id)}
    if missing := [name for name in names if name not in known]:
        raise ConfigError(
            [f"{settings.folder / edit.TOPICS}: there is no topic {missing[0]!r}{near(missing[0], [*known])}"]
        )
    return [known[name] for name in names] if names else list(settings.topics)


def _keys(settings: Settings, topic: Topic) -> dict[str, Any]:
    """A topic as the file holds it, without what is usual."""
    samples = settings.samples[topic.id]
    return {
        "id": topic.id if topic.id != topic.name else None,
        "name": topic.name,
        "query": topic.query,
        "moments": topic.moments and [moment.value for moment in topic.moments],
        "threshold": None if topic.threshold == _USUAL else topic.threshold,
        "owner": topic.owner,
        "sources": topic.sources,
        "trends": None if topic.trends == tuple(Kind) else [kind.value for kind in topic.trends],
        "trend_score": None if topic.trend_score == _USUAL_TREND else topic.trend_score,
        "match": [sample.text for sample in samples if sample.wanted],
        "nomatch": [sample.text for sample in samples if not sample.wanted],
    }


def _moments(topic: Topic) -> str:
    return ", ".join(topic.moments) if topic.moments else "all"


def _told(json: bool, result: object, line: str) -> None:
    if json:
        put(result)
    else:
        say(line)
