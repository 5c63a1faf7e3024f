"""`listener train`: accepted, refused, undone; and what it says of files that it cannot read."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run

THINGS = ("gizmo", "widget", "doodad", "gubbin")


def labels(count: int = 60) -> list[dict[str, Any]]:
    """Half of them wish for something in words that no tagger has heard."""
    wish = [{"text": f"bagsy one {THINGS[n % 4]} {n}x{n}", "moments": ["buy"]} for n in range(count // 2)]
    rest = [{"text": f"the {THINGS[n % 4]} sat on a hill {n}y{n}", "moments": []} for n in range(count // 2)]
    return [{"id": str(number), **each} for number, each in enumerate([*wish, *rest])]


def write(home: Path, rows: list[dict[str, Any]]) -> str:
    (home / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return "labels.jsonl"


@pytest.mark.slow
def test_labels_that_help_are_taken_into_use_and_undone(listener: Run, home: Path) -> None:
    before = listener("tag", "--model-card").json
    answer = listener("train", write(home, labels()))
    assert answer.code == 0
    assert answer.out.splitlines()[0].split() == ["TAG", "LABELLED", "F1", "IN", "USE", "F1", "NEW"]
    assert "On posts left out of the learning, mean F1 of 1 tags: in use 0.000, new 1.000" in answer.out
    assert "Too few labels tell of know, go, do, question, urgency ≥ 1, urgency ≥ 2, " in answer.out
    assert "kept in listener.db.fast.weights." in answer.out
    card = listener("tag", "--model-card").json
    assert (card["version"], card["labels"]["posts"]) == ("2-own", 60)
    assert card["figures"]["own labels"]["buy"]["new"] == 1.0
    assert listener("train", "--undo").out == "In use again: the shipped weights.\n"
    assert listener("tag", "--model-card").json == before


@pytest.mark.slow
def test_a_wish_that_was_taught_is_tagged(listener: Run, home: Path) -> None:
    (home / "posts.jsonl").write_text(json.dumps({"id": "1", "text": "bagsy one gizmo"}) + "\n")
    before = listener("tag", "posts.jsonl").json
    listener("train", write(home, labels()))
    after = listener("tag", "posts.jsonl").json
    assert (before["labels"], after["labels"]) == ([], ["buy"])
    assert {shown["tag"] for shown in after["evidence"]} == {"buy"}


def test_shuffled_labels_are_refused_and_the_old_tagger_stays(listener: Run, home: Path) -> None:
    rows = labels()
    texts = [row["text"] for row in rows]
    random.Random(1).shuffle(texts)
    before = listener("tag", "--model-card").json
    answer = listener("train", write(home, [{**row, "text": text} for row, text in zip(rows, texts, strict=True)]))
    assert answer.code == 1
    assert "Refused: " in answer.out
    assert answer.out.endswith(" stays in use.\n")
    assert listener("tag", "--model-card").json == before
    assert not (home / "listener.db.fast.weights").exists()


@pytest.mark.slow
def test_the_same_labels_again_are_refused(listener: Run, home: Path) -> None:
    file = write(home, labels())
    listener("train", file)
    again = listener("train", file)
    assert again.code == 1
    assert "Refused: it is no better than the one in use. fast-2-own/" in again.out


@pytest.mark.slow
def test_the_answer_as_json(listener: Run, home: Path) -> None:
    told = listener("train", write(home, labels()), "--json").json
    assert (told["accepted"], told["refusal"], told["posts"]) == (True, "", 60)
    assert told["tags"] == [{"tag": "buy", "labelled": 30, "old": 0.0, "new": 1.0}]
    assert told["difference"]["low"] > 0
    assert told["model"] != told["before"]
    assert listener("train", "--undo", "--json").json == {"undone": True, "in use": "the shipped weights"}


def test_too_few_labels_are_refused(listener: Run, home: Path) -> None:
    answer = listener("train", write(home, labels(8)))
    assert answer.code == 1
    assert answer.out.startswith("Refused: 8 labels tell too little: at least 10 posts must have a tag")


@pytest.mark.slow
def test_labels_in_other_languages_are_left_out(listener: Run, home: Path) -> None:
    foreign = [{"id": f"f{n}", "text": f"¿dónde puedo comprar una mesa para mi casa? {n}"} for n in range(3)]
    answer = listener("train", write(home, [*labels(), *foreign]))
    assert answer.out.startswith("3 labels are left out: posts in other languages")


def test_nothing_to_undo_is_said(listener: Run) -> None:
    assert listener("train", "--undo").out == "There is nothing to undo: the shipped weights of fast are in use.\n"


@pytest.mark.parametrize("command", ["train", "eval"])
def test_wrong_lines_are_told_with_their_cure(listener: Run, home: Path, command: str) -> None:
    answer = listener(command, write(home, [*labels(4), {"id": 5, "text": "x"}, {"id": "6"}]))
    assert (answer.code, answer.out) == (1, "")
    assert 'labels.jsonl:5: "id": write a text, "id": "17"' in answer.err
    assert 'labels.jsonl:6: "text" is missing' in answer.err


def test_no_file_is_wrong_usage(listener: Run) -> None:
    answer = listener("train")
    assert answer.code == 2
    assert "name a file of labels, or --undo" in answer.err


@pytest.mark.slow
def test_damaged_own_weights_do_not_stop_the_learning(listener: Run, home: Path) -> None:
    (home / "listener.db.fast.weights").write_bytes(b"broken")
    answer = listener("train", write(home, labels()))
    assert answer.code == 0
    assert listener("tag", "--model-card").json["version"] == "2-own"


def test_figures_by_origin(listener: Run, home: Path) -> None:
    rows = [{**row, "origin": "shop" if n % 2 else "fair", "platform": "forum"} for n, row in enumerate(labels(120))]
    answer = listener("eval", write(home, rows), "--by", "origin")
    assert "FAIR (60)" in answer.out
    assert "SHOP (60)" in answer.out
    assert "FORUM" not in answer.out
    assert [*listener("eval", "labels.jsonl", "--by", "origin", "--json").json] == [
        "model",
        "all posts",
        "fair",
        "shop",
    ]


def test_what_was_said_and_what_held(listener: Run, home: Path) -> None:
    answer = listener("eval", write(home, labels()))
    [row] = [line for line in answer.out.split("SAID → HELD")[1].splitlines() if line.startswith("buy ")]
    assert "(" in row
    [buy] = [row for row in listener("eval", "labels.jsonl", "--json").json["all posts"]["rows"] if row["tag"] == "buy"]
    assert sum(each["posts"] for each in buy["reliability"]) == 60
    assert len(buy["reliability"]) == 6
