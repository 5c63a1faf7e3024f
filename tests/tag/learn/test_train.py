"""Teaching the small tagger: it learns what it did not know, and luck and nonsense are refused."""

import random
from collections.abc import Callable

import numpy as np
import pytest
from msgspec.structs import replace

from listener.tag.labels import Label, mark
from listener.tag.learn import FOLDS, Outcome, train
from listener.tag.learn.fast import FastLearner
from listener.tag.linear import HEADS, load_linear
from listener.tag.own import SHIPPED
from listener.tag.weights import Weights, read_weights

BUY, SIGNALS = HEADS.index("buy"), ("complaint", "praise", "switching", "promo")


def taught(small: Weights, labels: list[Label], known: set[bytes] | None = None) -> tuple[FastLearner, Outcome]:
    learner = FastLearner(small, [label.text for label in labels])
    return learner, train(learner, small.card.levels, labels, known or set())


def told(parts: dict[str, bytes], text: str) -> list[float]:
    return load_linear(parts).logits(text)


def test_it_begins_where_the_tagger_is(small: Weights) -> None:
    """No gram joins, so that the learner must say what the tagger says."""
    texts = ["where can I buy this", "sun", "nothing of it", ""]
    for text in texts:
        learner = FastLearner(small, [text])
        assert learner.start[0].tolist() == pytest.approx(told(dict(small.parts), text), abs=1e-4)
        assert learner.shipped == pytest.approx(learner.start, abs=1e-4)


@pytest.mark.parametrize("text", ["Where can I buy a desk in Leeds? Help!", "it leaks\nagain", "", "?", "why $5"])
def test_it_begins_where_the_shipped_tagger_is(text: str) -> None:
    learner = FastLearner(read_weights(SHIPPED["fast"], "fast"), [text])
    assert learner.start == pytest.approx(learner.shipped, abs=1e-3)


def test_a_wish_in_new_words_is_learned(small: Weights, gripes: list[Label]) -> None:
    learner, outcome = taught(small, gripes)
    assert outcome.refusal == ""
    [row] = [row for row in outcome.rows if row.tag == "buy"]
    assert (row.labelled, row.old) == (40, 0.0)
    assert row.new > 0.9
    assert outcome.added is not None
    parts = learner.parts(outcome.added)
    before, after = (told(each, "one gizmo for me")[BUY] for each in (dict(small.parts), parts))
    assert after > before + 1


def test_what_is_written_tells_what_was_learned(small: Weights, gripes: list[Label]) -> None:
    learner, outcome = taught(small, gripes)
    assert outcome.added is not None
    logits = learner.start + learner.features.dot(outcome.added[:-1]) + outcome.added[-1]
    for row, label in list(zip(logits.tolist(), gripes, strict=True))[::9]:
        assert told(learner.parts(outcome.added), label.text) == pytest.approx(row, abs=0.1)


def test_other_parts_of_the_file_stay(small: Weights, gripes: list[Label]) -> None:
    more = Weights(small.card, {**small.parts, "other": b"1"})
    learner, outcome = taught(more, gripes)
    assert outcome.added is not None
    assert learner.parts(outcome.added)["other"] == b"1"


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_labels_are_refused(small: Weights, gripes: list[Label], seed: int) -> None:
    texts = [label.text for label in gripes]
    random.Random(seed).shuffle(texts)
    _, outcome = taught(small, [replace(label, text=text) for label, text in zip(gripes, texts, strict=True)])
    assert outcome.refusal
    assert outcome.added is None


def test_a_tagger_that_knows_all_gains_nothing(small: Weights, label: Callable[..., Label]) -> None:
    labels = [label(f"buy it {n}", "buy", question=False) for n in range(30)]
    labels += [label(f"sun on {n}", question=False) for n in range(30)]
    _, outcome = taught(small, labels)
    assert outcome.refusal == "it is no better than the one in use"


def test_what_was_learned_once_is_not_learned_twice(small: Weights, gripes: list[Label]) -> None:
    """The tagger in use knows these posts: it is judged by what it is without each."""
    _, outcome = taught(small, gripes, {mark(label.text) for label in gripes})
    assert outcome.difference is not None
    assert outcome.difference.old == outcome.difference.new > 0.5
    assert outcome.refusal


def test_more_labels_are_learned_upon_those_before(small: Weights, gripes: list[Label]) -> None:
    _, outcome = taught(small, gripes, {mark(label.text) for label in gripes[40:50]})
    assert outcome.refusal == ""
    assert outcome.difference is not None


def test_a_tag_of_which_few_posts_tell_stays_as_it_is(small: Weights, gripes: list[Label]) -> None:
    labels = [replace(label, signals=("promo",)) if n < 4 else label for n, label in enumerate(gripes)]
    _, outcome = taught(small, labels)
    assert outcome.untaught == ("know", "go", "do", "soon", "now", *SIGNALS, "mood")
    assert outcome.levels["promo"] == small.card.levels["promo"]
    assert outcome.levels["buy"] != small.card.levels["buy"]
    assert outcome.added is not None
    moved = np.abs(outcome.added).max(0)
    assert [HEADS[n] for n in np.flatnonzero(moved)] == ["buy", "question"]


def test_few_labels_are_refused_with_the_number_that_is_needed(small: Weights, gripes: list[Label]) -> None:
    _, outcome = taught(small, gripes[:8])
    assert outcome.refusal == "8 labels tell too little: at least 10 posts must have a tag, and 10 must lack it"
    assert (outcome.rows, outcome.difference) == ((), None)


def test_a_post_and_its_copies_are_left_out_together(small: Weights, label: Callable[..., Label]) -> None:
    """Two texts, forty times each, in other capitals: who learned one copy must not be asked for the other."""
    one, two = "A GIZMO please", "the green hill"
    labels = [label(f"{one if n % 2 else two}{'!' * n}", *(["buy"] if n % 2 else [])) for n in range(80)]
    _, outcome = taught(small, labels)
    assert len({mark(each.text) for each in labels}) == 2 < FOLDS
    assert outcome.rows[0].new < 0.7


def test_moods_are_taught_too(small: Weights) -> None:
    labels = [Label(id="1", text=f"bleak {n}", label="negative") for n in range(20)]
    labels += [Label(id="1", text=f"bright {n}", label="positive") for n in range(20)]
    _, outcome = taught(small, labels)
    assert outcome.refusal == ""
    assert {row.tag for row in outcome.rows} == {"negative", "positive"}


def test_the_same_labels_teach_the_same(small: Weights, gripes: list[Label]) -> None:
    (first, one), (second, two) = taught(small, gripes), taught(small, gripes)
    assert one.added is not None and two.added is not None
    assert first.parts(one.added) == second.parts(two.added)
    assert one.levels == two.levels
