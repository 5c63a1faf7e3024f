"""Conformance cases: does a query match a post, as somebody expects?"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from listener.errors import QueryError
from listener.query import Doc, parse
from listener.types import Post, Reach

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # stands in where a case asks for no age
_TEXTS = ("text", "title", "url", "author", "community", "source", "kind", "lang", "place")


def judge(case: Mapping[str, Any]) -> dict[str, object]:
    """`{id, query, post, sets?, now?}` → `{"id", "match": true | false | null, "error": text | null}`.

    The query is read as that of a topic. Raises ValueError or TypeError where the case is none.
    """
    try:
        query = parse(case["query"], case.get("sets") or {}, scope="topic")
    except QueryError as error:
        return {"id": case.get("id"), "match": None, "error": str(error)}
    now = _time(case.get("now")) or _LONG_AGO
    hit = query.test(Doc.of(_post(case.get("post") or {}, now), now))
    return {"id": case.get("id"), "match": hit is not None, "error": None}


def _post(raw: Mapping[str, Any], now: datetime) -> Post:
    created, reach = _time(raw.get("created_at")), raw.get("reach") or raw
    return Post(
        id=str(raw.get("id") or ""),
        created_at=created or now,
        flags=() if created else ("time-missing",),
        tags=tuple(raw.get("tags") or ()),
        links=tuple(raw.get("links") or ()),
        reach=Reach(reach.get("followers"), reach.get("likes"), reach.get("replies")),
        **{name: str(raw.get(name) or "") for name in _TEXTS},
    )


def _time(text: str | None) -> datetime | None:
    if not text:
        return None
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
