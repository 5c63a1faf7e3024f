"""The quick look: what must be there for a query to match."""

import pytest

from listener.query import parse
from listener.query.clues import clues, literals, needed
from listener.query.fold import fold
from listener.query.plain import ODD, piece, plain

SETS = {"hot": "tea OR soup"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tea", [{" tea "}]),
        ("Café", [{" cafe "}]),
        ('"a green tea"', [{" a green tea "}]),
        ("green-tea", [{" green tea "}]),
        ("o'hara", [{" o hara "}]),
        ("kettl*", [{" kettl"}]),
        ("*ttl?s*", [{"ttl"}]),
        ('"gre* tea"', [{" tea "}]),
        ('"green te*"', [{" green te"}]),
        ('"tea, green"', [{" green "}]),
        ("茶", [{" 茶 "}]),
        ("!Tea", [{" tea "}]),
        ("#Tea", [{" tea "}]),
        ("#te*", [{" te"}]),
        ("@ana@tea.example", [{" ana \x01 tea \x01 example "}]),
        ("shop.example.org", [{" example "}]),
        ("`C++ and Go`", [{"c \x01  \x01  and go"}]),
        ("`😀`", [{"😀"}]),
        ("/(tea)? and milk+/", [{" and milk"}]),
        ("title:tea", [{" tea "}]),
        ("@hot", [{" tea ", " soup "}]),
        ("tea OR milk*", [{" tea ", " milk"}]),
        ("(tea OR milk) cup", [{" cup "}, {" tea ", " milk "}]),
        ("(tea OR milk) NEAR/2 cup", [{" cup "}, {" tea ", " milk "}]),
        ("tea -milk", [{" tea "}]),
        ("tea lang:en", [{" tea "}]),
        ("author:@Ana_B", [{" ana b "}]),
        ("community:/r/tea*", [{" tea"}]),
        ("site:www.tea.example/x", [{" example "}]),
        ("url:/tea/x", [{"\x06 tea \x06 x"}]),
    ],
)
def test_a_query_gives_clues(query: str, expected: list[set[str]]) -> None:
    assert clues(parse(query, SETS).tree) == tuple(frozenset(each.encode() for each in clue) for clue in expected)


@pytest.mark.parametrize(
    "query",
    ["lang:en", "/te|a/", "/[tea]/", "`é`", "tea OR lang:en", "likes:>5 -tea", "age:<2h", r"/\p{Han}a/", "`xhttp`"],
)
def test_some_queries_give_none(query: str) -> None:
    assert clues(parse(query).tree) == ()


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("refund", {"refund"}),
        ("refund(ed)?", {"refund"}),
        ("refunds?", {"refund"}),
        ("re+fund", {"re", "fund"}),
        ("a{0,3}b{2}c", {"c"}),
        (r"(?i)tea\b.*[milk]pot$", {"tea", "pot"}),
        (r"a\.b", {"a", "b"}),
        ("(a|b)tea", {"tea"}),
        ("tea|cup", set()),
        (r"\x41bc", set()),
        (r"\Qa|b\E", set()),
        ("[]a]tea", {"tea"}),
        ("[[:alpha:]]tea", {"tea"}),
    ],
)
def test_an_expression_gives_the_letters_that_it_cannot_do_without(pattern: str, expected: set[str]) -> None:
    assert set(literals(pattern)) - {""} == expected


def test_it_is_known_where_else_clues_are_looked_for() -> None:
    assert needed(parse("tea title:cup lang:en").tree) == frozenset()
    assert needed(parse("tea.example OR author:ana site:b.example").tree) == {"url", "links", "author"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", " "),
        ("Tea, hot-tea & Élan!", " tea \x01  hot tea  \x01  elan \x01  "),
        ("ana's  #cup_b", " ana s  \x01 cup b "),
        ("买茶tea", " 买 茶 tea "),
        ("te\u200ba😀", " tea 😀 "),
        ("velohttps://a.b", " velo https \x05  \x06  \x06 a \x01 b "),
        ("a7️⃣b", " a 7 b "),
        ("a*️⃣#️⃣b", " a  \x01 b "),
        ("x: fftp://В", " x \x05  f ftp \x05  \x06  \x06 в "),
        ("нhttp://a茶", " н http \x05  \x06  \x06 a 茶 "),
    ],
)
def test_a_text_is_words_between_single_spaces_and_signs_between_their_own(text: str, expected: str) -> None:
    assert plain([text]) == expected.encode()


def test_texts_with_many_foreign_letters_are_read_as_those_with_few() -> None:
    few, many = "tea für Élan " + "x" * 30, "чай für Élan, ещё чай 茶 " * 3
    lines = plain([few, many, "tea", many + few]).split(b"\n")
    assert lines == [plain([text]) for text in (few, many, "tea", many + few)]
    assert lines[0].startswith(b" tea fur elan xxx")
    assert lines[1].decode().split()[:3] == [fold("чай"), "fur", "elan"]


def test_texts_are_read_a_line_each_whatever_they_hold() -> None:
    lines = plain(["a\nb", "", "c\0\0d", "e\ud800é"]).split(b"\n")
    assert lines[:2] == [b" a b ", b" "]
    assert len(lines) == 4
    assert all(ODD in line for line in lines[2:])


def test_what_is_no_text_is_no_clue() -> None:
    assert piece(" ") == piece("\x07") == b""
    assert piece(" tea ") == b" tea "
