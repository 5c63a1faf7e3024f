"""Twenty thousand real posts through `listener once`: all read, nothing twice, whatever kills it."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.forked import Forked

pytestmark = pytest.mark.slow

KILLS = 20
TOPICS = {
    "phones": "iphone OR android OR galaxy OR pixel OR (phone (battery OR screen OR charger))",
    "travel": "(hotel* OR hostel* OR airbnb OR trip OR travel* OR itinerary) -giveaway",
    "airlines": "@airlines (flight* OR bag* OR delay* OR cancel* OR gate)",
    "food": 'restaurant* OR recipe* OR ramen OR pizza OR sushi OR "where to eat"',
    "coding help": 'python OR javascript OR linux OR ubuntu OR "error message" OR excel',
    "shoes": "shoes OR sneakers OR nike OR adidas",
    "music": "(guitar OR piano OR headphones) NOT concert",
    "laptops": "laptop* OR macbook* OR thinkpad OR chromebook",
    "streaming": "netflix OR hulu OR spotify",
    "new york": '"new york" OR nyc OR manhattan OR brooklyn',
}
SETS = "[sets]\nairlines = 'united OR delta OR southwest OR jetblue OR usairways'\n"


@pytest.fixture
def folder(tmp_path: Path, shared: Path) -> Path:
    """A configuration that reads all posts into a database of its own and tells the console."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "listener.toml").write_text(
        '[store]\nurl = "sqlite:///real.db"\n'
        f'[[sources]]\nuse = "jsonl"\npath = "{shared}/data/posts.jsonl"\ntime = "arrival"\n'
        '[[channels]]\nuse = "console"\nname = "console"\n[route]\nchannel = "console"\n[tag]\ntagger = "fast"\n'
    )
    topics = "".join(f"[[topics]]\nname = '{name}'\nquery = '{query}'\n" for name, query in TOPICS.items())
    (config / "topics.toml").write_text(SETS + topics)
    return tmp_path


def once(folder: Path) -> Forked:
    return Forked(("once",), folder, os.environ)


def finish(folder: Path) -> str:
    process = once(folder)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return errors


def read(folder: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(folder / "real.db")
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def outcome(folder: Path) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    findings = read(folder, "select key, state, why, top_moment, urgency, score from findings order by key")
    # A trend is named by the moment at which it was found, which a kill delays.
    alerts = read(folder, "select key, state from outbox where key not like 'trend/%' order by key")
    return findings, alerts


def test_a_run_killed_at_random_ends_with_what_an_undisturbed_one_finds(folder: Path) -> None:
    finish(folder)
    assert read(folder, "select sum(posts) from unmatched") == [(21_132 - len({k for (k,) in matched(folder)}),)]
    assert read(folder, "select count(*) from quarantine") == [(0,)]
    expected = outcome(folder)
    assert len(expected[0]) > 1_000
    assert len(expected[1]) > 100
    assert {state for _, state in expected[1]} == {"sent"}

    assert "0 posts read, 0 of them matched: 0 findings, 0 alerts" in finish(folder), "a second run adds nothing"
    assert outcome(folder) == expected

    for leftover in folder.glob("real.db*"):
        leftover.unlink()
    rng, killed = random.Random(7), 0
    while killed < KILLS:
        process = once(folder)
        try:
            process.communicate(timeout=rng.uniform(0.2, 1.2))
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.communicate()
            killed += 1
        else:  # it came to its end before the kill: start over, so that every kill hits work
            for leftover in folder.glob("real.db*"):
                leftover.unlink()
    finish(folder)
    assert outcome(folder) == expected
    assert read(folder, "select sum(posts) from unmatched") == [(21_132 - len({k for (k,) in matched(folder)}),)]
    shutil.rmtree(folder)


def matched(folder: Path) -> list[tuple[object, ...]]:
    return read(folder, "select key from seen where verdict = 'matched'")
