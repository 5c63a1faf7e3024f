"""Learns the fast tagger from labels and tweets: `python -m training.fast LABELS.jsonl TWEETS.jsonl [SOFT.npz FOLD]`.

Cross-validates first, for the levels and the figures of the card; then learns from everything. SOFT is what a teacher
says that has not seen FOLD: then that fold alone is judged.
"""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np

from listener.tag.calibrate import expected_level, level
from listener.tag.fast import SHIPPED
from listener.tag.linear import HEADS
from listener.tag.weights import TAGS, Card, Level, write_weights
from training import data, figures
from training.data import Floats, Record
from training.linear import Fitted, Rows, fit, known_grams, parts

LOUD = 8  # times an invented post is told where a teacher would drown it
L2 = 1e-5
STEPS, SOFT_STEPS = 80, 150  # learning that stops early learns less by heart; beside a teacher that is less of a danger
OFTEN = 2  # posts with a gram that is learned
OFTEN_TWEETED, OFTEN_SAID = 5, 20  # tweets, and posts of which a teacher has spoken
SOFT = 0.3  # what a teacher's word weighs beside a label
EVEN = 0.6  # how far moods are made equally likely, 1 wholly: tweets to learn from are seldom negative

INVENTED = data.records(Path(__file__).parent / "invented.jsonl")
"""Posts that nobody wrote: plain wishes as few of the real ones are. They teach and are never judged by."""

Soft = Sequence[Record]
"""Texts of which a teacher has spoken: "text", and "soft", the probability of each head, −1 where it says none."""


def rows(labels: list[Record], tweets: list[Record], soft: Soft = ()) -> Rows:
    """Targets and masks: labelled posts for the tags, tweets for the mood, what a teacher says of the rest."""
    n, m, t = len(labels), len(labels) + len(tweets), len(TAGS)
    texts = [record["text"] for record in (*labels, *tweets, *soft)]
    targets = np.zeros((len(texts), len(HEADS)), np.float32)
    mask = np.zeros_like(targets)
    if labels:
        targets[:n, :t], mask[:n, :t] = data.taught(labels), 1
    if tweets:
        targets[n:m, t:], mask[n:m, t:] = data.moods(tweets), 1
    if soft:
        said = np.stack([record["soft"] for record in soft])
        targets[m:], mask[m:] = said.clip(0, 1), SOFT * (said >= 0)
    return Rows(texts, targets, mask)


def learn(labels: list[Record], tweets: list[Record], soft: Soft = ()) -> Fitted:
    """The weights."""
    labels = labels + INVENTED * (LOUD if soft else 1) if labels else labels
    names = {
        gram: None
        for records, least in ((labels, OFTEN), (tweets, OFTEN_TWEETED), (soft, OFTEN_SAID))
        for gram in known_grams((record["text"] for record in records), least)
    }
    fitted = fit(rows(labels, tweets, soft), sorted(names), L2, SOFT_STEPS if soft else STEPS)
    return evened(fitted, tweets)


def beside(labels: list[Record], soft: dict[str, Record]) -> tuple[list[Record], list[Record]]:
    """The labels with what a teacher says of them, and the other texts of which it has spoken."""
    posts = [record | soft.get(record["text"], {}) for record in labels]
    names = {record["text"] for record in labels}
    return posts, [record for text, record in soft.items() if text not in names]


def evened(fitted: Fitted, tweets: list[Record]) -> Fitted:
    """With biases by which rare moods are told more often."""
    if not tweets:
        return fitted
    biases = fitted.biases.copy()
    biases[len(TAGS) :] -= EVEN * np.log(data.moods(tweets).mean(0).clip(1e-3))
    return fitted._replace(biases=biases)


def held_out(labels: list[Record]) -> Floats:
    """Logits of every labelled post by a model that did not learn from it."""
    folds = np.array([data.fold(record) for record in labels])
    logits = np.zeros((len(labels), len(HEADS)), np.float32)
    for number in range(data.FOLDS):
        here = np.flatnonzero(folds == number)
        fitted = learn([labels[n] for n in np.flatnonzero(folds != number)], [])
        logits[here] = fitted.logits(labels[n]["text"] for n in here)
    return logits


def held_moods(tweets: list[Record]) -> Floats:
    """Logits of the held tweets by a model of the others."""
    fitted = learn([], [tweet for tweet in tweets if not data.held_tweet(tweet)])
    return fitted.logits(tweet["text"] for tweet in tweets if data.held_tweet(tweet))


def levels(labels: list[Record], logits: Floats, choose: figures.Choose = level) -> dict[str, Level]:
    """The level of each tag, from held-out logits."""
    true = data.targets(labels) > 0
    return {
        tag: choose(list(zip(logits[:, n].tolist(), true[:, n].tolist(), strict=True))) for n, tag in enumerate(TAGS)
    }


class Learned(NamedTuple):
    """The weights, and what others that had not seen them said of some posts."""

    fitted: Fitted
    posts: list[Record]
    logits: Floats
    choose: figures.Choose


def alone(labels: list[Record], tweets: list[Record]) -> Learned:
    """By labels alone; all posts are judged, in five folds."""
    return Learned(learn(labels, tweets), labels, held_out(labels), level)


def by_teacher(labels: list[Record], tweets: list[Record], path: Path, fold: int) -> Learned:
    """With a teacher's word; the fold is judged that it has not seen."""
    held = [record for record in labels if data.fold(record) == fold]
    left = {data.plain(record["text"]) for record in held}
    seen = [record for record in labels if data.plain(record["text"]) not in left]
    posts, soft = beside(seen, data.said_softly(path, left))
    logits = learn(posts, [], soft).logits(record["text"] for record in held)
    whole, more = beside(labels, data.said_softly(path, set()))
    return Learned(learn(whole, tweets, more), held, logits, expected_level)


def main(labels_path: Path, tweets_path: Path, soft: Path | None = None, fold: int = 0) -> None:
    """Learn, measure, write."""
    labels, tweets = data.records(labels_path), data.records(tweets_path)
    found = by_teacher(labels, tweets, soft, fold) if soft else alone(labels, tweets)
    told = figures.cross_validated(found.posts, found.logits, found.choose) | figures.moods(tweets, held_moods(tweets))
    card = Card(
        kind="fast",
        version="2",
        made=date.today().isoformat(),  # noqa: DTZ011  # a date for people
        labels={"posts": len(labels), "tweets": len(tweets), "sha256": data.fingerprint(labels_path, tweets_path)},
        levels=levels(found.posts, found.logits, found.choose),
        figures=told,
    )
    written = write_weights(SHIPPED, card, parts(found.fitted))
    print(written.model, SHIPPED.stat().st_size, written.figures)


if __name__ == "__main__":
    paths = [Path(name) for name in sys.argv[1:4]]
    main(*paths, fold=int((sys.argv[4:] or ["0"])[0]))
