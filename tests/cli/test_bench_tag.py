"""The bench of taggers: its table, its JSON, and its exit code."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from listener.cli import bench_tag
from listener.ops.sentiment import FLOODS
from listener.ops.tagging import Speed, drawn, measure
from listener.types import Post
from tests.cli.conftest import Run

GOOD = Speed("fast", "fast-1/x", 1_000, 300, 40_000.0, 40_500.0, 0.2, 120.0, 2.0, {"emoji": 4.0})
SLOW = Speed("accurate", "accurate-1/x", 1_000, 300, 100.0, 150.0, 2.0, 120.0, 2.0, {"emoji": 70.0})


def given(monkeypatch: pytest.MonkeyPatch, *speeds: Speed) -> None:
    """The figures that are measured, a tagger each."""
    found = {speed.choice: speed for speed in speeds}
    monkeypatch.setattr(bench_tag, "_installed", lambda: list(found))
    monkeypatch.setattr(bench_tag, "measure_alone", lambda choice, _: found[choice])


def test_speed_load_and_floods_are_shown(listener: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, GOOD)
    answer = listener("bench", "tag", "--json", "out.json")
    assert (answer.code, answer.err) == (0, "")
    rows = [row.split() for row in answer.out.splitlines()]
    assert ["fast-1/x", "40,000", "posts/s", "≥", "30,000"] in rows
    assert ["posts", "300", "of", "1,000"] in rows
    assert ["on", "the", "clock", "40,500", "posts/s"] in rows
    assert ["memory", "120", "MB", "≤", "250", "MB"] in rows
    assert ["twice", "as", "long", "2.0", "times", "≤", "2.5"] in rows
    assert ["loaded", "in", "0.20", "s", "≤", "1", "s"] in rows
    assert json.loads((home / "out.json").read_text())["fast"]["met"] is True


def test_what_is_missed_is_named(listener: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, GOOD, SLOW)
    answer = listener("bench", "tag")
    assert answer.code == 1
    assert answer.err == "missed: accurate: 200 posts/s; accurate: loaded in 1 s; accurate: emoji\n"


@pytest.mark.parametrize(
    ("field", "value", "missed"),
    [
        ("peak_mb", 251.0, "250 MB"),
        ("growth", 4.0, "linear in length"),
        ("loads", 1.1, "loaded in 1 s"),
    ],
)
def test_each_figure_has_its_aim(field: str, value: float, missed: str) -> None:
    assert GOOD.missed == []
    assert replace(GOOD, **{field: value}).missed == [f"fast: {missed}"]


def test_posts_are_drawn_evenly_and_none_twice(post: Callable[..., Post]) -> None:
    posts = [post(id=str(number)) for number in range(10)]
    assert [each.id for each in drawn(posts, 4)] == ["0", "2", "5", "7"]
    assert drawn(posts, 20) == posts


def test_a_tagger_is_really_measured(post: Callable[..., Post]) -> None:
    speed = measure("fast", [post("where can I buy a desk?")] * 3, given=7, times=1)
    assert speed.model.startswith("fast-")
    assert (speed.given, speed.posts) == (7, 3)
    assert speed.per_second > 100
    assert speed.at_once > 0
    assert speed.peak_mb > 10
    assert 0 < speed.growth < 50
    assert set(speed.floods_ms) == set(FLOODS)
