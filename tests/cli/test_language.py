"""Queries judged and explained, line by line."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.conftest import Run


def cases(*rows: object) -> bytes:
    return b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)


def test_each_case_is_judged_in_order(listener: Run) -> None:
    given = cases(
        {"id": "a", "query": "desk", "post": {"text": "a standing desk"}},
        {"id": 2, "query": "@town", "post": {"text": "in York"}, "sets": {"town": "leeds OR york"}},
        {"id": "c", "query": "lamp age:<2h", "post": {"text": "lamp", "created_at": "2026-11-20T09:00:00Z"}}
        | {"now": "2026-11-20T12:00:00Z"},
        {"id": "d", "query": "(desk", "post": {"text": "desk"}},
    )
    answer = listener("match", "--cases", "-", given=given)
    assert answer.code == 0
    assert [(line["id"], line["match"]) for line in answer.lines] == [("a", True), (2, True), ("c", False), ("d", None)]
    assert [line["error"] is None for line in answer.lines] == [True, True, True, False]
    assert list(answer.lines[0]) == ["id", "match", "error"]
    assert "a parenthesis is not closed" in answer.lines[3]["error"]


def test_cases_come_from_a_file(listener: Run, home: Path) -> None:
    (home / "cases.jsonl").write_bytes(cases({"id": "a", "query": "desk", "post": {"text": "desks"}}))
    assert listener("match", "--cases", "cases.jsonl").lines == [{"id": "a", "match": False, "error": None}]


@pytest.mark.parametrize("bad", [b"{", b"[]", b"7", b'{"id": "x"}', b'{"id": "x", "query": 7}', b"\xff\xfe", b"null"])
def test_a_line_that_is_no_case_is_named_and_the_others_are_judged(listener: Run, bad: bytes) -> None:
    good = {"id": "a", "query": "desk", "post": {"text": "desk"}}
    answer = listener("match", "--cases", "-", given=cases(good, bad, b"", {**good, "id": "b"}))
    assert answer.code == 1
    assert [line["id"] for line in answer.lines] == ["a", "b"]
    assert "line 2: " in answer.err
    assert "Traceback" not in answer.err


def test_a_case_with_odd_values_is_named_too(listener: Run) -> None:
    odd = {"id": "x", "query": "desk", "post": {"text": "desk", "created_at": "yesterday"}}
    answer = listener("match", "--cases", "-", given=cases(odd, {"id": "y", "query": "desk", "post": "desk"}))
    assert answer.code == 1
    assert "line 1: " in answer.err
    assert "line 2: " in answer.err


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.binary(max_size=40).map(lambda raw: raw.replace(b"\n", b"")), max_size=3))
def test_no_input_ends_in_a_traceback(listener: Run, lines: list[bytes]) -> None:
    answer = listener("match", "--cases", "-", given=b"\n".join(lines))
    assert answer.code in (0, 1)


def test_explain_shows_which_part_is_where(listener: Run) -> None:
    answer = listener("explain", '(buy OR rent) "standing desk" NOT lamp', "Where can I buy a standing-desk?")
    assert answer.code == 0
    assert answer.out.splitlines() == [
        '(buy OR rent) "standing desk" NOT lamp  matches',
        "  ✓ all of",
        "    ✓ any of",
        "      ✓ buy  — 'buy' at 12",
        "      ✗ rent",
        "    ✓ \"standing desk\"  — 'standing-desk' at 18",
        "    ✓ must not be there",
        "      ✗ lamp",
        "",
        "  Where can I buy a standing-desk?",
        "              ^^^   ^^^^^^^^^^^^^",
    ]


def test_explain_knows_the_sets_of_the_configuration(listener: Run) -> None:
    assert "the set @town" in listener("explain", "@town", "in York").out
    assert listener("explain", "@town", "in York", "--json").json == {
        "query": "@town",
        "match": True,
        "leaves": ["york"],
        "spans": [{"start": 3, "end": 7, "text": "York"}],
    }


def test_explain_needs_no_configuration(listener: Run, home: Path) -> None:
    (home / "config").rename(home / "elsewhere")
    assert "does not match" in listener("explain", "desk", "lamp").out


def test_explain_refuses_what_only_routes_can_ask(listener: Run) -> None:
    answer = listener("explain", "desk moment:buy", "a desk")
    assert (answer.code, answer.out) == (2, "")
    assert "moment: is a tag, which a topic's query cannot ask for; routes can" in answer.err


def test_explain_hints_at_a_mistyped_set(listener: Run) -> None:
    answer = listener("explain", "@twon", "in York")
    assert (answer.code, answer.err) == (0, "@twon is no set, so it means an account; did you mean @town?\n")


def test_explain_shows_where_a_query_is_wrong(listener: Run) -> None:
    answer = listener("explain", "desk AND", "desk")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.splitlines()[1] == "  desk AND"
    assert "^" in answer.err.splitlines()[2]


def test_explain_shows_what_a_platform_is_asked_for(listener: Run) -> None:
    answer = listener("explain", "--source", "x", '(oak OR beech*) "standing desk" lang:en', "an oak standing desk")
    assert answer.code == 0
    assert answer.out.splitlines()[-2:] == [
        'x is asked for: "standing desk" lang:en',
        "applied here: all of it; not or more loosely in what is asked: beech*",
    ]
    answer = listener("explain", "--source", "x", "--json", "oak -vinyl", "oak")
    assert json.loads(answer.out)["asked"] == ["oak -vinyl"]


def test_explain_says_where_a_platform_cannot_be_asked(listener: Run) -> None:
    answer = listener("explain", "--source", "reddit", "desk*")
    assert (answer.code, answer.out) == (0, "")
    assert answer.err == (
        "the search of reddit cannot be asked for desk*: it would have to read every post; "
        "give it a word that must be there\n"
    )
    answer = listener("explain", "--source", "hackernews", "desk")
    assert (answer.code, answer.out) == (0, "")
    assert "hackernews has no search that Listener asks: all of it is read" in answer.err
    assert "Nothing on x can match this" in listener("explain", "--source", "x", "desk title:lamp").err


def test_explain_needs_a_text_or_a_source(listener: Run) -> None:
    answer = listener("explain", "desk")
    assert answer.code == 2
    assert "name a TEXT in which to look, or a --source that is asked" in answer.err


def test_explain_of_a_source_alone_shows_only_what_it_is_asked(listener: Run) -> None:
    answer = listener("explain", "desk -lamp", "--source", "x")
    assert answer.out == "x is asked for: desk -lamp\n"
    answer = listener("explain", 'title:desk !"Oak" tea NEAR/3 pot -x*', "--source", "reddit", "--json")
    assert answer.json["left"] == ["title:desk", '!"Oak"', "tea NEAR/3 pot", "NOT x*"]
