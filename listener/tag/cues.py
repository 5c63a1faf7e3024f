"""Finds cues in a text: phrases kept as data, compiled into one trie of tokens and matched in a single pass."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from msgspec import Struct

from listener.tag.words import Reading

_GROUP = re.compile(r"\(([^()]*)\)(\??)")
_GAP = (), ("*",), ("*", "*"), ("*", "*", "*")


class Cue(Struct, frozen=True, forbid_unknown_fields=True):
    """Phrases that say the same, and how much each tag gains by them, in logits.

    `asked` is added where one of the phrases stands in a sentence that ends on a question mark. `topic` is the name of
    the file that holds the cue: what its words are about, whichever tags they raise besides.
    """

    name: str
    topic: str = ""
    phrases: tuple[str, ...] = ()
    weights: Mapping[str, float] = {}
    asked: Mapping[str, float] = {}


class Hit(NamedTuple):
    """A cue (its number) found at characters [start, end), in a question or not."""

    cue: int
    asked: bool
    start: int
    end: int


class Node(Struct):
    """A step of the trie: where each key leads, and the cues whose phrase ends here."""

    steps: dict[str, "Node"] = {}
    cues: tuple[int, ...] = ()


def expand(phrase: str) -> Iterator[tuple[str, ...]]:
    """Every sequence of token keys that a phrase stands for: `(a|b)` either, `(a)?` perhaps, `...` up to 3 words."""
    pieces: list[Sequence[tuple[str, ...]]] = []
    at = 0
    for group in _GROUP.finditer(phrase):
        pieces += _plain(phrase[at : group.start()])
        choices = [tuple(choice.split()) for choice in group[1].split("|")]
        pieces.append([*choices, ()] if group[2] else choices)
        at = group.end()
    pieces += _plain(phrase[at:])
    for parts in product(*pieces):
        yield tuple(key for part in parts for key in part)


def _plain(text: str) -> list[Sequence[tuple[str, ...]]]:
    return [_GAP if key == "..." else [(key,)] for key in text.split()]


def plant(cues: Sequence[Cue]) -> Node:
    """The trie of all phrases of `cues`."""
    root = Node()
    for number, cue in enumerate(cues):
        for phrase in cue.phrases:
            for keys in expand(phrase):
                _add(root, keys, number)
    return root


def _add(root: Node, keys: Iterable[str], cue: int) -> None:
    node = root
    for key in keys:
        node = node.steps.setdefault(key, Node())
    if cue not in node.cues:
        node.cues = (*node.cues, cue)


def find(root: Node, reading: Reading) -> Iterator[Hit]:
    """Every phrase in the text, by where it ends. Linear: phrases are short, so few are under way at any token."""
    under_way: list[tuple[Node, int]] = []
    for token in reading.tokens:
        moved: list[tuple[Node, int]] = []
        for node, start in (*under_way, (root, token.start)):
            for key in token.keys:
                step = node.steps.get(key)
                if step is not None:
                    moved.append((step, start))
        for node, start in moved:
            for cue in node.cues:
                yield Hit(cue, reading.asking[token.sentence], start, token.end)
        under_way = moved
