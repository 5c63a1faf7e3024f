"""All platforms at once, for seconds; `python -m tests.storm` plays it for minutes."""

from pathlib import Path
from typing import Any

import pytest

from tests.storm.play import play
from tests.storm.weather import Plan

pytestmark = [pytest.mark.world, pytest.mark.slow]


def test_a_storm_over_all_platforms_loses_and_repeats_nothing(new_world: Any, tmp_path: Path) -> None:
    result = play(Plan(seconds=8, speed=6, kills=2, seed=6, usd=1.0, wild=5.0), new_world, tmp_path)
    assert result.wrong == []
    assert any(each.struck for each in result.platforms.values()), "the storm did strike"
    assert result.alerts.told > 5
    assert result.usd <= 1.0
