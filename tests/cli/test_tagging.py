"""Posts in, tags out, a line for each."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.making import in_documented_form

ASK = {"id": "7", "text": "Where can I buy a standing desk in Leeds before Saturday?"}


def lines(*rows: object) -> bytes:
    return b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)


def test_each_post_is_tagged_in_the_documented_form(listener: Run) -> None:
    answer = listener("tag", given=lines(ASK))
    assert answer.code == 0
    [tags] = answer.lines
    in_documented_form(tags, "evidence")
    assert tags["id"] == "7"
    assert "buy" in tags["labels"]
    assert tags["place"] == "Leeds"
    assert tags["where"] == {"city": "Leeds", "region": "England", "country": "United Kingdom", "code": "GB"}


def test_evidence_counts_in_title_and_text(listener: Run) -> None:
    post = {"id": "1", "title": "Standing desks", "text": "where can I buy one?"}
    [tags] = listener("tag", given=lines(post)).lines
    words = f"{post['title']}\n\n{post['text']}"
    assert tags["evidence"]
    assert all(words[each["start"] : each["end"]] == each["text"] for each in tags["evidence"])


def test_posts_stay_in_order_and_keep_their_ids(listener: Run, home: Path) -> None:
    ids = ["z", "a b", " c ", "d" * 900]
    (home / "posts.jsonl").write_bytes(lines(*({"id": each, "text": ""} for each in ids), {"id": 5, "text": "x"}))
    answer = listener("tag", "posts.jsonl", "--tagger", "fast")
    assert answer.code == 0
    assert [tags["id"] for tags in answer.lines] == ["z", "a b", "c", "d" * 900, "5"]


@pytest.mark.parametrize("bad", [b"{", b"[]", b'{"text": "no id"}', b'{"id": "1", "text": 7}', b"\xff"])
def test_a_line_that_is_no_post_is_named_and_the_others_are_tagged(listener: Run, bad: bytes) -> None:
    answer = listener("tag", given=lines(ASK, bad, b"  ", {**ASK, "id": "8"}))
    assert answer.code == 1
    assert [tags["id"] for tags in answer.lines] == ["7", "8"]
    assert "line 2: " in answer.err


def test_text_from_hell_is_tagged_all_the_same(listener: Run) -> None:
    hostile = b'{"id": "1", "text": "where \\ud800 can I buy \\u0000 a desk? ' + b"x" * 200_000 + b'"}\n'
    answer = listener("tag", given=hostile)
    assert answer.code == 0
    assert "buy" in answer.lines[0]["labels"]


def test_the_accurate_tagger_is_refused_without_its_libraries(listener: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listener.tag._NEEDS", ("no_such_library",))
    answer = listener("tag", "--tagger", "accurate", given=lines(ASK))
    assert (answer.code, answer.out) == (2, "")
    assert "Error: --tagger accurate: it needs no_such_library: pip install" in answer.err
    assert "[tag]" not in answer.err


def test_a_missing_file_is_named(listener: Run) -> None:
    answer = listener("tag", "nowhere.jsonl")
    assert answer.code == 2
    assert "nowhere.jsonl" in answer.err


def test_no_configuration_is_needed(listener: Run, home: Path) -> None:
    (home / "config").rename(home / "elsewhere")
    assert listener("tag", given=lines(ASK)).code == 0
