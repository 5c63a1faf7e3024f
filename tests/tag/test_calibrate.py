"""Logits made probabilities that mean something, and thresholds."""

import math
import random

import pytest

from listener.tag.calibrate import expected_level, level, relevel, threshold
from listener.tag.evaluate import calibration_error
from listener.tag.weights import Level


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


@pytest.mark.parametrize("held", [5, 15, 30])
@pytest.mark.parametrize("seed", range(8))
def test_what_hardly_any_post_holds_is_rated_too(seed: int, held: int) -> None:
    """Where the curve is nearly flat, a step too long leads nowhere: then each post was told one in five."""
    dice = random.Random(seed)
    rated = [(dice.gauss(-12, 2), False) for _ in range(1_500)] + [(dice.gauss(-4, 2.5), True) for _ in range(held)]
    found = level(rated)
    assert calibration_error([(found.p(z), y) for z, y in rated]) < 0.01
    assert sum(found.p(z) for z, _ in rated) == pytest.approx(held, rel=0.2)


def test_the_threshold_parts_what_can_be_parted() -> None:
    assert 0.2 < threshold([(0.9, True), (0.8, True)] * 20 + [(0.2, False), (0.1, False)] * 20) < 0.8


def test_a_threshold_may_be_asked_for_precision() -> None:
    rated = [(0.9 - n / 1e5, True) for n in range(50)] + [(0.6 - n / 1e5, n % 2 == 0) for n in range(100)]
    assert threshold(rated) < 0.6
    assert threshold(rated, least_precision=0.95) > 0.59


@pytest.mark.parametrize("rated", [[], [(0.3, False)]])
def test_without_labels_the_threshold_is_half(rated: list[tuple[float, bool]]) -> None:
    assert threshold(rated) == 0.5


def test_a_level_stays_where_no_post_tells() -> None:
    start = Level(1.5, -0.5, 0.4)
    assert relevel([], start) == start


def test_few_posts_move_a_level_a_little_and_many_move_it_far() -> None:
    """The start is far too sure: what it says at 4 holds in one post of two."""
    start = Level(1.0, 0.0, 0.5)
    posts = [(4.0, True), (4.0, False)]
    said = [relevel(posts * times, start).p(4.0) for times in (1, 10, 200)]
    assert start.p(4.0) > said[0] > said[1] > said[2]
    assert said[2] == pytest.approx(0.5, abs=0.02)


def test_the_threshold_is_where_the_best_f1_is_expected() -> None:
    """Sure posts and hopeless ones: it lies between them, whatever luck the labels had."""
    rated = [(3.0, True)] * 9 + [(3.0, False)] + [(-3.0, False)] * 90
    found = relevel(rated, Level())
    assert found.p(-3.0) < found.threshold < found.p(3.0)


@pytest.mark.parametrize("many", [0.9, 0.1])
def test_the_rarer_a_tag_the_lower_its_threshold(many: float) -> None:
    """With all posts alike, giving the tag to all of them is best."""
    rated = [(0.0, n < 100 * many) for n in range(100)]
    found = relevel(rated, Level())
    assert found.threshold <= found.p(0.0)


def test_an_expected_level_is_calibrated_and_near_the_best_threshold() -> None:
    rated = drawn(0.5, -1)
    found = expected_level(rated)
    best = level(rated)
    assert (found.scale, found.shift) == (best.scale, best.shift)
    assert found.threshold == pytest.approx(best.threshold, abs=0.08)


def test_luck_of_few_posts_does_not_move_an_expected_threshold() -> None:
    """Whether the last of the likely posts holds by chance moves the best F1's threshold, not the expected one."""
    posts = [(2.0 - n / 50, n % 3 != 0) for n in range(100)]
    lucky = [*posts[:-1], (posts[-1][0], not posts[-1][1])]
    assert expected_level(posts).threshold == pytest.approx(expected_level(lucky).threshold, abs=0.03)
