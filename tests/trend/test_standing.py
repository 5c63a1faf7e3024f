"""What is asked most."""

import random
from datetime import timedelta

import numpy as np
import pytest
from msgspec.structs import replace

from listener.trend import Light, hashed, same_text
from listener.trend import standing as module
from listener.trend.known import unit
from listener.trend.standing import standing
from listener.types.trend import Asked
from tests.conftest import NOW
from tests.trend.asking import REFUND, other

SIZE = (
    "Which size of tent fits six people?",
    "What size tent do six people need?",
    "How big a tent for six people?",
)


def asked(text: str, number: int, author: str = "") -> Asked:
    [vector] = Light.load()([text])
    who = hashed(author or f"author{number}")
    at = NOW + timedelta(hours=number)
    return Asked(post=f"x:{number}", at=at, author=who, text=same_text(text), vector=vector)


def crowd() -> list[Asked]:
    texts = [*REFUND, *SIZE, *(other(n) for n in range(30))]
    return [asked(text, number) for number, text in enumerate(texts)]


def test_the_question_that_most_people_ask_comes_first() -> None:
    first, second, *_ = standing(crowd(), 0.6)
    assert (first.votes, second.votes) == (len(REFUND), len(SIZE))
    assert set(first.posts) == {f"x:{n}" for n in range(len(REFUND))}
    assert first.question in first.posts
    assert (first.first, first.last) == (NOW, NOW + timedelta(hours=len(REFUND) - 1))


def test_a_question_belongs_to_one_group() -> None:
    posts = [post for each in standing(crowd(), 0.3) for post in each.posts]
    assert len(posts) == len(set(posts))


def test_the_order_in_which_they_are_read_does_not_matter() -> None:
    mixed = crowd()
    random.Random(1).shuffle(mixed)
    assert standing(mixed, 0.6) == standing(crowd(), 0.6)


def test_an_author_counts_once_and_a_text_once() -> None:
    eager = [asked(text, n, author="eager") for n, text in enumerate(REFUND)]
    copies = [asked(REFUND[0], n) for n in range(9)]
    assert standing(eager, 0.6) == standing(copies, 0.6) == []


def test_seen_from_the_middle_of_a_topic_only_the_same_is_one_question() -> None:
    """Vectors that have much in common: as they are, all of them would be one question."""
    common = np.full(Light.load().width, 90, np.int16)

    def moved(each: Asked) -> Asked:
        vector = np.clip(common + np.frombuffer(each.vector, np.int8) // 4, -127, 127).astype(np.int8)
        return replace(each, vector=vector.tobytes())

    asked = [moved(each) for each in crowd()]
    centre = np.array([unit(each.vector) for each in asked]).mean(axis=0)
    assert standing(asked, 0.6)[0].votes == len(asked)
    first, second, *_ = standing(asked, 0.6, centre=centre)
    assert (first.votes, second.votes) == (len(REFUND), len(SIZE))


def test_of_nothing_nothing_is_asked_most() -> None:
    assert standing([], 0.6) == []
    assert standing([asked(REFUND[0], 1)], 0.6) == []


def test_only_so_many_are_named() -> None:
    assert [each.votes for each in standing(crowd(), 0.6, limit=1)] == [len(REFUND)]


def test_of_very_many_a_part_is_compared_and_the_votes_are_scaled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 200)
    vector = Light.load()([REFUND[0]])[0]
    same = [Asked(post=f"x:{n}", at=NOW, author=n + 1, text=n, vector=vector) for n in range(400)]
    [found] = standing(same, 0.99)
    assert found.votes == 400
    assert len(found.posts) == 200
