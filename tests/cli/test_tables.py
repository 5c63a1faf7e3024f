"""Tables that fit, times in words."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.cli import tables
from listener.cli.tables import ago, columns, cut, many, span, table
from tests.making import NOW

cells = st.lists(st.lists(st.text(max_size=60), min_size=3, max_size=3), max_size=5)


def test_columns_are_aligned_and_the_last_one_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    shown = table(("NAME", "TEXT"), [("a", "x" * 500), ("longer", "two\nlines")])
    assert shown.splitlines() == ["NAME    TEXT", f"a       {'x' * 111}…", "longer  two lines"]


def test_no_cell_takes_the_room_of_all_others() -> None:
    shown = table(("POST", "TEXT"), [("forum:" + "9" * 400, "where can I buy a desk?")])
    assert shown.splitlines()[1].endswith("…  where can I buy a desk?")


@pytest.mark.slow
@given(cells)
def test_a_table_has_a_line_for_each_row_whatever_is_in_it(rows: list[list[str]]) -> None:
    shown = table(("A", "B", "C"), rows)
    assert len(shown.split("\n")) == len(rows) + 1
    assert not set("\u202e\u2067\x0b") & set(shown)


@given(st.text(max_size=80), st.integers(min_value=1, max_value=80))
def test_what_is_cut_fits(text: str, most: int) -> None:
    assert columns(cut(text, most)) <= max(most, columns(""))


def test_wide_letters_count_twice_and_accents_not_at_all() -> None:
    assert [columns(text) for text in ("abc", "漢字", "e\u0301", "😀")] == [3, 4, 1, 2]
    assert cut("漢字漢字", 5) == "漢字…"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s ago"),
        (12, "12 s ago"),
        (240, "4 min ago"),
        (7_200, "2 h ago"),
        (400_000, "5 days ago"),
        (-240, "in 4 min"),
    ],
)
def test_times_are_told_in_one_unit(seconds: int, said: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == said


def test_nouns_follow_their_number() -> None:
    assert [many(n, "topic") for n in (0, 1, 2)] == ["0 topics", "1 topic", "2 topics"]
    assert span(89) == "89 s"


@pytest.mark.parametrize(
    ("headers", "whole"),
    [(("FOUND", "SCORE", "WANTS", "TOPIC", "POST", "TEXT"), ("POST",)), (tuple("ABCDEFG"), ())],
)
@given(data=st.data())
def test_seven_columns_fit_into_eighty(headers: tuple[str, ...], whole: tuple[str, ...], data: st.DataObject) -> None:
    row = st.lists(st.text(max_size=60) | st.just("漢字😀❤️" * 20), min_size=len(headers), max_size=len(headers))
    rows = data.draw(st.lists(row, max_size=4))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "terminal", lambda: 80)
        assert max(columns(line) for line in table(headers, rows, whole).split("\n")) <= 80


def test_a_key_is_cut_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "terminal", lambda: 80)
    shown = table(
        ("TOPIC", "POST", "TEXT"), [("a topic of a long name " * 3, "hackernews:41234567", "desk " * 9)], ["POST"]
    )
    assert "hackernews:41234567" in shown


def test_an_emoji_by_selector_is_wide() -> None:
    assert columns("❤️") == 2
