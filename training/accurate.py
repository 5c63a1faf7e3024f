"""Writes the accurate tagger from what `training.encoder` left in a folder.

`python -m training.accurate LABELS.jsonl TWEETS.jsonl FOLDER [SOFT.npz]`: adds the fast tagger's words, learns which
words carry a tag, chooses levels and figures on the posts that the encoder of `held.npz` was not learned from. SOFT is
what the fast tagger was taught by, too.
"""

import sys
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np

from listener.tag import fast
from listener.tag.accurate import SHIPPED, WORDS
from listener.tag.calibrate import expected_level
from listener.tag.encoder import Encoder, Floats, Heads, dump_heads
from listener.tag.weights import TAGS, Card, Level, read_weights, write_weights
from training import data, figures
from training.ends import learn_ends
from training.evidence import learn_gain
from training.fast import beside, learn, levels

READ = 400  # posts, and half as many tweets, whose words are taken away one by one


class Held(NamedTuple):
    """Posts that were held out, their logits, and those of the held-out tweets."""

    posts: list[data.Record]
    logits: Floats
    moods: Floats


def main(labels_path: Path, tweets_path: Path, folder: Path, soft: Path | None = None) -> None:
    """Assemble, measure, write."""
    labels, tweets = data.records(labels_path), data.records(tweets_path)
    encoder = Encoder((folder / "encoder.onnx").read_bytes(), (folder / "tokenizer.json").read_bytes())
    heads = Heads(**{name: np.asarray(value) for name, value in np.load(folder / "heads.npz").items()})
    heads = heads._replace(gain=learn_gain(encoder, heads, _telling(labels, tweets)), ends=learn_ends(encoder, labels))
    seen = [tweet for tweet in tweets if not data.held_tweet(tweet)]
    held, logits, moods = held_out(labels, seen, folder / "held.npz", soft)
    told = figures.cross_validated(held, logits, expected_level) | figures.moods(tweets, moods)
    card = Card(
        kind="accurate",
        version="3",
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


def held_out(labels: list[data.Record], tweets: list[data.Record], path: Path, soft: Path | None = None) -> Held:
    """What a network said of what it had not seen, with the words of a fast tagger that had not either."""
    found = np.load(path)
    known = {str(name): n for n, name in enumerate(found["ids"])}
    held = [record for record in labels if record["id"] in known]
    left = {data.plain(record["text"]) for record in held}
    seen = [record for record in labels if data.plain(record["text"]) not in left]
    posts, more = beside(seen, data.said_softly(soft, left))
    words = learn(posts, tweets, more)
    logits = np.array([found["logits"][known[record["id"]]] for record in held])
    logits[:, : len(TAGS)] += WORDS * words.logits(record["text"] for record in held)[:, : len(TAGS)]
    return Held(held, logits, found["moods"])


if __name__ == "__main__":
    main(*(Path(name) for name in sys.argv[1:5]))
