"""The language of cues and the single pass that finds them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.tag.cues import Cue, Hit, expand, find, plant
from listener.tag.words import read


def hits(text: str, *phrases: str) -> list[tuple[int, str, bool]]:
    """The cues found: number, words, whether in a question."""
    cues = [Cue(name=phrase, phrases=(phrase,)) for phrase in phrases]
    found: list[Hit] = list(find(plant(cues), read(text, {"pizza": ("<food>",)})))
    return [(hit.cue, text[hit.start : hit.end], hit.asked) for hit in found]


@pytest.mark.parametrize(
    ("phrase", "sequences"),
    [
        ("where to", [("where", "to")]),
        ("(a|the big) cat", [("a", "cat"), ("the", "big", "cat")]),
        ("a (very)? cat", [("a", "very", "cat"), ("a", "cat")]),
        ("is ... it", [("is", "it"), ("is", "*", "it"), ("is", "*", "*", "it"), ("is", "*", "*", "*", "it")]),
        ("(help|sos) (!|?)", [("help", "!"), ("help", "?"), ("sos", "!"), ("sos", "?")]),
    ],
)
def test_a_phrase_stands_for_sequences(phrase: str, sequences: list[tuple[str, ...]]) -> None:
    assert list(expand(phrase)) == sequences


@pytest.mark.parametrize(
    ("text", "phrase", "words"),
    [
        ("WHERE Can I go", "where can", "WHERE Can"),
        ("I don't know", "dont know", "don't know"),
        ("best pizza in town", "best <food>", "best pizza"),
        ("is acme.com still down?", "is ... down", "is acme.com still down"),
        ("so, why not", "why", "why"),
        ("see https://example.org/help", "<link>", "https://example.org/help"),
        ("hey @acme", "hey <mention>", "hey @acme"),
        ("try #Vegan food", "vegan", "#Vegan"),
        ("fly to Rome", "to <name>", "to Rome"),
        ("for 20.50 euro", "for <number>", "for 20.50"),
        ("Hello. Why me", "^ why", "Why"),
        ("[W] a lamp", "[ w ]", "[W]"),
    ],
)
def test_a_phrase_is_found_with_its_words(text: str, phrase: str, words: str) -> None:
    assert [found for _, found, _ in hits(text, phrase)] == [words]


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("helpful", "help"),
        ("so why", "^ why"),
        ("Rome is far", "<name>"),
        ("is it not by any means at all down", "is ... down"),
        ("https://example.org/help", "help"),
        ("end. Start", "end start"),
    ],
)
def test_a_phrase_is_not_found_where_it_does_not_stand(text: str, phrase: str) -> None:
    assert hits(text, phrase) == []


def test_a_hit_knows_whether_its_sentence_asks() -> None:
    assert hits("a desk. a desk? a desk!", "a desk") == [
        (0, "a desk", False),
        (0, "a desk", True),
        (0, "a desk", False),
    ]


def test_cues_that_share_a_beginning_are_all_found() -> None:
    assert [number for number, _, _ in hits("where can i buy it", "where", "where can", "where can i buy")] == [0, 1, 2]


@given(words=st.lists(st.sampled_from(["where", "can", "i", "buy", "is", "down", "x"]), max_size=25))
def test_the_single_pass_finds_what_a_search_would(words: list[str]) -> None:
    phrases = ("where can i", "can i buy", "is * down", "x")
    found = {(number, span) for number, span, _ in hits(" ".join(words), *phrases)}
    expected = {
        (number, " ".join(words[at : at + len(pattern)]))
        for number, pattern in enumerate(phrase.split() for phrase in phrases)
        for at in range(len(words) - len(pattern) + 1)
        if all(key in ("*", word) for key, word in zip(pattern, words[at : at + len(pattern)], strict=True))
    }
    assert found == expected
