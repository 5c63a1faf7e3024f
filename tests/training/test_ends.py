"""Where the name of a place begins and ends: learned from what an encoder makes of labelled posts."""

import importlib
from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy", reason="training needs SciPy")
pytest.importorskip("onnxruntime", reason="training needs ONNX Runtime")
pytest.importorskip("tokenizers", reason="training needs tokenizers")

from listener.tag.encoder import Pieces
from listener.types import Span

ends: Any = importlib.import_module("training.ends")


def post(words: str, place: str | None) -> tuple[dict[str, Any], Pieces]:
    """A post, and an encoder's vectors that tell each word's length, and whether it is the first."""
    spans, at = [], 0
    for word in words.split():
        spans.append(Span(at, at + len(word)))
        at += len(word) + 1
    vectors = [[0.0, 1.0], *[[span.end - span.start, 0.0] for span in spans], [0.0, 0.0]]
    return {"text": words, "place": place, "moments": ["go"]}, Pieces(
        spans, [True] * len(spans), np.array(vectors, np.float32)
    )


def asked(*posts: tuple[dict[str, Any], Pieces]) -> Any:
    return ends.asked([record for record, _ in posts], [read for _, read in posts])


def test_the_pieces_of_a_name_are_counted_from_the_mark_that_says_none() -> None:
    given = asked(post("to salt lake now", "salt lake"), post("to bed", None))
    assert given.true.tolist() == [[2, 3], [5, 5]]
    assert given.starts.tolist() == [0, 5]
    assert len(given.vectors) == 8, "the mark of the end is left out"


def test_a_name_beyond_what_is_read_is_none() -> None:
    record, read = post("to salt lake", "salt lake")
    cut = read._replace(spans=read.spans[:1], begins=[True], vectors=read.vectors[:3])
    assert asked((record, cut)).true.tolist() == [[0, 0]]


def test_what_begins_names_is_learned() -> None:
    posts = [post("a trip to bigtown", "bigtown"), post("bigtown or no", "bigtown"), post("so it is", None)] * 8
    layer = ends.fit(asked(*posts))
    assert layer.shape == (3, 2)
    read = post("we go to bigtown", "bigtown")[1]
    told = read.vectors[:-1] @ layer[:-1]
    told[0] += layer[-1]
    assert told.argmax(0).tolist() == [4, 4]
    none = post("we go to it", None)[1].vectors[:-1] @ layer[:-1]
    none[0] += layer[-1]
    assert none.argmax(0).tolist() == [0, 0]
