"""What the signs of a place weigh: learned from labels, judged on posts that were left out."""

import importlib
import tomllib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numpy", reason="training needs NumPy")
pytest.importorskip("scipy", reason="training needs SciPy")
pytest.importorskip("onnxruntime", reason="training needs ONNX Runtime")
pytest.importorskip("tokenizers", reason="training needs tokenizers")

from listener.tag.reading import HEAT, Read
from listener.types import Span

place: Any = importlib.import_module("training.place")  # by name: training is checked by what it does

TOWNS = ("Leeds", "Lima", "Quito", "Oslo", "Turin", "Delhi", "Boston", "Cairo", "Perth", "Lyon")


def labelled(text: str, where: str | None, *moments: str) -> dict[str, Any]:
    return {"text": text, "place": where, "moments": [*(moments or ("go",))]}


@pytest.fixture(scope="module")
def examples() -> list[place.Example]:
    """Trips from one town to another: the second one is meant."""
    pairs = [(a, b) for n, a in enumerate(TOWNS) for b in (TOWNS[n - 1], TOWNS[n - 3])]
    return [place.example(labelled(f"hotel please, from {a} to {b} soon", b)) for a, b in pairs]


def best(weights: place.Weights, text: str) -> str:
    each = place.example(labelled(text, None))
    rated = [place.score(weights, signs) for signs in each.signs]
    span = each.spans[rated.index(max(rated))]
    return text[span.start : span.end]


def test_a_candidate_is_right_whole_in_part_or_not_at_all() -> None:
    each = place.example(labelled("restaurants in downtown Denver or Boston", "Denver"))
    right = {each.record["text"][s.start : s.end]: value for s, value in zip(each.spans, each.right, strict=True)}
    assert (right["Denver"], right["downtown Denver"], right["Boston"]) == (1.0, place.PARTLY, 0.0)


def test_a_post_without_a_place_has_no_right_candidate() -> None:
    assert set(place.example(labelled("from Leeds to Lima", None)).right) == {0.0}


def test_only_the_needs_that_speak_of_places_are_signs() -> None:
    each = place.example(labelled("to Lima", "Lima", "go", "know"))
    assert all("go" in signs and "know" not in signs and "buy" not in signs for signs in each.signs)


def test_what_comes_before_a_name_is_learned(examples: Sequence[place.Example]) -> None:
    weights = place.learn(examples, place.L2)
    assert weights["after to"] > 0 > weights["after from"]
    assert best(weights, "from Madrid to Vienna soon") == "Vienna"


def test_figures_are_of_posts_that_were_left_out(examples: Sequence[place.Example]) -> None:
    found = [*place.held_out(examples, partial(place.learn, l2=place.L2))]
    figures = place.figures(examples, found, -9)
    assert (figures.places, figures.said) == (len(examples), len(examples))
    assert figures.exact > 0.9
    assert figures.overlap >= figures.exact


def test_nothing_said_is_nothing_found(examples: Sequence[place.Example]) -> None:
    found = [*place.held_out(examples, partial(place.learn, l2=place.L2))]
    assert place.figures(examples, found, 99) == place.Figures(0.0, 0.0, len(examples), 0)
    assert place.figures([], [], 0) == place.Figures(0.0, 0.0, 0, 0)


def test_what_an_encoder_reads_stands_beside_the_words_as_one_figure(examples: Sequence[place.Example]) -> None:
    words = place.learn(examples, place.L2)
    text = "from Madrid to Vienna soon"
    read = Read([Span(5, 11), Span(15, 21)], [3.0, -3.0], [-0.1, -4.0], [-0.1, -4.0])
    each = place.stacked(place.example(labelled(text, "Vienna"), read), words)
    assert all({*signs} <= {"words", "lead", *HEAT} for signs in each.signs)
    heat = {text[s.start : s.end]: signs["hottest"] for s, signs in zip(each.spans, each.signs, strict=True)}
    assert heat["Madrid"] > heat["Vienna"]
    assert max(signs["lead"] for signs in each.signs) == 0


def test_a_post_whose_moments_need_no_place_has_no_candidates(examples: Sequence[place.Example]) -> None:
    asked = [place.example(labelled("from Leeds to Lima", "Lima", "know")), *examples[:3]]
    found = [*place.held_out(examples, partial(place.learn, l2=place.L2), asked)]
    figures = place.figures(asked, found, -9)
    assert (asked[0].spans, figures.places, figures.said) == ([], 4, 3)


def test_the_right_one_is_chosen_among_its_rivals(examples: Sequence[place.Example]) -> None:
    weights = place.choose(examples, place.L2)
    assert weights["after to"] > 0 > weights["after from"]
    assert best(weights, "from Madrid to Vienna soon") == "Vienna"


def test_none_is_chosen_where_none_is_right(examples: Sequence[place.Example]) -> None:
    empty = [place.example(labelled(f"a coat like in {town}", None, "buy")) for town in TOWNS]
    weights = place.choose([*examples, *empty, place.example(labelled("a coat", None, "buy"))], place.L2)
    said = [max(place.score(weights, signs) for signs in each.signs) for each in (examples[0], empty[0])]
    assert said[0] > 0 > said[1]


@pytest.mark.parametrize(
    ("right", "chosen"),
    [([1.0, 0.3, 0.0], [1, 0, 0]), ([1.0, 1.0], [0.5, 0.5]), ([0.3, 0.0], [0.3, 0]), ([0.3] * 5, [0.2] * 5)],
)
def test_the_whole_name_is_chosen_before_parts(right: list[float], chosen: list[float]) -> None:
    assert place._chosen(right).tolist() == pytest.approx(chosen)


def test_the_weights_are_written_as_a_page_of_the_lexicon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "FILE", tmp_path / "weights.toml")
    words = {'after "': 1.0, "before \n": 0.5, "light": 0.01, "none": -3.0}
    place.write(words, {"words": 0.5, "hottest": 1.0, "none": 0.0})
    written = tomllib.loads(place.FILE.read_text(encoding="utf-8"))
    assert written["words"] == {'after "': 1.0, "before \n": 0.5, "none": -3.0 - place.LEAST["words"]}
    least = place.LEAST["read"] - 0.5 * place.LEAST["words"]
    assert written["read"] == {"words": 0.5, "hottest": 1.0, "none": pytest.approx(-least, abs=0.01)}
