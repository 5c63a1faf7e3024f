"""Learns the light vectors of questions: `python -m training.light BASE OUT.npz POSTS.jsonl…`. Needs PyTorch.

BASE is all-MiniLM-L6-v2; a text's light vector, the sum of those of its word pieces and of pairs of them, is to be
where the base's vector is, in its 128 main directions. Which texts mean the same nobody says: that is what is judged.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from listener.trend.words import cut, words
from training import data
from training.data import Floats
from training.encoder import base_vectors

WIDTH, PIECES, PAIRS = 128, 11_000, 9_000
EPOCHS, BATCH, RATE = 12, 1_024, 4e-3
BETWEEN = 20.0  # what likeness between texts weighs beside each text's own place
CLIP = 0.9999  # of the numbers keep their size as bytes


def vocabulary(texts: Sequence[str], known: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """The most frequent of the known pieces, with all single ASCII characters; and the most frequent pairs of them."""
    every = set(known)
    counts = Counter(piece for text in texts for word in words(text) for piece in cut(word, every))
    single = sorted(piece for piece in every if len(piece.removeprefix("##")) == 1 and piece.isascii())
    often = [piece for piece, _ in counts.most_common() if piece not in set(single)]
    pieces = often[: PIECES - len(single)] + single
    kept = set(pieces)
    pairs = Counter(pair for text in texts for pair in pairwise(_pieces(text, kept)))
    return pieces, [pair for pair, _ in pairs.most_common(PAIRS)]


def rows(text: str, pieces: dict[str, int], pairs: dict[tuple[str, str], int]) -> list[int]:
    """The rows of weights that a text adds up."""
    found = _pieces(text, pieces)
    return [pieces[piece] for piece in found] + [pairs[pair] for pair in pairwise(found) if pair in pairs]


def _pieces(text: str, known: dict[str, int] | set[str]) -> list[str]:
    return [piece for word in words(text) for piece in cut(word, known)]


def targets(vectors: Floats, width: int = WIDTH) -> Floats:
    """The main directions of vectors about their middle, each of length 1: (texts, width)."""
    centred = vectors - vectors.mean(0)
    main = np.linalg.svd(centred.T @ centred)[0][:, :width]
    found = centred @ main
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9), np.float32)


def fit(texts: list[list[int]], wanted: Floats, size: int, epochs: int = EPOCHS) -> Floats:
    """Weights (size, width) whose sums point where is wanted, and are as alike as that."""
    dice, bag = np.random.default_rng(0), torch.nn.EmbeddingBag(size, wanted.shape[1], mode="sum")
    torch.nn.init.zeros_(bag.weight)
    for number, text in enumerate(texts):  # from the sum of where texts with a piece lie: much is right already
        bag.weight.data[text] += torch.tensor(wanted[number]) / (len(texts) ** 0.5)
    known = np.array([number for number, text in enumerate(texts) if text])
    optimizer, batch = torch.optim.Adam(bag.parameters(), lr=RATE), min(BATCH, len(known))
    steps = epochs * (len(known) // batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: max(0.01, 1 - step / steps))
    for _ in range(epochs):
        dice.shuffle(known)
        for at in range(0, len(known) - batch + 1, batch):
            some = known[at : at + batch]
            said, true = _sums(bag, [texts[number] for number in some]), torch.tensor(wanted[some])
            loss = (1 - (said * true).sum(1)).mean() + BETWEEN * ((said @ said.T - true @ true.T) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return np.asarray(bag.weight.detach().numpy(), np.float32)


def _sums(bag: torch.nn.EmbeddingBag, texts: list[list[int]]) -> torch.Tensor:
    starts = np.cumsum([0, *(len(text) for text in texts[:-1])])
    return F.normalize(bag(torch.tensor(np.concatenate(texts)), torch.tensor(starts)), dim=1)


def write(path: Path, pieces: list[str], pairs: list[tuple[str, str]], weights: Floats) -> None:
    """The file that `listener.trend.light` reads."""
    numbers = {piece: row for row, piece in enumerate(pieces)}
    bytes_ = np.rint(weights * 127 / np.quantile(np.abs(weights), CLIP)).clip(-127, 127).astype(np.int8)
    np.savez_compressed(
        path,
        pieces=np.frombuffer("\n".join(pieces).encode(), np.uint8),
        pairs=np.array([[numbers[first], numbers[second]] for first, second in pairs], np.uint16).reshape(-1, 2),
        weights=bytes_,
    )


def main(base: Path, out: Path, paths: list[Path]) -> None:
    """Learn from the texts of JSONL files, each once."""
    texts = sorted({str(record["text"]) for path in paths for record in data.records(path)})
    known = (base / "vocab.txt").read_text(encoding="utf-8").split("\n")
    pieces, pairs = vocabulary(texts, [piece for piece in known if piece])
    by_piece = {piece: row for row, piece in enumerate(pieces)}
    by_pair = {pair: row for row, pair in enumerate(pairs, len(pieces))}
    read = [rows(text, by_piece, by_pair) for text in texts]
    write(out, pieces, pairs, fit(read, targets(base_vectors(base, texts)), len(pieces) + len(pairs)))
    print(f"{out}: {len(pieces)} pieces and {len(pairs)} pairs from {len(texts)} texts")


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """What was typed; exits with 2 where something is missing."""
    parser = argparse.ArgumentParser(prog="python -m training.light")
    parser.add_argument("base", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("posts", type=Path, nargs="+")
    return parser.parse_args(given)


if __name__ == "__main__":
    typed = arguments()
    main(typed.base, typed.out, typed.posts)
