"""What several encoders make of posts they had not seen, put together. Needs NumPy, SciPy and ONNX Runtime."""

import argparse
import importlib
import json
from pathlib import Path
from typing import Any

import pytest

np = pytest.importorskip("numpy", reason="training needs NumPy")
pytest.importorskip("scipy", reason="training needs SciPy")
pytest.importorskip("onnxruntime", reason="the accurate tagger needs ONNX Runtime")
accurate: Any = importlib.import_module("training.accurate")
folds: Any = importlib.import_module("training.folds")
data: Any = importlib.import_module("training.data")
HEADS: Any = importlib.import_module("listener.tag.linear").HEADS

KNOW, ASKED = HEADS.index("know"), HEADS.index("question")


def post(number: int) -> dict[str, Any]:
    """An invented post; every second one asks."""
    asks, where = number % 2 == 0, "fair" if number % 4 < 2 else "shop"
    text = f"why is kettle {number} so loud ?" if asks else f"lovely kettle {number}"
    told = {"moments": ["know"] if asks else [], "question": asks, "urgency": 0, "signals": [], "place": None}
    return {"id": str(number), "text": text, "origin": where, "platform": where, "natural": number % 3 == 0, **told}


POSTS = [post(number) for number in range(80)]


class Words:
    """Stands for the fast tagger: says nothing, and knows which posts it was learned from."""

    def __init__(self, labels: list[dict[str, Any]], tweets: list[Any], soft: list[Any]) -> None:
        self.texts = {record["text"] for record in labels}

    def logits(self, texts: Any) -> Any:
        asked = set(texts)
        assert self.texts.isdisjoint(asked), "what is read was learned from"
        return np.zeros((len(asked), len(HEADS)), np.float32)


@pytest.fixture(autouse=True)
def words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accurate, "learn", Words)


def said(folder: Path, posts: list[dict[str, Any]], right: float) -> Path:
    """What an encoder said of posts: logits that are right, or wrong where `right` is negative."""
    folder.mkdir()
    logits = np.zeros((len(posts), len(HEADS)), np.float32)
    for at in (KNOW, ASKED):
        logits[:, at] = [right if each["question"] else -right for each in posts]
    np.savez(folder / "held.npz", ids=[each["id"] for each in posts], logits=logits, moods=np.zeros((3, len(HEADS))))
    return folder


@pytest.fixture
def folded(tmp_path: Path) -> Any:
    parts = [[each for each in POSTS if data.fold(each) == number] for number in range(data.FOLDS)]
    return folds.together(POSTS, [said(tmp_path / str(n), part, 9) for n, part in enumerate(parts)])


def test_every_post_of_every_fold_is_judged_once(folded: Any) -> None:
    assert sorted(each["id"] for each in folded.posts) == sorted(each["id"] for each in POSTS)
    rows = {name: (posts, told) for name, posts, told in folds.table(folded)}
    assert rows.keys() == {"all", "natural", "fair", "shop"}
    assert rows["all"][0] == 80
    assert rows["natural"][0] == 27
    assert rows["all"][1]["moments"].value == rows["shop"][1]["question"].value == 1.0


@pytest.mark.parametrize(("right", "f1"), [(9.0, 1.0), (-9.0, 0.0)])
def test_who_never_saw_an_origin_is_judged_by_the_levels_of_the_others(
    folded: Any, tmp_path: Path, right: float, f1: float
) -> None:
    fair = [each for each in POSTS if each["origin"] == "fair"]
    moments, new, questions, asked_new = folds.beside(
        folded, folds.together(POSTS, [said(tmp_path / "fair", fair, right)])
    )
    assert moments.value == questions.value == 1.0
    assert new.value == asked_new.value == f1


def test_a_line_is_printed_for_each_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text("\n".join(json.dumps(each) for each in POSTS), encoding="utf-8")
    fair = [each for each in POSTS if each["origin"] == "fair"]
    asked = argparse.Namespace(
        labels=path, folders=[said(tmp_path / "all", POSTS, 9)], left_out=[said(tmp_path / "new", fair, 9)]
    )
    folds.main(asked)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["all", "natural", "fair", "shop", "new"]
    assert lines[-1].endswith("1.000 (1.000–1.000) / 1.000 (1.000–1.000)")
