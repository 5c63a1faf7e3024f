"""From Reddit to Slack with the real clients, through faults and kills: each matching post found once and told once."""

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
from tests.sources.reddit.fake import SECRETS, comment, submission
from tests.world.support import LISTENER, PLANNED, Product, distrust

pytestmark = [pytest.mark.world, pytest.mark.slow]

TOPICS = {"desks": "desk (oak OR beech)", "asks": '"where do I buy" -plastic'}
REDDIT = LISTENER.replace(
    'use = "hackernews"', 'use = "reddit"\nsubreddits = ["desks", "chairs"]\nsearch = true'
).replace('every = "1s"', 'every = "2s"')

WORDS = (
    "oak desk, any good?",
    "Where do I buy a lamp",
    "beech or ash?",
    "where do i buy plastic feet",
    "a desk of beech",
)


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    """A folder of invented posts and comments."""
    things: list[dict[str, Any]] = []
    for n in range(1_200):
        words, place = f"{WORDS[n % len(WORDS)]} No. {n}", ("desks", "chairs", "lamps")[n % 3]
        made = comment(f"c{n}", n, body=words) if n % 4 == 0 else submission(f"p{n}", n, title=words)
        things.append({**made, "subreddit": place, "id": f"{n:x}", "created_utc": float(n)})
    (tmp_path / "data" / "reddit").mkdir(parents=True)
    lines = [json.dumps({"kind": thing["name"][:2], "data": thing}) + "\n" for thing in things]
    (tmp_path / "data" / "reddit" / "things.jsonl").write_text("".join(lines))
    return tmp_path / "data"


def expected(posts: Path, offered: Mapping[str, float], deleted: Mapping[str, float]) -> set[str]:
    things = [json.loads(line)["data"] for line in (posts / "reddit" / "things.jsonl").read_text().splitlines()]
    now = datetime.now(UTC)
    shown = [
        Post(source="reddit", id=each["name"], text=each.get("body", ""), title=each.get("title", ""), created_at=now)
        for each in things
        if each["name"] in offered and each["name"] not in deleted
    ]
    matcher = Matcher.of([Topic(id=name, name=name, query=query) for name, query in TOPICS.items()], {})
    return {
        f"{match.topic}/{post.key}" for post, found in zip(shown, matcher(shown, now), strict=True) for match in found
    }


def product(folder: Path, env: Mapping[str, str]) -> Product:
    made = Product(folder, {**env, **SECRETS}, REDDIT)
    topics = "".join(f"[[topics]]\nname = '{n}'\nquery = '{q}'\nthreshold = 0\n" for n, q in TOPICS.items())
    (folder / "config" / "topics.toml").write_text(topics)
    return made


def check(made: Product, ledger: Mapping[str, Any], posts: Path) -> None:
    found = Counter(row[0] for row in made.rows("select key from findings"))
    wanted = expected(posts, ledger["offered"]["reddit"], ledger["deleted"].get("reddit", {}))
    gone = {f"reddit:{name}" for name in ledger["deleted"].get("reddit", {})}
    assert wanted <= set(found), f"lost {sorted(wanted - set(found))[:5]}"
    strange = {key for key in set(found) - wanted if key.partition("/")[2] not in gone}
    assert (strange, max(found.values())) == (set(), 1)
    told = Counter(message["metadata"]["event_payload"]["k"] for message in ledger["slack"]["messages"])
    planned = {row[0] for row in made.rows(PLANNED)}
    assert set(told) <= planned and set(told.values()) <= {1}
    assert (ledger["unknown_hosts"], distrust(ledger), ledger["errors"]) == ([], [], [])


def test_once_then_run_find_and_tell_everything_once(new_world: Any, posts: Path, tmp_path: Path) -> None:
    with new_world(data=[posts], speed=8, seed=1) as world:
        made = product(tmp_path / "product", world.env)
        made.run("once")
        made.run("run", "--for", "12s")
        made.run("once")
        check(made, world.ledger, posts)
        told = len(world.ledger["slack"]["messages"])
        requests = [each for each in world.ledger["requests"] if each["platform"] == "reddit"]
    assert told > 5
    assert {each["status"] for each in requests} == {200}
    times = [each["when"] for each in requests]
    assert max(sum(at <= other < at + 60 for other in times) for at in times) <= 100
    assert made.rows("select * from gaps") == []


def test_a_storm_of_faults_and_kills_lose_and_repeat_nothing(new_world: Any, posts: Path, tmp_path: Path) -> None:
    rng = random.Random(7)
    with new_world(data=[posts], speed=5, seed=7) as world:
        made = product(tmp_path / "product", world.env)
        made.run("once")
        for spec in (
            "503:p=0.1",
            "html:p=0.1",
            "truncate:p=0.1",
            "repeat:p=0.05",
            "drop:p=0.05",
            "late:3s",
            "delete:40",
        ):
            world.fault(f"reddit:{spec}")
        world.fault("slack:drop-after-accept:p=0.3")
        for _ in range(12):
            made.live(rng.choice((0.5, 1.5, 2.5)), world)
        world.faults.clear()
        made.run("once")
        made.run("once")
        check(made, world.ledger, posts)
        struck = [each for each in world.ledger["requests"] if each["faults"] and each["platform"] == "reddit"]
    assert struck, "the storm did strike"
