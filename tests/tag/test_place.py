"""Where the need is to be met, in the words of the post."""

from collections.abc import Callable

import pytest

from listener.tag.data import lexicon
from listener.tag.place import find_place
from listener.tag.words import read
from listener.types import Tags


def place(text: str, sure: bool = False) -> str | None:
    span = find_place(read(text, lexicon().groups), lexicon().places, sure=sure)
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
        ("restaurants in downtown Denver", "downtown Denver"),
        ("tickets at Bramall Lane stadium", "Bramall Lane stadium"),
        ("driving around the U.S. this summer", "U.S."),
        ("Anyone in Leeds going?", "Leeds"),
    ],
)
def test_the_words_that_name_the_place(text: str, words: str) -> None:
    assert place(text) == words


@pytest.mark.parametrize(
    "text", ["where can I buy bread", "My iPhone is in the box", "see you in May", "Monday to Friday", "", "?!", "in"]
)
def test_other_capitals_are_no_places(text: str) -> None:
    assert place(text) is None


def test_the_first_of_equals_is_taken() -> None:
    assert place("a hotel in Lima, then in Quito") == "Lima"


def test_sure_wants_a_known_name_or_a_state() -> None:
    assert place("a bag like the one in Vendetta", sure=True) is None
    assert place("a coat shop in London", sure=True) == "London"
    assert place("[UK] a graphics card", sure=True) == "UK"
    assert place("a desk in Paris, TX", sure=True) == "Paris, TX"


def test_only_those_who_go_or_buy_need_a_place(tag: Callable[..., Tags]) -> None:
    assert tag("best ramen near Shibuya?").place == "Shibuya"
    assert tag("why is the sky in Norway so blue?").place is None
