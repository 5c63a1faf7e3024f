"""What an encoder reads of places, as signs of runs of words."""

import pytest

from listener.tag.reading import HEAT, Read, Reading
from listener.types import Span

WORDS = [Span(0, 2), Span(3, 7), Span(8, 12), Span(13, 17)]  # "we near Salt Lake"


def read(logits: list[float], begins: list[float] | None = None, ends: list[float] | None = None) -> Reading:
    return Reading(WORDS, Read(WORDS[: len(logits)], logits, begins or (), ends or ()))


@pytest.mark.parametrize(
    ("logits", "runs"),
    [
        ([-5, -5, 3, -5], [(2, 3)]),
        ([-5, -5, 3, 2], [(2, 4)]),
        ([-5, 1, -5, 3], [(1, 2), (3, 4)]),
        ([-5, -5, -5, -5], []),
        ([2, 2, 2, 2], [(0, 4)]),
        ([-1, -1.1, -5, -5], [(0, 1)]),
        ([], []),
    ],
)
def test_a_name_is_a_run_of_likely_words(logits: list[float], runs: list[tuple[int, int]]) -> None:
    assert list(read(logits).runs()) == runs


def test_a_word_is_as_warm_as_its_warmest_piece() -> None:
    pieces = [Span(0, 2), Span(3, 5), Span(5, 7), Span(8, 10), Span(10, 12)]
    signs = Reading(WORDS, Read(pieces, [-6, -6, 3, -3, -6])).signs(1, 2)
    assert (signs["hottest"], signs["mean heat"]) == (1, 1)
    assert signs["edge"] == 2  # the warmer neighbour is at -3


def test_the_edge_is_sharp_where_a_name_ends() -> None:
    known = read([-6, -6, 3, 3])
    assert known.signs(2, 4)["edge"] > known.signs(2, 3)["edge"]
    assert known.signs(2, 4)["edge"] > known.signs(1, 4)["edge"]


def test_words_are_the_whole_name_where_it_begins_and_ends_there() -> None:
    known = read([1, 1, 1, 1], [-8, -8, -1, -8], [-8, -8, -8, -1])
    assert known.signs(2, 4)["whole"] == -0.5
    assert known.signs(2, 3)["whole"] == -9 / 4
    assert known.signs(0, 1)["whole"] == -3, "as doubtful as can be"


def test_a_model_that_knows_no_ends_says_nothing_of_them() -> None:
    assert read([1, 1, 1, 1]).signs(2, 4)["whole"] == 0


def test_what_the_model_did_not_read_is_said_to_be_so() -> None:
    known = read([1, 1])
    assert known.signs(2, 4) == {"unread": 1.0}
    assert "whole" in known.signs(1, 3)


def test_signs_are_those_that_are_weighed() -> None:
    known = read([1, 1])
    assert {*known.signs(0, 1), *known.signs(3, 4)} == {*HEAT}
