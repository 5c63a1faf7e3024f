"""What more labels would bring: `python -m training.curve LABELS.jsonl [SIZE …]`.

The fast tagger learns from so many posts, drawn from four fifths of them, and reads the last fifth, five times. Where
four fifths are fewer than the size, ten folds are made, and what nine of them hold is learned from.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from listener.tag.linear import HEADS
from training import data, figures
from training.data import FOLDS, Floats, Record
from training.fast import learn
from training.spread import Spread, macro_f1

SIZES = (1_000, 2_000, 4_000, 8_000, 12_000)
FINE = 10  # folds for the last size


def curve(labels: list[Record], sizes: Sequence[int]) -> Iterator[tuple[int, dict[str, Spread]]]:
    """For each size how many posts were learned from, and what came of it on posts that were not."""
    for size in sizes:
        folds = FOLDS if size <= len(labels) * (FOLDS - 1) / FOLDS else FINE
        learned, logits = held_out(labels, size, folds)
        found = figures.judged(labels, logits)
        everything = range(len(labels))
        natural = [at for at in everything if labels[at]["natural"]]
        told = {"macro F1": macro_f1(found, everything), "natural": macro_f1(found, natural)}
        yield learned, told | {tag: macro_f1(found, everything, [tag]) for tag in found}


def held_out(labels: list[Record], size: int, folds: int) -> tuple[int, Floats]:
    """The most posts that were learned from, and the logits of every post by a tagger that did not see its fold."""
    numbers = np.array([data.bucket(record["text"], folds) for record in labels])
    logits, learned = np.zeros((len(labels), len(HEADS)), np.float32), 0
    for number in range(folds):
        here = np.flatnonzero(numbers == number)
        rest = np.random.default_rng(number).permutation(np.flatnonzero(numbers != number))[:size]
        learned = max(learned, len(rest))
        logits[here] = learn([labels[at] for at in rest], []).logits(labels[at]["text"] for at in here)
    return learned, logits


def main(path: Path, sizes: Sequence[int]) -> None:
    """Print a line for each size as soon as it is known."""
    for learned, told in curve(data.records(path), sizes):
        print(f"{learned:>6,}  " + "  ".join(f"{name} {spread}" for name, spread in told.items()), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(size) for size in sys.argv[2:]] or SIZES)
