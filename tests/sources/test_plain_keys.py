"""Keys are looked at together, and judged as if each were looked at by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.sources.jsonl import _are_plain, _is_plain

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
