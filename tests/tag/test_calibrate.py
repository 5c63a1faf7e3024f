"""Logits made probabilities that mean something, and thresholds."""

import math
import random

import pytest

from listener.tag.calibrate import level, threshold
from listener.tag.evaluate import calibration_error


def drawn(scale: float, shift: float, count: int = 4_000) -> list[tuple[float, bool]]:
    """Logits whose true probability is σ(scale · z + shift)."""
    dice = random.Random(7)
    logits = [dice.gauss(0, 2) for _ in range(count)]
    return [(z, dice.random() < 1 / (1 + math.exp(-(scale * z + shift)))) for z in logits]


@pytest.mark.parametrize(("scale", "shift"), [(1, 0), (0.5, -1), (2, 1.5)])
def test_scale_and_shift_are_found(scale: float, shift: float) -> None:
    found = level(drawn(scale, shift))
    assert found.scale == pytest.approx(scale, rel=0.15)
    assert found.shift == pytest.approx(shift, abs=0.2)


def test_probabilities_mean_what_they_say() -> None:
    rated = drawn(0.3, -2)
    found = level(rated)
    assert calibration_error([(found.p(z), y) for z, y in rated]) < 0.02
    assert calibration_error([(1 / (1 + math.exp(-z)), y) for z, y in rated]) > 0.1


def test_few_labels_do_not_bend_the_logits_far() -> None:
    assert level([(3.0, True), (-3.0, False)]).scale < 3


def test_the_threshold_parts_what_can_be_parted() -> None:
    assert 0.2 < threshold([(0.9, True), (0.8, True)] * 20 + [(0.2, False), (0.1, False)] * 20) < 0.8


def test_a_threshold_may_be_asked_for_precision() -> None:
    rated = [(0.9 - n / 1e5, True) for n in range(50)] + [(0.6 - n / 1e5, n % 2 == 0) for n in range(100)]
    assert threshold(rated) < 0.6
    assert threshold(rated, least_precision=0.95) > 0.59


@pytest.mark.parametrize("rated", [[], [(0.3, False)]])
def test_without_labels_the_threshold_is_half(rated: list[tuple[float, bool]]) -> None:
    assert threshold(rated) == 0.5
