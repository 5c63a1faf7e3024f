"""Tries every topic's query on the texts that it must, and must not, match."""

from datetime import UTC, datetime

from listener.config.settings import Sample, Settings
from listener.query import Doc, Query, parse
from listener.query.evaluate import test
from listener.query.tree import And
from listener.types import Post

WRITTEN = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
"""When samples count as written, so that `age:` says the same every day."""


def check(settings: Settings) -> list[str]:
    """The samples that fail, and why, then the warnings of `settings`; each with file and line."""
    failed = []
    for topic in settings.topics:
        query = parse(topic.query, settings.sets, scope="topic")
        for sample in settings.samples[topic.id]:
            if why := _failure(query, sample):
                failed.append(f"{sample.where}: {why}")
    return [*failed, *settings.warnings]


def _failure(query: Query, sample: Sample) -> str:
    """Why the query does not do what the sample wants; "" where it does."""
    doc = Doc.of(Post(source="sample", id="sample", text=sample.text, created_at=WRITTEN), WRITTEN)
    hit = query.test(doc)
    if sample.wanted and not hit:
        return f'the query misses "{sample.text}"; what does not hold: {_missing(query, doc)}'
    if hit and not sample.wanted:
        return f'the query finds "{sample.text}"; what it found: {", ".join(hit.leaves)}'
    return ""


def _missing(query: Query, doc: Doc) -> str:
    """Those parts of the query that must hold all together and do not."""
    parts = query.tree.children if isinstance(query.tree, And) else (query.tree,)
    return ", ".join(str(part) for part in parts if test(part, doc) is None)
