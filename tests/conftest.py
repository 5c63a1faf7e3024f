"""Fixtures that every test may use."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from listener.types import Post

# How long an example takes is no matter of tests.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data and stand-in platforms beside the checkout; skips where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not (folder / "data").is_dir():
        pytest.skip(f"needs the real data beside the checkout: no {folder.name}/data")
    return folder


@pytest.fixture
def post() -> Callable[..., Post]:
    """Makes an invented post; any field may be given."""

    def make(text: str = "where can I buy a standing desk?", **fields: Any) -> Post:
        return Post(**{"source": "forum", "id": "1", "created_at": NOW, "text": text, **fields})

    return make
