"""An X in memory: search, counts and look-ups as far as they are used, with a ledger of what it bills."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from listener.errors import SourceError
from listener.purse import Hold
from listener.sources.x.api import Answer, Refused
from listener.sources.x.budget import COUNTS, LOOKUP, SEARCH

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ANN = {"id": "7", "username": "ann", "public_metrics": {"followers_count": 120}}


class Env:
    """What the environment holds."""

    def __init__(self, token: str = "some-token") -> None:
        self.token = token

    def secret(self, name: str) -> str:
        assert name == "X_BEARER_TOKEN"
        return self.token


class Coins:
    """A purse in memory that keeps the promises of the stored one."""

    def __init__(self) -> None:
        self.gone: dict[tuple[str, str], int] = {}
        self.bought: set[tuple[str, str]] = set()

    def left(self, part: str, cap: int, now: datetime) -> int:
        return max(0, cap - self.gone.get((part, _day(now)), 0))

    def hold(self, part: str, amount: int, cap: int, now: datetime) -> Hold | None:
        if self.left(part, cap, now) < amount:
            return None
        self.gone[part, _day(now)] = self.gone.get((part, _day(now)), 0) + amount
        return Hold(part, _day(now), amount)

    def settle(self, hold: Hold, items: Iterable[str], price: int, now: datetime) -> None:
        new = {(_day(now), item) for item in items} - self.bought
        self.bought |= new
        self.gone[hold.part, hold.day] -= hold.amount
        self.gone[hold.part, _day(now)] = self.gone.get((hold.part, _day(now)), 0) + price * len(new)

    def spent(self, now: datetime) -> float:
        """Dollars of a day."""
        return sum(amount for (_, day), amount in self.gone.items() if day == _day(now)) / 1e6


def tweet(id: int, at: float = 0.0, text: str = "", **more: Any) -> dict[str, Any]:
    """A post written so many seconds before noon."""
    created = (NOW - timedelta(seconds=at)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    shown = {"id": str(id), "text": text or f"A desk {id}", "created_at": created, "author_id": "7"}
    return {**shown, "edit_history_tweet_ids": [str(id)], **more}


class X:
    """Stands for an `Api`; `shows` says when a post can first be found, `clock` what time it is there."""

    def __init__(self, tweets: Iterable[dict[str, Any]] = (), users: Iterable[dict[str, Any]] = (ANN,)) -> None:
        self.tweets, self.users = list(tweets), list(users)
        self.shows: dict[str, datetime] = {}
        self.gone: set[str] = set()
        self.hidden: set[str] = set()
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self.fails: list[SourceError | None] = []  # what the next questions meet
        self.lost: list[int] = []  # numbers of questions whose answers are lost on the way
        self.answers: list[dict[str, Any] | None] = []  # what the next questions are answered instead
        self.last: dict[str, dict[str, Any]] = {}  # the answer before, by path
        self.repeats = 0  # how often it comes again instead of the next ones
        self.refuses = ""  # a word that makes it not understand a question
        self.billed: dict[str, set[str]] = {}  # by UTC day
        self.clock = NOW

    # What an Api does

    def search(self, params: Mapping[str, Any], now: datetime) -> Answer:
        return Answer(self._get(SEARCH, params, now), at=now)

    def count(self, params: Mapping[str, Any], now: datetime) -> Answer:
        body = self._get(COUNTS, params, now)
        return Answer(body, counted=f"count {len(self.asked)}", at=now)

    def look_up(self, ids: list[str], now: datetime) -> Answer:
        return Answer(self._get(LOOKUP, {"ids": ",".join(ids)}, now), asked=tuple(ids), at=now)

    def pace(self) -> float:
        return 0.0

    # What X does

    def _get(self, path: str, params: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        self.asked.append((path, params))
        self.clock = now
        if self.fails and (error := self.fails.pop(0)):
            raise error
        if self.refuses and self.refuses in params.get("query", ""):
            raise Refused("x", "X does not understand the question: no viable alternative", code="400")
        if self.answers and (answer := self.answers.pop(0)):
            return answer
        if self.repeats and path in self.last:
            self.repeats -= 1
            return self.last[path]
        answer = self.last[path] = self.get(path, {name: _written(value) for name, value in params.items()})
        if len(self.asked) in self.lost:
            raise SourceError("x", "the answer broke off", code="cut")
        return answer

    def get(self, path: str, params: Mapping[str, str]) -> dict[str, Any]:
        """The body of an answer; keeps the bill."""
        if path == LOOKUP:
            return self._looked_up(params["ids"].split(","))
        found = self._found(params)
        if path == COUNTS:
            self._bill(f"count {len(self.asked)}")
            return {"data": _buckets(found), "meta": {"total_tweet_count": len(found)}}
        size = int(params["max_results"])
        below = int(params.get("next_token", "t0")[1:])  # a place among the posts, whatever came since
        found = [each for each in found if int(each["id"]) < below] if below else found
        assert 10 <= size <= 100 and len(params["query"]) <= 512, params
        page = found[:size]
        meta = {"result_count": len(page)} | ({"next_token": f"t{page[-1]['id']}"} if size < len(found) else {})
        return {**self._shown(page), "meta": meta}

    def _found(self, params: Mapping[str, str]) -> list[dict[str, Any]]:
        start, end = (
            datetime.fromisoformat(params[key]) if key in params else None for key in ("start_time", "end_time")
        )
        assert start and start <= self.clock - timedelta(seconds=10), "X takes no later beginning"
        assert start >= self.clock - timedelta(days=7), "X takes no earlier beginning"
        assert not end or start < end <= self.clock - timedelta(seconds=10), "X takes no such end"
        words = _words(params["query"])
        there = [
            each
            for each in self.tweets
            if self._is_shown(each)
            and start <= _at(each)
            and (not end or _at(each) < end)
            and words & _words(str(each["text"]))
        ]
        return sorted(there, key=lambda each: -int(each["id"]))

    def _is_shown(self, tweet: Mapping[str, Any]) -> bool:
        seen = self.shows.get(tweet["id"], _at(tweet))
        return (
            tweet["id"] not in self.gone and tweet["edit_history_tweet_ids"][-1] == tweet["id"] and seen <= self.clock
        )

    def _looked_up(self, ids: list[str]) -> dict[str, Any]:
        there = [each for each in self.tweets if each["id"] in ids and each["id"] not in self.gone | self.hidden]
        missing = [id for id in ids if id not in {each["id"] for each in there}]
        errors = [{"resource_id": id, "type": self._kind(id), "detail": f"no {id}"} for id in missing]
        return self._shown(there) | ({"errors": errors} if errors else {})

    def _kind(self, id: str) -> str:
        kind = "not-authorized-for-resource" if id in self.hidden else "resource-not-found"
        return f"https://api.twitter.com/2/problems/{kind}"

    def _shown(self, tweets: list[dict[str, Any]]) -> dict[str, Any]:
        self._bill(*(each["id"] for each in tweets))
        return {"data": tweets, "includes": {"users": self.users}} if tweets else {}

    def _bill(self, *items: str) -> None:
        self.billed.setdefault(_day(self.clock), set()).update(items)

    def bill(self, now: datetime) -> float:
        """Dollars of a day."""
        return len(self.billed.get(_day(now), ())) * 0.005


def _buckets(tweets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    minutes = sorted(_at(each).replace(second=0, microsecond=0) for each in tweets)
    counts = {minute: minutes.count(minute) for minute in minutes}
    return [
        {"start": at.isoformat(), "end": (at + timedelta(minutes=1)).isoformat(), "tweet_count": count}
        for at, count in counts.items()
    ]


def _words(text: str) -> set[str]:
    kept = (word.strip('()".,?!').lower() for word in text.split() if not word.startswith("-"))
    return {word for word in kept if word and word != "or"}


def _at(tweet: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(tweet["created_at"])


def _written(value: Any) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else str(value)


def _day(now: datetime) -> str:
    return now.astimezone(UTC).date().isoformat()
