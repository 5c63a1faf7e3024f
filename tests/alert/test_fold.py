"""What near-identical posts share, and what they do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from listener.alert import fingerprints
from listener.testing import posts


def prints(text: str, **fields: object) -> tuple[str, ...]:
    return fingerprints(replace(posts(1)[0], text=text, **fields))


@pytest.mark.parametrize(
    "same",
    [
        "Where can I buy a desk in Leeds",
        "where can i buy a desk in leeds?!",
        "@anna where can I buy a desk in Leeds https://example.org/x",
        "Where  can\nI buy a *desk* in Leeds…",
    ],
)
def test_case_punctuation_names_and_addresses_make_no_difference(same: str) -> None:
    assert prints(same) == prints("where can I buy a desk in Leeds") != ()


def test_other_words_make_a_difference() -> None:
    assert prints("where can I buy a desk in Leeds") != prints("where can I buy a desk in York")


def test_short_texts_are_the_same_by_chance_and_do_not_fold() -> None:
    assert prints("any deals?") == ()


def test_a_bare_link_folds_by_its_address() -> None:
    one = prints("look", links=("https://example.org/deal",))
    assert one == prints("wow", links=("https://example.org/deal",)) != ()
    assert one != prints("look", links=("https://example.org/other",))


def test_a_question_about_a_link_folds_by_its_words() -> None:
    link = ("https://example.org/deal",)
    assert prints("is this one any good for gaming?", links=link) != prints("does it run quietly at night?", links=link)


@given(st.text())
def test_any_text_has_fingerprints(text: str) -> None:
    assert prints(text) == prints(text)
