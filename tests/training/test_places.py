"""How good places are end to end: with the moments that taggers tell."""

import importlib
from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy", reason="training needs SciPy")
pytest.importorskip("onnxruntime", reason="training needs ONNX Runtime")
pytest.importorskip("tokenizers", reason="training needs tokenizers")

from listener.tag.weights import TAGS
from training import data

places: Any = importlib.import_module("training.places")
place: Any = importlib.import_module("training.place")

NEEDY = {"platform": "forum", "question": False, "urgency": 0, "signals": []}
TOWNS = ("Leeds", "Lima", "Quito", "Oslo", "Turin", "Delhi")


@pytest.fixture(scope="module")
def posts() -> list[data.Record]:
    """Half of them want to go somewhere."""
    trips = [NEEDY | {"text": f"a hotel in {a}, not {b}", "moments": ["go"], "place": a} for a in TOWNS for b in TOWNS]
    return trips + [NEEDY | {"text": f"{a} beat {b}", "moments": [], "place": None} for a in TOWNS for b in TOWNS]


def test_moments_are_those_that_logits_tell(posts: list[data.Record]) -> None:
    logits = np.full((len(posts), len(TAGS)), -5.0)
    logits[:36, TAGS.index("go")] = 5
    logits[:3, TAGS.index("go")] = -5
    told = places.told(posts, logits)
    assert [post["moments"] for post in told[:5]] == [[], [], [], ["go"], ["go"]]
    assert not any(post["moments"] for post in told[36:])
    assert [post["place"] for post in told] == [post["place"] for post in posts]


def test_places_in_posts_whose_moments_are_missed_count_as_missed(posts: list[data.Record]) -> None:
    wanting = [place.example(post) for post in posts[:36]]
    asked = [place.example(post | {"moments": []}) for post in posts[:18]] + wanting[18:]
    found = place.held_out(wanting, lambda some: place.learn(some, place.L2), asked)
    told = dict(places.parts(list(zip(asked, found, strict=True)), -2.0))
    assert (told["all"].places, told["forum"]) == (36, told["all"])
    assert told["all"].said <= 18
    assert told["all"].exact <= 0.67
    assert sum(told[f"fold {n}"].places for n in range(data.FOLDS)) == 36
