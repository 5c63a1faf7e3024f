"""The light vectors are learned: the words that count, and sums that lie where the teacher's vectors do."""

import importlib
from pathlib import Path
from typing import Any

import pytest

from tests.trend.asking import REFUND, other

np = pytest.importorskip("numpy", reason="training needs NumPy")
torch = pytest.importorskip("torch", reason="learning the light vectors needs PyTorch")
for _name in ("tokenizers", "onnx", "onnxruntime", "safetensors"):
    pytest.importorskip(_name, reason=f"what teaches them needs {_name}")

# Looked up by name: training is checked by what it does, its libraries ship no types.
light: Any = importlib.import_module("training.light")

TEXTS = [*REFUND, *(other(number) for number in range(40))]
LETTERS = [chr(ord("a") + number) for number in range(26)]
KNOWN = ["refund", "card", "my", "how", "long", *LETTERS, *("##" + letter for letter in LETTERS), "?"]


@pytest.fixture(scope="module")
def learned() -> tuple[list[str], list[tuple[str, str]], Any, list[list[int]], Any]:
    pieces, pairs = light.vocabulary(TEXTS, KNOWN)
    by_piece = {piece: row for row, piece in enumerate(pieces)}
    by_pair = {pair: row for row, pair in enumerate(pairs, len(pieces))}
    read = [light.rows(text, by_piece, by_pair) for text in TEXTS]
    wanted = light.targets(np.random.default_rng(2).normal(size=(len(TEXTS), 24)).astype(np.float32), 16)
    return pieces, pairs, wanted, read, light.fit(read, wanted, len(pieces) + len(pairs), epochs=60)


def test_frequent_pieces_come_first_and_no_letter_is_missing(learned: Any) -> None:
    pieces, pairs, *_ = learned
    assert set(LETTERS) < set(pieces)
    assert pieces[0] in {"refund", "card", "my"}
    assert ("my", "card") in pairs


def test_a_text_adds_up_its_pieces_and_the_pairs_of_them() -> None:
    pieces, pairs = {"my": 0, "card": 1}, {("my", "card"): 2}
    assert light.rows("My card!", pieces, pairs) == [0, 1, 2]
    assert light.rows("card my", pieces, pairs) == [1, 0]
    assert light.rows("", pieces, pairs) == []


def test_sums_point_where_the_teacher_points(learned: Any) -> None:
    _, _, wanted, read, weights = learned
    sums = np.stack([weights[text].sum(0) for text in read])
    cosines = (sums * wanted).sum(1) / np.linalg.norm(sums, axis=1)
    assert np.mean(cosines) > 0.8


def test_targets_are_of_length_one_in_as_many_directions_as_asked_for() -> None:
    found = light.targets(np.random.default_rng(1).normal(size=(50, 24)).astype(np.float32) + 5, 8)
    assert found.shape == (50, 8)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert np.abs(found.mean(0)).max() < 0.3


def test_what_is_written_is_read_as_light_vectors(learned: Any, tmp_path: Path) -> None:
    from listener.trend import Light  # noqa: PLC0415  # beside its teacher

    pieces, pairs, _, read, weights = learned
    light.write(tmp_path / "light.npz", pieces, pairs, weights)
    with np.load(tmp_path / "light.npz") as stored:
        made = Light(stored["pieces"].tobytes().decode().split("\n"), stored["pairs"], stored["weights"])
    vector = np.frombuffer(made([TEXTS[0]])[0], np.int8).astype(float)
    whole = weights[read[0]].sum(0)
    assert vector @ whole / (np.linalg.norm(vector) * np.linalg.norm(whole)) > 0.99


@pytest.mark.parametrize("words", [[], ["base"], ["base", "out.npz"]])
def test_what_is_missing_on_the_command_line_is_named(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        light.arguments(words)
    assert end.value.code == 2
    assert "required: " in capsys.readouterr().err
    asked = light.arguments(["base", "out.npz", "a.jsonl", "b.jsonl"])
    assert [path.name for path in (asked.base, asked.out, *asked.posts)] == ["base", "out.npz", "a.jsonl", "b.jsonl"]
