"""Die at every step, recover, count: nothing lost, nothing twice."""

import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.life import Steps, World, put_back, recover, snapshot

ERRORS = ["SQLITE_FULL", "SQLITE_BUSY", "SQLITE_IOERR"]


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory where there is such a place: thousands of lives end on the disk otherwise."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as made:
        yield Path(made)


@pytest.fixture(scope="module")
def length() -> int:
    """Steps of an undisturbed life."""
    with tempfile.TemporaryDirectory() as made:
        world = World(Path(made))
        steps = world.live()
        world.check()
        return steps.count


def die(folder: Path, *deaths: int, loses: float = 0.0) -> None:
    """A world in which one life after another dies at the given steps, then one recovers."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    world = World(folder)
    world.server.loses = loses
    for death in deaths:
        world.live(Steps(death))
        world.clock.advance(1)
    world.server.loses = 0
    recover(world)
    world.check()


def test_an_undisturbed_life_tells_everything_once(folder: Path) -> None:
    world = World(folder)
    world.live()
    world.check()
    world.live()
    world.check()


@pytest.mark.slow
def test_a_death_at_every_step_loses_and_repeats_nothing(folder: Path, length: int) -> None:
    assert length > 300
    for death in range(2, length + 1, 2):  # after each; before it is after the one before (`make crash` dies there too)
        die(folder / "life", death)


@pytest.mark.slow
def test_a_second_death_during_recovery_changes_nothing(folder: Path, length: int) -> None:
    rng = random.Random(2)
    for _ in range(50):
        die(folder / "life", rng.randint(1, length), rng.randint(1, length))


def test_many_deaths_with_lost_answers_change_nothing(folder: Path, length: int) -> None:
    rng = random.Random(3)
    for _ in range(10):
        die(folder / "life", *(rng.randint(1, length) for _ in range(8)), loses=0.3)


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("ever_after", [False, True], ids=["once", "for ever"])
def test_an_error_of_the_disk_rolls_back_and_work_goes_on_later(
    folder: Path, length: int, error: str, ever_after: bool
) -> None:
    for at in random.Random(4).sample(range(1, length // 2), 12):
        shutil.rmtree(folder / "life", ignore_errors=True)
        (folder / "life").mkdir()
        world = World(folder / "life")
        world.live(Steps(at, error, ever_after))
        recover(world)
        world.check()


def test_a_backup_put_back_repeats_and_loses_nothing(folder: Path, length: int) -> None:
    """The database is copied while nothing runs, life goes on and dies, the copy is put back."""
    for first, second in [(length // 3, length), (length // 2, length * 2 // 3), (length * 2 // 3, length - 9)]:
        shutil.rmtree(folder / "life", ignore_errors=True)
        (folder / "life").mkdir()
        world = World(folder / "life")
        world.live(Steps(first))
        snapshot(world.path)
        world.clock.advance(60)
        world.live(Steps(second))
        put_back(world.path)
        recover(world)
        world.check()
