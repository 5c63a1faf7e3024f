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
from listener.tag.weights import TAGS, Card, Level, write_weights
from training import data, figures
from training.data import Floats, Record
from training.linear import HEADS, Fitted, Rows, fit, known_grams, parts

L2 = 1e-5
STEPS = 250
OFTEN = 2  # posts with a gram that is learned
OFTEN_TWEETED = 8
SOFT = 0.3  # what a teacher's word weighs beside a label

Soft = Sequence[tuple[str, Floats]]
"""Texts without labels, and the probability of each head by a teacher."""


def rows(labels: list[Record], tweets: list[Record], soft: Soft = ()) -> Rows:
    """Targets and masks: labelled posts for the tags, tweets for the mood, a teacher's probabilities for both."""
    n, m, t = len(labels), len(labels) + len(tweets), len(TAGS)
    targets = np.zeros((m + len(soft), len(HEADS)), np.float32)
    mask = np.zeros_like(targets)
    targets[:n, :t], mask[:n, :t] = data.targets(labels), 1
    targets[n:m, t:], mask[n:m, t:] = data.moods(tweets), 1
    if soft:
        targets[m:], mask[m:] = np.stack([p for _, p in soft]), SOFT
    return Rows([r["text"] for r in labels + tweets] + [text for text, _ in soft], targets, mask)


def learn(labels: list[Record], tweets: list[Record], soft: Soft = ()) -> Fitted:
    """The weights."""
    texts = [record["text"] for record in labels]
    names = {*known_grams(texts, OFTEN, 10**6), *known_grams((t["text"] for t in tweets), OFTEN_TWEETED, 10**6)}
    names.update(known_grams((text for text, _ in soft), OFTEN_TWEETED, 10**6))
    return fit(rows(labels, tweets, soft), sorted(names), L2, STEPS)


def held_out(labels: list[Record], tweets: list[Record]) -> tuple[Floats, Floats]:
    """Logits of every labelled post by a model that did not learn from it; of the held tweets by the last of them."""
    folds = np.array([data.fold(record) for record in labels])
    seen = [tweet for tweet in tweets if not data.held_tweet(tweet)]
    logits = np.zeros((len(labels), len(HEADS)), np.float32)
    for number in range(data.FOLDS):
        here = np.flatnonzero(folds == number)
        fitted = learn([labels[n] for n in np.flatnonzero(folds != number)], seen)
        logits[here] = fitted.logits(labels[n]["text"] for n in here)
    return logits, fitted.logits(tweet["text"] for tweet in tweets if data.held_tweet(tweet))


def levels(labels: list[Record], logits: Floats) -> dict[str, Level]:
    """The level of each tag, from held-out logits."""
    true = data.targets(labels) > 0
    return {
        tag: level(list(zip(logits[:, n].tolist(), true[:, n].tolist(), strict=True))) for n, tag in enumerate(TAGS)
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
