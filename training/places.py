"""How good places are end to end: `python -m training.places LABELS.jsonl TWIN…`.

TWINs as in `training.place`. Each post is read by taggers that did not learn from it: they tell its moments, and by
weights that were learned from the other folds, its place.
"""

import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from listener.tag.calibrate import expected_level
from listener.tag.place import NEEDS
from training import data, fast, figures, folds
from training import place as learning
from training.data import Floats
from training.place import Example, Figures, Found


def told(posts: list[data.Record], logits: Floats) -> list[data.Record]:
    """Labelled posts with the needs that logits tell instead of those that are labelled."""
    found = figures.judged(posts, logits, expected_level)
    return [{**post, "moments": [need for need in NEEDS if found[need][n][1]]} for n, post in enumerate(posts)]


def by_words(labels: list[data.Record], wanting: Sequence[Example]) -> Iterator[tuple[Example, Found]]:
    """What the fast tagger finds in each post."""
    asked = [learning.example(post) for post in told(labels, fast.held_out(labels))]
    learner = partial(learning.learn, l2=learning.L2)
    return zip(asked, learning.held_out(wanting, learner, asked), strict=True)


def by_reading(
    labels: list[data.Record], wanting: Sequence[Example], twins: Sequence[Path]
) -> Iterator[tuple[Example, Found]]:
    """What the accurate tagger finds in each post."""
    held = folds.together(labels, twins)
    words = learning.by_fold(wanting)
    known = [each.record for each in wanting]
    examples = [
        [
            learning.stacked(learning.example(post, read), words[data.fold(post)])
            for twin in twins
            for post, read in learning.twin_reads(known, posts, twin)
        ]
        for posts in (known, told(held.posts, held.logits))
    ]
    learner = partial(learning.choose, l2=learning.L2_READ)
    return zip(examples[1], learning.held_out(examples[0], learner, examples[1]), strict=True)


def parts(found: Sequence[tuple[Example, Found]], least: float) -> Iterator[tuple[str, Figures]]:
    """The figures of all posts, of each fold and of each platform."""
    names = {"all": lambda each: True}
    names |= {f"fold {n}": lambda each, n=n: each.fold == n for n in range(data.FOLDS)}
    platforms = sorted({each.record["platform"] for each, _ in found})
    names |= {name: lambda each, name=name: each.record["platform"] == name for name in platforms}
    for name, chosen in names.items():
        some = [pair for pair in found if chosen(pair[0])]
        yield name, learning.figures([each for each, _ in some], [answer for _, answer in some], least)


def main(path: Path, twins: Sequence[Path]) -> None:
    """Print the figures of both taggers."""
    labels = data.records(path)
    wanting = [learning.example(record) for record in labels if NEEDS & {*record["moments"]}]
    for kind, found in (("words", by_words(labels, wanting)), ("read", by_reading(labels, wanting, twins))):
        for name, told_ in parts(list(found), learning.LEAST[kind]):
            print(kind, name, told_, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
