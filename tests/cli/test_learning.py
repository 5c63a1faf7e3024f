"""Measuring a tagger on labels."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

LABELS = [
    {"id": "1", "text": "where can I buy a desk in Leeds?", "moments": ["buy"], "question": True, "platform": "forum"},
    {"id": "2", "text": "the sun shines on the hill", "moments": [], "question": False, "natural": True},
    {"id": "3", "text": "this is the worst phone ever", "label": "negative"},
]


def written(home: Path, *lines: object) -> str:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    (home / "labels.jsonl").write_text(text + "\n", encoding="utf-8")
    return "labels.jsonl"


def test_a_row_for_each_tag_that_is_labelled(listener: Run, home: Path) -> None:
    answer = listener("eval", written(home, *LABELS), "--tagger", "fast")
    assert answer.code == 0
    assert answer.out.startswith("fast-2/")
    rows = {line.split()[0]: line.split() for line in answer.out.split("\n\n")[1].splitlines()}
    assert rows["buy"][1:3] == ["1", "1"]
    assert rows["question"][1:3] == ["1", "1"]
    assert "complaint" not in rows
    assert "NATURAL POSTS (1)" in answer.out
    assert "mood: macro recall 1.000 (negative 1.000)" in answer.out


def test_the_figures_as_json(listener: Run, home: Path) -> None:
    answer = listener("eval", written(home, *LABELS), "--json")
    [buy] = [row for row in answer.json["all posts"]["rows"] if row["tag"] == "buy"]
    assert (buy["labelled"], buy["given"], buy["recall"]["value"]) == (1, 1, 1.0)
    assert 0 <= buy["precision"]["low"] < buy["precision"]["high"] <= 1


@pytest.mark.parametrize("bad", ["{", '{"id": "2"}', '{"id": "2", "text": "x", "moments": ["fly"]}'])
def test_a_line_that_is_no_label_is_named(listener: Run, home: Path, bad: str) -> None:
    answer = listener("eval", written(home, LABELS[0], bad))
    assert (answer.code, answer.out) == (1, "")
    assert "labels.jsonl:2: " in answer.err


def test_a_file_without_labels_is_told(listener: Run, home: Path) -> None:
    answer = listener("eval", written(home, ""))
    assert answer.code == 1
    assert answer.err.startswith("labels.jsonl: no labels in it; write one JSON object a line")


def test_the_card_of_the_tagger(listener: Run) -> None:
    card = listener("tag", "--model-card", "--tagger", "fast").json
    assert card["kind"] == "fast"
    assert len(card["labels"]["sha256"]) == 64
    assert set(card["levels"]) >= {"know", "go", "do", "buy", "question"}
    assert 0.5 < card["figures"]["all"]["macro_f1"] < 1
