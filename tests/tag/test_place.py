"""Where the need is to be met, in the words of the post."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.tag.data import lexicon
from listener.tag.place import Read, candidates, find_place
from listener.types import Location, Span, Tags

PIECES = st.sampled_from(
    [
        "in",
        "near",
        "to",
        "New",
        "york",
        "St.",
        "#Leeds",
        "39th",
        "'s",
        "of",
        "the",
        "area",
        "WA",
        ",",
        "Ünal",
        "\n",
        "😀",
    ]
)


def place(text: str, *needs: str, read: Read | None = None) -> str | None:
    span = find_place(text, lexicon().places, {*(needs or ("go",))}, read)
    return None if span is None else text[span.start : span.end]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("best ramen near Shibuya?", "Shibuya"),
        ("best ramen in tokyo", "tokyo"),
        ("any good pubs in Kings Heath?", "Kings Heath"),
        ("a plumber near me", "near me"),
        ("moving to Salt Lake City soon", "Salt Lake City"),
        ("flat to rent in Tacoma, WA please", "Tacoma, WA"),
        ("from Paris to Rome by train", "Rome"),
        ("tickets at Bramall Lane stadium", "Bramall Lane stadium"),
        ("driving around the U.S. this summer", "U.S."),
        ("Anyone in Leeds going?", "Leeds"),
        ("I want to visit the Statue of Liberty", "Statue of Liberty"),
        ("I need a dentist in St. Louis", "St. Louis"),
        ("What are Berlin's best bars?", "Berlin"),
        ("hotels at Newark Airport", "Newark Airport"),
        ("drinks at The Crown tonight?", "The Crown"),
        ("Weekend in New York — where should we eat?", "New York"),
    ],
)
def test_the_words_that_name_the_place(text: str, words: str) -> None:
    assert place(text) == words


@pytest.mark.parametrize(
    "text", ["where can I buy bread", "My iPhone is in the box", "see you in May", "Monday to Friday", "", "?!", "in"]
)
def test_other_capitals_are_no_places(text: str) -> None:
    assert place(text) is None


def test_where_one_comes_from_is_not_where_one_goes() -> None:
    assert place("coming from Leeds, any good hotel in Lisbon?") == "Lisbon"


def test_to_buy_wants_a_surer_name() -> None:
    assert place("a bag like the one in Vendetta", "buy") is None
    assert place("a coat shop in London", "buy") == "London"
    assert place("[UK] a graphics card", "buy") == "UK"
    assert place("a desk in Paris, TX", "buy") == "Paris, TX"


@pytest.mark.parametrize("text", ["is reading in bed bad?", "a nice mobile bank", "this is worth a tour, of march"])
def test_towns_that_are_words_are_words_without_a_capital(text: str) -> None:
    assert place(text) is None


@pytest.mark.parametrize("needs", [("know",), ("do", "know")])
def test_only_those_who_go_or_buy_need_a_place(needs: tuple[str, ...]) -> None:
    assert place("why is the sky in Norway so blue?", *needs) is None


def test_tags_tell_the_place_and_where_it_lies(tag: Callable[..., Tags]) -> None:
    tags = tag("best ramen near Shibuya?")
    assert (tags.place, tags.where) == ("Shibuya", Location(city="Shibuya", country="Japan", code="JP"))
    assert tags.placed == "Shibuya, Japan"
    assert [each.text for each in tags.evidence if each.tag == "place"] == ["Shibuya"]


def test_a_post_without_a_place_lies_nowhere(tag: Callable[..., Tags]) -> None:
    tags = tag("why is the sky in Norway so blue?")
    assert (tags.place, tags.where, tags.placed) == (None, None, "")


def test_what_the_model_reads_finds_a_name_without_any_sign() -> None:
    text = "we go bolley tomorrow"
    spans = [Span(0, 2), Span(3, 5), Span(6, 12), Span(13, 21)]
    assert place(text) is None
    assert place(text, read=Read(spans, [-8, -8, 4, -8], spans[2])) == "bolley"


def test_what_the_model_reads_chooses_between_two_names() -> None:
    text = "hotel in Lima or in Quito"
    spans = [Span(0, 5), Span(9, 13), Span(20, 25)]
    assert place(text, read=Read(spans, [-8, 3, -8], spans[1])) == "Lima"
    assert place(text, read=Read(spans, [-8, -8, 3], spans[2])) == "Quito"


def test_a_model_that_reads_no_place_keeps_weak_signs_from_being_one() -> None:
    text = "a bag like the one in Vendetta"
    spans = [Span(2, 5), Span(19, 21), Span(22, 30)]
    assert place(text) == "Vendetta"
    assert place(text, read=Read(spans, [-9, -9, -9], None)) is None


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=30).map(" ".join))
def test_candidates_are_words_of_the_text_each_once(text: str) -> None:
    found = [span for span, _ in candidates(text, lexicon().places)]
    assert len({*found}) == len(found)
    assert all(0 <= span.start < span.end <= len(text) for span in found)
    assert all(text[span.start : span.end].strip() == text[span.start : span.end] for span in found)


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    named = place(text)
    assert named is None or named in text


def test_each_sign_of_the_weights_can_be_given() -> None:
    texts = [
        "a hotel in Lima",
        "[UK] at #SXSW near me",
        "Tacoma, WA — 39th street again, 39th street",
        "auburn mall in Texas",
    ]
    given_signs = {sign for text in texts for _, signs in candidates(text, lexicon().places) for sign in signs}
    assert {
        "a town",
        "state",
        "number",
        "again",
        "here",
        "hashtag",
        "tail",
        "in title",
        "within another",
    } <= given_signs
    assert {"none", "words", "hottest"} <= lexicon().places.weights["read"].keys()
