"""The teacher's base, all-mpnet-base-v2: layers like the encoder's, with a bias for how far pieces are apart."""

import math
import unicodedata
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn

from training.bert import LONGEST, PARTS, Bert, Names, Shape, layers_of

MPNET = Shape(768, 12, 1e-5)
FAR, STEPS = 128, 32  # pieces further apart than FAR are alike; each side has half of the STEPS
FIRST = 2  # position of the first piece
_NAMES = {"[PAD]": "<pad>", "[CLS]": "<s>", "[SEP]": "</s>"}


def steps_apart(pieces: int) -> Tensor:
    """(pieces, pieces): how far each is from each, in steps that widen with the distance."""
    apart = torch.arange(pieces)[:, None] - torch.arange(pieces)[None]
    half, near = STEPS // 2, STEPS // 4
    far = near + (torch.log(apart.abs().clamp(min=1) / near) / math.log(FAR / near) * (half - near)).long()
    return (apart < 0).long() * half + torch.where(apart.abs() < near, apart.abs(), far.clamp(max=half - 1))


class Mpnet(Bert):
    """Pieces to vectors, 768 wide."""

    def __init__(self, words: int) -> None:
        super().__init__(words, MPNET)
        self.apart = nn.Embedding(STEPS, PARTS)
        self.register_buffer("steps", steps_apart(LONGEST), persistent=False)

    def sight(self, mask: Tensor | None, pieces: int) -> Tensor | None:
        """What is added to what each piece sees in each: a bias for the distance, and −30,000 where none is."""
        near = self.apart(self.get_buffer("steps")[:pieces, :pieces]).permute(2, 0, 1)[None]
        return near if mask is None else near + (mask[:, None, None, :] - 1) * 30_000


def pretrained_mpnet(base: Path, reader: Tokenizer) -> Mpnet:
    """The network with the package's weights, for the pieces of our own tokenizer."""
    given = {name: torch.tensor(value) for name, value in load_file(base / "model.safetensors").items()}
    words = word_vectors(base, reader, given["embeddings.word_embeddings.weight"].numpy())
    state = {"word.weight": torch.tensor(words), "apart.weight": given["encoder.relative_attention_bias.weight"]}
    state["pos.weight"] = given["embeddings.position_embeddings.weight"][FIRST : FIRST + LONGEST]
    names = Names([f"attention.attn.{name}" for name in "qkv"], "attention.attn.o")
    network = Mpnet(len(words))
    network.load_state_dict(state | layers_of(given, names, MPNET))
    return network


def word_vectors(base: Path, reader: Tokenizer, vectors: np.ndarray) -> np.ndarray:
    """A row for each of our pieces; emoji that the base lacks begin as the mean of their names."""
    known = {line: n for n, line in enumerate((base / "vocab.txt").read_text(encoding="utf-8").split("\n"))}
    rows = np.tile(vectors[known["[UNK]"]], (reader.get_vocab_size(), 1))
    for piece, at in reader.get_vocab().items():
        told = [_NAMES.get(piece, piece)]
        if told[0] not in known and len(piece) == 1:
            told = reader.encode(unicodedata.name(piece, "sign").lower()).tokens[1:-1]
        found = [known[each] for each in told if each in known]
        if found:
            rows[at] = vectors[found].mean(0)
    return rows
