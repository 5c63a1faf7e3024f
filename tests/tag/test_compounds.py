"""VADER's compound by the page: to the last digit what is told of each text alone."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from listener.tag.compounds import Compounds
from listener.tag.texts import read
from listener.tag.vader import vader
from tests.tag.test_vader import texts

BY_PAGE = Compounds(vader())
CALM = ["one", "two", "", "three four"]  # so that pages are not few texts


def told(page: list[str]) -> list[float]:
    return BY_PAGE(page, read(page).words)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.lists(texts, min_size=2, max_size=6))
@example(["kind", "of good", "kind of good", "a kind of", "good"])
@example(["good but", "but bad", "bad but good but good", "but"])
@example(["not", "good", "very", "GOOD day", "NOT GOOD", "it isn't good", "no", "no good"])
def test_a_page_is_scored_as_each_of_its_texts(page: list[str]) -> None:
    assert told(page + CALM) == [vader()(text).compound for text in page + CALM]


@pytest.mark.parametrize("page", [[], [""], ["good", "bad"], ["", " ", "\n", "", "", ""]])
def test_few_texts_and_texts_without_words_are_scored(page: list[str]) -> None:
    assert told(page) == [vader()(text).compound for text in page]
