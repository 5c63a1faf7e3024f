"""A run from the first pass to the count."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep, time
from typing import Any

from msgspec import Struct

from tests.storm import content, figures, setting
from tests.storm.weather import Plan, Weather, sometimes_say_how_long
from tests.world.support import Product

_PATIENCE = 240.0  # seconds after the end until everything is found and told
_PAUSE = timedelta(minutes=20)  # after which a feed that was refused has been tried again


class Result(Struct, frozen=True, kw_only=True):
    """What came of it."""

    seconds: float
    kills: int
    platforms: Mapping[str, figures.Reading]
    alerts: figures.Telling
    usd: float  # what X would have charged
    booked: float  # what the product's own books say of it: more where answers were lost, never less
    cap: float
    strange: list[Any]

    @property
    def wrong(self) -> list[str]:
        """What must not be."""
        found = [f"{name}: lost {each.lost[:3]}" for name, each in self.platforms.items() if each.lost]
        found += [f"{name}: asked as {each.agents}" for name, each in self.platforms.items() if each.agents]
        found += [f"told {what}: {keys[:3]}" for what, keys in self._untrue() if keys]
        if "reddit" in self.platforms and self.platforms["reddit"].most_a_minute > 100:
            found.append(f"reddit: {self.platforms['reddit'].most_a_minute} requests in a minute")
        if not self.usd <= self.booked <= self.cap:
            found.append(f"x: {self.usd} USD, {self.booked} in the books, of {self.cap}")
        return [*found, *map(str, self.strange)]

    def _untrue(self) -> list[tuple[str, list[str]]]:
        alerts = self.alerts
        return [
            ("never", alerts.lost + alerts.untold),
            ("twice", alerts.twice),
            ("the beginning, not the end", alerts.unended),
        ]


def play(plan: Plan, world_kind: Any, folder: Path) -> Result:
    """Play it in `folder`."""
    names = setting.platforms()
    feed = plan.speed if plan.calm else min(plan.speed, setting.SLOW)
    counts = {name: setting.BACKLOG + int(plan.seconds * (feed if name == "feeds" else plan.speed)) for name in names}
    made = content.write(folder / "data", counts)
    with setting.new_world(world_kind, folder / "data", made, plan.speed, feed=feed) as world:
        product = setting.product(folder / "product", world.env, names, plan.usd)
        product.run("once")
        kills: list[float] = []
        weather = Weather(world, names, plan)
        weather.start()
        if plan.calm:
            _run(product, plan.seconds)
        else:
            sometimes_say_how_long(world)
            kills = _live_and_die(product, plan)
        weather.end()
        _settle(product, world, made)
        ledger = world.ledger
        downs = figures.troubles(ledger, weather.downs, kills)
        return Result(
            seconds=plan.seconds,
            kills=plan.kills,
            platforms={name: figures.reading(name, product, ledger, world, made[name], downs) for name in names},
            alerts=figures.telling(product, ledger),
            usd=ledger["billed"]["x"]["usd"],
            booked=product.rows("select coalesce(sum(spent + held), 0) from spending")[0][0] / 1_000_000,
            cap=plan.usd,
            strange=figures.strange(ledger),
        )


def _run(product: Product, seconds: float) -> None:
    product.run("run", "--for", f"{seconds:.0f}s", timeout=seconds + 60)


def _live_and_die(product: Product, plan: Plan) -> list[float]:
    """Be killed at random times, the last time at the end; answers when, in epoch seconds."""
    rng = random.Random(plan.seed)
    times = sorted([*(rng.uniform(0, plan.seconds) for _ in range(plan.kills - 1)), plan.seconds])
    began, killed = monotonic(), list[float]()
    for number, at in enumerate(times, 1):
        said = product.live(max(0.1, began + at - monotonic()))
        if "Traceback" in said:
            print(said, file=sys.stderr)
        killed.append(time())
        _note(f"killed {number} times in {monotonic() - began:.0f} s")
    return killed


def _settle(product: Product, world: Any, made: Mapping[str, Mapping[str, str]]) -> None:
    """Run until all is found and told, or for as long as anybody would wait; then look at what was paused."""
    process, end = product.start("run"), monotonic() + _PATIENCE
    while monotonic() < end and process.poll() is None and not _is_settled(product, world, made):
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=1.0)
    os.kill(process.pid, signal.SIGTERM)
    process.communicate(timeout=30)
    later = (datetime.now(UTC) + _PAUSE).isoformat()
    product.start("once", "--now", later).communicate(timeout=300)
    sleep(0.1)  # the ledger notes an answer after it went out


def _is_settled(product: Product, world: Any, made: Mapping[str, Mapping[str, str]]) -> bool:
    ledger = world.ledger
    for name, topics in made.items():
        posts = figures.Posts(name, product, ledger, world)
        missing = [id for id in posts.offered if topics[id] and posts.platform.key(id) not in posts.found]
        if any(id not in posts.deleted for id in missing):
            return False
    waiting = "select count(*) from outbox where state in ('pending', 'sending', 'unknown') and channel like 'slack:%'"
    return product.rows(waiting) == [(0,)]


def _note(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
