"""Posts like labelled ones, for a teacher to speak of. Needs NumPy and tokenizers."""

import importlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

np = pytest.importorskip("numpy", reason="training needs NumPy")
for _name in ("tokenizers", "safetensors"):
    pytest.importorskip(_name, reason=f"word pieces need {_name}")
pieces: Any = importlib.import_module("training.pieces")
variants: Any = importlib.import_module("training.variants")

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "leeds", "york", "desk", "desks", "##s", "to"]
VECTORS = np.array([[0, 0], [0, 0], [0, 0], [0, 0], [9, 1], [9, 2], [-1, 9], [-2, 9], [9, 9], [9, 1]], np.float32)
NEAR = {"leeds": ["york"], "desk": ["desks"]}


def test_near_are_whole_words_whose_vectors_are() -> None:
    found = variants.neighbours(pieces.reader({word: n for n, word in enumerate(WORDS)}), VECTORS)
    assert found == {"leeds": ["york"], "york": ["leeds"], "desk": ["desks"], "desks": ["desk"]}


@given(st.lists(st.sampled_from(["A desk, please.", "Leeds or York?", "Thanks!"]), min_size=1, max_size=5))
def test_a_variant_is_made_of_neighbouring_sentences(sentences: list[str]) -> None:
    text = variants.variant(" ".join(sentences), {}, np.random.default_rng(len(sentences)))
    assert text in " ".join(sentences)
    assert text.count(".") + text.count("?") + text.count("!") == max(1, text.count(" ") and len(_parts(text)))
    assert len(sentences) == 1 or len(_parts(text)) < len(sentences)


def _parts(text: str) -> list[str]:
    return [part for part in text.replace("?", ".").replace("!", ".").split(".") if part.strip()]


def test_words_are_exchanged_now_and_then_and_the_rest_stays() -> None:
    dice = np.random.default_rng(1)
    made = [variants.variant("A desk in Leeds http://t.co/desk", NEAR, dice) for _ in range(300)]
    assert {text.split()[3] for text in made} == {"Leeds", "york"}
    assert 15 < sum("york" in text for text in made) < 90
    assert all(text.startswith("A desk") for text in made)


def test_posts_with_a_moment_have_more_variants() -> None:
    posts = [{"text": "A desk.", "moments": ["buy"]}, {"text": "Thanks!", "moments": []}]
    made = list(variants.variants(posts, {}, np.random.default_rng(0)))
    assert made == ["A desk."] * variants.OF_NEEDS + ["Thanks!"] * variants.OF_OTHERS
