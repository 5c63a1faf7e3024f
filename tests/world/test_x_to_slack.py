"""From X to Slack with the real clients, through faults, kills and an empty purse: each post found and told once."""

import json
import random
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from listener.match import Matcher
from listener.types import Post, Topic
from tests.world.support import LISTENER, PLANNED, Product, distrust

pytestmark = [pytest.mark.world, pytest.mark.slow]

TOPICS = {"desks": "desk (oak OR beech)", "asks": '"where do I buy" -plastic'}
WORDS = (
    "oak desk, any good?",
    "Where do I buy a lamp",
    "beech or ash?",
    "where do i buy plastic feet",
    "RT @ann: an oak desk, any good?",
    "a desk of beech",
)


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    """A folder of invented posts."""
    made = [{"id": str(10**18 + n), "text": f"{WORDS[n % len(WORDS)]} No. {n}"} for n in range(1_200)]
    (tmp_path / "data" / "x").mkdir(parents=True)
    lines = [json.dumps({**each, "edit_history_tweet_ids": [each["id"]]}) + "\n" for each in made]
    (tmp_path / "data" / "x" / "tweets.jsonl").write_text("".join(lines))
    return tmp_path / "data"


def product(folder: Path, env: Mapping[str, str], usd: float) -> Product:
    keys = f'use = "x"\nmax_usd_per_day = {usd}\nsince = "7h"'
    text = LISTENER.replace('use = "hackernews"', keys).replace('every = "1s"', 'every = "2s"')
    return Product(folder, {**env, "X_BEARER_TOKEN": "some-token"}, text, TOPICS)


def expected(posts: Path, ledger: Mapping[str, Any]) -> set[str]:
    made = [json.loads(line) for line in (posts / "x" / "tweets.jsonl").read_text().splitlines()]
    now, gone = datetime.now(UTC), ledger["deleted"].get("x", {})
    offered = [each for each in made if each["id"] in ledger["offered"].get("x", {}) and each["id"] not in gone]
    shown = [Post(source="x", id=each["id"], text=each["text"], created_at=now) for each in offered]
    matcher = Matcher.of([Topic(id=name, name=name, query=query) for name, query in TOPICS.items()], {})
    return {
        f"{match.topic}/{post.key}" for post, found in zip(shown, matcher(shown, now), strict=True) for match in found
    }


def check(made: Product, ledger: Mapping[str, Any], posts: Path) -> float:
    """Nothing lost, nothing twice, no cent more than allowed; answers what the product says it spent, in dollars."""
    found = Counter(row[0] for row in made.rows("select key from findings"))
    wanted = expected(posts, ledger)
    assert wanted <= set(found), f"lost {sorted(wanted - set(found))[:5]}"
    gone = {f"x:{id}" for id in ledger["deleted"].get("x", {})}
    assert {key for key in set(found) - wanted if key.partition("/")[2] not in gone} == set()
    told = Counter(message["metadata"]["event_payload"]["k"] for message in ledger["slack"]["messages"])
    planned = {row[0] for row in made.rows(PLANNED)}
    assert set(told) <= planned and set(told.values()) <= {1}
    assert (ledger["unknown_hosts"], distrust(ledger), ledger["errors"]) == ([], [], [])
    agents = {each["user_agent"] for each in ledger["requests"] if each["platform"] == "x"}
    assert all(agent.startswith("listener/") for agent in agents)
    return float(made.rows("select coalesce(sum(spent + held), 0) from spending")[0][0]) / 1e6


def test_once_then_run_find_and_tell_everything_once_and_pay_to_the_cent(
    new_world: Any, posts: Path, tmp_path: Path
) -> None:
    with new_world(data=[posts], speed=8, seed=1) as world:
        made = product(tmp_path / "product", world.env, usd=20)
        made.run("once")
        made.run("run", "--for", "4s")
        made.run("once")
        spent = check(made, world.ledger, posts)
        told, bill = len(world.ledger["slack"]["messages"]), world.ledger["billed"]["x"]["usd"]
    assert told > 5
    assert spent == pytest.approx(bill)
    assert made.rows("select * from gaps") == []
    assert made.rows("select count(*) from posts where text like 'RT @%'") == [(0,)]


def test_a_storm_with_kills_ends_at_the_cap_and_loses_nothing(new_world: Any, posts: Path, tmp_path: Path) -> None:
    rng = random.Random(7)
    with new_world(data=[posts], speed=8, seed=7) as world:
        made = product(tmp_path / "product", world.env, usd=2.5)
        for spec in ("503:every=5", "truncate:every=4", "repeat:every=3", "drop:every=7", "late:2s"):
            world.fault(f"x:{spec}")
        world.fault("x:delete:20")
        world.fault("slack:drop-after-accept:p=0.3")
        for _ in range(4):
            made.live(rng.choice((1.0, 2.2)), world)
        world.faults.clear()
        world.speed = 1e9
        ending = made.start("once")
        ending.communicate()
        spent = check(made, world.ledger, posts)
        bill = world.ledger["billed"]["x"]["usd"]
        struck = [each for each in world.ledger["requests"] if each["faults"] and each["platform"] == "x"]
    assert ending.returncode == 1, "the money is gone, and it says so"
    assert struck, "the storm did strike"
    assert bill <= spent <= 2.0
    assert made.rows("select error from health where name = 'source:x'")[0][0].startswith("today's $2.00 for reading")
