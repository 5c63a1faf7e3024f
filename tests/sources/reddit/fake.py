"""A Reddit in memory: listings, search and look-ups, as far as they are used."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from listener.errors import SourceError
from listener.net import Params

SECRETS = {"REDDIT_CLIENT_ID": "some-id", "REDDIT_CLIENT_SECRET": "some-secret", "REDDIT_USERNAME": "acme_bot"}


class Env:
    """What the environment holds."""

    def __init__(self, **secrets: str) -> None:
        self.secrets = {**SECRETS, **secrets}

    def secret(self, name: str) -> str:
        return self.secrets[name]


def submission(id: object, at: object, **more: Any) -> dict[str, Any]:
    return {
        "name": f"t3_{id}",
        "created_utc": at,
        "subreddit": "desks",
        "author": "ann",
        "title": f"Post {id}",
        "selftext": "",
        **more,
    }


def comment(id: object, at: object, **more: Any) -> dict[str, Any]:
    return {
        "name": f"t1_{id}",
        "created_utc": at,
        "subreddit": "desks",
        "author": "bob",
        "body": f"Comment {id}",
        "link_id": "t3_1",
        "parent_id": "t3_1",
        **more,
    }


class Reddit:
    """Answers like the real one; `shows` says when a thing can first be seen, `clock` what time it is."""

    def __init__(self, things: Iterable[dict[str, Any]] = (), ceiling: int = 1_000) -> None:
        self.things = list(things)
        self.ceiling, self.clock, self.tick = ceiling, float("inf"), 0.0
        self.shows: dict[str, float] = {}
        self.gone: set[str] = set()  # not shown any more
        self.refuses: dict[str, int] = {}  # subreddit → status
        self.ignored: set[str] = set()  # left out of joined listings without a word
        self.asked: list[tuple[str, Params]] = []
        self.fails: list[SourceError | None] = []  # what the next requests meet

    def get(self, path: str, params: Params, now: datetime) -> object:
        self.asked.append((path, params))
        self.clock += self.tick
        if self.fails and (error := self.fails.pop(0)):
            raise error
        if path == "api/v1/access_token":
            return {"access_token": "some-token", "token_type": "bearer", "expires_in": 86400, "scope": "*"}
        if path == "api/info":
            return _listing(self._shown(str(params["id"]).split(",")))
        if path == "search":
            return self._page(self._found(str(params["q"])), params)
        _, names, what = path.split("/")
        subreddits = set(names.split("+"))
        self._refuse(subreddits)
        matching = self._found(str(params["q"])) if what == "search" else self._newest("t3" if what == "new" else "t1")
        return self._page([thing for thing in matching if thing["subreddit"].lower() in subreddits], params)

    def _refuse(self, subreddits: set[str]) -> None:
        sick = sorted(subreddits & set(self.refuses))
        if sick and (len(subreddits) == 1 or sick[0] not in self.ignored):
            status = self.refuses[sick[0]]
            raise SourceError("reddit", f"answered {status}", permanent=status != 302, code=str(status))

    def _newest(self, kind: str) -> list[dict[str, Any]]:
        seen = [each for each in self.things if each["name"].startswith(kind) and self._is_shown(each["name"])]
        return sorted(seen, key=lambda thing: -_second(thing))

    def _is_shown(self, name: str) -> bool:
        return name not in self.gone and self.shows.get(name, 0) <= self.clock

    def _found(self, query: str) -> list[dict[str, Any]]:
        words = query.lower().replace('"', "").split(" or ")
        return [each for each in self._newest("t3") if any(word in str(each["title"]).lower() for word in words)]

    def _shown(self, names: list[str]) -> list[dict[str, Any]]:
        return [thing for thing in self.things if thing["name"] in names and self._is_shown(thing["name"])]

    def _page(self, things: list[dict[str, Any]], params: Params) -> object:
        names = [thing["name"] for thing in things[: self.ceiling]]
        size, after = int(params["limit"]), params.get("after")
        begin = 0 if not after else names.index(after) + 1 if after in names else len(names)
        shown = things[begin : min(begin + size, self.ceiling)]
        return _listing(shown, names[begin + size - 1] if begin + size < len(names) else None)


def _listing(things: list[dict[str, Any]], after: str | None = None) -> object:
    return {
        "kind": "Listing",
        "data": {"after": after, "children": [{"kind": t["name"][:2], "data": t} for t in things]},
    }


def _second(thing: dict[str, Any]) -> float:
    at = thing.get("created_utc")
    return at if isinstance(at, int | float) else 1e12  # on top
