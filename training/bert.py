"""The network: all-MiniLM-L6-v2's six layers, and our heads on its pieces."""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.numpy import load_file
from torch import Tensor, nn

from listener.tag.encoder import Heads
from listener.tag.linear import HEADS
from training.data import Floats

WIDE, HIGH, PARTS, LAYERS, LONGEST = 384, 1536, 12, 6, 128
DROP = 0.1


class Layer(nn.Module):
    """Attention, then two dense steps, each added and normed."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.o = nn.Linear(WIDE, 3 * WIDE), nn.Linear(WIDE, WIDE)
        self.up, self.down = nn.Linear(WIDE, HIGH), nn.Linear(HIGH, WIDE)
        self.n1, self.n2 = nn.LayerNorm(WIDE, eps=1e-12), nn.LayerNorm(WIDE, eps=1e-12)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """(texts, pieces, WIDE) to the same."""
        texts, pieces, _ = x.shape
        q, k, v = self.qkv(x).view(texts, pieces, 3, PARTS, -1).permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=DROP if self.training else 0.0)
        x = self.n1(x + F.dropout(self.o(seen.transpose(1, 2).reshape(texts, pieces, WIDE)), DROP, self.training))
        return self.n2(x + F.dropout(self.down(F.gelu(self.up(x))), DROP, self.training))


class Bert(nn.Module):
    """Pieces to vectors."""

    def __init__(self, words: int) -> None:
        super().__init__()
        self.word, self.pos, self.n0 = nn.Embedding(words, WIDE), nn.Embedding(LONGEST, WIDE), nn.LayerNorm(WIDE, 1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))

    def forward(self, ids: Tensor, mask: Tensor | None = None) -> Tensor:
        """(texts, pieces) to (texts, pieces, WIDE); `mask` is 0 where there is no piece."""
        x = F.dropout(self.n0(self.word(ids) + self.pos.weight[: ids.shape[1]]), DROP, self.training)
        where = None if mask is None else mask[:, None, None, :].bool()
        for layer in self.layers:
            x = layer(x, where)
        return x


def pretrained(base: Path, words: Floats | None = None) -> Bert:
    """The network with the weights of the package; with the vectors of other pieces, where they are given."""
    given = {name: torch.tensor(value) for name, value in load_file(base / "model.safetensors").items()}
    vectors = given["embeddings.word_embeddings.weight"] if words is None else torch.tensor(words)
    at, kind = given["embeddings.position_embeddings.weight"], given["embeddings.token_type_embeddings.weight"]
    state = {"word.weight": vectors, "pos.weight": at[:LONGEST] + kind[0]}
    for end in ("weight", "bias"):
        state[f"n0.{end}"] = given[f"embeddings.LayerNorm.{end}"]
        for n in range(LAYERS):
            old, new = f"encoder.layer.{n}.", f"layers.{n}."
            parts = [given[f"{old}attention.self.{name}.{end}"] for name in ("query", "key", "value")]
            state[f"{new}qkv.{end}"] = torch.cat(parts)
            state[f"{new}o.{end}"] = given[f"{old}attention.output.dense.{end}"]
            state[f"{new}n1.{end}"] = given[f"{old}attention.output.LayerNorm.{end}"]
            state[f"{new}up.{end}"] = given[f"{old}intermediate.dense.{end}"]
            state[f"{new}down.{end}"] = given[f"{old}output.dense.{end}"]
            state[f"{new}n2.{end}"] = given[f"{old}output.LayerNorm.{end}"]
    network = Bert(len(vectors))
    network.load_state_dict(state)
    return network


class Network(nn.Module):
    """The encoder with a look and a tell for each of HEADS, the place of each piece, and the sentence vector."""

    def __init__(self, encoder: Bert) -> None:
        super().__init__()
        self.encoder = encoder
        self.look = nn.Linear(WIDE, len(HEADS))
        self.tell, self.bias = nn.Parameter(torch.randn(len(HEADS), WIDE) * 0.02), nn.Parameter(torch.zeros(len(HEADS)))
        self.place, self.vector = nn.Linear(WIDE, 1), nn.Linear(WIDE, WIDE)
        nn.init.eye_(self.vector.weight)
        nn.init.zeros_(self.vector.bias)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits (texts, HEADS), places (texts, pieces) and vectors (texts, WIDE)."""
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
        gain = torch.zeros(WIDE + 1, len(HEADS)).numpy()
        return Heads(g["look.weight"].T, g["look.bias"], g["tell"].T, g["bias"], place, vector, gain)
