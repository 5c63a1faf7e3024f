"""The stand-in platforms, where they are beside the checkout."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.world.support import scopes, titles


@pytest.fixture(scope="session")
def new_world(shared: Path) -> Any:
    """Makes worlds; skips where it is absent."""
    tools = shared / "tools"
    if not (tools / "loopback").is_dir():
        pytest.skip("needs the stand-in platforms beside the checkout: no shared/tools/loopback")
    sys.path.insert(0, str(tools))
    return _patient(import_module("loopback.world").World)


def _patient(world: Any) -> Any:
    """Worlds whose ledger is copied again where an answer was noted while it was being copied."""

    class World(world):  # type: ignore[misc]  # of a tool that has no types
        @property
        def ledger(self) -> Any:
            while True:
                try:
                    return super().ledger
                except RuntimeError:  # "changed size during iteration"
                    continue

    return World


@pytest.fixture(scope="session")
def data(shared: Path) -> Path:
    return shared / "data" / "recorded"


@pytest.fixture(scope="session")
def says(data: Path) -> dict[str, str]:
    return titles(data)


@pytest.fixture(autouse=True)
def _scopes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LOOPBACK_SLACK_SCOPES", scopes())
    yield
