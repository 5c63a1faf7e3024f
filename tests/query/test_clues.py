"""The quick look: what must be there for a query to match."""

import pytest

from listener.query import parse
from listener.query.clues import clues

WORD, PIECE = True, False


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tea", {("tea", WORD)}),
        ("Café", {("cafe", WORD)}),
        ('"a green tea"', {("green", WORD)}),
        ("kettl*", {("kettl", PIECE)}),
        ("*ttl?s*", {("ttl", PIECE)}),
        ('"gre* tea"', {("tea", WORD)}),
        ("茶", {("茶", PIECE)}),
        ("!Tea", {("tea", WORD)}),
        ("#Tea", {("#tea", PIECE)}),
        ("shop.example.org", {("example", PIECE)}),
        ("`C++ and Go`", {("and", PIECE)}),
        ("title:tea", {("tea", WORD)}),
        ("@hot", {("soup", WORD), ("tea", WORD)}),
        ("tea OR milk*", {("tea", WORD), ("milk", PIECE)}),
        ("(tea OR milk) cup", {("cup", WORD)}),
        ("(tea OR milk) NEAR/2 cup", {("cup", WORD)}),
        ("tea -milk", {("tea", WORD)}),
        ("tea lang:en", {("tea", WORD)}),
    ],
)
def test_a_query_gives_clues(query: str, expected: set[tuple[str, bool]]) -> None:
    assert clues(parse(query, {"hot": "tea OR soup"}).tree) == frozenset(expected)


@pytest.mark.parametrize(
    "query", ["lang:en", "/tea/", "`++`", "`é`", "tea OR lang:en", "/tea/ OR tea", "likes:>5 -tea"]
)
def test_some_queries_give_none(query: str) -> None:
    assert clues(parse(query).tree) is None
