"""What encoders make of posts they had not seen: `python -m training.folds LABELS.jsonl FOLDER… [--left-out FOLDER…]`.

Each FOLDER holds what `training.encoder` said of the fold that it did not learn from. Where others were taught without
whole origins, their figures stand beside those of the folds on the same posts, by levels chosen on the folds.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from listener.tag.calibrate import expected_level
from listener.tag.weights import TAGS
from training import data, figures
from training.accurate import Held, held_out
from training.fast import levels
from training.origins import given
from training.spread import Spread, macro_f1


def together(labels: list[data.Record], folders: Sequence[Path]) -> Held:
    """What each said of its part, one after the other, the moods of the first."""
    parts = [held_out(labels, [], folder / "held.npz") for folder in folders]
    posts = [post for part in parts for post in part.posts]
    return Held(posts, np.concatenate([part.logits for part in parts]), parts[0].moods)


def table(held: Held) -> Iterator[tuple[str, int, dict[str, Spread]]]:
    """All posts, those drawn at random, and each platform's: how many they are, and the figures."""
    found = figures.judged(held.posts, held.logits, expected_level)
    for name, chosen in figures.parts_of(held.posts).items():
        here = np.flatnonzero(chosen).tolist()
        yield name, len(here), {"moments": macro_f1(found, here)} | {tag: macro_f1(found, here, [tag]) for tag in found}


def beside(folded: Held, left_out: Held) -> list[Spread]:
    """Moments, then questions, of posts of which some origins were left out: in folds, and by who never saw them."""
    names = {post["id"] for post in left_out.posts}
    here = [at for at, post in enumerate(folded.posts) if post["id"] in names]
    rest = [at for at, post in enumerate(folded.posts) if post["id"] not in names]
    chosen = levels([folded.posts[at] for at in rest], folded.logits[rest], expected_level)
    found = figures.judged(folded.posts, folded.logits, expected_level)
    new = given(left_out.posts, left_out.logits, chosen)
    return [
        macro_f1(rows, which, tags)
        for tags in (TAGS[:4], ["question"])
        for rows, which in ((found, here), (new, range(len(left_out.posts))))
    ]


def main(asked: argparse.Namespace) -> None:
    """Print a line for each part, and one for each group of origins that was left out."""
    labels = data.records(asked.labels)
    folded = together(labels, asked.folders)
    for name, posts, told in table(folded):
        print(f"{name:<12} {posts:>6,}  " + "  ".join(f"{tag} {spread}" for tag, spread in told.items()), flush=True)
    for folder in asked.left_out:
        left_out = together(labels, [folder])
        moments, new, questions, asked_new = beside(folded, left_out)
        print(f"{folder.name:<12} {len(left_out.posts):>6,}  {moments} / {new}; {questions} / {asked_new}", flush=True)


if __name__ == "__main__":
    command = argparse.ArgumentParser()
    command.add_argument("labels", type=Path)
    command.add_argument("folders", type=Path, nargs="+")
    command.add_argument("--left-out", type=Path, nargs="*", default=[])
    main(command.parse_args())
