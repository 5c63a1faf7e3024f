"""A linear model: a byte for each gram and head. A page of texts is added up at once, in whole numbers."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from listener.tag.explain import Range
from listener.tag.grams import name, size
from listener.tag.hits import MARK, Ends, finder
from listener.tag.lookup import NONE, Ints, Known, Table, runs
from listener.tag.weights import MOODS, TAGS

HEADS = (*TAGS, *MOODS)
MOOD_HEADS = range(len(TAGS), len(HEADS))
_ZERO = 128  # stands for a weight of nothing, so that none is negative

Floats = npt.NDArray[np.float64]


class Cues(NamedTuple):
    """Cues in a page, all that are said before those asked: the rows of their weights, their first and last tokens."""

    rows: Ints
    first: Ints
    last: Ints


class Linear:
    """Adds up what words, pairs and cues tell; what it remembers changes how soon, never what."""

    def __init__(
        self, grams: Sequence[str], weights: npt.NDArray[np.uint8], steps: Sequence[float], biases: Sequence[float]
    ) -> None:
        """`weights`: (grams, heads); for each head what one step of a weight is worth, and the bias."""
        self.steps, self.biases = np.array(steps), np.array(biases)
        self.nothing = len(grams)  # the row of what has no weights
        self.weights = np.pad(weights.astype(np.int16) - np.int16(_ZERO), ((0, 1), (0, 0)))
        self._rows = {gram: row for row, gram in enumerate(grams)}
        pairs = {pair: row for gram, row in self._rows.items() if all(pair := gram.partition(" ")[::2])}
        self._names = {named: number for number, named in enumerate(sorted(set(chain.from_iterable(pairs))), 1)}
        self._wide = len(self._names) + 1
        known = self._names.__getitem__
        self._pairs = Table({known(one) * self._wide + known(two): row for (one, two), row in pairs.items()})
        self._tokens = Known(2, self._know)
        self._finder = finder() if any(gram.startswith(MARK) for gram in grams) else None
        self._said, self._asked = (self._cues(mark) for mark in ("", "?"))

    def _know(self, token: str) -> tuple[int, int]:
        named = name(token)
        return self._rows.get(named, self.nothing), self._names.get(named, 0)

    def _cues(self, mark: str) -> tuple[Ints, Ints, Ints, Ints]:
        """For each node of the finder: the first of its cues, and how many; and of all the cues: rows, lengths."""
        ends: Sequence[Ends] = self._finder.ends if self._finder else ()
        known = [[(self._rows[gram + mark], n) for gram, n in each if gram + mark in self._rows] for each in ends]
        count = np.array([len(each) for each in known], np.int64)
        every = np.array([*chain.from_iterable(known)], np.int64).reshape(-1, 2)
        return np.cumsum(count) - count, count, every[:, 0], every[:, 1]

    def page(self, texts: Sequence[Sequence[str]]) -> "Page":
        """What is known of texts, as `tokens` gives them."""
        words = list(chain.from_iterable(texts))
        rows, names = self._tokens(words).T
        pairs = np.append(self._pairs(names[:-1] * self._wide + names[1:]), NONE)[: len(words)]
        pairs[pairs == NONE] = self.nothing
        lengths = np.array([self._rows.get(size(text), self.nothing) for text in texts], np.int64)
        return Page(self, list(map(len, texts)), rows, pairs, self._found(words), lengths)

    def _found(self, words: Sequence[str]) -> Cues:
        if not self._finder:
            return Cues(*np.zeros((3, 0), np.int64))
        hits = self._finder(words)
        said = self._told(hits.at, hits.nodes, *self._said)
        asked = self._told(hits.at[hits.asked], hits.nodes[hits.asked], *self._asked)
        return Cues(*map(np.concatenate, zip(said, asked, strict=True)))

    def _told(
        self, at: Ints, nodes: Ints, first: Ints, count: Ints, rows: Ints, lengths: Ints
    ) -> tuple[Ints, Ints, Ints]:
        which, told = runs(first[nodes], count[nodes])
        return Cues(rows[told], at[which] - lengths[told] + 1, at[which])

    def told(self, sums: Ints, grams: Ints) -> list[list[float]]:
        """A logit for each head, from sums of so many weights, a row for each text."""
        logits: list[list[float]] = (self.biases + sums * self.steps / np.sqrt(grams)[:, None]).tolist()
        return logits

    def logits(self, words: Sequence[str]) -> list[float]:
        """A logit for each head; `words` as `tokens` gives them."""
        return self.page([words]).logits[0]


class Page:
    """What is known of the tokens of some texts, one text after the other."""

    def __init__(
        self, model: Linear, counts: Sequence[int], rows: Ints, pairs: Ints, cues: Cues, lengths: Ints
    ) -> None:
        """`rows` and `pairs`: those of the weights of each token, and of it and the next; `lengths`: of each text."""
        self._model, self._rows, self._pairs, self._cues = model, rows, pairs, cues
        long = np.array(counts, np.int64)
        self.starts = np.cumsum(long) - long
        owners = np.searchsorted(self.starts, cues.last, "right") - 1
        weights = model.weights
        self._sums = weights[lengths] + np.add.reduceat(weights[rows] + weights[pairs], self.starts, dtype=np.int64)
        np.add.at(self._sums, owners, weights[cues.rows])
        known = (rows != model.nothing).astype(np.int64) + (pairs != model.nothing)
        self._grams = 1 + np.add.reduceat(known, self.starts) + np.bincount(owners, minlength=len(counts))
        self._by_text = np.argsort(owners, kind="stable")  # cues
        self._ends = np.searchsorted(owners[self._by_text], np.arange(len(counts) + 1))

    @cached_property
    def logits(self) -> list[list[float]]:
        """A logit for each head, a row for each text."""
        return self._model.told(self._sums, self._grams)

    @cached_property
    def gains(self) -> Floats:
        """(tokens, heads): what each adds, up to a factor for each text; tokens share what a pair or a cue tells."""
        weights, steps, cues = self._model.weights, self._model.steps, self._cues
        gained: Floats = weights[self._rows] * steps
        halves = weights[self._pairs] * (steps / 2)
        gained[1:] += halves[:-1]
        gained[:-1] += halves[:-1]
        long = cues.last - cues.first + 1
        which, tokens = runs(cues.first, long)
        np.add.at(gained, tokens, (weights[cues.rows] * steps / long[:, None])[which])
        return gained

    def root(self, text: int) -> float:
        """The square root of how many grams of a text are known."""
        return float(np.sqrt(self._grams[text]))

    def without(self, asked: Sequence[tuple[int, Sequence[Range]]]) -> list[list[float]]:
        """The logits of texts without some tokens, which do not overlap: what then stands side by side is no pair."""
        model, count = self._model, len(asked)
        texts = np.array([text for text, _ in asked], np.int64)
        taken = [(ask, *each) for ask, (_, ranges) in enumerate(asked) for each in _apart(ranges)]
        owners, pairs, firsts, lasts = np.array(taken, np.int64).reshape(-1, 4).T
        starts = self.starts[texts[owners]]
        of_words, words = runs(starts + firsts, lasts - firsts + 1)
        of_pairs, between = runs(starts + pairs, lasts - pairs + 1)
        of_cues, cues = self._met(texts, owners, starts + firsts, starts + lasts)
        rows = np.concatenate([self._rows[words], self._pairs[between], self._cues.rows[cues]])
        which = np.concatenate([owners[of_words], owners[of_pairs], of_cues])
        sums, grams = self._sums[texts], self._grams[texts]
        np.subtract.at(sums, which, model.weights[rows])
        grams = grams - np.bincount(which[rows != model.nothing], minlength=count)
        return model.told(sums, grams)

    def _met(self, texts: Ints, owners: Ints, firsts: Ints, lasts: Ints) -> tuple[Ints, Ints]:
        """The cues of which a token is taken, each once for each that asks."""
        before, after = self._ends[texts[owners]], self._ends[texts[owners] + 1]
        of_ranges, places = runs(before, after - before)
        cues = self._by_text[places]
        meets = (self._cues.first[cues] <= lasts[of_ranges]) & (self._cues.last[cues] >= firsts[of_ranges])
        both = np.unique(owners[of_ranges[meets]] * (len(self._by_text) + 1) + cues[meets])
        return both // (len(self._by_text) + 1), both % (len(self._by_text) + 1)


def _apart(ranges: Sequence[Range]) -> Iterator[tuple[int, int, int]]:
    """Of ranges in order: the first pair that each touches and none before does, its first token and its last."""
    before = -1
    for first, last in sorted(ranges):
        yield max(first - 1, before), first, last
        before = last + 1


def load_linear(parts: Mapping[str, bytes]) -> Linear:
    """The model from the parts of a file: "grams" in lines, deflated; "weights", a byte a gram and head; "scales"."""
    scales = msgspec.json.decode(parts["scales"], type=dict[str, tuple[float, ...]])
    grams = zlib.decompress(parts["grams"]).decode().split("\n")
    weights = np.frombuffer(parts["weights"], np.uint8).reshape(len(grams), len(HEADS))
    return Linear(grams, weights, scales["steps"], scales["biases"])


def dump_linear(grams: list[str], weights: bytes, steps: list[float], biases: list[float]) -> dict[str, bytes]:
    """The parts of a file that `load_linear` reads; weights in 1…255, 128 is nothing."""
    return {
        "grams": zlib.compress("\n".join(grams).encode(), 9),
        "weights": weights,
        "scales": msgspec.json.encode({"steps": steps, "biases": biases}),
    }
