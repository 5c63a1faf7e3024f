"""Tokens, sentences and shapes of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.tag.shapes import shapes
from listener.tag.words import fold, read


@pytest.mark.parametrize(
    ("word", "folded"),
    [("Don't", "dont"), ("don’t", "dont"), ("#Vegan", "vegan"), ("STRASSE", "strasse"), ("Straße", "strasse")],
)
def test_words_are_folded_as_cues_write_them(word: str, folded: str) -> None:
    assert fold(word) == folded


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("see acme.com now", ["word", "word", "word"]),
        ("ubuntu 14.04?", ["word", "number", "ask"]),
        ("by 5pm!!", ["word", "word", "shout"]),
        ("really!? yes", ["word", "ask", "word"]),
        ("hm… $5, 50%", ["word", "dots", "money", "number", "mark", "number", "mark"]),
        ("@acme #sale https://example.org/?a=b", ["mention", "hashtag", "link"]),
        ("the U.S. is far", ["word", "word", "word", "word"]),
        ("😀 ( ) *", []),
    ],
)
def test_marks_and_words_are_told_apart(text: str, kinds: list[str]) -> None:
    assert [token.kind for token in read(text, {}).tokens if token.kind != "open"] == kinds


def test_each_sentence_knows_whether_it_asks() -> None:
    reading = read("A desk?\n\nIs it — no! Well", {})
    assert [reading.asking[token.sentence] for token in reading.words] == [True, True, False, False, False, False]


@given(st.text(max_size=100))
def test_tokens_follow_each_other_in_the_text(text: str) -> None:
    at = 0
    for token in read(text, {}).tokens:
        assert at <= token.start <= token.end <= len(text)
        at = token.end


@pytest.mark.parametrize(
    ("text", "name", "shown"),
    [
        ("a desk? yes", "shape:opens-asking", "?"),
        ("well. a desk? https://example.org", "shape:ends-asking", "?"),
        ("@acme hello", "shape:to-account", "@acme"),
        ("@acme @umbrella hello", "shape:conversation", "@acme"),
        ("look https://example.org", "shape:ends-linked", "https://example.org"),
        ("RT this", "shape:retweet", "RT"),
        ("a b #c #d #e", "shape:hashtags", "#c"),
        ("it costs $5", "shape:price", "$"),
        ("we saw Rome", "shape:names", "Rome"),
        ("Five Great Ways To Sleep", "shape:headline", "Five Great Ways To Sleep"),
        ("so few words", "shape:tiny", "so few words"),
    ],
)
def test_a_shape_is_seen_with_what_shows_it(text: str, name: str, shown: str) -> None:
    found = {shape: text[span.start : span.end] for shape, span in shapes(read(text, {}))}
    assert found.get(name) == shown


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("https://example.org/?q", "shape:asks"),
        ("a desk? yes", "shape:ends-asking"),
        ("well. a desk?", "shape:opens-asking"),
        ("Two Words", "shape:headline"),
        ("I know I do", "shape:names"),
    ],
)
def test_a_shape_that_is_not_there_is_not_seen(text: str, name: str) -> None:
    assert name not in dict(shapes(read(text, {})))
