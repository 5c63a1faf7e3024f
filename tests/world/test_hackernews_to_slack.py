"""From Hacker News to Slack with the real clients: each matching post found once and told once."""

import random
import shutil
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.world.support import Product, check

pytestmark = [pytest.mark.world, pytest.mark.slow]

KILLS = 100


def test_once_then_run_find_and_tell_everything_once(
    new_world: Any, stories: Path, says: Mapping[str, str], tmp_path: Path
) -> None:
    with new_world(data=[stories], speed=20, seed=1) as world:
        product = Product(tmp_path / "product", world.env)
        product.run("once")
        backlog = product.rows(
            "select f.state from findings f join posts p on p.key = f.post_key, health h "
            "where h.name = 'source:hackernews' and p.created_at < h.since"
        )
        assert len(backlog) > 100
        assert set(backlog) == {("suppressed",)}, "the backlog is stored, not told"
        product.run("run", "--for", "8s")
        product.run("once")
        states = check(product, world.ledger, says)
        pages = [r for r in world.ledger["requests"] if "page" in r["path"] or "created_at_i" in r["path"]]
        assert len(pages) > 20, "a backlog larger than a page was paged through"
    assert states["open"] > 5


def test_a_storm_of_faults_and_a_hundred_kills_lose_and_repeat_nothing(
    new_world: Any, stories: Path, says: Mapping[str, str], tmp_path: Path
) -> None:
    rng = random.Random(5)
    with new_world(data=[stories], speed=4, seed=5) as world:
        product = Product(tmp_path / "product", world.env)
        product.run("once")
        for spec in (
            "slack:429:every=3",
            "slack:drop-after-accept:p=0.5",
            "slack:lag:3s",
            "slack:drop:p=0.05",
            "hackernews:503:p=0.1",
            "hackernews:html:p=0.1",
            "hackernews:truncate:p=0.1",
            "hackernews:repeat:p=0.05",
            "hackernews:late:5s",
        ):
            world.fault(spec)
        passing = None
        for kill in range(KILLS):
            if kill in (20, 60):
                passing = world.fault("slack:down" if kill == 20 else "slack:token_revoked")
            if kill in (35, 70) and passing:
                world.faults.remove(passing)
            if kill == 45:
                _copy(product.database)
            if kill == 80:
                _put_back(product.database)
            product.live(rng.choice((0.0, 0.2, 0.8)), world)
        world.faults.clear()
        product.run("once")
        product.run("once")
        states = check(product, world.ledger, says)
        struck = {request["platform"] for request in world.ledger["requests"] if request["faults"]}
        assert struck >= {"slack", "hackernews"}, "the storm did strike"
    assert states["open"] > 10


def _copy(database: Path) -> None:
    source, copy = sqlite3.connect(database), sqlite3.connect(f"{database}.copy")
    source.backup(copy)
    source.close()
    copy.close()


def _put_back(database: Path) -> None:
    """An older backup is put in place by hand; the guard stays."""
    for ending in ("", "-wal", "-shm"):
        Path(f"{database}{ending}").unlink(missing_ok=True)
    shutil.copy(f"{database}.copy", database)
