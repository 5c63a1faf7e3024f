"""The fewest words without which a tag no longer holds."""

import re
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.tag.explain import Proof, Range, Taken, _best, explain, without
from listener.types import Span


def explained(text: str, told: dict[str, float], *, least: int = 1) -> list[str]:
    """The phrases that explain a tag, which holds while `least` of the telling words stand in the text."""
    words = re.findall(r"\w+|\?", text)

    def without(taken: Taken) -> list[float]:
        gone = {at for first, last in taken for at in range(first, last + 1)}
        return [sum(word in told for at, word in enumerate(words) if at not in gone)]

    gains = [told.get(word, 0.0) for word in words]
    shown, _ = proven(explain(words, gains, lambda logits: logits[0] >= least), without)
    return [" ".join(words[first : last + 1]) for first, last in shown]


def proven(proof: Proof, without: Callable[[Taken], Sequence[float] | None]) -> tuple[list[Range], list[Taken]]:
    """What is shown in the end, and what was asked for on the way."""
    asked, answer = list[Taken](), None
    while True:
        try:
            asked.append(proof.send(answer))
        except StopIteration as done:
            return done.value, asked
        answer = without(asked[-1])


def test_only_what_may_change_the_answer_is_asked_for() -> None:
    words = [*"axxxxxxxbxxxxxxxcxxxxxxxdx"]
    gains = [float(word != "x") for word in words]
    shown, asked = proven(explain(words, gains, lambda _: True), lambda _: [1.0])
    assert (len(shown), asked) == (3, [tuple(shown[:1]), tuple(shown[:2])])


@pytest.mark.parametrize(("sure", "asks"), [(0.9, 0), (1.1, 1), (2.1, 2)])
def test_words_that_surely_tell_enough_are_not_proven(sure: float, asks: int) -> None:
    words = [*"axxxxxxxbxxxxxxxcxxxxxxxdx"]
    gains = [float(word != "x") for word in words]
    _, asked = proven(explain(words, gains, lambda _: True, sure=sure), lambda _: [1.0])
    assert len(asked) == asks


def test_what_is_not_told_ends_the_search() -> None:
    words = [*"axxxxxxxbxxxxxxxcxxxxxxxdx"]
    gains = [float(word != "x") for word in words]
    assert len(proven(explain(words, gains, lambda _: True), lambda _: None)[0]) == 1


def test_words_side_by_side_are_one_phrase() -> None:
    assert explained("hi, where can I buy it", {"where": 1.0, "can": 0.5, "I": 0.4, "buy": 2.0}) == ["where can I buy"]


def test_no_more_is_shown_than_carries_the_tag() -> None:
    told = {"buy": 2.0, "lamp": 1.0}
    assert explained("buy one or two or three or four or five more, a lamp", told, least=2) == ["buy"]


def test_more_is_shown_where_one_phrase_does_not_carry_it() -> None:
    told = {"buy": 2.0, "lamp": 1.0}
    assert explained("buy one or two or three or four or five more, a lamp", told) == ["buy", "lamp"]


def test_three_phrases_at_most() -> None:
    told = {word: 1.0 for word in "abcdef"}
    assert len(explained("a . . . . . . b x x x x x x c x x x x x x d x x x x x x e", told)) <= 3


def test_a_phrase_is_at_most_six_words() -> None:
    told = {word: 1.0 for word in "abcdefgh"}
    assert explained("a b c d e f g h", told, least=8) == ["a b c d e f"]


def test_something_is_shown_where_no_word_tells() -> None:
    assert len(explained("one two", {})) == 1


def test_nothing_is_shown_of_nothing() -> None:
    assert explained("", {}) == []


@given(st.lists(st.floats(-2, 3), max_size=30), st.integers(0, 40))
def test_phrases_never_overlap(gains: list[float], left: int) -> None:
    proof = explain(["w"] * len(gains), gains, lambda logits: logits[0] < left)
    shown, _ = proven(proof, lambda taken: [sum(last - first for first, last in taken)])
    assert bool(shown) == bool(gains)
    places = [place for first, last in shown for place in range(first, last + 1)]
    assert len(places) == len(set(places))
    assert set(places) <= set(range(len(gains)))


def test_a_mark_explains_half_as_much_as_a_word() -> None:
    assert explained("why x x x x x x x x ?", {"why": 1.0, "?": 1.9}) == ["why", "?"]
    assert explained("why x x x x x x x x ?", {"why": 1.0, "?": 2.1}) == ["?", "why"]


@pytest.mark.parametrize(
    ("taken", "left"),
    [([], "abcdef"), ([Span(1, 3)], "adef"), ([Span(4, 6), Span(0, 1)], "bcd"), ([Span(0, 4), Span(2, 6)], "")],
)
def test_the_text_without_some_of_it(taken: list[Span], left: str) -> None:
    assert without("abcdef", taken) == left


# No number here is lost when it is added to another: what sums round away, they cannot compare.
TELLING = st.sampled_from([-1.0, 0.0, 0.1, 0.2, 0.5, 1.0, 1e9, -1e9]) | st.integers(-320, 320).map(lambda n: n / 64)


def test_a_word_that_tells_hardly_anything_is_shown_before_one_that_tells_nothing() -> None:
    assert _best([-1.0, 0.0, 1e-110]) == (2, 2)


@given(st.lists(TELLING, min_size=1))
def test_the_best_run_of_words_is_the_one_that_a_look_at_all_of_them_finds(gains: list[float]) -> None:
    cost = 0.12 * max(0.0, *gains) if len(gains) > 1 else 0.0
    sums = [0.0]
    for gain in gains:
        sums.append(sums[-1] + (gain - cost))
    runs = [
        (sums[end] - sums[start], start - end, -start)
        for start in range(len(gains))
        for end in range(start + 1, min(start + 6, len(gains)) + 1)
    ]
    _, length, start = max(runs)
    assert _best(gains) == (-start, -start - length - 1)
