"""What the other side's ledger and the product's database say together: lost, twice, late, too much."""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from statistics import quantiles
from typing import Any

from msgspec import Struct

from tests.storm.content import PLATFORMS
from tests.storm.weather import Down
from tests.world.support import Product, distrust

_AGENTS = {
    "reddit": r"linux:listener:[\d.]+ \(by /u/acme_bot\) PRAW/[\d.]+( prawcore/[\d.]+)?",
    "": r"listener/[\d.]+.*",
}
_MINUTE = 59.5  # seconds; a request is noted here a little later than it was counted there
_SPREAD = 1.0  # seconds by which the times of a gap and of a post may differ


class Reading(Struct, frozen=True, kw_only=True):
    """How one platform was heard."""

    offered: int  # posts in intact answers
    matching: int  # of these, about a topic
    deleted: int  # of these, deleted again
    found: int
    lost: list[str]  # neither found, nor deleted, nor within a gap that was reported
    in_gaps: int
    gaps: int
    requests: int
    struck: int  # requests that met a fault
    most_a_minute: int
    agents: list[str]  # those that are wrong
    # Each by the weather: while all was well, and while another platform was in trouble; one's own trouble left out.
    found_after: Mapping[str, Sequence[float]]  # seconds from an intact answer to the database: median, p99, count
    seen_after: Mapping[str, Sequence[float]]  # from appearing on the platform to the database
    told_after: Sequence[float]  # from an intact answer to Slack


class Telling(Struct, frozen=True, kw_only=True):
    """What became of the alerts."""

    planned: int
    told: int
    dropped: int  # deleted upstream before they were sent
    lost: list[str]
    twice: list[str]
    untold: list[str]  # open findings without an alert
    notices: int  # to operators, each once
    unended: list[str]  # troubles of which operators were told, but not of their end
    unanswered: int  # messages that arrived and whose answer did not


class Posts:
    """When each post of a platform appeared, was offered, found and told."""

    def __init__(self, name: str, product: Product, ledger: Mapping[str, Any], world: Any) -> None:
        self.platform = PLATFORMS[name]
        self.timeline = next(each.timeline for each in world.platforms if each.name == name)
        self.offered: Mapping[str, float] = ledger["offered"].get(name, {})
        self.deleted = set(ledger["deleted"].get(name, {}))
        like = self.platform.key("").replace("_", r"\_") + "%"
        rows = product.rows(f"select post_key, created_at from findings where post_key like '{like}' escape '\\'")
        self.found = {key: datetime.fromisoformat(at).timestamp() for key, at in rows}
        self.rows = len(rows)
        self.told = _told(ledger, self.found)

    def new(self, id: str) -> bool:
        """Whether it appeared after the start, and at once."""
        number = self.timeline.index[id]
        return bool(number >= self.timeline.start and number % 5)  # every fifth may be shown late

    def appeared(self, id: str) -> float:
        return float(self.timeline.born(self.timeline.index[id]))


def _told(ledger: Mapping[str, Any], keys: Iterable[str]) -> dict[str, float]:
    first: dict[str, float] = {}
    for message in ledger["slack"]["messages"]:
        key = message["metadata"]["event_payload"]["k"].split("/", 1)[1].rpartition("/")[0]
        first.setdefault(key, message["when"])
    return {key: first[key] for key in keys if key in first}


def reading(
    name: str, product: Product, ledger: Mapping[str, Any], world: Any, made: Mapping[str, str], downs: Sequence[Down]
) -> Reading:
    """The figures of one platform."""
    posts = Posts(name, product, ledger, world)
    matching = [id for id in posts.offered if made[id]]
    missing = [id for id in matching if posts.platform.key(id) not in posts.found and id not in posts.deleted]
    gaps = _gaps(product, posts.platform.source)
    lost = [id for id in missing if not _within(gaps, (posts.appeared(id), posts.offered[id]))]
    requests = [each for each in ledger["requests"] if each["platform"] == name]
    # What the last pass found has the time of that pass, which is in the future.
    in_time = {key for key, at in posts.found.items() if at <= ledger["ended"]}
    heard = [id for id in matching if posts.platform.key(id) in in_time and posts.new(id)]
    return Reading(
        offered=len(posts.offered),
        matching=len(matching),
        deleted=len(posts.deleted),
        found=posts.rows,
        lost=sorted(lost),
        in_gaps=len(missing) - len(lost),
        gaps=len(gaps),
        requests=len(requests),
        struck=sum(bool(each["faults"]) for each in requests),
        most_a_minute=_most([each["when"] for each in requests]),
        agents=sorted({str(each["user_agent"]) for each in requests if not _is_right(name, each["user_agent"])}),
        found_after=_by_weather(posts, downs, name, {id: posts.offered[id] for id in heard}),
        seen_after=_by_weather(posts, downs, name, {id: posts.appeared(id) for id in heard}),
        told_after=_spread(
            [posts.told[key] - posts.offered[id] for id in heard if (key := posts.platform.key(id)) in posts.told]
        ),
    )


