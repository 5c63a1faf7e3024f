"""What invented queries of each tool become, as data: `cases/<tool>.toml`."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from listener.dialects import TOOLS, NotAnExport, convert
from listener.query import LONGEST, MOST_LEAVES, parse
from listener.query.tree import leaves

CASES = {tool: tomllib.loads((Path(__file__).parent / f"cases/{tool}.toml").read_text())["case"] for tool in TOOLS}


@pytest.mark.parametrize(
    ("tool", "case"),
    [pytest.param(tool, case, id=f"{tool}-{case['why']}") for tool in TOOLS for case in CASES[tool]],
)
def test_a_query_becomes_what_it_asks_and_the_rest_is_told(tool: str, case: dict[str, Any]) -> None:
    imported = convert(tool, case["file"], "brand")
    assert [f"{topic.name} = {topic.query}" for topic in imported.topics] == case["topics"]
    assert [f"{each.line}:{each.column} {each.what} {each.result}" for each in imported.differences] == case["told"]
    assert all(each.why for each in imported.differences)


def test_each_tool_has_cases() -> None:
    assert min(map(len, CASES.values())) >= 8


def test_a_query_of_x_stays_with_x() -> None:
    assert convert("x", "kettle", "brand").topics[0].sources == ("x",)
    assert convert("syften", "kettle", "brand").topics[0].sources == ()


def test_a_handle_is_told_from_a_set_of_that_name() -> None:
    [topic] = convert("x", "@Acme OR @tea", "brand", sets=["acme"]).topics
    assert topic.query == '"@Acme" OR @tea'
    assert parse(topic.query, {"acme": "anvil"}).handles == {"@acme", "@tea"}


def test_names_that_are_taken_get_a_number() -> None:
    imported = convert("x", "kettle\ntea", "brand", taken=["brand-1", "brand-1 (2)"])
    assert [topic.name for topic in imported.topics] == ["brand-1 (3)", "brand-2"]


def test_a_query_that_is_too_long_is_parted_and_that_is_told() -> None:
    text = f"pot AND ({' OR '.join(f'brand{n}' for n in range(450))}) NOT spam"
    imported = convert("brandwatch", text, "brands")
    assert [topic.name for topic in imported.topics] == ["brands 1", "brands 2", "brands 3", "brands 4"]
    for topic in imported.topics:
        assert len(topic.query) <= LONGEST
        assert sum(1 for _ in leaves(parse(topic.query).tree)) <= MOST_LEAVES
        assert topic.query.startswith("pot (") and topic.query.endswith(" NOT spam")
    asked = [word for topic in imported.topics for word in topic.query.split() if "brand" in word]
    assert len(asked) == 450
    assert [(each.result, "4 topics" in each.why) for each in imported.differences] == [("parted", True)]


def test_a_long_query_without_alternatives_is_refused() -> None:
    imported = convert("x", " ".join(f"word{n}" for n in range(300)), "brand")
    assert imported.topics == ()
    assert imported.differences[0].result == "refused"


def test_parentheses_beyond_measure_are_refused() -> None:
    for text in ("(" * 5_000 + "a" + ")" * 5_000, "-" * 5_000 + "a", "NOT " * 5_000 + "a"):
        [difference] = convert("brandwatch", text, "brand").differences
        assert "in one another" in difference.why


@pytest.mark.parametrize(
    "text",
    [
        "a" + " NEAR/3 b" * 3_000,
        f'"{"a " * 3_000}"~3',
        f'"{"a, " * 3_000}"',
        "(a NEAR/2 b) NEAR/3 " * 30 + "c",
        "a OR " * 20_000 + "b",
        "(" * 39 + "a" + " NEAR/1 b)" * 39,
    ],
)
def test_a_query_made_to_break_us_is_imported_or_refused(text: str) -> None:
    imported = convert("talkwalker", text, "brand")
    assert imported.topics or imported.differences[-1].result == "refused"


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("", 1, "no query"),
        (" \n\n", 1, "no query"),
        ("[]", 1, "no query"),
        ('{"results": []}', 1, "no query"),
        ('[{"name": "a",\n "query" "b":}]', 2, "not JSON"),
        ('[{"query": ' * 100_000, 1, "nested"),
        ("Name,Query\n", 1, "no query"),
        (f"Name,Query\nTea,{'x' * 140_000}\n", 2, "not CSV"),
    ],
)
def test_a_file_without_queries_is_refused_with_its_line(text: str, line: int, why: str) -> None:
    with pytest.raises(NotAnExport, match=why) as refused:
        convert("mention" if text == "" else "x", text.replace("\n\n", "\n"), "brand")
    assert refused.value.line == line


def test_a_query_that_begins_with_a_brace_is_no_json() -> None:
    assert convert("brandwatch", "{BREW} OR tea", "brand").topics[0].query == '!"BREW" OR tea'


def test_a_file_with_a_byte_order_mark_is_read() -> None:
    assert convert("brandwatch", "\ufeffName,Query\nTea,tea\n", "brand").topics[0].name == "Tea"
