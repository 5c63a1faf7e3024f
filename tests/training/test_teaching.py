"""Leaving out an origin and teaching it: what is judged was not taught, and shuffled labels are refused."""

import importlib
import zlib
from pathlib import Path
from typing import Any

import pytest

np = pytest.importorskip("numpy", reason="training needs NumPy")
pytest.importorskip("scipy", reason="training needs SciPy")

from listener.tag.labels import Label  # noqa: E402
from listener.tag.weights import TAGS  # noqa: E402
from listener.types import Moment  # noqa: E402

# Looked up by name: training is checked by what it does, its libraries ship no types.
teaching: Any = importlib.import_module("training.teaching")

THINGS = ("gizmo", "widget", "doodad", "gubbin")


def post(number: int, origin: str, wish: str) -> dict[str, Any]:
    wants = number % 2 == 0
    thing = f"{THINGS[number % 4]} {number}x{number}"
    return {
        "id": f"{origin}{number}",
        "text": f"{wish} {thing}" if wants else f"the {thing} sat on a hill",
        "platform": "forum",
        "origin": origin,
        "natural": False,
        "moments": ["buy"] if wants else [],
        "question": False,
        "urgency": 0,
        "signals": [],
        "place": None,
    }


LABELS = [post(n, "shop", "where can I buy a") for n in range(60)] + [post(n, "fair", "bagsy one") for n in range(120)]


@pytest.fixture(scope="module")
def weights() -> Any:
    return teaching.without(LABELS, "fair")


@pytest.fixture(scope="module")
def posts() -> list[Label]:
    """The posts of the origin that was left out."""
    return [
        Label(id=each["id"], text=each["text"], moments=tuple(map(Moment, each["moments"])))
        for each in LABELS
        if each["origin"] == "fair"
    ]


def test_an_origin_that_was_left_out_is_not_known(weights: Any) -> None:
    grams = zlib.decompress(weights.parts["grams"]).decode().split("\n")
    assert "where" in grams
    assert "bagsy" not in grams
    assert weights.card.levels.keys() >= set(TAGS)


@pytest.mark.slow
def test_what_is_taught_helps_on_the_posts_that_were_not(weights: Any, posts: list[Label]) -> None:
    found = list(teaching.drawings(weights, posts, 80, 2))
    assert len(found) == 2
    for taught in found:
        assert taught.outcome.posts == 80
        assert taught.outcome.refusal == ""
        assert [row.tag for row in taught.rows] == ["buy"]
        assert taught.beyond.new > taught.beyond.old


@pytest.mark.slow
def test_the_same_labels_shuffled_are_refused(weights: Any, posts: list[Label]) -> None:
    for taught in teaching.drawings(weights, posts, 80, 2):
        assert taught.shuffled.refusal
        assert taught.shuffled.added is None


@pytest.mark.slow
def test_each_drawing_takes_other_posts(weights: Any, posts: list[Label], monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[set[str]] = []
    plain = teaching._taught

    def noted(weights: Any, labels: list[Label]) -> Any:
        drawn.append({label.id for label in labels})
        return plain(weights, labels)

    monkeypatch.setattr(teaching, "_taught", noted)
    list(teaching.drawings(weights, posts, 40, 2))
    first, shuffled, second, _ = drawn
    assert first == shuffled != second
    assert len(first) == len(second) == 40


@pytest.mark.slow
def test_it_is_told_in_words(
    weights: Any, posts: list[Label], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(teaching.data, "records", lambda path: LABELS)
    monkeypatch.setattr(teaching, "without", lambda labels, origin: weights)
    monkeypatch.setattr(teaching, "TIMES", 1)
    teaching.main("labels.jsonl", "fair", 80)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("taught 80 of fair: accepted; in folds ")
    assert lines[1].startswith("  on the other 40: ")
    assert lines[2].startswith("  buy ")
    assert lines[3].startswith("  shuffled: refused, ")


def test_an_encoder_that_knows_the_origin_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="the accurate tagger needs ONNX Runtime")
    apart: Any = importlib.import_module("training.accurate")
    held = apart.Held([each for each in LABELS if each["origin"] == "shop"], np.zeros((60, len(TAGS))), np.zeros(0))
    monkeypatch.setattr(apart, "held_out", lambda *_: held)
    with pytest.raises(SystemExit, match="was learned from posts of fair: leave it out with --origins fair"):
        teaching.beside(LABELS, "fair", tmp_path)
