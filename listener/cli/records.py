"""Findings as flat records, for JSON and CSV."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from listener.edge import shown
from listener.store.read import Stored
from listener.types import Json

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins so is run by spreadsheets


def record(stored: Stored) -> Json:
    """One finding; nothing of the words or the author of a post that was deleted."""
    post, tags, score = stored.finding.post, stored.finding.tags, stored.finding.score
    return {
        "key": stored.finding.key,
        "topic": stored.finding.match.topic,
        "state": stored.state,
        "reason": stored.reason,
        "why": stored.why,
        "found_at": stored.created_at,
        "score": score.value,
        "intent": score.intent,
        "urgency_score": score.urgency,
        "relevance": score.relevance,
        "expires_at": score.expires_at,
        "moments": list(tags.labels),
        **{moment.value: p for moment, p in tags.moments.items()},
        "question": tags.question,
        "is_question": tags.is_question,
        "urgency": tags.urgency,
        "sentiment": tags.sentiment.label,
        "compound": tags.sentiment.compound,
        "signals": list(tags.signals),
        "place": tags.place,
        "city": tags.where and tags.where.city,
        "region": tags.where and tags.where.region,
        "country": tags.where and tags.where.country,
        "lang": tags.lang,
        "source": post.source,
        "post": post.id,
        "url": post.url,
        "author": post.author,
        "community": post.community,
        "created_at": post.created_at,
        "title": post.title,
        "text": post.text,
        "erased": stored.erased,
    }


def wordless(stored: Stored) -> Stored:
    """The finding without what its author wrote, and without the author; the address leads to both."""
    post = replace(stored.finding.post, text="", title="", author="")
    return replace(stored, finding=replace(stored.finding, post=post))


def csv_of(found: Iterable[Stored]) -> str:
    """A table with a header, for spreadsheets: no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    rows = [record(stored) for stored in found]
    if rows:
        writer.writerow(rows[0])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return out.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, list):
        return _cell(" ".join(value))
    if isinstance(value, str):
        text = shown(value)
        return f"'{text}" if text.startswith(_FORMULA) else text
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return "" if value is None else str(value)
