"""Teaches the teacher: `python -m training.teacher BASE LABELS.jsonl TWEETS.jsonl FOLDER POSTS.jsonl… [--fold N]`.

BASE is the folder of all-mpnet-base-v2, five times as large as the encoder's base and far too slow for the product: it
learns the labels, and what it says of them, of variants of them, and of the POSTS, which have no labels, goes to
FOLDER/soft.npz.
"""

import argparse
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from listener.tag.weights import TAGS
from training import data
from training.bert import Network
from training.encoder import KEEP, LONGEST, Lesson, Plan, arguments, examples, judge, parted, read, teach
from training.mpnet import pretrained_mpnet
from training.pieces import cut
from training.variants import neighbours, variants

PLANS = (
    Plan(batch=32, rate=6e-5, head_rate=5e-4, frozen=3),
    Plan(epochs=2, batch=32, rate=8e-5, head_rate=2e-3, frozen=3, average=0.98),
)
SHORT = 12  # characters; shorter posts teach nothing


def unlabelled(paths: list[Path], labels: list[data.Record]) -> list[str]:
    """The posts' texts, once each, without copies of labelled ones."""
    seen = {data.plain(record["text"]) for record in labels}
    texts = []
    for record in (record for path in paths for record in data.records(path)):
        name = data.plain(record["text"])
        if len(name) >= SHORT and name not in seen:
            seen.add(name)
            texts.append(record["text"])
    return texts


def speak(network: Network, reader: Tokenizer, texts: list[str], path: Path) -> None:
    """Writes the probabilities of each head for each text and of the place for each piece; none of the mood."""
    rows = [encoded.ids for encoded in reader.encode_batch(texts)]
    said = read(network, rows)
    heads = np.full((len(texts), len(network.bias)), -1, np.float32)
    heads[:, : len(TAGS)] = [1 / (1 + np.exp(-z[: len(TAGS)])) for z, _, _ in said]
    places = np.concatenate([1 / (1 + np.exp(-p)) for _, p, _ in said])
    np.savez(path, texts=np.array(texts), heads=heads, places=places, long=[len(row) for row in rows])


def main(asked: argparse.Namespace) -> None:
    """Teach, judge, speak."""
    asked.folder.mkdir(parents=True, exist_ok=True)
    given, labels = parted(asked), data.records(asked.labels)
    whole = labels + data.records(asked.tweets)
    reader, words = cut(asked.minilm, [record["text"] for record in whole], KEEP)
    reader.enable_truncation(LONGEST)
    network = Network(pretrained_mpnet(asked.base, reader))
    lesson = Lesson(examples(given.posts, reader, np.zeros((len(given.posts), 0), np.float32)))
    for plan in PLANS:
        teach(network, lesson, plan)
    if given.held:
        judge(network, reader, given, asked.folder / "held.npz")
    like = variants(given.posts, neighbours(reader, words), np.random.default_rng(asked.fold or 0))
    texts = [post["text"] for post in given.posts] + unlabelled(asked.posts, labels) + [*like]
    speak(network, reader, [*dict.fromkeys(texts)], asked.folder / "soft.npz")


if __name__ == "__main__":
    command = arguments()
    command.add_argument("minilm", type=Path, help="the encoder's base, for its word pieces")
    command.add_argument("posts", type=Path, nargs="+")
    main(command.parse_args())
