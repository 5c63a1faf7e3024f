"""A Hacker News in memory: the search and the item store, as far as they are used."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from listener.net import Params
from listener.sources.hackernews import ITEM, SEARCH

LIMITS = re.compile(r"created_at_i>(-?\d+)(?:,created_at_i<=(-?\d+))?\Z")


def story(id: object, at: object, **more: Any) -> dict[str, Any]:
    return {
        "objectID": str(id),
        "created_at_i": at,
        "title": f"Story {id}",
        "author": "ann",
        "_tags": ["story"],
        **more,
    }


class Algolia:
    """Answers like the real services; `shows` says when an item can first be seen, `clock` what time it is."""

    def __init__(self, hits: Iterable[dict[str, Any]] = (), ceiling: int = 1_000) -> None:
        self.hits = list(hits)
        self.shows: dict[str, float] = {}
        self.gone: set[str] = set()
        self.ceiling, self.clock, self.tick = ceiling, float("inf"), 0.0
        self.asked: list[tuple[str, Params]] = []

    def get(self, url: str, params: Params, now: datetime) -> object:
        self.asked.append((url, params))
        self.clock += self.tick
        return self.search(params) if url == SEARCH else self.item(url)

    def search(self, params: Params) -> dict[str, Any]:
        limits = LIMITS.match(str(params["numericFilters"]))
        assert limits, params
        low, high = int(limits[1]), int(limits[2]) if limits[2] else float("inf")
        kinds = str(params["tags"]).strip("()").split(",")
        found = [
            hit
            for hit in self.hits
            if low < _second(hit, low) <= high
            and self.shows.get(str(hit.get("objectID")), 0) <= self.clock
            and set(hit.get("_tags", kinds)) & set(kinds)
        ]
        found.sort(key=lambda hit: _second(hit, low), reverse=True)
        size = min(int(params["hitsPerPage"]), self.ceiling)
        return {"hits": found[:size], "nbHits": len(found), "hitsPerPage": int(params["hitsPerPage"]), "page": 0}

    def item(self, url: str) -> dict[str, Any] | None:
        id = re.sub(r"\D", "", url.removeprefix(ITEM.partition("{")[0]))
        hit = next((hit for hit in self.hits if hit["objectID"] == id), None)
        if hit is None:
            return None
        if id in self.gone:
            return {"id": int(id), "deleted": True, "time": hit["created_at_i"], "type": "story"}
        return {
            "id": int(id),
            "type": hit["_tags"][0],
            "by": hit["author"],
            "time": hit["created_at_i"],
            "title": hit.get("title"),
            "text": hit.get("comment_text") or hit.get("story_text"),
            "url": hit.get("url"),
            "score": hit.get("points"),
            "descendants": hit.get("num_comments"),
            "parent": hit.get("parent_id"),
        }


def _second(hit: dict[str, Any], low: int) -> int:
    at = hit.get("created_at_i")
    return at if isinstance(at, int) else low + 1
