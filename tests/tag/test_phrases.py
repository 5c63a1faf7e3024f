"""The evidence of a tag is what a person would underline."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.tag.data import lexicon
from listener.tag.phrases import Clue, phrases
from listener.tag.words import read
from listener.types import Span, Tags

Tag = Callable[..., Tags]


def shown(tags: Tags, name: str) -> list[str]:
    return [evidence.text for evidence in tags.evidence if evidence.tag == name]


def underlined(text: str, *words: tuple[str, float, bool]) -> list[str]:
    """The phrases for clues given as (words, gain, telling)."""
    clues = [Clue(gain, telling, Span(text.index(each), text.index(each) + len(each))) for each, gain, telling in words]
    return [text[span.start : span.end] for span in phrases(read(text, {}), clues, lexicon().wording)]


@pytest.mark.parametrize(
    ("text", "name", "evidence"),
    [
        ("Where do I have to book the tickets?", "question", ["Where do I have to book"]),
        ("Did the marathon route change?", "know", ["Did the marathon"]),
        ("My lamp died. Where can I buy a lamp today?", "urgency", ["today"]),
        ("Where can we go in Leeds tonight?", "go", ["Where can we go in Leeds"]),
        ("how do I descale a kettle?", "do", ["how do I descale"]),
        ("Planning a trip to Porto, any tips?", "go", ["Planning a trip to Porto"]),
        ("which running shoes should I buy?", "buy", ["which running shoes should I buy"]),
    ],
)
def test_a_tag_is_explained_as_a_person_would(tag: Tag, text: str, name: str, evidence: list[str]) -> None:
    assert shown(tag(text), name) == evidence


@pytest.mark.parametrize(
    "text",
    [
        "Did you see it?",
        "I want it, but which? And where? My old one broke.",
        "@acme my order is late?! I need it today",
        "What time does the marathon start, and where do I go?",
        "Is it worth it? Should I get one or not?",
    ],
)
def test_no_piece_is_a_bare_mark_or_a_word_that_explains_nothing(tag: Tag, text: str) -> None:
    hollow = lexicon().wording.hollow
    pieces = [evidence.text.lower() for evidence in tag(text).evidence]
    assert pieces
    assert not [piece for piece in pieces if piece in hollow or not any(map(str.isalnum, piece))]


def test_words_side_by_side_become_one_phrase() -> None:
    clues = (("Where", 0.5, True), ("can I", 1.0, True), ("buy", 2.0, True))
    assert underlined("Where can I buy chairs?", *clues) == ["Where can I buy"]


def test_words_that_overlap_become_one_phrase() -> None:
    assert underlined("which oak desk, please", ("which oak", 1.0, True), ("oak desk", 1.0, True)) == ["which oak desk"]


def test_a_phrase_does_not_reach_into_the_next_sentence() -> None:
    assert underlined("Oak desk. Brass lamp", ("desk", 1.0, True), ("Brass", 1.0, True)) == ["desk", "Brass"]


@pytest.mark.parametrize(
    ("text", "clue", "phrase"),
    [
        ("planning a trip", "planning a", "planning a trip"),
        ("how do I fix a tap", "how do I", "how do I fix"),
        ("where should we go?", "should we", "should we go"),
        ("give it to me for a while though", "give it to", "give it to me"),
        ("who sells the, er, lamp", "sells the", "sells the"),
        ("cheap or dear", "cheap or", "cheap"),
    ],
)
def test_a_phrase_does_not_dangle(text: str, clue: str, phrase: str) -> None:
    assert underlined(text, (clue, 1.0, True)) == [phrase]


def test_the_strongest_phrase_comes_first_and_tiny_ones_not_at_all() -> None:
    clues = (("lamp", 0.1, True), ("desk", 1.5, True), ("chair", 3.0, True))
    assert underlined("lamp, desk, chair", *clues) == ["chair", "desk"]


def test_a_phrase_of_several_words_goes_before_a_word() -> None:
    assert underlined("urgent, oak desk", ("urgent", 1.2, True), ("oak desk", 1.0, True)) == ["oak desk", "urgent"]


def test_where_nothing_tells_the_sentence_is_shown() -> None:
    clues = (("?", 2.0, False), ("I", 1.0, True))
    assert underlined("Rain again. Can I, though? Yes.", *clues) == ["Can I, though"]


def test_a_long_sentence_is_shown_in_part() -> None:
    (phrase,) = underlined("word " * 50 + "end?", ("?", 2.0, False))
    assert phrase == "word " * 11 + "end"


def test_marks_alone_are_shown_where_there_are_no_words() -> None:
    assert underlined("?!", ("?!", 1.0, False)) == ["?!"]


def test_without_clues_there_are_no_phrases() -> None:
    assert underlined("a desk") == []


def test_mood_is_shown_by_strong_words_each_once(tag: Tag) -> None:
    assert shown(tag("Terrible desk. Terrible shop, no refund. Awful!"), "sentiment") == ["Terrible", "Awful"]


@given(st.text(st.sampled_from("a to? .,@x"), max_size=60), st.data())
def test_phrases_of_any_clues_are_words_of_the_text_that_do_not_overlap(text: str, data: st.DataObject) -> None:
    reading = read(text, {})
    tokens = [token for token in reading.tokens if token.kind != "open"]
    picked = data.draw(st.lists(st.sampled_from(tokens), max_size=8)) if tokens else []
    clues = [Clue(data.draw(st.floats(0.01, 5)), data.draw(st.booleans()), Span(t.start, t.end)) for t in picked]
    spans = phrases(reading, clues, lexicon().wording)
    assert bool(spans) == bool(clues)
    assert len(spans) <= 3
    assert len({place for span in spans for place in range(span.start, span.end)}) == sum(
        s.end - s.start for s in spans
    )
    assert all(0 <= span.start < span.end <= len(text) and text[span.start : span.end].strip() for span in spans)
