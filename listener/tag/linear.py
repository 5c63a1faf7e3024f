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
from listener.tag.grams import SIZES, STEP, name
from listener.tag.hits import MARK, Ends, finder
from listener.tag.lookup import NONE, Floats, Ints, Known, Table, bounds, runs, totals
from listener.tag.texts import Row, read
from listener.tag.weights import MOODS, TAGS

HEADS = (*TAGS, *MOODS)
MOOD_HEADS = range(len(TAGS), len(HEADS))
_ZERO = 128  # stands for a weight of nothing, so that none is negative


class Cues(NamedTuple):
    """Cues in a page, by their last tokens: the rows of their weights, their first and last tokens."""

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
        signed = np.pad(weights.astype(np.int16) - np.int16(_ZERO), ((0, 0), (0, 1)), constant_values=1)
        self.weights = np.pad(signed, ((0, 1), (0, 0)))  # the last column counts grams
        self._rows = {gram: row for row, gram in enumerate(grams)}
        self.sizes = self.weights[[self._rows.get(size, self.nothing) for size in SIZES]].astype(np.int64)
        self.sizes[:, -1] = 1  # a length counts also where it is not known
        pairs = {pair: row for gram, row in self._rows.items() if all(pair := gram.partition(" ")[::2])}
        self._names = {named: number for number, named in enumerate(sorted(set(chain.from_iterable(pairs))), 1)}
        known, wide = self._names.__getitem__, len(self._names) + 1
        self._pairs = Table({(known(one), known(two)): row for (one, two), row in pairs.items()}, wide, wide)
        self._tokens = Known(2, self._know)
        self._finder = finder() if any(gram.startswith(MARK) for gram in grams) else None
        self._cues = self._of_nodes()

    def _know(self, token: str) -> tuple[int, int]:
        named = name(token)
        return self._rows.get(named, self.nothing), self._names.get(named, 0)

    def _of_nodes(self) -> tuple[Ints, Ints, Ints]:
        """For each node of the finder, said and then asked: where its cues begin; and of all cues: rows, lengths."""
        ends: Sequence[Ends] = self._finder.ends if self._finder else ()
        said = [[(gram, count) for gram, count in each] for each in ends]
        asked = [[*each, *((f"{gram}?", count) for gram, count in each)] for each in said]
        known = [[(self._rows[gram], n) for gram, n in each if gram in self._rows] for each in said + asked]
        every = np.array([*chain.from_iterable(known)], np.int64).reshape(-1, 2)
        return bounds(np.array([len(each) for each in known], np.int64)), every[:, 0], every[:, 1]

    def page(self, tokens: Row) -> "Page":
        """What is known of the tokens of texts."""
        rows, names = self._tokens(tokens.strings, tokens.numbers).T
        pairs = np.append(self._pairs(names[:-1], names[1:]), NONE)[: len(rows)]
        pairs[pairs == NONE] = self.nothing
        return Page(self, tokens.starts, rows, pairs, self._found(tokens))

    def _found(self, tokens: Row) -> Cues:
        if not self._finder:
            return Cues(*np.zeros((3, 0), np.int64))
        hits = self._finder(tokens)
        starts, rows, lengths = self._cues
        nodes = hits.nodes + hits.asked * len(self._finder.ends)
        which, told = runs(starts[nodes], starts[nodes + 1] - starts[nodes])
        last = hits.at[which]
        return Cues(rows[told], last - lengths[told] + 1, last)

    def told(self, sums: Ints) -> list[list[float]]:
        """A logit for each head, from sums of `weights`, a row for each text."""
        logits: list[list[float]] = (self.biases + sums[:, :-1] * self.steps / np.sqrt(sums[:, -1:])).tolist()
        return logits

    def logits(self, text: str) -> list[float]:
        """A logit for each head."""
        return self.page(read([text]).tokens).logits[0]


