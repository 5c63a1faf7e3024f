"""Finds the lexicon's cues among the tokens of the fast tagger: some microseconds a post.

The trie of phrases becomes an automaton while it is used: where a token leads from all phrases under way is worked out
once and remembered, so that what is like other texts costs one look-up a token.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from threading import Lock

from listener.tag.cues import Node
from listener.tag.data import lexicon
from listener.tag.grams import LINE, LINK, MONEY, grams, name
from listener.tag.words import fold

MARK = "§"  # stands before the name of a cue where it is a gram among others
START = "^"  # what cues call the beginning of a sentence
_BREAKS = frozenset({START, "?", "!", ".", "…", LINE, "—", "–"})
_KEYS = {LINK: ("<link>",), MONEY: ("$",), "@": ("<mention>", "*"), "0": ("<number>", "*"), "“": ('"',), "”": ('"',)}
_TOKENS, _MOVES = 50_000, 200_000  # that are remembered
_OPENING = 1  # the node at which a sentence begins; 0 is the root

Ends = tuple[tuple[str, int], ...]
"""The cues that end at a token, as grams, each with the count of its tokens."""


Hit = tuple[int, int]
"""Cues that end at one token: their number in `Finder.ends`, and that of the token. No class: there are many."""


class Kind:
    """What cues may call a token by, and the mark that ends a sentence or ""; one object for each, told by identity."""

    def __init__(self, keys: tuple[str, ...], close: str) -> None:
        self.keys, self.close = keys, close


class State(dict[Kind, tuple["State", int]]):
    """The phrases under way, as nodes of the trie, and where tokens led from here before."""

    def __init__(self, nodes: tuple[int, ...]) -> None:
        super().__init__()
        self.nodes = nodes


class Finder:
    """Finds cues; what it remembers changes how soon, never what."""

    def __init__(self, root: Node, groups: Mapping[str, tuple[str, ...]], cues: Sequence[str]) -> None:
        self._groups = groups
        self.ends: list[Ends] = [()]
        self._numbers: dict[Ends, int] = {(): 0}
        self._steps: list[dict[str, int]] = []
        self._told: list[Ends] = []
        self._plant(root, 0, [MARK + cue for cue in cues])
        self._known = {key for steps in self._steps for key in steps}
        self._kinds = dict[tuple[tuple[str, ...], str], Kind]()
        self._tokens = dict[str, Kind]()
        self._opening = State((_OPENING,))
        self._states = {self._opening.nodes: self._opening}
        self._moves = 0
        self._lock = Lock()

    def __call__(self, words: Sequence[str]) -> tuple[list[Hit], list[Hit]]:
        """Every cue among `tokens`, and those of them that stand in a question. Time is linear."""
        said: list[Hit] = []
        asked: list[Hit] = []
        state, heard, tokens = self._opening, 0, self._tokens
        for at, word in enumerate(words):
            kind = tokens.get(word) or self._kind(word)
            state, ends = state.get(kind) or self._new_move(state, kind)
            if ends:
                said.append((ends, at))
            if kind.close:
                if kind.close == "?":
                    asked += said[heard:]
                heard = len(said)
        return said, asked

    def _plant(self, node: Node, depth: int, cues: Sequence[str]) -> int:
        """Number the nodes below a node, the beginning of a sentence first; the length of phrases is kept."""
        number = len(self._steps)
        self._steps.append({})
        self._told.append(tuple((cues[cue], depth) for cue in node.cues))
        for key in sorted(node.steps, key=lambda key: key != START):  # no token, so that it has no length
            self._steps[number][key] = self._plant(node.steps[key], depth + (key != START), cues)
        return number

    def _kind(self, token: str) -> Kind:
        """Names have a capital, also where they begin a sentence; what no cue asks for is left out."""
        named = name(token)
        keys = _KEYS.get(named) or (named,)
        if named[0].isalnum() or named[0] == "#":
            folded = fold(named)
            capital = ("<name>",) if token[0].isupper() and len(token) > 1 else ()
            keys = (*keys, folded, *self._groups.get(folded, ()), *capital, "*")
        known = tuple(dict.fromkeys(key for key in keys if key in self._known))
        told = known, named if named in _BREAKS else ""
        kind = self._kinds.setdefault(told, Kind(*told))
        if len(self._tokens) < _TOKENS:
            self._tokens[token] = kind
        return kind

    def _new_move(self, state: State, kind: Kind) -> tuple[State, int]:
        """Where a token leads, and the cues that end there; worked out by one thread at a time."""
        with self._lock:
            return self._move(state, kind)

    def _move(self, state: State, kind: Kind) -> tuple[State, int]:
        nodes = sorted({steps[key] for steps in self._under_way(state) for key in kind.keys if key in steps})
        told = tuple(end for node in nodes for end in self._told[node])
        ends = self._numbers.setdefault(told, len(self.ends))
        if ends == len(self.ends):
            self.ends.append(told)
        if "<mention>" in kind.keys and _OPENING in state.nodes:
            nodes.append(_OPENING)  # who is spoken to stands before the sentence
        on = (_OPENING,) if kind.close else tuple(nodes)
        then = self._states.get(on) or State(on)
        if self._moves < _MOVES:
            self._moves += 1
            state[kind] = self._states.setdefault(on, then), ends
        return then, ends

    def _under_way(self, state: State) -> Iterator[dict[str, int]]:
        yield self._steps[0]
        for node in state.nodes:
            yield self._steps[node]


@cache
def finder() -> Finder:
    """The finder of the shipped lexicon's cues, made at the first call."""
    known = lexicon()
    return Finder(known.root, known.groups, [cue.name for cue in known.cues])


def cues(words: Sequence[str]) -> list[str]:
    """The cues among `tokens` as grams: "§why", and "§why?" besides where it is asked."""
    known = finder()
    said, asked = known(words)
    told = [gram for ends, _ in said for gram, _ in known.ends[ends]]
    return told + [f"{gram}?" for ends, _ in asked for gram, _ in known.ends[ends]]


def features(words: Sequence[str]) -> list[str]:
    """All that weights are learned for: the cues among `tokens`, and their grams, of which the last is the length."""
    return cues(words) + grams(words)
