"""The invented posts that teach beside real ones: well formed, said to be invented, and never judged by."""

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("scipy", reason="training needs SciPy")

fast: Any = importlib.import_module("training.fast")
data: Any = importlib.import_module("training.data")
LINES = [json.loads(line) for line in Path(fast.__file__).with_name("invented.jsonl").read_text().splitlines()]
FIELDS = {"id", "text", "platform", "moments", "question", "urgency", "signals", "place", "natural"}
LABEL = {"id": "1", "text": "the sun is out", "moments": [], "question": False, "urgency": 0, "signals": []}


def test_each_says_that_it_is_invented() -> None:
    assert {line["platform"] for line in LINES} == {"invented"}
    assert all(line["id"].startswith("invented") and not line["natural"] for line in LINES)


def test_each_has_all_labels_and_is_there_once() -> None:
    assert all(line.keys() == FIELDS for line in LINES)
    assert len({data.plain(line["text"]) for line in LINES}) == len({line["id"] for line in LINES}) == len(LINES)


@pytest.mark.parametrize("line", LINES, ids=lambda line: str(line["id"]))
def test_labels_follow_the_guide(line: dict[str, Any]) -> None:
    assert set(line["moments"]) <= {"know", "go", "do", "buy"}
    assert line["urgency"] in ((0, 1, 2) if line["moments"] else (0,))
    assert line["place"] is None or line["place"] in line["text"]
    assert line["place"] is None or {"go", "buy"} & set(line["moments"])


def test_they_teach_wherever_labels_do() -> None:
    learned = fast.learn([LABEL] * 2, [])
    assert "ramen" in learned.grams or "near" in learned.grams
    tweets = [{"text": "fine", "label": "positive"}] * fast.OFTEN_TWEETED
    assert "ramen" not in fast.learn([], tweets).grams, "tweets teach moods alone"


def test_they_are_not_judged_by() -> None:
    assert len(fast.held_out([LABEL] * 2)) == 2
