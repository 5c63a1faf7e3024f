"""Words, pairs and the packed sums of their weights."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.tag.explain import Range
from listener.tag.fast import FastLook, FastModel, FastPage
from listener.tag.grams import name, size, spans, tokens
from listener.tag.hits import features
from listener.tag.linear import HEADS, Linear, dump_linear, load_linear
from listener.tag.texts import read
from listener.tag.verdict import Case, Judge
from listener.tag.weights import Card
from listener.types import Span

GRAMS = ["^", "a", "a b", "b", "b a", "c", "<0>", "<1>", "§where", "§where?", "§why", "§any?"]
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
        ("İstanbul 😀… no.. 3.5", ["i̇stanbul", "😀", "…", "no", "…", "0"]),
        ("Title\n\ntext for €20 or $5", ["title", "¶", "text", "for", "<money>", "0", "or", "<money>", "0"]),
        ("so — so ----- so ═════", ["so", "—", "so", "-", "so", "═"]),
        ("", []),
    ],
)
def test_words_and_marks(text: str, words: list[str]) -> None:
    assert [name(token) for token in tokens(text)] == ["^", *words, "$"]


@given(st.text())
def test_each_word_has_its_place(text: str) -> None:
    places = spans(text)
    assert len(places) == len(tokens(text)) - 2
    assert all(0 <= place.start < place.end <= len(text) for place in places)
    assert places == sorted(places)


@given(st.lists(st.sampled_from(["a", "b", "c", "zebra", "A", "any", "where", "why", "?", "."]), max_size=60))
def test_packed_sums_are_the_sums_of_the_weights(words: list[str]) -> None:
    text = " ".join(words)
    known = [GRAMS.index(gram) for gram in features(text) if gram in GRAMS]
    known_or_nothing = len(known) + (features(text)[-1] not in GRAMS)  # an unknown length counts, and tells nothing
    for head, logit in enumerate(MODEL.logits(text)):
        total = sum(WEIGHTS[row][head] - 128 for row in known) * STEPS[head]
        assert logit == pytest.approx(BIASES[head] + total / math.sqrt(known_or_nothing))


TEXTS = st.lists(
    st.sampled_from(["a", "b", "c", "zebra", "where", "why?", "any?", "A’s", "\n", "@a", "İ", "😀", "\u202e"]),
    max_size=40,
).map(" ".join)


@given(TEXTS)
def test_the_logits_of_a_reading_are_those_of_its_tokens(text: str) -> None:
    assert look(text).scored.logits == MODEL.logits(text)


@pytest.mark.slow
@given(st.lists(TEXTS, min_size=1, max_size=5), st.data())
def test_what_is_told_of_a_text_is_the_same_on_every_page(texts: list[str], data: st.DataObject) -> None:
    page, count = MODEL.page(read(texts).tokens), [len(tokens(text)) for text in texts]
    asked = [
        (number, [(first, data.draw(st.integers(first, long - 2)))])
        for number, long in enumerate(count)
        if long > 2 and (first := data.draw(st.integers(1, long - 2)))
    ]
    pairs = [(number, head) for number in range(len(texts)) for head in range(len(HEADS))]
    gains, starts = page.gains(*np.array(pairs).T)
    for (number, head), (first, end) in zip(pairs, pairwise(starts), strict=True):
        alone = MODEL.page(read([texts[number]]).tokens)
        assert page.logits[number] == alone.logits[0]
        assert (gains[first:end] == alone.gains(np.array([0]), np.array([head]))[0]).all()
    left = page.without(asked)
    assert left == [MODEL.page(read([texts[n]]).tokens).without([(0, taken)])[0] for n, taken in asked]


def told(gram: str, head: int) -> float:
    return (WEIGHTS[GRAMS.index(gram)][head] - 128) * STEPS[head]


class Seen(FastLook):
    """The look of one text."""

    def __init__(self, text: str) -> None:
        (self.scored,) = FastModel(MODEL).page([text], read([text]).tokens)
        self.page: FastPage = self.scored.read
        heads = range(len(HEADS))
        super().__init__(self.page, 0, dict(zip(heads, self.page.gains([(0, head) for head in heads]), strict=True)))
        self.case = Case(text, "en", self.scored, Judge(Card(kind="fast", version="", made=""))(self.scored.logits))

    def without(self, taken: Sequence[Range]) -> Sequence[float]:
        return self.page.without([(self, tuple(taken))])[0]

    def mood(self, head: int) -> list[Span]:
        shown = self.page.mood(0, self.case, head, list(self.gains(head)))
        return [Span(each.start, each.end) for each in shown]


look = Seen


def test_what_words_tell_adds_up() -> None:
    half = told("a b", 3) / 2
    assert look("a b zebra").gains(3) == pytest.approx([told("a", 3) + half, told("b", 3) + half, 0])


def test_a_cue_in_a_question_tells_as_said_and_as_asked() -> None:
    assert look("where c").gains(0)[0] == pytest.approx(told("§where", 0))
    assert look("where c?").gains(0)[0] == pytest.approx(told("§where", 0) + told("§where?", 0))


def test_what_is_told_without_a_word_is_what_the_rest_tells() -> None:
    text = "c where c"
    left = look(text).without([(1, 1)])
    assert left == pytest.approx(MODEL.logits("c c"))


def test_words_that_stand_side_by_side_by_deletion_are_no_pair() -> None:
    left = look("a c b").without([(1, 1)])
    assert left != pytest.approx(MODEL.logits("a b"))
    known = sum(told(gram, 2) for gram in ("^", "a", "b", "<0>"))
    assert left[2] == pytest.approx(BIASES[2] + known / 2)


@given(TEXTS, st.data())
def test_without_some_words_nothing_of_them_is_left(text: str, data: st.DataObject) -> None:
    seen = look(text)
    if not seen.words:
        return
    first = data.draw(st.integers(0, len(seen.words) - 1))
    last = data.draw(st.integers(first, len(seen.words) - 1))
    whole = seen.without([(0, len(seen.words) - 1)])
    parted = (
        [(0, first - 1)] * (first > 0)
        + [(first, last)]
        + [(last + 1, len(seen.words) - 1)] * (last + 1 < len(seen.words))
    )
    assert seen.without(data.draw(st.permutations(parted))) == whole, "the pair between two phrases is taken once"
    length = told(size(tokens(text)), 1) if size(tokens(text)) in GRAMS else 0.0
    assert whole[1] == pytest.approx(BIASES[1] + (length + told("^", 1)) / math.sqrt(2))


@given(TEXTS)
def test_each_word_of_a_look_stands_in_the_text(text: str) -> None:
    seen = look(text)
    assert [seen.span((at, at)) for at in range(len(seen.words))] == spans(text)
    assert len(seen.gains(5)) == len(seen.words)


def test_a_phrase_stands_from_its_first_word_to_its_last() -> None:
    assert look("a’s, a a b  c").span((2, 4)) == Span(5, 10)


@given(TEXTS)
def test_the_words_of_a_mood_are_its_strongest(text: str) -> None:
    for head in range(len(HEADS) - 3, len(HEADS)):
        seen = look(text)
        gains, shown = seen.gains(head), [spans(text).index(span) for span in seen.mood(head)]
        assert len(shown) == min(len(shown), len(gains), 3)
        assert bool(shown) == bool(gains)
        assert [gains[at] for at in shown] == sorted(gains, reverse=True)[: len(shown)]


def test_what_is_remembered_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = dump_linear(GRAMS, bytes(w for row in WEIGHTS for w in row), STEPS, BIASES)
    monkeypatch.setattr("listener.tag.texts._LETTERS", 0)
    forgetful = load_linear(parts)
    for text in ("a b", "where is a?", "a b", "c"):
        assert forgetful.logits(text) == MODEL.logits(text)


def test_a_model_without_cues_looks_for_none() -> None:
    told = np.full((1, len(HEADS)), 138, np.uint8)
    plain, cued = (Linear([gram], told, STEPS, BIASES) for gram in ("where", "§where"))
    assert plain.logits("where is it?")[0] == pytest.approx(BIASES[0] + 10 * STEPS[0] / math.sqrt(2))
    assert cued.logits("where is it") == plain.logits("where is it")
    assert cued.logits("there is it") == BIASES


def test_nothing_is_asked_of_nothing() -> None:
    assert FastModel(MODEL).page([], read([]).tokens) == []
    assert FastModel(MODEL).explain([], Judge(Card(kind="fast", version="", made=""))) == []
    assert look("a b").page.without([]) == []


def test_a_long_text_does_not_overflow_a_lane() -> None:
    assert all(map(math.isfinite, MODEL.logits("a b " * 100_000)))
