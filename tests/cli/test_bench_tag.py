"""The bench of taggers: its table, its JSON, and its exit code."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from listener.cli import bench_tag
from listener.ops.sentiment import FLOODS
from listener.ops.tagging import Speed, measure
from listener.types import Post
from tests.cli.conftest import Run

GOOD = Speed("fast", "fast-1/x", 10, 40_000.0, 0.2, {"5,000 emoji": 4.0})
SLOW = Speed("accurate", "accurate-1/x", 10, 100.0, 2.0, {"5,000 emoji": 70.0})


def given(monkeypatch: pytest.MonkeyPatch, *speeds: Speed) -> None:
    """The figures that are measured, a tagger each."""
    found = {speed.choice: speed for speed in speeds}
    monkeypatch.setattr(bench_tag, "_installed", lambda: list(found))
    monkeypatch.setattr(bench_tag, "measure", lambda choice, _: found[choice])


def test_speed_load_and_floods_are_shown(listener: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, GOOD)
    answer = listener("bench", "tag", "--json", "out.json")
    assert (answer.code, answer.err) == (0, "")
    rows = [row.split() for row in answer.out.splitlines()]
    assert ["fast-1/x", "40,000", "posts/s", "≥", "30,000"] in rows
    assert ["loaded", "in", "0.20", "s", "≤", "1", "s"] in rows
    assert json.loads((home / "out.json").read_text())["fast"]["met"] is True


def test_what_is_missed_is_named(listener: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, GOOD, SLOW)
    answer = listener("bench", "tag")
    assert answer.code == 1
    assert answer.err == "missed: accurate: 200 posts/s; accurate: loaded in 1 s; accurate: 5,000 emoji\n"


def test_a_tagger_is_really_measured(post: Callable[..., Post]) -> None:
    speed = measure("fast", [post("where can I buy a desk?")] * 3, times=1)
    assert speed.model.startswith("fast-1/")
    assert speed.per_second > 100
    assert set(speed.floods_ms) == set(FLOODS)
