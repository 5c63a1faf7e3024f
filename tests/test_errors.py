"""What a query error shows: the query on one line, and the caret under the place whatever stands before it."""

import pytest

from listener.errors import QueryError


def lines(query: str, at: int) -> list[str]:
    return str(QueryError(query, at, "expected a term")).splitlines()


def test_the_caret_stands_under_the_place() -> None:
    assert lines("tea OR", 6) == ["expected a term", "  tea OR", "        ^"]


@pytest.mark.parametrize("blank", ["\n", "\t", "\r", "\x0b", "\x85", "\u2028", "\xa0", "\0", "\x1b", "\ud800"])
def test_nothing_in_a_query_breaks_or_moves_its_line(blank: str) -> None:
    assert lines(f"tea{blank}OR", 6) == ["expected a term", "  tea OR", "        ^"]


def test_accents_written_apart_take_no_column() -> None:
    assert lines("the\u0301 OR", 7) == ["expected a term", "  the\u0301 OR", "        ^"]


def test_letters_of_two_columns_have_blanks_of_two() -> None:
    assert lines("新茶 OR", 5) == ["expected a term", "  新茶 OR", "  \u3000\u3000   ^"]


def test_other_letters_count_as_one() -> None:
    assert lines("чай ÖR", 6)[2] == "        ^"
