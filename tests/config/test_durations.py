"""Durations are read as people write them."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.config import duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30s", timedelta(seconds=30)),
        ("5m", timedelta(minutes=5)),
        ("2h", timedelta(hours=2)),
        ("90d", timedelta(days=90)),
        ("2w", timedelta(weeks=2)),
        ("1.5h", timedelta(minutes=90)),
        (" 10 m ", timedelta(minutes=10)),
    ],
)
def test_a_number_and_a_unit_are_a_duration(text: str, expected: timedelta) -> None:
    assert duration(text) == expected


@pytest.mark.parametrize("text", ["", "5", "m", "5 minutes", "-5m", "1e3s", "5M", "٣s", "0s", "99999w", "1h30m", "inf"])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r'"30s"|longer than nothing') as refused:
        duration(text)
    assert f'"{text}"' in str(refused.value)


@given(st.text(max_size=12))
def test_no_text_does_anything_but_a_duration_or_a_refusal(text: str) -> None:
    with suppress(ValueError):
        assert timedelta() < duration(text) <= timedelta(days=36_500)
