"""How the fast tagger does where it has never been: `python -m training.origins LABELS.jsonl [LEAST]`.

Each origin with enough posts is left out whole, with all copies of its texts, and read by what the others taught, by
levels chosen on the others. Beside it stands what five folds say of the same posts: the distance hangs on the origin.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from listener.tag.weights import TAGS, Level
from training import data, figures
from training.curve import held_out
from training.data import FOLDS, Floats, Record
from training.fast import learn, levels
from training.spread import Spread, macro_f1

LEAST = 100  # posts of an origin that is left out


class Origin(NamedTuple):
    """The mean F1 of an origin's moments, and the F1 of its questions: in folds, and where it was left out."""

    name: str
    posts: int
    folded: Spread
    left_out: Spread
    asked_folded: Spread
    asked_left_out: Spread


def origins(labels: list[Record], least: int) -> Iterator[Origin]:
    """Each origin, the largest first, and then all of them together."""
    _, logits = held_out(labels, len(labels), FOLDS)
    folded, left_out = figures.judged(labels, logits), _nothing(labels)
    names = [record["origin"] for record in labels]
    large = sorted((name for name in {*names} if names.count(name) >= least), key=lambda n: (-names.count(n), n))
    places = {name: [at for at, each in enumerate(names) if each == name] for name in large}
    for name, here in places.items():
        for tag, told in _read(labels, logits, here).items():
            for at, row in zip(here, told, strict=True):
                left_out[tag][at] = row
        yield _told(name, here, folded, left_out)
    yield _told("all of them", [at for here in places.values() for at in here], folded, left_out)


Rows = dict[str, list[tuple[bool, bool, float]]]


def _nothing(labels: list[Record]) -> Rows:
    return {tag: [(False, False, 0.0)] * len(labels) for tag in TAGS}


def _read(labels: list[Record], logits: Floats, here: list[int]) -> Rows:
    """(labelled, given, probability) a tag and post of an origin, by what the others taught."""
    posts = [labels[at] for at in here]
    copies = {data.plain(record["text"]) for record in posts}
    others = [at for at, record in enumerate(labels) if data.plain(record["text"]) not in copies]
    said = learn([labels[at] for at in others], []).logits(record["text"] for record in posts)
    return given(posts, said, levels([labels[at] for at in others], logits[others]))


def given(posts: list[Record], logits: Floats, chosen: dict[str, Level]) -> Rows:
    """(labelled, given, probability) a tag and post, by levels that were chosen before."""
    true = data.targets(posts) > 0
    found: Rows = {}
    for n, tag in enumerate(TAGS):
        p = [chosen[tag].p(logit) for logit in logits[:, n].tolist()]
        found[tag] = [(bool(t), each >= chosen[tag].threshold, each) for t, each in zip(true[:, n], p, strict=True)]
    return found


def _told(name: str, here: list[int], folded: Rows, left_out: Rows) -> Origin:
    spreads = [macro_f1(found, here, tags) for tags in (TAGS[:4], ["question"]) for found in (folded, left_out)]
    return Origin(name, len(here), *spreads)


def main(path: Path, least: int) -> None:
    """Print a line for each origin as soon as it is known."""
    print(f"{'origin':<28}  posts  moments in folds / left out; question in folds / left out")
    for each in origins(data.records(path), least):
        told = f"{each.folded} / {each.left_out}; {each.asked_folded} / {each.asked_left_out}"
        print(f"{each.name:<28}  {each.posts:>5,}  {told}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if sys.argv[2:] else LEAST)
