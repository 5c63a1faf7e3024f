"""Conformance cases: how one is judged, and those beside the checkout."""

import json
from pathlib import Path

import pytest

from listener.query.cases import judge

NOON = "2026-11-20T12:00:00Z"


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({"query": "tea", "post": {"text": "Tea!"}}, True),
        ({"query": "tea", "post": {"text": "coffee"}}, False),
        ({"query": "tea", "post": {}}, False),
        ({"query": "tea", "post": {"title": "tea"}}, True),
        ({"query": "@hot", "post": {"text": "tea"}, "sets": {"hot": "tea OR soup"}}, True),
        ({"query": "likes:>=5", "post": {"likes": 5}}, True),
        ({"query": "likes:>=5", "post": {"reach": {"likes": 5}}}, True),
        ({"query": "followers:>1 replies:0", "post": {"followers": 2, "replies": 0}}, True),
        ({"query": "age:<1h", "post": {"created_at": "2026-11-20T11:30:00Z"}, "now": NOON}, True),
        ({"query": "age:<1h", "post": {"created_at": "2026-11-20T11:30:00"}, "now": NOON}, True),
        ({"query": "age:<1h", "post": {"created_at": "2026-11-20T14:30:00+03:00"}, "now": NOON}, True),
        ({"query": "age:<1h", "post": {}, "now": NOON}, False),
        ({"query": "type:comment tag:tea lang:en", "post": {"kind": "comment", "tags": ["tea"], "lang": "en"}}, True),
        ({"query": "tea.example", "post": {"links": ["https://tea.example"]}}, True),
        ({"query": "site:tea.example", "post": {"url": "https://tea.example/1"}}, True),
    ],
)
def test_a_case_is_judged(case: dict[str, object], expected: bool) -> None:
    assert judge({"id": "x", **case}) == {"id": "x", "match": expected, "error": None}


@pytest.mark.parametrize("query", ["", "tea OR", "NOT tea", "tea moment:buy"])
def test_a_refused_query_is_no_miss(query: str) -> None:
    answer = judge({"id": 7, "query": query, "post": {"text": "tea"}})
    assert (answer["id"], answer["match"]) == (7, None)
    assert "\n" in str(answer["error"])


def test_all_cases_beside_the_checkout_agree(shared: Path) -> None:
    lines = (shared / "data/queries/cases.jsonl").read_text(encoding="utf-8").splitlines()
    differing = []
    for case in map(json.loads, lines):
        answer = judge(case)
        got = "error" if answer["error"] else answer["match"]
        if got != case["expect"]:
            differing.append((case["id"], case["query"], case["expect"], got))
    assert lines
    assert differing == []
