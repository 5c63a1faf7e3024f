"""Files of labels: every wrong line is told, with its number and what to write."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.tag.labels import Label, LabelsError, mark, plain, read_labels
from listener.types import Moment

FINE = {"id": "1", "text": "where can I buy a lamp?"}


def lines(*rows: Any) -> list[bytes]:
    return [row if isinstance(row, bytes) else json.dumps(row).encode() + b"\n" for row in rows]


def wrong(*rows: Any) -> list[str]:
    with pytest.raises(LabelsError) as error:
        read_labels(lines(*rows), "a.jsonl")
    return str(error.value).split("\n")


def test_all_that_a_label_may_hold() -> None:
    whole = {
        **FINE,
        "platform": "forum",
        "origin": "ours",
        "natural": True,
        "moments": ["go", "buy"],
        "question": True,
        "urgency": 2,
        "signals": ["complaint"],
        "place": "Leeds",
        "label": "negative",
        "created_at": "2026-01-02T03:04:05Z",
    }
    [label] = read_labels(lines(whole), "a.jsonl")
    assert label.moments == (Moment.GO, Moment.BUY)
    assert (label.urgency, label.signals, label.place, label.label) == (2, ("complaint",), "Leeds", "negative")


def test_what_is_left_out_is_unknown_and_what_is_empty_is_not() -> None:
    bare, empty = read_labels(lines(FINE, b"\n", {**FINE, "moments": [], "signals": [], "urgency": 0}), "a.jsonl")
    assert (bare.moments, bare.signals, bare.urgency, bare.question) == (None, None, None, None)
    assert (empty.moments, empty.signals, empty.urgency) == ((), (), 0)


def test_a_byte_order_mark_does_no_harm() -> None:
    assert len(read_labels(lines(b"\xef\xbb\xbf" + json.dumps(FINE).encode()), "a.jsonl")) == 1


@pytest.mark.parametrize(
    ("fields", "cure"),
    [
        ({"id": 17}, '"id": write a text, "id": "17"'),
        ({"text": None}, '"text": write the words of the post, "text": "…"'),
        ({"moments": "buy"}, '"moments": write a list of "know", "go", "do", "buy", or []'),
        ({"moments": ["fly"]}, '"moments": write a list of "know", "go", "do", "buy", or []'),
        ({"moments": {"buy": 0.9}}, '"moments": write a list of "know", "go", "do", "buy", or []'),
        ({"question": "yes"}, '"question": write true or false'),
        ({"urgency": 3}, '"urgency": write 0, 1 (soon) or 2 (now)'),
        ({"signals": ["anger"]}, '"signals": write a list of "complaint", "praise", "switching", "promo", or []'),
        ({"label": "sad"}, '"label": write the mood, one of "negative", "neutral", "positive"'),
        ({"place": 5}, '"place": write the words that name it, or null'),
        ({"platform": 5}, '"platform": write a text'),
        ({"moment": ["buy"]}, '"moment" is not known: did you mean "moments"?'),
        ({"questions": True}, '"questions" is not known: did you mean "question"?'),
    ],
)
def test_a_wrong_field_is_named_with_what_to_write(fields: dict[str, Any], cure: str) -> None:
    assert wrong(FINE, {**FINE, **fields})[0] == f"a.jsonl:2: {cure}"


@pytest.mark.parametrize("name", ["id", "text"])
def test_a_missing_field_is_named(name: str) -> None:
    found = wrong({key: value for key, value in FINE.items() if key != name})[0]
    assert found.startswith(f'a.jsonl:1: "{name}" is missing: write ')


@pytest.mark.parametrize("line", [b"{", b"\xff\xfe", b'{"id": "\\ud800"}', b"[" * 10_000, b"buy,1\n"])
def test_a_line_that_is_no_json_is_told(line: bytes) -> None:
    found = wrong(line)
    assert found[0].startswith("a.jsonl:1: this is no JSON: ")
    assert found[-1].startswith('A line is one JSON object, such as {"id": "1", ')


@pytest.mark.parametrize("line", [b"[]", b"1", b'"text"', b"null"])
def test_json_that_is_no_object_is_told(line: bytes) -> None:
    assert wrong(line)[0] == "a.jsonl:1: this is JSON, but no object"


def test_all_wrong_lines_are_told_at_once_and_many_are_counted() -> None:
    found = wrong(*[{**FINE, "urgency": 9}] * 14)
    assert [line.partition(": ")[0] for line in found[:10]] == [f"a.jsonl:{n}" for n in range(1, 11)]
    assert found[10] == "a.jsonl: 4 more lines are wrong"


def test_a_file_without_labels_shows_one() -> None:
    [found] = wrong(b"\n", b"  \n")
    assert found.startswith('a.jsonl: no labels in it; write one JSON object a line, such as {"id"')


def test_the_label_that_is_shown_is_one() -> None:
    [found] = wrong(b"\n")
    [label] = read_labels([found[found.index("{") :].encode()], "shown")
    assert label.moments == (Moment.BUY,)


@given(st.binary(max_size=60))
def test_no_bytes_end_in_another_error(data: bytes) -> None:
    try:
        assert all(isinstance(label, Label) for label in read_labels([data], "a.jsonl"))
    except LabelsError as error:
        assert str(error).startswith("a.jsonl")


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.sampled_from(sorted(Label.__struct_fields__)),
        st.none() | st.booleans() | st.text(max_size=8) | st.integers(),
    )
)
def test_no_values_end_in_another_error(fields: dict[str, Any]) -> None:
    try:
        read_labels(lines(fields), "a.jsonl")
    except LabelsError as error:
        assert str(error).startswith("a.jsonl:1: ")


@pytest.mark.parametrize("copy", ["MY KETTLE leaks", "my kettle — leaks!! https://x.example/1", " my  kettle_leaks"])
def test_copies_of_a_text_have_one_mark(copy: str) -> None:
    assert mark(copy) == mark("my kettle leaks")
    assert len(mark(copy)) == 8


def test_texts_in_other_letters_are_told_apart() -> None:
    assert plain("чайник течёт") != plain("лампа горит")
