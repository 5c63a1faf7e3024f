"""The table of the bench, its JSON, and its exit code."""

import json
from pathlib import Path

import pytest

from listener.cli import bench
from listener.ops.limits import Cost, Figure
from listener.ops.limits.cost import STEPS
from listener.ops.searching import SCANS, Took
from tests.cli.conftest import Run


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Figures that are all within their aims."""
    monkeypatch.setattr(bench, "help_takes", lambda: Figure("--help", 0.04, 0.3, "s"))
    monkeypatch.setattr(bench, "run_takes", lambda seconds, clock: [Figure(f"run {seconds:g}", 51.2, 120, "MB")])
    monkeypatch.setattr(bench, "costs", lambda now, progress: [Cost("10,000 emoji", dict.fromkeys(STEPS, 1.5))])
    return monkeypatch


def test_each_figure_stands_beside_its_aim(listener: Run, measured: pytest.MonkeyPatch) -> None:
    answer = listener("bench", "limits", "--for", "7")
    assert (answer.code, answer.err) == (0, "")
    rows = [row.split() for row in answer.out.splitlines()]
    assert rows[0][-2:] == ["TOTAL", "AIM"]
    assert rows[1] == ["10,000", "emoji", *["1.5"] * 6, "9.0", "≤", "50"]
    assert ["run", "7", "51.20", "MB", "≤", "120", "MB"] in rows


def test_the_figures_are_written_as_json(listener: Run, measured: pytest.MonkeyPatch, home: Path) -> None:
    listener("bench", "limits", "--json", "limits.json")
    written = json.loads((home / "limits.json").read_text())
    assert written["met"] is True
    assert written["posts"][0]["total_ms"] == 9
    assert written["figures"][0] == {"what": "--help", "value": 0.04, "most": 0.3, "unit": "s"}


def test_a_missed_aim_is_named_and_fails(listener: Run, measured: pytest.MonkeyPatch, home: Path) -> None:
    measured.setattr(bench, "costs", lambda now, progress: [Cost("zalgo", dict.fromkeys(STEPS, 9.0))])
    answer = listener("bench", "limits", "--json", "limits.json")
    assert (answer.code, answer.err) == (1, "missed: zalgo\n")
    assert json.loads((home / "limits.json").read_text())["met"] is False


def test_searches_are_measured(listener: Run, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    slow = Took("a phrase", '"a b"', 250.0, 3, stopped=False)
    monkeypatch.setattr(bench, "search_takes", lambda path, now: [slow, Took(SCANS[0], "/x/", 700.0, 1, stopped=True)])
    answer = listener("bench", "search", "--findings", "5", "--json", "search.json")
    assert (answer.code, answer.err) == (1, "missed: a phrase\n")
    assert [line.split()[-1] for line in answer.out.splitlines()] == ["QUERY", 'b"', "/x/"]
    assert "stopped" in answer.out
    assert json.loads((home / "search.json").read_text())["findings"] == 5
