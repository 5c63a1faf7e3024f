"""What `bench limits` measures; how long it takes is for the bench to say, not for a test."""

import pytest

from listener.app import clock
from listener.edge import TEXT, repair
from listener.ops.limits import Cost, Figure, costs, help_takes, run_takes
from listener.ops.limits.cost import AIM, STEPS
from listener.ops.limits.hostile import SOURCE, TEXTS, hostile
from tests.making import NOW


@pytest.fixture(scope="module")
def measured() -> list[Cost]:
    return costs(NOW, times=1)


@pytest.mark.slow
def test_every_hostile_post_goes_all_the_way(measured: list[Cost]) -> None:
    assert {cost.what for cost in measured} == set(hostile(NOW))
    assert all(list(cost.steps) == list(STEPS) for cost in measured)
    assert all(value > 0 for cost in measured for value in cost.steps.values())


def test_the_dearest_post_comes_first(measured: list[Cost]) -> None:
    totals = [cost.total for cost in measured]
    assert totals == sorted(totals, reverse=True)
    assert measured[0].total == pytest.approx(sum(measured[0].steps.values()))


def test_the_hostile_posts_are_as_hostile_as_they_say() -> None:
    assert len(TEXTS["1 MB of words"]) > 1_000_000
    assert TEXTS["10,000 emoji"].count("😀") + TEXTS["10,000 emoji"].count("🎉") == 10_000
    assert len(TEXTS["10,000 words of mood"].split()) == 10_000
    assert any("\ud800" in text for text in TEXTS.values())
    assert any("\0" in text for text in TEXTS.values())


def test_repaired_they_are_harmless() -> None:
    for post in hostile(NOW).values():
        clean = repair(post, NOW)
        clean.words.encode()
        assert len(clean.text) <= TEXT
        assert "\0" not in clean.words
        assert not [link for link in (clean.url, *clean.links) if not link.startswith("http") and link]
        assert clean.source == SOURCE


def test_a_figure_is_measured_by_its_aim() -> None:
    assert Figure("x", 50.0, 50.0, "ms").met
    assert not Figure("x", 50.1, 50.0, "ms").met
    assert Cost("x", dict.fromkeys(STEPS, 1.0)).figure == Figure("x", len(STEPS), AIM, "ms")


def test_the_help_of_a_process_of_its_own_is_timed() -> None:
    figure = help_takes(times=1)
    assert (figure.unit, figure.most) == ("s", 0.3)
    assert figure.value > 0


@pytest.mark.slow
def test_a_real_run_is_watched() -> None:
    first, memory = run_takes(3, clock)
    assert 0 < first.value < 60
    assert 10 < memory.value < 1_000
    assert (memory.unit, memory.most) == ("MB", 120)
