"""Writes the accurate tagger from what `training.encoder` left in a folder.

`python -m training.accurate LABELS.jsonl TWEETS.jsonl FOLDER`: adds the fast tagger's words, learns which words carry a
tag, chooses levels and figures on the posts that the encoder of `held.npz` was not learned from.
"""

import sys
from datetime import date
from pathlib import Path

import numpy as np

from listener.tag import fast
from listener.tag.accurate import SHIPPED, WORDS
from listener.tag.calibrate import expected_level
from listener.tag.encoder import Encoder, Floats, Heads, dump_heads
from listener.tag.weights import TAGS, Card, Level, read_weights, write_weights
from training import data, figures
from training.evidence import learn_gain
from training.fast import learn, levels

READ = 400  # posts, and half as many tweets, whose words are taken away one by one


def main(labels_path: Path, tweets_path: Path, folder: Path) -> None:
    """Assemble, measure, write."""
    labels, tweets = data.records(labels_path), data.records(tweets_path)
    encoder = Encoder((folder / "encoder.onnx").read_bytes(), (folder / "tokenizer.json").read_bytes())
    heads = Heads(**{name: np.asarray(value) for name, value in np.load(folder / "heads.npz").items()})
    heads = heads._replace(gain=learn_gain(encoder, heads, _telling(labels, tweets)))
    held, logits, moods = _held(labels, tweets, folder / "held.npz")
    told = figures.cross_validated(held, logits, expected_level) | figures.moods(tweets, moods)
    card = Card(
        kind="accurate",
        version="2",
        made=date.today().isoformat(),  # noqa: DTZ011  # a date for people
        base="all-MiniLM-L6-v2, taught by all-mpnet-base-v2 (both Apache-2.0), the frequent word pieces, int8",
        labels={"posts": len(labels), "tweets": len(tweets), "sha256": data.fingerprint(labels_path, tweets_path)},
        levels=levels(held, logits, expected_level) | {"mood": Level()},
        figures=told,
    )
    words = read_weights(fast.SHIPPED, "fast").parts
    parts = {"encoder": (folder / "encoder.onnx").read_bytes(), "tokenizer": (folder / "tokenizer.json").read_bytes()}
    written = write_weights(SHIPPED, card, {**parts, "heads": dump_heads(heads), **words})
    print(written.model, SHIPPED.stat().st_size, told)


def _telling(labels: list[data.Record], tweets: list[data.Record]) -> list[str]:
    """Texts with a tag or a mood, always the same ones."""
    tagged = [record["text"] for record in labels if record["moments"] or record["signals"] or record["question"]]
    moody = [tweet["text"] for tweet in tweets if tweet["label"] != "neutral"]
    dice = np.random.default_rng(0)
    return [tagged[n] for n in dice.permutation(len(tagged))[:READ]] + [
        moody[n] for n in dice.permutation(len(moody))[: READ // 2]
    ]


def _held(labels: list[data.Record], tweets: list[data.Record], path: Path) -> tuple[list[data.Record], Floats, Floats]:
    """The held-out posts, their logits with the fast tagger's words added, and those of the held-out tweets."""
    found = np.load(path)
    known = {str(name): n for n, name in enumerate(found["ids"])}
    held = [record for record in labels if record["id"] in known]
    logits = np.array([found["logits"][known[record["id"]]] for record in held])
    seen = [tweet for tweet in tweets if not data.held_tweet(tweet)]
    for number in sorted({data.fold(record) for record in held}):
        here = [n for n, record in enumerate(held) if data.fold(record) == number]
        words = learn([record for record in labels if data.fold(record) != number], seen)
        logits[here, : len(TAGS)] += WORDS * words.logits(held[n]["text"] for n in here)[:, : len(TAGS)]
    return held, logits, found["moods"]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
