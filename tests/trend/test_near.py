"""What is near is looked up once: what is remembered of it must be what a fresh look finds."""

import random

import numpy as np
import pytest

from listener.trend.levels import Levels
from listener.trend.near import Near
from listener.trend.past import Past
from tests.trend.test_past import WIDTH, asked

MINUTE = 60.0


def vector(draw: random.Random) -> list[int]:
    """One of a few directions, with noise: half of all are near each other."""
    return [draw.randint(-20, 20) + 100 * (place == draw.randint(0, 3)) for place in range(WIDTH)]


def fresh(past: Past, levels: Levels, row: int, first: int) -> tuple[list[int], list[float]]:
    similar = past.all(row)[first:]
    near = np.flatnonzero(similar >= levels.loosest)
    return (near + first).tolist(), similar[near].tolist()


@pytest.mark.parametrize("seed", range(6))
def test_what_is_remembered_is_what_a_fresh_look_finds(seed: int) -> None:
    """Among questions that come, age, are forgotten, and while levels change."""
    draw, past, levels = random.Random(seed), Past(WIDTH), Levels()
    near = Near(past, levels)
    for number in range(400):
        past.age(MINUTE * (number - 40))
        past.forget(MINUTE * (number - 90))
        row = past.add(asked(number, vector(draw)), MINUTE * (number - draw.choice((0, 0, 0, 5))))
        levels.renew(past, number, 0)
        for centre in {row, draw.randint(past.start, row)}:
            rows, alike = near.latest(centre)
            assert (rows.tolist(), alike.tolist()) == fresh(past, levels, centre, past.start)
            if draw.random() < 0.3:
                while near.look_back(centre):
                    pass
                rows, alike = near.known(centre)
                assert (rows.tolist(), alike.tolist()) == fresh(past, levels, centre, 0)
    assert past.dropped > 0


def test_further_back_is_looked_only_as_far_as_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listener.trend.near._BACK", 4)
    past, levels = Past(WIDTH), Levels()
    near = Near(past, levels)
    for number in range(100):
        row = past.add(asked(number, [100] * WIDTH), MINUTE * number)
    past.age(MINUTE * 90)
    reached = [near.known(row)[0][0]]
    while near.look_back(row):
        reached.append(near.known(row)[0][0])
    assert reached == [90, 86, 82, 74, 58, 26, 0]


def test_a_question_without_a_known_word_is_like_none() -> None:
    past, levels = Past(WIDTH), Levels()
    near = Near(past, levels)
    for number in range(3):
        row = past.add(asked(number, [0] * WIDTH), MINUTE * number)
        assert [found.tolist() for found in near.latest(row)] == [[], []]


def test_who_is_not_among_the_latest_any_more_is_not_remembered() -> None:
    past, levels = Past(WIDTH), Levels()
    near = Near(past, levels)
    for number in range(300):
        past.age(MINUTE * (number - 20))
        near.latest(past.add(asked(number, [100] * WIDTH), MINUTE * number))
    assert len(near) <= 22


def test_of_very_many_neighbours_only_some_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listener.trend.near._MOST", 50)
    past, levels = Past(WIDTH), Levels()
    near = Near(past, levels)
    for number in range(60):
        rows, _ = near.latest(past.add(asked(number, [100] * WIDTH), MINUTE * number))
        assert len(rows) == number + 1
    assert len(near) < 10
