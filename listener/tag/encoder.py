"""The encoder: a text to one vector a word piece, by ONNX Runtime; and the heads that read these vectors."""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import onnxruntime
import tokenizers

from listener.types import Span

Floats = npt.NDArray[np.float32]
PIECES = 128  # of a text that are read
_STEP = 4  # pieces; lengths are padded to a multiple
_TOGETHER = 8  # texts that are read together: more bring nothing


_NONE: Floats = np.zeros((0, 2), dtype=np.float32)


class Heads(NamedTuple):
    """What is learned on top of the encoder; K is the number of heads, D the width of its vectors."""

    look: Floats  # (D, K): where a head looks
    look_bias: Floats  # (K,)
    tell: Floats  # (D, K): what it makes of what it sees
    bias: Floats  # (K,)
    place: Floats  # (D + 1,): how likely a piece names the place; the last is the bias
    vector: Floats  # (D + 1, D): the sentence vector from the mean of the pieces; the last row is the bias
    gain: Floats  # (D + 1, K): what taking a piece away takes from a head
    ends: Floats = _NONE  # (D + 1, 2): which piece the name of a place begins and ends with; the last is for "no name"


class Pieces(NamedTuple):
    """A text as the encoder read it: where each piece stands, whether it begins a word, and its vector."""

    spans: list[Span]
    begins: list[bool]
    vectors: Floats  # (pieces, D), the marks of begin and end included

    @property
    def inner(self) -> Floats:
        """The vectors without those of the marks of begin and end."""
        return self.vectors[1:-1]


class Encoder:
    """Reads texts of like length together; what it makes of each is the same to the last bit, whatever is beside it."""

    def __init__(self, graph: bytes, tokenizer: bytes) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._together = len(self._session.get_inputs()) > 1  # graphs of old measure each run by itself
        self._tokenizer: Any = tokenizers.Tokenizer.from_buffer(tokenizer)
        self._tokenizer.enable_truncation(PIECES)

    def __call__(self, text: str) -> Pieces:
        """The pieces of a text and their vectors."""
        return self.page([text])[0]

    def page(self, texts: Sequence[str]) -> list[Pieces]:
        """The same of each of many texts, sooner."""
        read = [self._tokenizer.encode(text) for text in texts]
        vectors = dict[int, Floats]()
        for some in self._batches([len(encoded.ids) for encoded in read]):
            vectors.update(zip(some, self._run([read[n].ids for n in some]), strict=True))
        return [_pieces(encoded, vectors[n]) for n, encoded in enumerate(read)]

    def _batches(self, lengths: Sequence[int]) -> Iterator[list[int]]:
        """The numbers of the texts that are read together: those that are padded to one length."""
        alike: dict[int, list[int]] = {}
        for number, length in enumerate(lengths):
            alike.setdefault(_padded(length), []).append(number)
        size = _TOGETHER if self._together else 1
        for some in alike.values():
            yield from (some[at : at + size] for at in range(0, len(some), size))

    def _run(self, rows: list[list[int]]) -> list[Floats]:
        if not self._together:
            return list(self._session.run(None, {"ids": np.array(rows, dtype=np.int64)})[0])
        lengths = np.array([len(row) for row in rows], dtype=np.int32)
        wide = _padded(max(map(len, rows)))
        ids = np.array([row + [0] * (wide - len(row)) for row in rows], dtype=np.int64)
        (vectors,) = self._session.run(None, {"ids": ids, "at": np.arange(wide), "lengths": lengths})
        return [made[:length] for made, length in zip(vectors, lengths, strict=True)]


def _padded(length: int) -> int:
    """The length that a row is padded to: it follows from the row alone, for sums over padding may round otherwise."""
    return -(-length // _STEP) * _STEP


def _pieces(encoded: Any, vectors: Floats) -> Pieces:  # noqa: ANN401  # tokenizers ships no types
    spans = [Span(start, end) for start, end in encoded.offsets[1:-1]]
    return Pieces(spans, [not token.startswith("##") for token in encoded.tokens[1:-1]], vectors)


def logits(heads: Heads, vectors: Floats) -> Floats:
    """A logit for each head: what it tells of each piece, weighed by where it looks."""
    look = vectors @ heads.look + heads.look_bias
    look = np.exp(look - look.max(0))
    return np.asarray((look * (vectors @ heads.tell)).sum(0) / look.sum(0) + heads.bias, dtype=np.float32)


def sentence_vector(heads: Heads, vectors: Floats) -> bytes:
    """The direction of the sentence's vector: D signed bytes, the largest ±127."""
    vector = vectors.mean(0) @ heads.vector[:-1] + heads.vector[-1]
    return bytes(np.rint(vector * (127 / max(1e-9, float(np.abs(vector).max())))).astype(np.int8).tobytes())


def load_heads(data: bytes) -> Heads:
    """The heads from a part of a file of weights."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return Heads(**{name: arrays[name].astype(np.float32) for name in Heads._fields if name in arrays})


def dump_heads(heads: Heads) -> bytes:
    """The part of a file that `load_heads` reads; half precision is enough."""
    data = io.BytesIO()
    arrays: Mapping[str, Any] = {name: value.astype(np.float16) for name, value in heads._asdict().items()}
    np.savez(data, **arrays)
    return data.getvalue()
