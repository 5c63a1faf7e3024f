"""Invented posts for every platform, one in ten about a topic; who made them knows which."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from listener.sources.rss.posts import Feed
from tests.sources.reddit.fake import comment, submission

FEED = "https://feeds.example/live.rss"
TOPICS = {"lamps": "lamp", "desks": "desk", "kettles": "kettle", "bikes": "bicycle"}
"""Topic → the word that it is about, which is also its query."""

_EVERY, _WHICH = 10, 3  # one post in so many is about a topic; none of those that a fault shows late
_FIRST_X = 1_500_000_000_000_000_000  # the id that the stand-in gives its first post


class Platform(NamedTuple):
    """A platform by its name in the ledger."""

    source: str  # as the product calls it
    key: Callable[[str], str]  # the key of a post by its id in the ledger


PLATFORMS = {
    "reddit": Platform("reddit", lambda id: f"reddit:{id}"),
    "hackernews": Platform("hackernews", lambda id: f"hackernews:{id}"),
    "feeds": Platform("rss", lambda id: f"rss:{Feed(FEED).print}/{id}"),
    "x": Platform("x", lambda id: f"x:{id}"),
}


def topic_of(number: int) -> str:
    """The topic that the post with this number is about; "" none."""
    return list(TOPICS)[number // _EVERY % len(TOPICS)] if number % _EVERY == _WHICH else ""


def write(folder: Path, platforms: Mapping[str, int]) -> dict[str, dict[str, str]]:
    """Write so many posts of each platform as the stand-ins read them; answers platform → id → topic, "" for none."""
    return {name: _WRITERS[name](folder, count) for name, count in platforms.items()}


def _words(platform: str, number: int) -> str:
    """No two posts say the same, so that none is folded into another's alert."""
    about = TOPICS.get(topic_of(number), "sandwich")
    return f"Where can I buy a good {about} near Leeds this week? ({platform} {number})"


def _reddit(folder: Path, count: int) -> dict[str, str]:
    things: list[dict[str, Any]] = []
    for number in range(count):
        # Two posts about a topic in a row are a post and a comment.
        is_comment = (number // _EVERY + number) % 2 == 1
        words, id = _words("reddit", number), f"{number + 1_000:x}"
        made = comment(id, float(number), body=words) if is_comment else submission(id, float(number), title=words)
        things.append({**made, "subreddit": ("desks", "chairs")[number % 3 == 0], "id": id})
    _lines(folder / "reddit" / "things.jsonl", [{"kind": thing["name"][:2], "data": thing} for thing in things])
    return {thing["name"]: topic_of(number) for number, thing in enumerate(things)}


def _hackernews(folder: Path, count: int) -> dict[str, str]:
    rows = [{"id": str(n + 1), "text": _words("hn", n), "author": f"ann{n % 50}"} for n in range(count)]
    _lines(folder / "hn.jsonl", rows)
    return {row["id"]: topic_of(number) for number, row in enumerate(rows)}


def _feeds(folder: Path, count: int) -> dict[str, str]:
    rows = [{"id": str(n), "text": _words("feed", n)} for n in range(count)]
    _lines(folder / "feeds.jsonl", rows)
    return {row["id"]: topic_of(number) for number, row in enumerate(rows)}


def _x(folder: Path, count: int) -> dict[str, str]:
    _lines(folder / "x" / "posts.jsonl", [{"text": _words("x", n)} for n in range(count)])
    return {str(_FIRST_X + number): topic_of(number) for number in range(count)}


_WRITERS = {"reddit": _reddit, "hackernews": _hackernews, "feeds": _feeds, "x": _x}


def _lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
