"""Streams are read for the benchmark as a running Listener reads posts with the accurate tagger."""

import pytest

from listener.tag import load
from listener.types import Post
from tests.conftest import NOW

pytest.importorskip("onnxruntime", reason="the accurate tagger needs ONNX Runtime")
pytest.importorskip("tokenizers", reason="the accurate tagger needs tokenizers")

from listener.ops.trends.reader import AccurateReader

TEXTS = ["Where is my parcel?", "refund for a cancelled train", "the parcel was due on Monday", "no"]


def test_a_stream_is_read_as_posts_are() -> None:
    reader = AccurateReader.load()
    tags = load("accurate")([Post(source="x", id=text, text=text, created_at=NOW) for text in TEXTS])
    assert reader(TEXTS) == [each.vector for each in tags]
    assert {len(vector) for vector in reader(TEXTS)} == {reader.width}
    assert [reader.asks(text) for text in TEXTS] == [True, True, False, False]
    assert tags[1].question >= 0.05 > tags[2].question
