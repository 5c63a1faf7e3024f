"""The stand-in platforms, where they are beside the checkout."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.world.support import patient, scopes, titles


@pytest.fixture(scope="session")
def new_world(shared: Path) -> Any:
    """Makes worlds; skips where it is absent."""
    tools = shared / "tools"
    if not (tools / "loopback").is_dir():
        pytest.skip("needs the stand-in platforms beside the checkout: no shared/tools/loopback")
    sys.path.insert(0, str(tools))
    return patient(import_module("loopback.world").World)


@pytest.fixture(scope="session")
def data(shared: Path) -> Path:
    return shared / "data" / "recorded"


@pytest.fixture(scope="session")
def stories(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every fourth of the recorded stories: several pages, and no more, of which each costs seconds."""
    folder = tmp_path_factory.mktemp("stories")
    lines = (data / "hn.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "hn.jsonl").write_text("".join(lines[::4]), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def says(data: Path) -> dict[str, str]:
    return titles(data)


@pytest.fixture(autouse=True)
def _scopes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LOOPBACK_SLACK_SCOPES", scopes())
    yield
