"""Learns the fast tagger from labels and tweets: `python -m training.fast LABELS.jsonl TWEETS.jsonl`.

Cross-validates first, for the levels and the figures of the card; then learns from everything.
"""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np

from listener.tag.calibrate import level
from listener.tag.fast import SHIPPED
from listener.tag.linear import HEADS
from listener.tag.weights import TAGS, Card, Level, write_weights
from training import data, figures
from training.data import Floats, Record
from training.linear import Fitted, Rows, fit, known_grams, parts

L2 = 1e-5
STEPS = 80  # learning that stops early learns less by heart
OFTEN = 2  # posts with a gram that is learned
OFTEN_TWEETED = 5
SOFT = 0.3  # what a teacher's word weighs beside a label
EVEN = 0.6  # how far moods are made equally likely, 1 wholly: tweets to learn from are seldom negative

INVENTED = data.records(Path(__file__).parent / "invented.jsonl")
"""Posts that nobody wrote: plain wishes as few of the real ones are. They teach and are never judged by."""

Soft = Sequence[tuple[str, Floats]]
"""Texts without labels, and the probability of each head by a teacher."""


def rows(labels: list[Record], tweets: list[Record], soft: Soft = ()) -> Rows:
    """Targets and masks: labelled posts for the tags, tweets for the mood, a teacher's probabilities for both."""
    n, m, t = len(labels), len(labels) + len(tweets), len(TAGS)
    targets = np.zeros((m + len(soft), len(HEADS)), np.float32)
    mask = np.zeros_like(targets)
    if labels:
        targets[:n, :t], mask[:n, :t] = data.targets(labels), 1
    if tweets:
        targets[n:m, t:], mask[n:m, t:] = data.moods(tweets), 1
    if soft:
        targets[m:], mask[m:] = np.stack([p for _, p in soft]), SOFT
    return Rows([r["text"] for r in labels + tweets] + [text for text, _ in soft], targets, mask)


def learn(labels: list[Record], tweets: list[Record], soft: Soft = ()) -> Fitted:
    """The weights."""
    labels = labels + INVENTED if labels else labels
    names = {
        **dict.fromkeys(known_grams((record["text"] for record in labels), OFTEN)),
        **dict.fromkeys(known_grams((tweet["text"] for tweet in tweets), OFTEN_TWEETED)),
        **dict.fromkeys(known_grams((text for text, _ in soft), OFTEN_TWEETED)),
    }
    return evened(fit(rows(labels, tweets, soft), sorted(names), L2, STEPS), tweets)


def evened(fitted: Fitted, tweets: list[Record]) -> Fitted:
    """With biases by which rare moods are told more often."""
    if not tweets:
        return fitted
    biases = fitted.biases.copy()
    biases[len(TAGS) :] -= EVEN * np.log(data.moods(tweets).mean(0).clip(1e-3))
    return fitted._replace(biases=biases)


def held_out(labels: list[Record], tweets: list[Record]) -> tuple[Floats, Floats]:
    """Logits of every labelled post by a model that did not learn from it; of the held tweets by another such."""
    folds = np.array([data.fold(record) for record in labels])
    logits = np.zeros((len(labels), len(HEADS)), np.float32)
    for number in range(data.FOLDS):
        here = np.flatnonzero(folds == number)
        fitted = learn([labels[n] for n in np.flatnonzero(folds != number)], [])
        logits[here] = fitted.logits(labels[n]["text"] for n in here)
    return logits, held_moods(tweets)


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


def main(labels_path: Path, tweets_path: Path) -> None:
    """Learn, measure, write."""
    labels, tweets = data.records(labels_path), data.records(tweets_path)
    logits, moods = held_out(labels, tweets)
    card = Card(
        kind="fast",
        version="1",
        made=date.today().isoformat(),  # noqa: DTZ011  # a date for people
        labels={"posts": len(labels), "tweets": len(tweets), "sha256": data.fingerprint(labels_path, tweets_path)},
        levels=levels(labels, logits),
        figures=figures.cross_validated(labels, logits) | figures.moods(tweets, moods),
    )
    written = write_weights(SHIPPED, card, parts(learn(labels, tweets)))
    print(written.model, SHIPPED.stat().st_size, written.figures)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
