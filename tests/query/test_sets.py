"""Named sets."""

import pytest

from listener.errors import QueryError
from listener.query import parse
from tests.query.conftest import hit, matches

SETS = {
    "drinks": 'tea OR "hot milk"',
    "places": "leeds OR york",
    "both": "@drinks @places",
    "my-brand": "kettleco",
    "handles": "@kettleco",
}


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("@drinks", "hot milk", True),
        ("@drinks", "milk", False),
        ("@Drinks", "tea", True),
        ("cup @drinks", "tea", False),
        ("cup -@drinks", "cup of tea", False),
        ("@drinks NEAR/2 cup", "a cup of tea", True),
        ("@drinks NEAR/2 @places", "tea in york", True),
        ("@both", "tea in york", True),
        ("@both", "tea", False),
        ("@my-brand", "kettleco", True),
        ("@handles", "kettleco", False),
        ("@handles", "@kettleco", True),
        ("@nobody", "@nobody", True),
        ('"@drinks"', "tea", False),
        ('"@drinks"', "@drinks", True),
    ],
)
def test_a_set_is_one_term(query: str, text: str, expected: bool) -> None:
    assert matches(query, text, sets=SETS) is expected


def test_a_set_works_inside_the_title_and_an_author_is_never_a_set() -> None:
    assert matches("title:@drinks", title="tea", sets=SETS)
    assert not matches("title:@drinks", "tea", title="x", sets=SETS)
    assert matches("author:@drinks", author="drinks", sets=SETS)


def test_a_match_names_the_terms_inside_the_set() -> None:
    answer = hit("@drinks cup", "cup of tea", sets=SETS)
    assert answer
    assert answer.leaves == ("tea", "cup")


def test_a_set_keeps_its_name_in_print() -> None:
    assert str(parse("@drinks  -@places", SETS)) == "@drinks NOT @places"


def test_sets_that_lead_back_to_themselves_are_refused() -> None:
    with pytest.raises(QueryError, match=r"in the set @a .*: in the set @b .*: the set @a leads back to itself"):
        parse("@a", {"a": "tea OR @b", "b": "milk OR @a"})


def test_terms_of_sets_count_wherever_they_stand() -> None:
    many = {"many": " OR ".join(f"w{n}" for n in range(100))}
    assert parse("@many OR @many", many)
    with pytest.raises(QueryError, match="the query has 201 terms, those of its sets included; at most 200"):
        parse("@many OR @many OR tea", many)


def test_sets_that_double_each_other_are_refused_at_once() -> None:
    doubling = {"s0": "tea OR milk"} | {f"s{n}": f"@s{n - 1} OR @s{n - 1}" for n in range(1, 40)}
    with pytest.raises(QueryError, match="256 terms"):
        parse("@s39", doubling)


def test_a_long_chain_of_sets_is_refused() -> None:
    chain = {"s0": "tea"} | {f"s{n}": f"@s{n - 1}" for n in range(1, 400)}
    assert parse("@s30", chain)
    with pytest.raises(QueryError, match="more than 50 parentheses and sets in one another"):
        parse("@s399", chain)