def _gaps(product: Product, source: str) -> list[tuple[float, float]]:
    rows = product.rows(f"select since, until from gaps where source = '{source}'")
    return [tuple(datetime.fromisoformat(time).timestamp() for time in row) for row in rows]  # type: ignore[misc]


def _within(gaps: Sequence[tuple[float, float]], times: Sequence[float]) -> bool:
    return any(since - _SPREAD <= time <= until + _SPREAD for since, until in gaps for time in times)


def _most(times: Sequence[float]) -> int:
    """Most requests in any minute."""
    times = sorted(times)
    first = most = 0
    for last, time in enumerate(times):
        while times[first] <= time - _MINUTE:
            first += 1
        most = max(most, last - first + 1)
    return most


def _is_right(name: str, agent: str | None) -> bool:
    return bool(re.fullmatch(_AGENTS.get(name, _AGENTS[""]), agent or ""))


def troubles(ledger: Mapping[str, Any], downs: Sequence[Down], kills: Sequence[float]) -> list[Down]:
    """When each platform was in trouble: down, or from a request that was struck, or a kill, to the next good one."""
    found = list[Down]()
    for name in PLATFORMS:
        requests = [each for each in ledger["requests"] if each["platform"] == name]
        good = sorted(each["when"] for each in requests if not each["faults"] and each["status"] in (200, 304))
        struck = [each["when"] for each in requests if each["faults"]]
        found += [Down(name, time, _next(good, time)) for time in (*struck, *kills)]
        found += [Down(name, down.since, _next(good, down.until)) for down in downs if down.platform == name]
    return found


def _next(times: Sequence[float], time: float) -> float:
    at = bisect_right(times, time)
    return times[at] if at < len(times) else float("inf")


def _by_weather(posts: Posts, downs: Sequence[Down], name: str, since: Mapping[str, float]) -> dict[str, list[float]]:
    """Seconds until found."""
    delays: dict[str, list[float]] = defaultdict(list)
    for id, begin in since.items():
        end = posts.found[posts.platform.key(id)]
        during = {down.platform for down in downs if down.since <= end and begin <= down.until}
        if name not in during:
            delays["another in trouble" if during else "all well"].append(end - begin)
    return {weather: _spread(seconds) for weather, seconds in sorted(delays.items())}


def _spread(values: Sequence[float]) -> list[float]:
    """Median, 99th percentile and how many they are of."""
    if len(values) < 2:
        return [*values, *values, len(values)]
    parts = quantiles(values, n=100, method="inclusive")
    return [round(parts[49], 2), round(parts[98], 2), len(values)]


def telling(product: Product, ledger: Mapping[str, Any]) -> Telling:
    """The figures of the alerts."""
    rows = product.rows("select key, state, channel from outbox where channel like 'slack:%' and notice = ''")
    states = {key: state for key, state, _ in rows}
    messages = Counter(message["metadata"]["event_payload"]["k"] for message in ledger["slack"]["messages"])
    alerts = {key: times for key, times in messages.items() if not key.startswith("ops/")}
    capped = {row[0] for row in product.rows("select substr(name, 8) from health where error like '%max_usd_per_day%'")}
    open_posts = {row[0] for row in product.rows("select distinct post_key from findings where state = 'open'")}
    return Telling(
        planned=len(states),
        told=len(alerts),
        dropped=sum(state == "dropped" for state in states.values()),
        lost=sorted(key for key, state in states.items() if state != "dropped" and key not in alerts),
        twice=sorted(key for key, times in messages.items() if times > 1),
        untold=sorted(open_posts - {key.split("/", 1)[1].rsplit("/", 1)[0] for key in states}),
        notices=len(messages) - len(alerts),
        unended=sorted(key for key in messages if _is_unended(key, messages) and key.split("/")[2] not in capped),
        unanswered=sum(not message["answered"] for message in ledger["slack"]["messages"]),
    )


def _is_unended(key: str, messages: Mapping[str, int]) -> bool:
    return key.startswith("ops/source/") and not key.endswith("/well") and f"{key}/well" not in messages


def strange(ledger: Mapping[str, Any]) -> list[Any]:
    """What should never be: hosts that nobody configured, certificates refused, faults of the stand-ins."""
    return [*ledger["unknown_hosts"][:3], *distrust(ledger)[:3], *ledger["errors"][:1]]
