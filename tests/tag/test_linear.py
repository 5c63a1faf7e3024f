"""Words, pairs and the packed sums of their weights."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.tag.grams import grams, spans, tokens
from listener.tag.linear import HEADS, dump_linear, load_linear

GRAMS = ["^", "a", "a b", "b", "b a", "c", "<0>", "<1>"]
STEPS = [0.01 * (n + 1) for n in range(len(HEADS))]
BIASES = [0.1 * n - 0.5 for n in range(len(HEADS))]
WEIGHTS = [[(31 * row + 17 * head) % 255 + 1 for head in range(len(HEADS))] for row in range(len(GRAMS))]
MODEL = load_linear(dump_linear(GRAMS, bytes(w for row in WEIGHTS for w in row), STEPS, BIASES))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Where's @acme's 20.5% off?!", ["where's", "@", "'", "s", "0", "%", "off", "?"]),
        ("see https://x.example/?a=b or www.x.example", ["see", "http", "or", "http"]),
        ("#Sale don’t 14th !!", ["#sale", "don't", "0", "th", "!"]),
        ("İstanbul 😀…", ["i̇stanbul", "😀", "…"]),
        ("", []),
    ],
)
def test_words_and_marks(text: str, words: list[str]) -> None:
    assert tokens(text) == ["^", *words, "$"]


@given(st.text())
def test_each_word_has_its_place(text: str) -> None:
    places = spans(text)
    assert len(places) == len(tokens(text)) - 2
    assert all(0 <= place.start < place.end <= len(text) for place in places)
    assert places == sorted(places)


@given(st.lists(st.sampled_from(["a", "b", "c", "zebra"]), max_size=60))
def test_packed_sums_are_the_sums_of_the_weights(words: list[str]) -> None:
    read = tokens(" ".join(words))
    known = [GRAMS.index(gram) for gram in grams(read) if gram in GRAMS]
    known_or_nothing = len(known) + (grams(read)[-1] not in GRAMS)  # an unknown length counts, and tells nothing
    for head, logit in enumerate(MODEL.logits(read)):
        total = sum(WEIGHTS[row][head] - 128 for row in known) * STEPS[head]
        assert logit == pytest.approx(BIASES[head] + total / math.sqrt(known_or_nothing))


def test_what_words_tell_adds_up() -> None:
    gains = MODEL.gains(tokens("a b zebra"), 3)
    told = {gram: (WEIGHTS[GRAMS.index(gram)][3] - 128) * STEPS[3] for gram in GRAMS}
    assert gains == pytest.approx([told["a"] + told["a b"] / 2, told["b"] + told["a b"] / 2, 0])


def test_a_long_text_does_not_overflow_a_lane() -> None:
    read = tokens("a b " * 100_000)
    assert all(map(math.isfinite, MODEL.logits(read)))
