"""`listener estimate`: how many posts an hour a query would have found, and what changes against a topic's query."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import click

from listener.app import clock
from listener.cli.common import as_json, configured, put, say, settings_of
from listener.cli.estimates import Change, Shown, record, text
from listener.cli.hints import hints
from listener.cli.tables import many, minute, near
from listener.config import Settings, duration
from listener.errors import StoreError
from listener.ops.estimate import Judged, estimate, is_tagged
from listener.plugins import find
from listener.query import TAG_FIELDS, Query, parse
from listener.query.lint import form
from listener.query.tree import And, Not, leaves
from listener.store import Store
from listener.store.retention import SAMPLES_FOR
from listener.store.volume import Listened
from listener.types import Topic

_ALIKE = 0.5  # share of common terms from which on a query is taken for a new version of a topic's

_LITTLE = timedelta(hours=1)


@click.command("estimate")
@configured
@as_json
@click.argument("query")
@click.option("--topic", "name", help="Compare with the query of this topic. Left out: with one that is much alike.")
@click.option(
    "--since", default="7d", show_default=True, help='Only what was written and read in the last "7d", "12h" …'
)
def estimating(folder: Path, json: bool, query: str, name: str | None, since: str) -> None:
    """Say how many posts an hour QUERY would have found among what was read.

    Posts that a topic found are stored and counted. Of those that matched nothing a random sample is kept, 5,000 a
    day, from which the rest is estimated: the interval holds the truth in at least 95 of 100 cases. Exits 1 where
    nothing was read in that time.
    """
    settings, _ = settings_of(folder)
    now = clock()
    asked = parse(query, settings.sets, scope="search")
    _refuse_age(asked, "the query")
    for hint in hints(asked, settings):
        say(hint)
    topic = _named(name, settings) if name else _alike(asked, settings)
    begin = _begin(since, now)
    with closing(Store.look(settings.store)) as store:
        time = store.listened(begin)
        if time is None:
            raise StoreError(f"nothing was read since {minute(begin)}; `listener status` says how the sources are")
        queries = [asked, *(_differences(asked, topic, settings) if topic else ())]
        [whole, *parts], judged = estimate(store, queries, time, now)
    change = Change(topic, form(asked.tree) == form(parse(topic.query, settings.sets).tree), *parts) if topic else None
    shown = Shown(asked, time, judged, whole, change, tuple(_notes(asked, time, judged, settings)))
    if json:
        put(record(shown, settings))
    else:
        click.echo(text(shown, now))


def _begin(since: str, now: datetime) -> datetime:
    try:
        begin = now - duration(since)
    except (ValueError, OverflowError) as error:
        raise click.UsageError(f"--since: {error}") from None
    if begin < now - SAMPLES_FOR:
        say(f"What matched nothing is sampled for {SAMPLES_FOR.days} days back: only these are looked at.")
    return max(begin, now - SAMPLES_FOR)


def _refuse_age(query: Query, whose: str) -> None:
    if "age" in query.fields:
        why = "depends on when each post was read, which is not kept of all: leave it out"
        raise click.UsageError(f"{whose} asks for age:, which {why}")


# The topic that it is compared with


def _named(name: str, settings: Settings) -> Topic:
    for topic in settings.topics:
        if name in (topic.id, topic.name):
            _refuse_age(parse(topic.query, settings.sets), f"the topic {topic.name}")
            return topic
    raise click.UsageError(f"no topic is called {name!r}{near(name, [topic.name for topic in settings.topics])}")


def _alike(query: Query, settings: Settings) -> Topic | None:
    """The topic that shares most terms with the query, where that is half of all; None where there is none."""
    mine, best, found = _terms(query), 0.0, None
    for topic in settings.topics:
        other = parse(topic.query, settings.sets)
        theirs = _terms(other)
        share = len(mine & theirs) / len(mine | theirs)
        if share >= _ALIKE and share > best and "age" not in other.fields:
            best, found = share, topic
    return found


def _terms(query: Query) -> set[str]:
    return {str(leaf) for leaf in leaves(query.tree)}


def _differences(query: Query, topic: Topic, settings: Settings) -> tuple[Query, Query]:
    """What the query finds and the topic does not, and the other way round; both on the topic's platforms."""
    new, old = query.tree, parse(topic.query, settings.sets).tree
    where = (parse(f"({' OR '.join(f'source:{name}' for name in topic.sources)})").tree,) if topic.sources else ()
    trees = And((new, Not(old), *where)), And((old, Not(new), *where))
    return Query(str(trees[0]), trees[0]), Query(str(trees[1]), trees[1])


# What the figures leave out


def _notes(query: Query, time: Listened, judged: Judged, settings: Settings) -> Iterator[str]:
    if is_tagged(query):
        tags = ", ".join(f"{name}:" for name in TAG_FIELDS if name in query.fields)
        yield f"Only findings have tags ({tags}): what no topic found is not looked at, so there may be more."
    elif judged.lost:
        lost = many(judged.lost, "post")
        yield f"The sample of {lost} that matched nothing is erased, as their platform wants: there may be more."
    if time.until - time.since < _LITTLE:
        yield "Less than an hour was read: the figure may change much."
    if time.erased:
        yield f"{many(time.erased, 'stored post')} of that time cannot be looked at: the words are erased."
    if time.older:
        yield f"Left out: {many(time.older, 'stored post')} read in that time and written before."
    if asked := sorted({each.use for each in settings.sources if find("source", each.use).dialect}):
        yield f"Only searched for what topics ask for, so that other posts were never read: {', '.join(asked)}."