class Page:
    """What is known of the tokens of some texts, one text after the other."""

    def __init__(self, model: Linear, starts: Ints, rows: Ints, pairs: Ints, cues: Cues) -> None:
        """`rows` and `pairs`: those of the weights of each token, and of it and the next."""
        self._model, self._starts, self._rows, self._pairs, self._cues = model, starts, rows, pairs, cues
        self._of_texts = np.searchsorted(cues.last, starts)  # the first cue of each text, and the end of the last
        weights, counts = model.weights, np.diff(starts)
        sizes = model.sizes[np.minimum(counts // STEP, len(SIZES) - 1)]
        self._sums = sizes + totals(weights[rows] + weights[pairs], starts) + totals(weights[cues.rows], self._of_texts)

    @cached_property
    def logits(self) -> list[list[float]]:
        """A logit for each head, a row for each text."""
        return self._model.told(self._sums)

    def gains(self, texts: Ints, heads: Ints) -> tuple[Floats, Ints]:
        """What each token of a text adds to a head, up to a factor for each text; and where each of the texts begins.

        Tokens share what a pair or a cue tells.
        """
        weights, steps, cues = self._model.weights, self._model.steps, self._cues
        starts = bounds(np.diff(self._starts)[texts])
        asked, tokens = runs(self._starts[texts], np.diff(starts))
        head = heads[asked]
        gained: Floats = weights[self._rows[tokens], head] * steps[head]
        halves = weights[self._pairs[tokens], head] * (steps / 2)[head]
        gained[1:] += halves[:-1]
        gained[:-1] += halves[:-1]
        asked, told = runs(self._of_texts[texts], np.diff(self._of_texts)[texts])
        long, head = (cues.last - cues.first)[told] + 1, heads[asked]
        first = cues.first[told] - (self._starts[texts] - starts[:-1])[asked]
        which, tokens = runs(first, long)
        np.add.at(gained, tokens, (weights[cues.rows[told], head] * steps[head] / long)[which])
        return gained, starts

    @cached_property
    def roots(self) -> list[float]:
        """The square root of how many grams of each text are known."""
        roots: list[float] = np.sqrt(self._sums[:, -1]).tolist()
        return roots

    def without(self, asked: Sequence[tuple[int, Sequence[Range]]]) -> list[list[float]]:
        """The logits of texts without some tokens, which do not overlap: what then stands side by side is no pair."""
        model, count = self._model, len(asked)
        texts = np.array([text for text, _ in asked], np.int64)
        taken = [(ask, *each) for ask, (_, ranges) in enumerate(asked) for each in _apart(ranges)]
        owners, pairs, firsts, lasts = np.array(taken, np.int64).reshape(-1, 4).T
        starts = self._starts[texts[owners]]
        of_words, words = runs(starts + firsts, lasts - firsts + 1)
        of_pairs, between = runs(starts + pairs, lasts - pairs + 1)
        of_cues, cues = self._met(texts, owners, starts + firsts, starts + lasts)
        rows = np.concatenate([self._rows[words], self._pairs[between], self._cues.rows[cues]])
        which = np.concatenate([owners[of_words], owners[of_pairs], of_cues])
        order = np.argsort(which, kind="stable")
        gone = totals(model.weights[rows[order]], np.searchsorted(which[order], np.arange(count + 1)))
        return model.told(self._sums[texts] - gone)

    def _met(self, texts: Ints, owners: Ints, firsts: Ints, lasts: Ints) -> tuple[Ints, Ints]:
        """The cues of which a token is taken, each once for each that asks."""
        before, after = self._of_texts[texts[owners]], self._of_texts[texts[owners] + 1]
        of_ranges, cues = runs(before, after - before)
        meets = (self._cues.first[cues] <= lasts[of_ranges]) & (self._cues.last[cues] >= firsts[of_ranges])
        both = np.unique(owners[of_ranges[meets]] * (len(self._cues.rows) + 1) + cues[meets])
        return both // (len(self._cues.rows) + 1), both % (len(self._cues.rows) + 1)


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
