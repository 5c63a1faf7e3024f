"""Writes the encoder for ONNX Runtime in eight bits: `python -m training.graph LABELS.jsonl FOLDER`.

Reads network.pt and tokenizer.json of FOLDER and writes encoder.onnx, as `training.encoder` does at its end. How far
the vectors between layers reach is learned from posts, once; measured anew in each run, it would make what the encoder
makes of a post depend on what is read with it.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from onnx import ModelProto, TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

from training import data
from training.bert import LONGEST, MINILM, PARTS, Bert, Network, Shape
from training.data import Floats

READ = 300  # posts by which the reach of vectors is learned
SMOOTH = 0.7  # how much of the unevenness of what is read goes into weights, which are quantized column by column
_FLAT = 1e-3
_BYTE, _HALF = 255, 127
_OURS = "com.microsoft"


class Reach(NamedTuple):
    """How far what a dense step reads goes down and up: (texts, width), a row for each text."""

    low: Floats
    high: Floats


def reaches(encoder: Bert, rows: Sequence[list[int]]) -> dict[str, Reach]:
    """How far what each dense step reads goes, by its name."""
    found: dict[str, list[Floats]] = {}
    steps = {name: step for name, step in encoder.named_modules() if isinstance(step, torch.nn.Linear)}
    for name, step in steps.items():

        def note(_: torch.nn.Module, given: tuple[torch.Tensor], name: str = name) -> None:
            found.setdefault(name, []).append(torch.stack([given[0][0].amin(0), given[0][0].amax(0)]).numpy())

        step.register_forward_pre_hook(note)
    with torch.inference_mode():
        for row in rows:
            encoder(torch.tensor([row]))
    for step in steps.values():
        step._forward_pre_hooks.clear()
    return {name: Reach(*np.array(each).swapaxes(0, 1)) for name, each in found.items()}


class _Graph:
    """Nodes and constants, added one after the other."""

    def __init__(self) -> None:
        self.nodes: list[object] = []
        self.constants: list[object] = []

    def constant(self, name: str, value: Floats) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, kind: str, given: Sequence[str], name: str, domain: str = "", **settings: float) -> str:
        self.nodes.append(helper.make_node(kind, given, [name], name=f"{name}/{kind}", domain=domain, **settings))
        return name

    def whole(self, wide: int) -> ModelProto:
        whole, half = TensorProto.INT64, TensorProto.INT32
        asked = {"ids": (whole, ["b", "t"]), "at": (whole, ["t"]), "lengths": (half, ["b"])}
        given = [helper.make_tensor_value_info(name, *kind) for name, kind in asked.items()]
        told = [helper.make_tensor_value_info("pieces", TensorProto.FLOAT, ["b", "t", wide])]
        drawn = helper.make_graph(self.nodes, "encoder", given, told, self.constants)
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(_OURS, 1)]
        return helper.make_model(drawn, opset_imports=opsets, ir_version=8)


class _Dense:
    """The constants of a dense step, and the quantizing of what it reads."""

    def __init__(self, graph: _Graph, name: str, state: dict[str, Floats], reach: Reach) -> None:
        weight = state[f"{name}.weight"].T
        widest = np.maximum(np.maximum(-reach.low, reach.high).max(0), _FLAT)
        even = widest**SMOOTH / np.maximum(np.abs(weight).max(1), _FLAT) ** (1 - SMOOTH)
        low, high = (min(0, np.median((reach.low / even).min(1))), max(0, np.median((reach.high / even).max(1))))
        scale, weight = (high - low) / _BYTE, weight * even[:, None]
        steps = np.abs(weight).max(0) / _HALF
        self._graph, self.name = graph, name
        for end, value in {
            "even": np.float32(1 / even),
            "scale": np.float32(scale),
            "zero": np.uint8(round(-low / scale)),
            "weights": np.int8(np.rint(weight / steps)),
            "steps": np.float32(steps),
            "none": np.zeros(len(steps), np.int8),
            "bias": state[f"{name}.bias"],
        }.items():
            graph.constant(f"{name}.{end}", value)

    def names(self, *ends: str) -> list[str]:
        return [f"{self.name}.{end}" for end in ends]

    def quantized(self, given: str) -> str:
        evened = self._graph.add("Mul", [given, *self.names("even")], f"{self.name}.evened")
        return self._graph.add("QuantizeLinear", [evened, *self.names("scale", "zero")], f"{self.name}.bytes")

    def __call__(self, given: str) -> str:
        read = [self.quantized(given), *self.names("weights", "scale", "steps", "zero", "none", "bias")]
        return self._graph.add("MatMulIntegerToFloat", read, f"{self.name}.made", _OURS)


def graph_of(encoder: Bert, shape: Shape, rows: Sequence[list[int]]) -> ModelProto:
    """The graph: `ids` (texts, pieces), `at` (pieces), `lengths` (texts) to `pieces` (texts, pieces, wide)."""
    graph, reached = _Graph(), reaches(encoder, rows)
    state = {name: value.detach().numpy() for name, value in encoder.state_dict().items()}
    for name, value in state.items():
        if ".n" in name or name.startswith(("n0", "pos")):
            graph.constant(name, value)
    words, where = _words(graph, state["word.weight"]), graph.add("Gather", ["pos.weight", "at"], "where")
    read = [graph.add("Add", [words, where], "read"), "n0.weight", "n0.bias"]
    made = graph.add("LayerNormalization", read, "normed", axis=-1, epsilon=shape.eps)
    for number in range(shape.layers):
        steps = [_Dense(graph, name, state, reached[name]) for name in _names(number)]
        made = _layer(graph, steps, made, "pieces" if number + 1 == shape.layers else f"layers.{number}", shape)
    return graph.whole(shape.wide)


def _names(layer: int) -> list[str]:
    return [f"layers.{layer}.{step}" for step in ("qkv", "o", "up", "down")]


def _words(graph: _Graph, vectors: Floats) -> str:
    """The vectors of pieces, a byte a number, and a step for each piece."""
    steps = np.maximum(np.abs(vectors).max(1, keepdims=True), _FLAT) / _HALF
    graph.constant("words", np.int8(np.rint(vectors / steps)))
    graph.constant("words.steps", np.float32(steps))
    whole = graph.add("Cast", [graph.add("Gather", ["words", "ids"], "bytes")], "whole", to=TensorProto.FLOAT)
    return graph.add("Mul", [whole, graph.add("Gather", ["words.steps", "ids"], "steps")], "vectors")


def _layer(graph: _Graph, steps: Sequence[_Dense], given: str, name: str, shape: Shape) -> str:
    """As `bert.Layer`; each text sees its own pieces, as many as `lengths` says."""
    qkv, o, up, down = steps
    known = [*qkv.names("weights", "bias", "scale", "steps"), "lengths", *qkv.names("zero", "none")]
    seen = graph.add("QAttention", [qkv.quantized(given), *known], f"{qkv.name}.seen", _OURS, num_heads=PARTS)
    between = _normed(graph, [given, o(seen)], qkv.name.replace("qkv", "n1"), f"{qkv.name}.between", shape)
    bent = graph.add("Gelu", [up(between)], f"{up.name}.bent", _OURS)
    return _normed(graph, [between, down(bent)], qkv.name.replace("qkv", "n2"), name, shape)


def _normed(graph: _Graph, added: Sequence[str], norm: str, name: str, shape: Shape) -> str:
    known = [*added, f"{norm}.weight", f"{norm}.bias"]
    return graph.add("SkipLayerNormalization", known, name, _OURS, epsilon=shape.eps)


def write(network: Network, shape: Shape, reader: Tokenizer, texts: Sequence[str], path: Path) -> None:
    """Write the encoder of a network; `texts` are posts as they will be read."""
    reader.enable_truncation(LONGEST)
    rows = [encoded.ids for encoded in reader.encode_batch(list(texts[:: max(1, len(texts) // READ)]))]
    path.write_bytes(graph_of(network.encoder, shape, rows).SerializeToString())


def main(labels: Path, folder: Path) -> None:
    """Write the graph of a network that was taught before."""
    state = torch.load(folder / "network.pt", weights_only=True)
    network = Network(Bert(len(state["encoder.word.weight"])))
    network.load_state_dict(state)
    texts = [record["text"] for record in data.records(labels)]
    reader = Tokenizer.from_file(str(folder / "tokenizer.json"))
    write(network.eval(), MINILM, reader, texts, folder / "encoder.onnx")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
