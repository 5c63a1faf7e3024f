"""Streams are read for the benchmark as a running Listener reads posts with the accurate tagger."""

import pytest

from listener.tag import load
from listener.tag.texts import Row
from listener.tag.verdict import Scored
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


def test_each_text_of_a_page_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, read = AccurateReader.load(), list[str]()
    page = reader._model.page

    def reading(texts: list[str], tokens: Row) -> list[Scored]:
        read.extend(texts)
        return page(texts, tokens)

    monkeypatch.setattr(reader._model, "page", reading)
    assert len(reader([text for text in TEXTS if reader.asks(text)])) == 2
    assert read == TEXTS
