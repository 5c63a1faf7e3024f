"""What a team's labels bring: `python -m training.teaching LABELS.jsonl ORIGIN [SIZE] [FOLDER]`.

The fast tagger learns without an origin, and is then taught so many of its labels, as `listener train` teaches. Both
are judged on the origin's other posts, at three drawings; and each time the same labels, shuffled, shall be refused.
With the FOLDER that `training.encoder --origins` left, where ORIGIN and others were held out, the accurate tagger does;
its levels are chosen on the others.
"""

import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from msgspec.structs import replace

from listener.ops.learning import learner_of
from listener.tag.calibrate import expected_level
from listener.tag.labels import Label
from listener.tag.learn import Learner, Outcome, given_by, train
from listener.tag.learn.compare import Compared, Difference, compare
from listener.tag.learn.fit import targets_of
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


def beside(labels: list[Record], origin: str, folder: Path) -> Weights:
    """The accurate tagger with an encoder that was learned without the origin and others."""
    from listener.tag.encoder import Heads, dump_heads  # noqa: PLC0415  # the fast tagger needs no ONNX Runtime
    from training.accurate import held_out as held_apart  # noqa: PLC0415

    held = held_apart(labels, [], folder / "held.npz")
    others = [row for row, record in enumerate(held.posts) if record["origin"] != origin]
    if len(others) == len(held.posts):
        sys.exit(f"The encoder in {folder} was learned from posts of {origin}: leave it out with --origins {origin}")
    chosen = levels([held.posts[row] for row in others], held.logits[others], expected_level)
    left = {data.plain(record["text"]) for record in held.posts}
    words = parts(learn([record for record in labels if data.plain(record["text"]) not in left], []))
    heads = dump_heads(Heads(**{name: np.asarray(value) for name, value in np.load(folder / "heads.npz").items()}))
    files = {"encoder": "encoder.onnx", "tokenizer": "tokenizer.json"}
    read = {part: (folder / name).read_bytes() for part, name in files.items()}
    return Weights(Card(kind="accurate", version="1", made="", levels=chosen), {**read, "heads": heads, **words})


def drawings(weights: Weights, posts: list[Label], size: int, times: int) -> Iterator[Taught]:
    """Teach so many posts, drawn anew each time, and judge by the others."""
    for seed in range(times):
        order = np.random.default_rng(seed).permutation(len(posts))
        mine, rest = ([posts[at] for at in part] for part in (order[:size], order[size:]))
        learner, outcome = _taught(weights, mine)
        old = given_by(_logits(weights, rest), weights.card.levels)
        new = old
        if outcome.added is not None:
            new = given_by(_logits(Weights(weights.card, learner.parts(outcome.added)), rest), outcome.levels)
        rows, beyond = compare(targets_of(rest), range(len(rest)), old, new)
        yield Taught(outcome, rows, beyond, _taught(weights, _shuffled(mine, seed))[1])


def _taught(weights: Weights, labels: list[Label]) -> tuple[Learner, Outcome]:
    learner = learner_of(weights, [label.text for label in labels])
    return learner, train(learner, weights.card.levels, labels, ())


def _shuffled(labels: Sequence[Label], seed: int) -> list[Label]:
    texts = [label.text for label in labels]
    random.Random(seed).shuffle(texts)  # noqa: S311  # chance, no secret
    return [replace(label, text=text) for label, text in zip(labels, texts, strict=True)]


def _logits(weights: Weights, labels: Sequence[Label]) -> Floats:
    return learner_of(weights, [label.text for label in labels]).shipped


def main(path: Path, origin: str, size: int, folder: Path | None = None) -> None:
    """Print what came of each drawing as soon as it is known."""
    labels = data.records(path)
    weights = beside(labels, origin, folder) if folder else without(labels, origin)
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
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if sys.argv[3:] else SIZE, *map(Path, sys.argv[4:5]))
