"""The network: the layers of all-MiniLM-L6-v2 or of the teacher's base, and our heads on their pieces."""

from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from safetensors.numpy import load_file
from torch import Tensor, nn

from listener.tag.encoder import Heads
from listener.tag.linear import HEADS
from training.data import Floats

PARTS, LONGEST = 12, 128
DROP = 0.1


class Shape(NamedTuple):
    """The width of a base's vectors, how many layers it has, and what keeps its norms from dividing by nothing."""

    wide: int
    layers: int
    eps: float


MINILM = Shape(384, 6, 1e-12)


class Layer(nn.Module):
    """Attention, then two dense steps, each added and normed."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        wide, eps = shape.wide, shape.eps
        self.qkv, self.o = nn.Linear(wide, 3 * wide), nn.Linear(wide, wide)
        self.up, self.down = nn.Linear(wide, 4 * wide), nn.Linear(4 * wide, wide)
        self.n1, self.n2 = nn.LayerNorm(wide, eps=eps), nn.LayerNorm(wide, eps=eps)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """(texts, pieces, wide) to the same; a mask of numbers is added to what pieces see in each other."""
        texts, pieces, wide = x.shape
        q, k, v = self.qkv(x).view(texts, pieces, 3, PARTS, -1).permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=DROP if self.training else 0.0)
        x = self.n1(x + F.dropout(self.o(seen.transpose(1, 2).reshape(texts, pieces, wide)), DROP, self.training))
        return self.n2(x + F.dropout(self.down(F.gelu(self.up(x))), DROP, self.training))


class Bert(nn.Module):
    """Pieces to vectors."""

    def __init__(self, words: int, shape: Shape = MINILM) -> None:
        super().__init__()
        wide = shape.wide
        self.word, self.pos, self.n0 = (
            nn.Embedding(words, wide),
            nn.Embedding(LONGEST, wide),
            nn.LayerNorm(wide, shape.eps),
        )
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))

    def forward(self, ids: Tensor, mask: Tensor | None = None) -> Tensor:
        """(texts, pieces) to (texts, pieces, wide); `mask` is 0 where there is no piece."""
        x = F.dropout(self.n0(self.word(ids) + self.pos.weight[: ids.shape[1]]), DROP, self.training)
        where = self.sight(mask, ids.shape[1])
        for layer in self.layers:
            x = layer(x, where)
        return x

    def sight(self, mask: Tensor | None, pieces: int) -> Tensor | None:
        """Which pieces a piece sees: all that are there."""
        return None if mask is None else mask[:, None, None, :].bool()


def pretrained(base: Path, words: Floats | None = None) -> Bert:
    """The network with the weights of the package; with the vectors of other pieces, where they are given."""
    given = {name: torch.tensor(value) for name, value in load_file(base / "model.safetensors").items()}
    vectors = given["embeddings.word_embeddings.weight"] if words is None else torch.tensor(words)
    at, kind = given["embeddings.position_embeddings.weight"], given["embeddings.token_type_embeddings.weight"]
    state = {"word.weight": vectors, "pos.weight": at[:LONGEST] + kind[0]}
    names = Names([f"attention.self.{name}" for name in ("query", "key", "value")], "attention.output.dense")
    network = Bert(len(vectors))
    network.load_state_dict(state | layers_of(given, names._replace(norm="attention.output.LayerNorm"), MINILM))
    return network


class Names(NamedTuple):
    """What a base calls the parts of a layer's attention."""

    qkv: list[str]
    o: str
    norm: str = "attention.LayerNorm"


def layers_of(given: dict[str, Tensor], names: Names, shape: Shape) -> dict[str, Tensor]:
    """The weights of a base's layers and first norm under our names."""
    state = {}
    for end in ("weight", "bias"):
        state[f"n0.{end}"] = given[f"embeddings.LayerNorm.{end}"]
        for n in range(shape.layers):
            old, new = f"encoder.layer.{n}.", f"layers.{n}."
            state[f"{new}qkv.{end}"] = torch.cat([given[f"{old}{name}.{end}"] for name in names.qkv])
            state[f"{new}o.{end}"] = given[f"{old}{names.o}.{end}"]
            state[f"{new}n1.{end}"] = given[f"{old}{names.norm}.{end}"]
            state[f"{new}up.{end}"] = given[f"{old}intermediate.dense.{end}"]
            state[f"{new}down.{end}"] = given[f"{old}output.dense.{end}"]
            state[f"{new}n2.{end}"] = given[f"{old}output.LayerNorm.{end}"]
    return state


class Network(nn.Module):
    """The encoder with a look and a tell for each of HEADS, the place of each piece, and the sentence vector."""

    def __init__(self, encoder: Bert) -> None:
        super().__init__()
        wide = encoder.word.embedding_dim
        self.encoder = encoder
        self.look = nn.Linear(wide, len(HEADS))
        self.tell, self.bias = nn.Parameter(torch.randn(len(HEADS), wide) * 0.02), nn.Parameter(torch.zeros(len(HEADS)))
        self.place, self.vector = nn.Linear(wide, 1), nn.Linear(wide, wide)
        nn.init.eye_(self.vector.weight)
        nn.init.zeros_(self.vector.bias)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits (texts, HEADS), places (texts, pieces) and vectors (texts, wide)."""
        h = self.encoder(ids, mask).float()
        m = mask[..., None]
        look = self.look(h).masked_fill(m == 0, -1e4).softmax(1)
        seen = F.dropout(torch.einsum("btk,btd->bkd", look, h), DROP, self.training)
        return (seen * self.tell).sum(-1) + self.bias, self.place(h)[..., 0], self.vector((h * m).sum(1) / m.sum(1))

    def heads(self) -> Heads:
        """The heads as the product reads them."""
        g = {name: value.detach().numpy() for name, value in self.named_parameters() if "encoder" not in name}
        place = torch.cat([self.place.weight[0], self.place.bias]).detach().numpy()
        vector = torch.cat([self.vector.weight.T, self.vector.bias[None]]).detach().numpy()
        gain = torch.zeros(len(vector), len(HEADS)).numpy()
        return Heads(g["look.weight"].T, g["look.bias"], g["tell"].T, g["bias"], place, vector, gain)
