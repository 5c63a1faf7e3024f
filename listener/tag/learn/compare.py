"""Is one tagger better than another on the same labels, or is it luck? Posts are drawn again to find out."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from listener.tag.learn.fit import HEADS, Floats, Targets

LEAST = 10  # posts with a tag, and as many without, below which nothing is said of it
_DRAWS = 1000
_SURELY = 3.0  # standard deviations; a tag in fourteen is worse by two of them by luck alone
Bools = npt.NDArray[np.bool_]


class Compared(Struct, frozen=True):
    """F1 of a tag by the tagger in use and by the new one, on posts that neither was learned from."""

    tag: str
    labelled: int
    old: float
    new: float


class Difference(Struct, frozen=True, kw_only=True):
    """The mean F1 of all tags that can be judged: of both, and what the new one gains, with its 95 % interval."""

    old: float
    new: float
    gain: float
    low: float
    high: float
    above_chance: float  # the least, at 95 %, that the new one gains over giving each tag always
    worse: tuple[str, ...] = ()  # tags that surely lost

    @property
    def refusal(self) -> str:
        """Why the new one shall not replace the old; "" where it shall."""
        if self.gain <= 0:
            return "it is no better than the one in use"
        if self.low <= 0:
            return "it is not surely better than the one in use: what it gains may be luck; more labels would tell"
        if self.above_chance <= 0:
            return "the labels seem to have nothing to do with the posts: giving every tag always does as well"
        if self.worse:
            return f"it is worse at {', '.join(self.worse)}"
        return ""


def judged(targets: Targets) -> list[int]:
    """The numbers of the heads of which enough posts tell."""
    yes, no = (targets.true * targets.mask).sum(0), ((1 - targets.true) * targets.mask).sum(0)
    return [number for number in range(len(HEADS)) if min(yes[number], no[number]) >= LEAST]


def compare(
    targets: Targets, groups: Sequence[int], old: Bools, new: Bools
) -> tuple[list[Compared], Difference | None]:
    """Each tag and all of them; None where too few posts tell of any. `old`, `new`: (N, K), what each tagger gives.

    Copies of a post, those of one group, are drawn together.
    """
    heads = judged(targets)
    true, mask = targets.true[:, heads] > 0, targets.mask[:, heads] > 0
    said = [old[:, heads], new[:, heads], np.ones_like(true)]
    counts = np.stack([_by_group(_counts(true, each, mask), groups) for each in said])  # (3, G, 3, T)
    shown = _f1(counts.sum(1))
    rows = [
        Compared(HEADS[head], int(true[:, n][mask[:, n]].sum()), *(round(float(f1), 4) for f1 in shown[:2, n]))
        for n, head in enumerate(heads)
    ]
    return rows, _difference(shown, _drawn(counts), rows) if heads else None


def _difference(shown: Floats, drawn: Floats, rows: Sequence[Compared]) -> Difference:
    means = shown.mean(1)
    old, new, always = drawn.mean(2)
    low, high = np.percentile(new - old, [2.5, 97.5])
    lost = (drawn[1] - drawn[0]).mean(0) + _SURELY * (drawn[1] - drawn[0]).std(0) < 0
    told = [round(float(value), 4) for value in (means[0], means[1], means[1] - means[0], low, high)]
    return Difference(
        **dict(zip(("old", "new", "gain", "low", "high"), told, strict=True)),
        above_chance=round(float(np.percentile(new - always, 2.5)), 4),
        worse=tuple(row.tag for row, is_worse in zip(rows, lost, strict=True) if is_worse),
    )


def _counts(true: Bools, said: Bools, mask: Bools) -> Floats:
    """(N, 3, T): right, given, labelled."""
    return np.stack([true & said & mask, said & mask, true & mask], 1).astype(np.float32)


def _by_group(counts: Floats, groups: Sequence[int]) -> Floats:
    found = np.zeros((max(groups) + 1, *counts.shape[1:]), np.float32)
    np.add.at(found, np.asarray(groups), counts)
    return found


def _drawn(counts: Floats) -> Floats:
    """(3, draws, T): F1 of each tagger where as many groups are drawn, with repetition; the same draws for all."""
    taggers, size, *rest = counts.shape
    dice = np.random.default_rng(0)
    times = dice.multinomial(size, np.full(size, 1 / size), _DRAWS).astype(np.float32)
    return _f1((times @ counts.reshape(taggers, size, -1)).reshape(taggers, _DRAWS, *rest))


def _f1(counts: Floats) -> Floats:
    """(…, 3, T) counts to (…, T)."""
    right, given, labelled = np.moveaxis(counts, -2, 0)
    return np.asarray(2 * right / np.maximum(given + labelled, 1), np.float32)
