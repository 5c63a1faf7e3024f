"""`sqlite3 .backup` at a random step of a running life; life goes on, perhaps dies; the copy is put back."""

import random
import tempfile
from pathlib import Path

import pytest

from tests.crash.life import Steps, World, put_back, recover, snapshot


class Copying(Steps):
    def __init__(self, path: Path, copy_at: int, at: int = 0) -> None:
        super().__init__(at)
        self.path, self.copy_at = path, copy_at

    def __call__(self) -> None:
        if self.count == self.copy_at:
            snapshot(self.path)
        super().__call__()


@pytest.mark.parametrize("seed", range(60))
def test_a_backup_in_the_middle_of_a_run(seed: int) -> None:
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        world = World(Path(folder), rng.randint(2, 8))
        world.server.loses = rng.choice((0.0, 0.3))
        copy_at = rng.randint(60, 330)
        world.live(Copying(world.path, copy_at, rng.choice((0, copy_at + rng.randint(1, 150)))))
        world.clock.advance(rng.randint(0, 400))
        if not Path(f"{world.path}.copy").exists():
            return
        if rng.random() < 0.4:
            world.live(Steps(rng.randint(1, 200)))
        put_back(world.path)
        world.server.loses = 0.0
        if rng.random() < 0.5:
            world.live(Steps(rng.randint(1, 200)))
        recover(world)
        world.check()
