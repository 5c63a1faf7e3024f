"""Teaches a tagger a team's own labels, and says honestly whether that made it better. Needs NumPy alone."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from listener.tag.calibrate import relevel
from listener.tag.labels import Label, mark
from listener.tag.learn.compare import LEAST, Bools, Compared, Difference, compare
from listener.tag.learn.fit import HEADS, Features, Floats, Targets, moved, targets_of
from listener.tag.verdict import Judge
from listener.tag.weights import TAGS, Card, Level

FOLDS = 10
_TAUGHT = 5  # posts with a tag, and as many without, below which it stays as it is
_T = len(TAGS)
Ints = npt.NDArray[np.int64]


class Learner(Protocol):
    """A tagger as shipped, and the texts of N labelled posts as it sees them."""

    kind: str
    hold: float  # how hard its weights are held at their start
    shipped: Floats  # (N, K) logits as shipped
    start: Floats  # the same where nothing is added; grams that join make a text count as longer

    @property
    def features(self) -> Features:
        """What it sees of each text."""

    def parts(self, added: Floats) -> Mapping[str, bytes]:
        """The parts of the file of weights with `added`, (D + 1, K), to weights and biases."""


class Outcome(Struct, frozen=True, kw_only=True):
    """What came of the learning; `refusal` is "" where the new tagger is the better one."""

    posts: int
    refusal: str
    rows: tuple[Compared, ...]
    difference: Difference | None
    untaught: tuple[str, ...]  # tags of which too few posts tell: they stay as they are
    levels: Mapping[str, Level] = {}
    added: Floats | None = None


def train(learner: Learner, levels: Mapping[str, Level], labels: Sequence[Label], known: Collection[bytes]) -> Outcome:
    """Learn, and compare with the tagger in use on posts that neither has seen.

    The one in use was learned by the same steps from the posts whose `mark` is `known`; none: it is the shipped one,
    of which `levels` are. Copies of a text stand in the same fold.
    """
    targets = targets_of(labels)
    marks, groups = np.unique([mark(label.text) for label in labels], return_inverse=True)
    everything, seen = np.ones(len(labels), bool), np.array([each in known for each in marks.tolist()])[groups]
    old = _Twin(learner, levels, targets.only(seen), groups % FOLDS)
    new = _Twin(learner, levels, targets.only(everything), groups % FOLDS)
    rows, difference = compare(targets, groups.tolist(), old.given(), new.given())
    refusal = difference.refusal if difference else _too_few(labels)
    return Outcome(
        posts=len(labels),
        refusal=refusal,
        rows=tuple(rows),
        difference=difference,
        untaught=tuple(tag for tag, is_taught in zip((*TAGS, "mood"), new.taught, strict=False) if not is_taught),
        levels=new.levels(everything),
        added=None if refusal else new.added(everything),
    )


def _too_few(labels: Sequence[Label]) -> str:
    return f"{len(labels)} labels tell too little: at least {LEAST} posts must have a tag, and {LEAST} must lack it"


def _taught(targets: Targets) -> Bools:
    """The heads of which enough posts tell; moods are learned together or not at all."""
    yes, no = (targets.true * targets.mask).sum(0), ((1 - targets.true) * targets.mask).sum(0)
    enough = np.minimum(yes, no) >= _TAUGHT
    enough[_T:] = enough[_T:].sum() > 1
    return np.asarray(enough, bool)


class _Twin:
    """A tagger as some posts teach it; what it says of each was learned from the other folds."""

    def __init__(self, learner: Learner, levels: Mapping[str, Level], targets: Targets, folds: Ints) -> None:
        self.taught = _taught(targets)
        self._learner, self._levels, self._folds = learner, levels, folds
        self._targets = Targets(targets.true, targets.mask * self.taught)
        self._logits = learner.shipped.copy()
        for here in self._each() if self.taught.any() else ():
            added = self.added(~here)
            self._logits[here] = (learner.start + learner.features.dot(added[:-1]) + added[-1])[here]

    def added(self, chosen: Bools) -> Floats:
        """What the chosen posts add to weights and biases."""
        learner = self._learner
        return moved(learner.features, learner.start, self._targets.only(chosen), learner.hold)

    def given(self) -> Bools:
        """What is given to each post, (N, K), by levels that were chosen without its fold."""
        given = np.zeros_like(self._logits, bool)
        for here in self._each():
            given[here] = given_by(self._logits[here], self.levels(~here))
        return given

    def levels(self, chosen: Bools) -> Mapping[str, Level]:
        """The levels as the chosen posts move them."""
        found = dict(self._levels)
        for number in np.flatnonzero(self.taught[:_T]):
            here = chosen & (self._targets.mask[:, number] > 0)
            true = self._targets.true[here, number] > 0
            rated = list(zip(self._logits[here, number].tolist(), true.tolist(), strict=True))
            found[TAGS[number]] = relevel(rated, found.get(TAGS[number], Level()))
        return found

    def _each(self) -> Iterator[Bools]:
        """The posts of each fold."""
        return (self._folds == fold for fold in range(FOLDS))


def given_by(logits: Floats, levels: Mapping[str, Level]) -> Bools:
    """(N, K) logits to what is given of them, as people see it: urgency only with a moment or a complaint."""
    judge = Judge(Card(kind="", version="", made="", levels=levels))
    rows = []
    for verdict in judge.page(logits.tolist()):
        told = {*verdict.labels, *verdict.signals, verdict.mood, *(["question"] if verdict.is_question else ())}
        told |= {tag for tag, least in (("soon", 1), ("now", 2)) if verdict.urgency >= least}
        rows.append([head in told for head in HEADS])
    return np.array(rows, bool).reshape(len(logits), len(HEADS))
