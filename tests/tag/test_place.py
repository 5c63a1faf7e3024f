"""Where the need is to be met, in the words of the post."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.tag.data import lexicon
from listener.tag.place import candidates, find_place
from listener.tag.reading import HEAT, Read
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


def reading(text: str, name: str, likely: float = 4.0) -> Read:
    """A model that takes these words, and no others, for the name of a place."""
    words = [Span(found.start(), found.end()) for found in re.finditer(r"\w+", text)]
    start, end = text.index(name), text.index(name) + len(name)
    told = [likely if start <= word.start and word.end <= end else -8.0 for word in words]
    begins = [-0.1 if word.start == start else -8.0 for word in words]
    return Read(words, told, begins, [-0.1 if word.end == end else -8.0 for word in words])


def test_what_the_model_reads_finds_a_name_without_any_sign() -> None:
    text = "we go bolley tomorrow"
    assert place(text) is None
    assert place(text, read=reading(text, "bolley")) == "bolley"


@pytest.mark.parametrize("name", ["Lima", "Quito"])
def test_what_the_model_reads_chooses_between_two_names(name: str) -> None:
    text = "hotel in Lima or in Quito"
    assert place(text, read=reading(text, name)) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("any brunch near the Halden Inn?", "Halden Inn"),
        ("shops close to Tarn Airport", "Tarn Airport"),
        ("food in the Elmet area?", "Elmet area"),
        ("who is at digi fest tomorrow", "digi fest"),
        ("ride to oak bay outlet please", "oak bay outlet"),
        ("A day in Lima — I will stay in lower Quito, what is near?", "lower Quito"),
    ],
)
def test_what_the_model_reads_tells_where_a_name_ends(text: str, name: str) -> None:
    assert place(text, read=reading(text, name)) == name


def test_of_a_part_and_the_whole_the_model_chooses_by_where_a_name_begins_and_ends() -> None:
    text = "food in Leeds area"
    words = [Span(0, 4), Span(5, 7), Span(8, 13), Span(14, 18)]
    heat = [-8.0, -8.0, 1.5, 1.5]
    part = Read(words, heat, [-9, -9, -0.1, -9], [-9, -9, -0.1, -9])
    whole = Read(words, heat, [-9, -9, -0.1, -9], [-9, -9, -9, -0.1])
    assert (place(text, read=part), place(text, read=whole)) == ("Leeds", "Leeds area")


def test_a_model_that_reads_no_place_keeps_weak_signs_from_being_one() -> None:
    text = "a bag like the one in Vendetta"
    assert place(text) == "Vendetta"
    assert place(text, read=reading(text, "bag", likely=-9)) is None


def test_marks_around_what_the_model_reads_do_not_belong_to_the_name() -> None:
    text = "drinks (the moon) tonight"
    spans = [Span(0, 6), Span(7, 8), Span(8, 11), Span(12, 16), Span(16, 17), Span(18, 25)]
    read = Read(spans, [-8, 3, 3, 4, 3, -8], [-8, -8, -0.1, -8, -8, -8], [-8, -8, -8, -0.1, -8, -8])
    assert place(text, read=read) == "the moon"


@settings(max_examples=40, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=20), st.data())
def test_any_reading_of_any_text_is_weighed(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    spans = [Span(found.start(), found.end()) for found in re.finditer(r"\S+", text)][: data.draw(st.integers(0, 20))]
    logits = st.lists(st.floats(-20, 20), min_size=len(spans), max_size=len(spans))
    told = [data.draw(logits) for _ in range(3)]
    found = [*candidates(text, lexicon().places, Read(spans, *told))]
    assert len({span for span, _ in found}) == len(found)
    assert all({"whole", "unread"} & {*signs} for _, signs in found)
    assert (place(text, read=Read(spans, *told)) or "") in text


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
    assert lexicon().places.weights["read"].keys() <= {"none", "words", "lead", *HEAT}
