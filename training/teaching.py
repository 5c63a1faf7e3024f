"""What a team's labels bring: `python -m training.teaching LABELS.jsonl ORIGIN [SIZE]`.

The fast tagger learns without an origin, and is then taught so many of its labels, as `listener train` teaches. Both
are judged on the origin's other posts, at three drawings; and each time the same labels, shuffled, shall be refused.
"""

import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from msgspec.structs import replace

from listener.tag.grams import tokens
from listener.tag.labels import Label
from listener.tag.learn import Outcome, given_by, train
from listener.tag.learn.compare import Compared, Difference, compare
from listener.tag.learn.fast import FastLearner
from listener.tag.learn.fit import targets_of
from listener.tag.linear import load_linear
from listener.tag.weights import Card, Weights
from training import data
from training.curve import held_out
from training.data import FOLDS, Floats, Record
from training.fast import learn, levels
from training.linear import parts

SIZE, TIMES = 500, 3


class Taught(NamedTuple):
    """What came of one drawing: of the teaching, on posts that were not taught, and of the shuffled labels."""

    outcome: Outcome
    rows: list[Compared]
    beyond: Difference | None
    shuffled: Outcome


def without(labels: list[Record], origin: str) -> Weights:
    """The fast tagger as the posts of other origins teach it, those that copy one of this origin left out too."""
    copies = {data.plain(record["text"]) for record in labels if record["origin"] == origin}
    others = [record for record in labels if data.plain(record["text"]) not in copies]
    _, logits = held_out(others, len(others), FOLDS)
    card = Card(kind="fast", version="1", made="", levels=levels(others, logits))
    return Weights(card, parts(learn(others, [])))


def drawings(weights: Weights, posts: list[Label], size: int, times: int) -> Iterator[Taught]:
    """Teach so many posts, drawn anew each time, and judge by the others."""
    for seed in range(times):
        order = np.random.default_rng(seed).permutation(len(posts))
        mine, rest = ([posts[at] for at in part] for part in (order[:size], order[size:]))
        learner, outcome = _taught(weights, mine)
        old = given_by(_logits(weights.parts, rest), weights.card.levels)
        new = old
        if outcome.added is not None:
            new = given_by(_logits(learner.parts(outcome.added), rest), outcome.levels)
        rows, beyond = compare(targets_of(rest), range(len(rest)), old, new)
        yield Taught(outcome, rows, beyond, _taught(weights, _shuffled(mine, seed))[1])


def _taught(weights: Weights, labels: list[Label]) -> tuple[FastLearner, Outcome]:
    learner = FastLearner(weights, [label.text for label in labels])
    return learner, train(learner, weights.card.levels, labels, ())


def _shuffled(labels: Sequence[Label], seed: int) -> list[Label]:
    texts = [label.text for label in labels]
    random.Random(seed).shuffle(texts)  # noqa: S311  # chance, no secret
    return [replace(label, text=text) for label, text in zip(labels, texts, strict=True)]


def _logits(found: dict[str, bytes], labels: Sequence[Label]) -> Floats:
    linear = load_linear(found)
    return np.array([linear.logits(tokens(label.text)) for label in labels], np.float32)


def main(path: Path, origin: str, size: int) -> None:
    """Print what came of each drawing as soon as it is known."""
    labels = data.records(path)
    weights = without(labels, origin)
    posts = [msgspec.convert(record, Label) for record in labels if record["origin"] == origin]
    for taught in drawings(weights, posts, size, TIMES):
        print(f"taught {size} of {origin}: {_said(taught.outcome)}", flush=True)
        print(f"  on the other {len(posts) - size}: {_told(taught.beyond)}")
        print("  " + "  ".join(f"{row.tag} {row.old:.3f} → {row.new:.3f}" for row in taught.rows))
        print(f"  shuffled: {_said(taught.shuffled)}")


def _said(outcome: Outcome) -> str:
    return f"{'refused, ' + outcome.refusal if outcome.refusal else 'accepted'}; in folds {_told(outcome.difference)}"


def _told(found: Difference | None) -> str:
    if not found:
        return "too few posts"
    return f"{found.old:.3f} → {found.new:.3f}, {found.gain:+.3f} ({found.low:+.3f} to {found.high:+.3f})"


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if sys.argv[3:] else SIZE)
