"""The accurate tagger is taught by its heads alone: it learns, and its vectors stay what they were."""

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from listener.tag.labels import Label
from listener.tag.learn import train
from listener.tag.texts import read
from listener.tag.weights import Weights, read_weights, write_weights
from listener.types import Moment, Post
from tests.conftest import NOW

pytest.importorskip("onnxruntime", reason="the accurate tagger is not installed")
pytest.importorskip("tokenizers", reason="the accurate tagger is not installed")

from listener.tag import accurate
from listener.tag.encoder import dump_heads, load_heads
from listener.tag.learn.accurate import AccurateLearner, Seen
from listener.tag.vectors import vectors_of

pytestmark = pytest.mark.slow  # the encoder reads dozens of posts


@pytest.fixture(scope="module")
def weights() -> Weights:
    return read_weights(accurate.SHIPPED, "accurate")


def wishes() -> list[Label]:
    """Half of them ask for a gizmo as nobody else would."""
    texts = [("bagsy one gizmo", (Moment.BUY,)), ("the gizmo sat on a hill", ())]
    return [Label(id=str(n), text=f"{texts[n % 2][0]} {n} times", moments=texts[n % 2][1]) for n in range(48)]


def test_it_begins_where_the_tagger_is(weights: Weights) -> None:
    texts = ["Where can I buy a desk in Leeds?", "it leaks", ""]
    model, learner = accurate.model_of(weights), AccurateLearner(weights, texts)
    for row, text in zip(learner.start.tolist(), texts, strict=True):
        (scored,) = model.page([text], read([text]).tokens)
        assert row == pytest.approx(list(scored.logits), abs=1e-3)
    assert learner.shipped is learner.start


def test_what_is_taught_is_told_and_vectors_stay(weights: Weights, tmp_path: Path) -> None:
    labels = wishes()
    learner = AccurateLearner(weights, [label.text for label in labels])
    outcome = train(learner, weights.card.levels, labels, ())
    assert outcome.refusal == ""
    assert outcome.added is not None
    card = replace(weights.card, version="2-own", levels=outcome.levels)
    write_weights(tmp_path / "own.weights", card, learner.parts(outcome.added))
    taggers = accurate.accurate_tagger(), accurate.accurate_tagger(tmp_path / "own.weights")
    post = Post(source="x", id="1", text="bagsy one gizmo now", created_at=NOW)
    before, after = (tagger([post])[0] for tagger in taggers)
    assert (before.labels, after.labels) == ((), (Moment.BUY,))
    assert "buy" in {shown.tag for shown in after.evidence}
    assert before.vector == after.vector
    assert taggers[0].model != taggers[1].model
    assert taggers[0].vectors.model == taggers[1].vectors.model


@pytest.mark.parametrize("part", ["encoder", "tokenizer"])
def test_vectors_of_another_encoder_have_another_name(weights: Weights, part: str) -> None:
    other = Weights(weights.card, {**weights.parts, part: weights.parts[part] + b" "})
    assert len({vectors_of(each) for each in (weights, weights, other)}) == 2


def test_vectors_of_another_head_have_another_name(weights: Weights) -> None:
    heads = load_heads(weights.parts["heads"])
    told = Weights(weights.card, {**weights.parts, "heads": dump_heads(heads._replace(tell=heads.tell + 1))})
    turned = Weights(weights.card, {**weights.parts, "heads": dump_heads(heads._replace(vector=heads.vector + 1))})
    assert vectors_of(told) == vectors_of(weights) != vectors_of(turned)


def test_what_heads_see_is_summed_each_by_its_own_weights() -> None:
    seen = Seen(np.arange(12, dtype=np.float32).reshape(2, 3, 2))  # two heads, three texts, two numbers each
    weights = np.array([[1, 10], [0, 1]], np.float32)
    assert seen.dot(weights).tolist() == [[0, 67], [2, 89], [4, 111]]
    slopes = np.array([[1, 0], [0, 0], [0, 1]], np.float32)
    assert seen.back(slopes).tolist() == [[0, 10], [1, 11]]
    assert seen.wide == 2
