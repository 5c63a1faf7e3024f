"""`make crash`: every step, every disk error at every step, thousands of double deaths, backups put back at random."""

import logging
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import product
from pathlib import Path

from tests.crash.life import Steps, World, put_back, recover, snapshot

ERRORS = ("SQLITE_FULL", "SQLITE_BUSY", "SQLITE_IOERR")
DOUBLE_DEATHS, RESTORES = 3_000, 1_000


def main() -> int:
    """Run everything; print a line a kind and the seed of each failure; 1 if something was lost or repeated."""
    logging.disable()
    failures = 0
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as made:
        folder = Path(made) / "life"
        length = _length(folder)
        for name, lives in _kinds(length):
            tried = 0
            for label, live in lives:
                tried += 1
                failures += not _holds(folder, f"{name} {label}", live)
            print(f"{name}: {tried} tried")
    print(f"{failures} failed")
    return int(failures > 0)


def _kinds(length: int) -> Iterator[tuple[str, Iterator[tuple[str, Callable[[World], None]]]]]:
    every = range(1, length + 1)
    errors = product(every, ERRORS, (False, True))
    yield "death at every step", ((f"{n}", partial(_die, [n])) for n in every)
    yield "disk error at every step", ((f"{error}", partial(_err, error)) for error in errors)
    yield "double death", ((f"seed {seed}", partial(_die_twice, seed, length)) for seed in range(DOUBLE_DEATHS))
    yield "backup put back", ((f"seed {seed}", partial(_restore, seed, length)) for seed in range(RESTORES))


def _length(folder: Path) -> int:
    world = _world(folder)
    steps = world.live()
    world.check()
    return steps.count


def _world(folder: Path) -> World:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return World(folder)


def _holds(folder: Path, name: str, live: Callable[[World], None]) -> bool:
    world = _world(folder)
    live(world)
    world.server.loses = 0.0
    recover(world)
    try:
        world.check()
    except AssertionError as error:
        print(f"FAILED {name}: {error}")
        return False
    return True


def _err(error: tuple[int, str, bool], world: World) -> None:
    world.live(Steps(*error))


def _die(deaths: Iterable[int], world: World) -> None:
    for death in deaths:
        world.live(Steps(death))
        world.clock.advance(1)


def _die_twice(seed: int, length: int, world: World) -> None:
    rng = random.Random(seed)
    world.server.loses = rng.choice((0.0, 0.3))
    _die([rng.randint(1, length), rng.randint(1, length)], world)


def _restore(seed: int, length: int, world: World) -> None:
    """Die, copy, go on and die again, put the copy back; perhaps die once more."""
    rng = random.Random(seed)
    world.server.loses = rng.choice((0.0, 0.3))
    _die([rng.randint(1, length)], world)
    snapshot(world.path)
    world.clock.advance(rng.randint(1, 300))
    _die((rng.randint(1, length * 2) for _ in range(rng.randint(1, 3))), world)
    put_back(world.path)
    if rng.random() < 0.5:
        _die([rng.randint(1, length)], world)


if __name__ == "__main__":
    sys.exit(main())
