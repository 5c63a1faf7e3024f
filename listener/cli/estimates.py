"""How an estimate is told: as text, and as JSON."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from textwrap import wrap

from msgspec import Struct

from listener.app import terms_of
from listener.cli.tables import ago, many, minute, span, table, terminal
from listener.config import Settings
from listener.ops.estimate import Estimate, Judged, Sample
from listener.query import Query
from listener.store.volume import Listened
from listener.types import Json, Topic

_FEW = 5  # samples of what a topic would gain or lose


class Change(Struct, frozen=True):
    """What a query would change of a topic."""

    topic: Topic
    same: bool  # it is the topic's query, at most in another order
    gains: Estimate
    loses: Estimate


class Shown(Struct, frozen=True):
    """Everything that is told."""

    query: Query
    time: Listened
    judged: Judged
    whole: Estimate
    change: Change | None
    notes: Sequence[str]


# As text


def text(shown: Shown, now: datetime) -> str:
    """Figures, what they rest on, and posts; no line is wider than the terminal."""
    return "\n".join(_lines(shown, now))


def _wrapped(line: str) -> Iterator[str]:
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    yield from wrap(line, terminal(), subsequent_indent=indent, break_on_hyphens=False)


def _lines(shown: Shown, now: datetime) -> Iterator[str]:
    whole, judged = shown.whole, shown.judged
    yield from _wrapped(f"{shown.query}")
    yield f"  {_rate(whole)}: {_count(whole)} in {span(whole.hours * 3600)}"
    yield f"  {minute(shown.time.since)} to {minute(shown.time.until)}"
    yield f"  {whole.stored:,} stored, for a topic found them"
    if whole.high is not None and judged.sample:
        yield f"  {whole.hits:,} in the sample of {judged.sample:,} of the {judged.of:,} posts that matched nothing"
    for note in shown.notes:
        yield from _wrapped(f"  {note}")
    yield from _posts(whole.samples, now)
    if shown.change:
        yield ""
        yield from _changes(shown.change, now)


def _changes(change: Change, now: datetime) -> Iterator[str]:
    name = f"the topic {change.topic.name}"
    if change.same:
        yield f"This is what {name} asks for."
        return
    yield from _wrapped(f"Compared with {name}, {change.topic.query}")
    for verb, part in (("gains", change.gains), ("loses", change.loses)):
        yield from ("", f"  {verb} {_rate(part)}")
        yield from _posts(part.samples[:_FEW], now)


def _posts(samples: Sequence[Sample], now: datetime) -> Iterator[str]:
    if samples:
        rows = [_row(sample, now) for sample in samples]
        yield from ("", table(("WRITTEN", "STANDS FOR", "POST", "TEXT"), rows, whole=("POST",)))


def _row(sample: Sample, now: datetime) -> tuple[str, ...]:
    return ago(sample.post.created_at, now), f"{sample.weight:,.0f}", sample.post.key, sample.post.words


def _rate(found: Estimate) -> str:
    """Posts an hour, with the interval where it is not the figure itself."""
    rate, low = (_figure(posts / found.hours) for posts in (found.posts, found.low))
    if found.high is None:
        return f"at least {rate} posts an hour"
    high = _figure(found.high / found.hours)
    return f"{rate} posts an hour" + (f" (95 % sure: {low} to {high})" if low != high else "")


def _count(found: Estimate) -> str:
    return f"{'about ' if found.low != found.high and found.high is not None else ''}{many(round(found.posts), 'post')}"


def _figure(value: float) -> str:
    """Three digits that count: "0.0123", "4.56", "1,230"."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 0.001 or not value else "0.001"


# As JSON


def record(shown: Shown, settings: Settings) -> Json:
    """All of it; posts without words and author where their platform does not let them be passed on."""
    change = shown.change
    difference = None
    if change:
        parts = {name: _part(part, settings) for name, part in (("gains", change.gains), ("loses", change.loses))}
        difference = {"topic": change.topic.id, "query": change.topic.query, "same": change.same, **parts}
    return {
        "query": str(shown.query),
        "since": shown.time.since,
        "until": shown.time.until,
        "hours": shown.whole.hours,
        **_part(shown.whole, settings),
        "judged": {"sample": shown.judged.sample, "of": shown.judged.of, "lost": shown.judged.lost},
        "notes": list(shown.notes),
        "difference": difference,
    }


def _part(found: Estimate, settings: Settings) -> Json:
    high = found.high
    return {
        "posts": {"value": found.posts, "low": found.low, "high": high},
        "an_hour": {
            "value": found.posts / found.hours,
            "low": found.low / found.hours,
            "high": None if high is None else high / found.hours,
        },
        "stored": found.stored,
        "hits": found.hits,
        "samples": [_sample(each, settings) for each in found.samples],
    }


def _sample(sample: Sample, settings: Settings) -> Json:
    post = sample.post
    use = next((each.use for each in settings.sources if each.name == sample.stream), post.source)
    words = {"author": post.author, "title": post.title, "text": post.text}
    return {
        "key": post.key,
        "url": post.url,
        "created_at": post.created_at,
        "stands_for": sample.weight,
        **(words if terms_of(use).may_export else dict.fromkeys(words, "")),
    }
