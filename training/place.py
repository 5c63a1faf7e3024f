"""Learns what the signs of a place weigh: `python -m training.place LABELS.jsonl TWIN…`.

Each TWIN is the folder of an encoder that was learned without one fold, each without another: what it thinks of the
places there is a sign too. Prints cross-validated figures, and writes the weights.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from listener.tag import place as tagging
from listener.tag.accurate import read_place
from listener.tag.data import lexicon
from listener.tag.encoder import Encoder, Heads
from listener.tag.place import NEEDS, candidates
from listener.tag.reading import HEAT, Read
from listener.types import Span
from training import data
from training.ends import learn_ends

FILE = Path(tagging.__file__).parent / "lexicon" / "place_weights.toml"
OFTEN = 12  # candidates with a sign that is learned
L2, L2_READ = 2.0, 0.1
LIGHT = 0.05  # weights below are left out
PARTLY = 0.3  # what a candidate counts as right that only overlaps
LEAST = {"words": -1.75, "read": -0.75}  # the logit from which a place is said
Weights = dict[str, float]
Found = tuple[float, int]
"""The logit and the number of the likeliest candidate."""


class Example(NamedTuple):
    """A post: its candidates with their signs where it wants to go or buy, and how right each is."""

    record: data.Record
    spans: list[Span]
    signs: list[Mapping[str, float]]
    right: list[float]

    @property
    def fold(self) -> int:
        """The fold in which it is held out."""
        return data.fold(self.record)


class Figures(NamedTuple):
    """The F1 of the exact words, and of words that share a character; how many places there are and were said."""

    exact: float
    overlap: float
    places: int
    said: int


def example(record: data.Record, read: Read | None = None) -> Example:
    """The example that a labelled post makes; its moments may be what a tagger tells."""
    needs = dict.fromkeys(NEEDS & {*record["moments"]}, 1.0)
    found = list(candidates(record["text"], lexicon().places, read)) if needs else []
    right = [_right(record["text"], span, record["place"]) for span, _ in found]
    return Example(record, [span for span, _ in found], [{**signs, **needs} for _, signs in found], right)


def _right(text: str, span: Span, place: str | None) -> float:
    if not place:
        return 0.0
    if _plain(text[span.start : span.end]) == _plain(place):
        return 1.0
    starts = (at for at in range(len(text)) if text.startswith(place, at))
    return PARTLY if any(span.start < at + len(place) and at < span.end for at in starts) else 0.0


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())


def learn(examples: Sequence[Example], l2: float) -> Weights:
    """Weights by logistic regression over candidates; "none" is where all begin."""
    rows = [signs for each in examples for signs in each.signs]
    right = np.array([value for each in examples for value in each.right])
    count = Counter(sign for signs in rows for sign in signs)
    column = {name: n for n, name in enumerate(sorted(name for name, often in count.items() if often >= OFTEN))}
    table = np.zeros((len(rows), len(column) + 1))
    table[:, -1] = 1
    for n, signs in enumerate(rows):
        for name in signs.keys() & column.keys():
            table[n, column[name]] = signs[name]
    found = _fit(table, right, l2)
    return dict(zip((*column, "none"), found.tolist(), strict=True))


def _fit(table: data.Floats, right: data.Floats, l2: float) -> data.Floats:
    def loss(weights: data.Floats) -> tuple[float, data.Floats]:
        z, rest = table @ weights, np.append(weights[:-1], 0)
        slope = 1 / (1 + np.exp(-z)) - right
        return float((np.logaddexp(0, z) - right * z).sum() + l2 / 2 * rest @ rest), table.T @ slope + l2 * rest

    return np.asarray(minimize(loss, np.zeros(table.shape[1]), jac=True, method="L-BFGS-B").x)


def choose(examples: Sequence[Example], l2: float) -> Weights:
    """Weights by which the right candidate is the likeliest of its post, and none where none is right."""
    given = [each for each in examples if each.signs]
    names = sorted({name for each in given for signs in each.signs for name in signs})
    table = np.array([[*(s.get(name, 0.0) for name in names), 1.0] for each in given for s in each.signs])
    starts = np.cumsum([0, *(len(each.signs) for each in given[:-1])])
    post = np.repeat(np.arange(len(given)), [len(each.signs) for each in given])
    right = np.concatenate([_chosen(each.right) for each in given])

    def loss(weights: data.Floats) -> tuple[float, data.Floats]:
        z, rest = table @ weights, np.append(weights[:-1], 0)
        most = np.maximum(np.maximum.reduceat(z, starts), 0)
        likely = np.exp(z - most[post])
        whole = np.add.reduceat(likely, starts) + np.exp(-most)
        slope = likely / whole[post] - right
        return float((most + np.log(whole)).sum() - right @ z + l2 / 2 * rest @ rest), table.T @ slope + l2 * rest

    found = minimize(loss, np.zeros(table.shape[1]), jac=True, method="L-BFGS-B").x
    return dict(zip((*names, "none"), found.tolist(), strict=True))


def _chosen(right: Sequence[float]) -> data.Floats:
    """How often each candidate of a post is to be chosen: once in all where some are right, else now and then."""
    whole = np.array([value == 1 for value in right], float)
    told = whole if whole.any() else np.array(right)
    return told / max(1.0, told.sum())


def score(weights: Weights, signs: Mapping[str, float]) -> float:
    """How likely a candidate is, as a logit."""
    return sum(weights.get(sign, 0.0) * value for sign, value in signs.items()) + weights["none"]


def held_out(
    examples: Sequence[Example], learner: Callable[[Sequence[Example]], Weights], asked: Sequence[Example] = ()
) -> Iterator[Found]:
    """What is found in examples, or in what is asked instead, by weights learned from examples of the other folds."""
    folds = {each.fold for each in examples}
    learned = {fold: learner([each for each in examples if each.fold != fold]) for fold in folds}
    for each in asked or examples:
        rated = [(score(learned[each.fold], signs), -n) for n, signs in enumerate(each.signs)]
        best, number = max(rated, default=(-np.inf, 0))
        yield best, -number


def figures(examples: Sequence[Example], found: Sequence[Found], least: float) -> Figures:
    """How good places are where they are said from a logit on."""
    right = [each.right[n] for each, (rated, n) in zip(examples, found, strict=True) if rated >= least]
    places = sum(bool(each.record["place"]) for each in examples)
    f1 = [
        round(2 * sum(value >= enough for value in right) / max(1, len(right) + places), 3) for enough in (1.0, PARTLY)
    ]
    return Figures(f1[0], f1[1], places, len(right))


def stacked(each: Example, words: Weights) -> Example:
    """An example whose signs are what the words say, alone and beside the others, and what the encoder thinks."""
    said = [score(words, signs) for signs in each.signs]
    signs = [
        {"words": z, "lead": z - max(said), **{name: s[name] for name in HEAT if name in s}}
        for z, s in zip(said, each.signs, strict=True)
    ]
    return each._replace(signs=signs)


def by_fold(examples: Sequence[Example]) -> dict[int, Weights]:
    """For each fold what the words weigh, learned from the others."""
    folds = {each.fold for each in examples}
    return {fold: learn([each for each in examples if each.fold != fold], L2) for fold in folds}


def twin_reads(
    labels: Sequence[data.Record], asked: Sequence[data.Record], folder: Path
) -> Iterator[tuple[data.Record, Read]]:
    """What a twin that learned from labels thinks of those posts that it did not learn from."""
    encoder = Encoder((folder / "encoder.onnx").read_bytes(), (folder / "tokenizer.json").read_bytes())
    heads = Heads(**{name: np.asarray(value, np.float32) for name, value in np.load(folder / "heads.npz").items()})
    held = {*np.load(folder / "held.npz")["ids"].tolist()}
    heads = heads._replace(ends=learn_ends(encoder, [record for record in labels if record["id"] not in held]))
    for record in asked:
        if record["id"] in held:
            yield record, read_place(encoder(record["text"]), heads)


def main(labels: Path, twins: Sequence[Path]) -> None:
    """Learn, measure, write."""
    wanting = [record for record in data.records(labels) if NEEDS & {*record["moments"]}]
    every = [example(record) for record in wanting]
    print("words", figures(every, [*held_out(every, partial(learn, l2=L2))], LEAST["words"]))
    words = by_fold(every)
    seen = [example(record, read) for twin in twins for record, read in twin_reads(wanting, wanting, twin)]
    both = [stacked(each, words[each.fold]) for each in seen]
    print("read", figures(both, [*held_out(both, partial(choose, l2=L2_READ))], LEAST["read"]))
    write(learn(every, L2), choose(both, L2_READ))


def write(words: Weights, read: Weights) -> None:
    """The weights as a page of the lexicon; a place is said where they sum to more than nothing."""
    least = LEAST["read"] - read["words"] * LEAST["words"]
    tables = {
        "words": {**words, "none": words["none"] - LEAST["words"]},
        "read": {**read, "none": read["none"] - least},
    }
    lines = ["# What each sign of a place weighs: learned by `python -m training.place`"]
    for name, table in tables.items():
        told = {sign: weight for sign, weight in table.items() if sign == "none" or abs(weight) >= LIGHT}
        lines += ["", f"[{name}]", *(f"{json.dumps(sign)} = {weight:.2f}" for sign, weight in told.items())]
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
