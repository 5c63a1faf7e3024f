"""A small fast tagger, and labels of invented posts by which it can be taught."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from listener.tag.labels import Label
from listener.tag.linear import HEADS, dump_linear
from listener.tag.weights import TAGS, Card, Level, Weights, read_weights, write_weights
from listener.types import Moment

KNOWN = {"where": {"know": 1.5, "question": 2.0}, "buy": {"buy": 3.0}, "sun": {"buy": -1.0}}
"""Grams of the small tagger and what each tells."""


def small_weights(path: Path) -> Weights:
    """A fast tagger that knows three words."""
    table = np.array([[told.get(head, 0.0) for head in HEADS] for told in KNOWN.values()])
    whole = np.rint(table / (3.0 / 127)).astype(int) + 128
    parts = dump_linear(
        list(KNOWN), whole.astype(np.uint8).tobytes(), [3.0 / 127] * len(HEADS), [-1.0] * len(TAGS) + [0.0] * 3
    )
    card = Card(kind="fast", version="1", made="2026-01-02", levels={tag: Level() for tag in TAGS})
    write_weights(path, card, parts)
    return read_weights(path, "fast")


@pytest.fixture
def small(tmp_path: Path) -> Weights:
    return small_weights(tmp_path / "small.weights")


@pytest.fixture
def label() -> Callable[..., Label]:
    """Makes a label in which everything is judged; any field may be given."""

    def make(text: str = "the sun shines", *moments: str, **fields: Any) -> Label:
        usual = {"id": "1", "text": text, "moments": tuple(map(Moment, moments)), "question": bool(moments)}
        return Label(**{**usual, "urgency": 0, "signals": (), **fields})

    return make


@pytest.fixture
def gripes(label: Callable[..., Label]) -> list[Label]:
    """Eighty posts: half wish for a gizmo, a word that the small tagger does not know."""
    wishes = [label(f"a gizmo for room {n} at last {n}", "buy") for n in range(100, 140)]
    return [*wishes, *(label(f"the hill number {n} is green {n}") for n in range(200, 240))]
