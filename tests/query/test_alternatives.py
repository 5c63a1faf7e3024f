"""Queries read in one go are the same as read character by character, and shared while somebody holds them."""

import gc
from weakref import ref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.errors import QueryError
from listener.query import MOST_LEAVES, parse
from listener.query.alternatives import alternatives
from listener.query.parser import Parser

PIECES = [
    *("OR", "AND", "NOT", "NEAR", "or", "ORs", "NEAR/3", "ONEAR", "acme", "Acme", "2024", "x1", "a_b", "it's", "café"),
    *('"acme"', '"Acme Cloud"', '"this OR that"', '"a  b"', '" a"', '""', '"', '"a"~2', '"a""b"', '"AND"', '"#acme"'),
    *("-acme", "(", ")", "(acme)", "acme*", "#acme", "@acme", "acme.io", "lang:en", "\u00a0", "\t", "\n", "a.", ".a"),
]


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=7), st.sampled_from([" ", "  ", " OR ", "\tOR\n", ""]))
def test_what_is_read_in_one_go_is_read_the_same_as_character_by_character(pieces: list[str], between: str) -> None:
    query = between.join(pieces)
    if quickly := alternatives(query):
        assert Parser(query, {}, "topic", {})._whole() == quickly


@pytest.mark.parametrize(
    "query", ["acme", ' "Acme Cloud" OR x1 ', "near OR nor OR a", 'ORs OR "this OR that"', "a\nOR\tb"]
)
def test_words_and_phrases_with_or_between_them_are_read_in_one_go(query: str) -> None:
    assert alternatives(query)


@pytest.mark.parametrize("query", ["a b", "a AND b", "OR", "a OR", "NEAR", '"a"~2', "a.io", "lang:en", "a*", "", "ä"])
def test_everything_else_is_left_to_the_parser(query: str) -> None:
    assert alternatives(query) is None


def test_a_long_list_of_alternatives_has_a_limit_too() -> None:
    with pytest.raises(QueryError, match=f"at most {MOST_LEAVES}"):
        parse(" OR ".join(f"w{number}" for number in range(MOST_LEAVES + 1)))


def test_a_query_that_somebody_holds_is_not_read_twice() -> None:
    held = parse('acme "cloud nine"', scope="topic")
    assert parse('acme "cloud nine"', {"brand": "acme"}, scope="topic") is held
    assert parse('acme "cloud nine"', scope="route") is not held


def test_a_query_with_a_set_is_read_anew_once_the_set_is_another() -> None:
    held = parse("@brand sale", {"brand": "acme"})
    assert parse("@brand sale", {"brand": "acme"}) is held
    other = parse("@brand sale", {"brand": "nova"})
    assert "acme" in repr(held.tree) and "nova" in repr(other.tree) and "acme" not in repr(other.tree)


def test_what_nobody_holds_is_forgotten() -> None:
    held = ref(parse("forgotten OR soon"))
    gc.collect()
    assert held() is None
