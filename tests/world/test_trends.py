"""A burst of the same question over Reddit and X ends in one card in Slack, with the real client."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.sources.reddit.fake import SECRETS, submission
from tests.trend.asking import REFUND, other
from tests.world.support import LISTENER, Product

REAL = """[[sources]]
use = "reddit"
subreddits = ["kettles"]
[[sources]]
use = "x"
max_usd_per_day = 5.0
since = "1h"
"""

pytestmark = [pytest.mark.world, pytest.mark.slow]

FILE = LISTENER.replace('use = "hackernews"', 'use = "jsonl"\npath = "posts.jsonl"')


def _write(folder: Path, posts: Iterable[tuple[str, str, datetime, str]]) -> None:
    """Append posts: name, words, time, author; odd names are on X."""
    with (folder / "posts.jsonl").open("a") as file:
        for number, (name, text, at, author) in enumerate(posts):
            platform = ("reddit", "x")[number % 2]
            row = {"id": name, "text": f"{text} kettle", "source": platform, "author": author}
            file.write(json.dumps({**row, "created_at": at.isoformat(), "url": f"https://example.org/{name}"}) + "\n")


@pytest.fixture
def listening(new_world: Any, tmp_path: Path) -> Any:
    """A product that has heard three days of questions; and the world that it tells."""
    now = datetime.now(UTC)
    with new_world() as world:
        made = Product(tmp_path / "product", world.env, FILE, {"kettles": "kettle"})
        quiet = "[[topics]]\nname = 'kettles'\nquery = 'kettle'\nthreshold = 100\n"  # of single posts nobody hears
        (made.folder / "config" / "topics.toml").write_text(quiet)
        days = ((f"b{n}", other(n), now - timedelta(minutes=15 * (240 - n)), f"a{n}") for n in range(240))
        _write(made.folder, days)
        made.run("once")
        yield made, world


def _asked(texts: Iterable[str], author: str = "") -> list[tuple[str, str, datetime, str]]:
    now = datetime.now(UTC)
    return [(f"{author}r{len(t)}-{n}", t, now, author or f"asker{n}") for n, t in enumerate(texts)]


def _cards(world: Any) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = world.ledger["slack"]["messages"]
    return [each for each in messages if each["metadata"]["event_payload"]["k"].startswith("trend/")]


def test_paraphrases_over_two_platforms_end_in_one_card_that_grows_in_its_thread(listening: Any) -> None:
    made, world = listening
    _write(made.folder, _asked(REFUND[:3]))
    made.run("once")
    [card] = _cards(world)
    more = [f"{text} Asking for a friend, too" for text in REFUND]
    _write(made.folder, [(f"m{n}", text, datetime.now(UTC), f"friend{n}") for n, text in enumerate(more)])
    made.run("once")
    made.run("once")
    cards = _cards(world)
    parents = [each for each in cards if not each.get("thread_ts") or each["thread_ts"] == each["ts"]]
    assert [each["ts"] for each in parents] == [card["ts"]]
    assert len(cards) > len(parents)
    assert {each["thread_ts"] for each in cards if each not in parents} == {card["ts"]}


def test_thirty_copies_by_one_author_end_in_none(listening: Any) -> None:
    made, world = listening
    _write(made.folder, _asked([f"{text} {n}" for n in range(5) for text in REFUND], author="eager"))
    made.run("once")
    assert _cards(world) == []


def _platforms(folder: Path) -> Path:
    """Recorded posts of Reddit and X: two dozen of anything are there at the start, then the burst comes."""
    quiet = [f"{other(300 + n)} kettle" for n in range(24)]
    asked = [f"{text} kettle" for text in REFUND * 4]
    things = [
        submission(f"p{n}", n, title=f"{text} {n // 6}") | {"subreddit": "kettles", "author": f"r{n}", "id": f"{n:x}"}
        for n, text in enumerate([*quiet, *asked])
    ]
    tweets = [
        {"id": str(10**18 + n), "edit_history_tweet_ids": [str(10**18 + n)], "text": f"For friend {n}: {text}"}
        for n, text in enumerate([*quiet, *asked])
    ]
    for name, rows in (
        ("reddit/things", [{"kind": "t3", "data": thing} for thing in things]),
        ("x/tweets", tweets),
    ):
        path = folder / "data" / f"{name}.jsonl"
        path.parent.mkdir(parents=True)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder / "data"


def test_a_burst_over_reddit_and_x_themselves_is_one_card(new_world: Any, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with new_world(data=[_platforms(tmp_path)], speed=0) as world:
        file = FILE.replace("[[channels]]", f"{REAL}[[channels]]", 1)
        env = {**world.env, **SECRETS, "X_BEARER_TOKEN": "some-token"}
        made = Product(tmp_path / "product", env, file, {"kettles": "kettle"})
        (made.folder / "config" / "topics.toml").write_text(
            "[[topics]]\nname = 'kettles'\nquery = 'kettle'\nthreshold = 100\ntrends = ['question']\n"
        )
        _write(made.folder, ((f"b{n}", other(n), now - timedelta(minutes=15 * (240 - n)), f"a{n}") for n in range(240)))
        made.run("once")
        assert _cards(world) == []
        world.speed = 3.5 / (world.now() - world.began)
        made.run("once")
        world.speed = 1e9
        made.run("once")
        made.run("once")
        cards = _cards(world)
    parents = [each for each in cards if not each.get("thread_ts") or each["thread_ts"] == each["ts"]]
    assert len(parents) == 1, [each["text"] for each in parents]
    assert {"Reddit", "X"} <= set(re.findall("Reddit|X", parents[0]["text"]))
    assert len(cards) > 1, "it grew in its thread"
