"""Finds the lexicon's cues among the tokens of the fast tagger: in a page of posts at once, a few microseconds each.

From every token of the page all phrases are followed together, token by token, until none goes on.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from listener.tag.cues import Node
from listener.tag.data import lexicon
from listener.tag.grams import END, LINE, LINK, MONEY, grams, name, tokens
from listener.tag.lookup import NONE, Ints, Known, Table, runs
from listener.tag.texts import Row, read
from listener.tag.words import fold

MARK = "§"  # stands before the name of a cue where it is a gram among others
_START = "^"  # what cues call the beginning of a sentence
_BREAKS = frozenset({_START, "?", "!", ".", "…", LINE, "—", "–"})
_KEYS = {LINK: ("<link>",), MONEY: ("$",), "@": ("<mention>", "*"), "0": ("<number>", "*"), "“": ('"',), "”": ('"',)}
_OPENING = 1  # the node at which a sentence begins; 0 is the root
_MENTION = "<mention>"

Ends = tuple[tuple[str, int], ...]
"""The cues whose phrase ends at a node, as grams, each with the count of its tokens."""


class Hits(NamedTuple):
    """Where phrases end: tokens, in order, and the nodes of the trie at which they do; whether it is in a question."""

    at: Ints
    nodes: Ints
    asked: npt.NDArray[np.bool_]


class Finder:
    """Finds cues; what it remembers changes how soon, never what."""

    def __init__(self, root: Node, groups: Mapping[str, tuple[str, ...]], cues: Sequence[str]) -> None:
        self._groups = groups
        self.ends: list[Ends] = []
        self._numbers: dict[str, int] = {}
        steps: dict[tuple[int, int], int] = {}
        self._plant(root, 0, [MARK + cue for cue in cues], steps)
        self._edges = Table(steps, len(self.ends), len(self._numbers))
        self._ending = np.array([bool(ends) for ends in self.ends])
        self._kinds: dict[tuple[int, ...], int] = {}
        self._begun: dict[tuple[int, ...], int] = {}
        self._roots = {key: then for (node, key), then in steps.items() if not node}
        self._pool = np.zeros(0, np.int64)  # the keys of each kind of tokens, and where they lead from the root
        self._kinds_of = Known(6, self._kind)

    def __call__(self, tokens: Row) -> Hits:
        """Every cue among the tokens of texts. Time is linear."""
        first, count, begun, closes, asks, mentions = self._kinds_of(tokens.strings, tokens.numbers).T
        pool, places = self._pool, np.arange(len(first))
        which, roots = runs(first + count, begun)  # where the root leads is known of each kind
        opening = np.flatnonzero(_opening(closes > 0, mentions > 0))
        at, nodes = self._on(opening, np.full(len(opening), _OPENING), first, count)
        at, nodes = np.concatenate([which, at]), np.concatenate([pool[roots], nodes])
        found = [(at, nodes)]
        next_first, next_count = np.append(first[1:], 0), np.append(count[1:], 0)
        next_count[closes > 0] = 0  # no phrase goes on there
        while len(at):
            at, nodes = self._on(at, nodes, next_first, next_count)
            at = at + 1
            found.append((at, nodes))
        at, nodes = (np.concatenate(each) for each in zip(*found, strict=True))
        ending = np.flatnonzero(self._ending[nodes])
        order = ending[np.lexsort((nodes[ending], at[ending]))]
        ends = np.where(closes > 0, places, len(places))
        after = np.append(np.minimum.accumulate(ends[::-1])[::-1], len(places))
        return Hits(at[order], nodes[order], np.append(asks, 0)[after[at[order]]] > 0)

    def _on(self, at: Ints, nodes: Ints, first: Ints, count: Ints) -> tuple[Ints, Ints]:
        """Where nodes lead by all of the keys that begin in the pool at `first[at]`; and `at` of each."""
        which, keys = runs(first[at], count[at])
        then = self._edges(nodes[which], self._pool[keys])
        goes = np.flatnonzero(then != NONE)
        return at[which[goes]], then[goes]

    def _plant(self, node: Node, depth: int, cues: Sequence[str], steps: dict[tuple[int, int], int]) -> int:
        """Number the nodes below a node, the beginning of a sentence first; the length of phrases is kept."""
        number = len(self.ends)
        self.ends.append(tuple((cues[cue], depth) for cue in node.cues))
        for key in sorted(node.steps, key=lambda key: key != _START):  # no token, so that it has no length
            named = self._numbers.setdefault(key, len(self._numbers))
            steps[number, named] = self._plant(node.steps[key], depth + (key != _START), cues, steps)
        return number

    def _kind(self, token: str) -> tuple[int, ...]:
        """First in `_pool` of the keys that cues may call a token by, their count, that of the nodes behind them.

        Those are where the keys lead from the root. And whether it ends a sentence, asks, names a person. Names have a
        capital, also where they begin a sentence; what no cue asks for is left out.
        """
        named = name(token)
        keys = _KEYS.get(named) or (named,)
        if named[0].isalnum() or named[0] == "#":
            folded = fold(named)
            capital = ("<name>",) if token[0].isupper() and len(token) > 1 else ()
            keys = (*keys, folded, *self._groups.get(folded, ()), *capital, "*")
        known = tuple(self._numbers[key] for key in dict.fromkeys(keys) if key in self._numbers)
        if known not in self._kinds:
            self._kinds[known] = len(self._pool)
            nodes = [node for key in known if (node := self._roots.get(key))]
            self._begun[known] = len(nodes)
            self._pool = np.append(self._pool, [*known, *nodes]).astype(np.int64)
        closes = named in _BREAKS or token == END
        mentions = _MENTION in keys and _MENTION in self._numbers
        return self._kinds[known], len(known), self._begun[known], closes, named == "?", mentions


def _opening(closes: npt.NDArray[np.bool_], mentions: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Where a sentence may begin: after what closes one; who is spoken to stands before the sentence."""
    last = np.maximum.accumulate(np.where(mentions, 0, np.arange(len(closes))))
    return np.append(True, closes[last][:-1])[: len(closes)]


@cache
def finder() -> Finder:
    """The finder of the shipped lexicon's cues, made at the first call."""
    known = lexicon()
    return Finder(known.root, known.groups, [cue.name for cue in known.cues])


def cues(text: str) -> list[str]:
    """The cues in a text as grams: "§why", and "§why?" besides where it is asked."""
    known = finder()
    hits = known(read([text]).tokens)
    told = [(gram, asked) for node, asked in zip(hits.nodes, hits.asked, strict=True) for gram, _ in known.ends[node]]
    return [*(gram for gram, _ in told), *(f"{gram}?" for gram, asked in told if asked)]


def features(text: str) -> list[str]:
    """All that weights are learned for: the cues in a text, and its grams, of which the last is the length."""
    return cues(text) + grams(tokens(text))
