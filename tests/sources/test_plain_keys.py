"""Keys are looked at together, and judged as if each were looked at by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.sources.jsonl import Line, _are_plain, _have_colons, _is_plain, _last_forms

USUAL = ["jsonl:1", "x:" + "9" * 60, "s" * 51 + ":1", ":", "a:b:"]
KEYS = (st.text("ab:1 \n\u200b", max_size=8) | st.sampled_from(USUAL)).filter(lambda key: ":" in key)


@given(st.lists(KEYS))
def test_together_they_are_judged_as_one_by_one(keys: list[str]) -> None:
    assert _are_plain(keys) == all(map(_is_plain, keys))


@pytest.mark.parametrize(
    ("key", "plain"),
    [("jsonl:1", True), ("a:b:", True), ("x:", False), (":1", False), ("a:\n", False), ("a:b  c", False)],
)
def test_a_key_without_a_name_or_with_what_is_mended_is_not_plain(key: str, plain: bool) -> None:
    assert _are_plain(["jsonl:0", key]) is plain


LINES = st.builds(
    Line, id=st.integers(0, 3) | st.text("01 :\n", max_size=3), source=st.sampled_from([None, "a", "a:b"])
)


@given(st.lists(LINES))
def test_the_last_line_of_a_key_counts_and_stands_where_it_came(lines: list[Line]) -> None:
    expected = dict[str, Line]()
    for line in lines:
        expected.pop(line.key, None)
        expected[line.key] = line
    assert [*_last_forms(lines).items()] == [*expected.items()]


@given(st.lists(LINES))
def test_a_colon_in_the_name_of_a_source_is_seen(lines: list[Line]) -> None:
    assert _have_colons(_last_forms(lines)) == any(line.source == "a:b" for line in _last_forms(lines).values())
