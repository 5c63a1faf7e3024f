"""Pages of texts, read at once: what stands between two blanks is taken apart when it is met first, then remembered.

No token and no word holds a blank, so that those of a text are those of its chunks, one chunk after the other.
"""

from collections.abc import Sequence
from functools import cache, cached_property
from itertools import chain
from threading import Lock
from typing import NamedTuple

import numpy as np

from listener.tag.grams import END, START, found
from listener.tag.lookup import Ints, Rows, Strings, bounds, runs

_LETTERS = 500_000  # of chunks that are remembered; then all are forgotten


class Row(NamedTuple):
    """Strings of some texts, one text after the other."""

    strings: Strings
    numbers: Ints  # of each
    places: Ints  # where each begins in its text
    ends: Ints
    starts: Ints  # the first of each text, and the end of the last

    @property
    def counts(self) -> Ints:
        """How many strings each text has."""
        return np.diff(self.starts)

    @property
    def owners(self) -> Ints:
        """The text of each string."""
        return np.repeat(np.arange(len(self.starts) - 1), self.counts)

    def only(self, texts: Ints) -> "Row":
        """The strings of some of the texts."""
        count = self.counts[texts]
        _, at = runs(self.starts[texts], count)
        return Row(self.strings, self.numbers[at], self.places[at], self.ends[at], bounds(count))


class Texts:
    """Texts as read: chunks of what stands between blanks, and what these are made of."""

    def __init__(self, chunks: "Chunks", made: Ints, starts: Ints) -> None:
        """`made`: what `Chunks` knows of each; `starts`: the first of each text, and the end of the last."""
        self._chunks, self._made, self._starts = chunks, made, starts

    @cached_property
    def _places(self) -> Ints:
        before = np.cumsum(self._made[0]) - self._made[0]
        places: Ints = before - np.repeat(before[self._starts[:-1]] + len(START) + 1, np.diff(self._starts))
        return places

    @cached_property
    def tokens(self) -> Row:
        """As `grams.tokens` gives them, with START and END."""
        return self._row(self._chunks.tokens, self._chunks.of_tokens, self._made[1], self._made[2])

    @cached_property
    def words(self) -> Row:
        """What stands between blanks of all kinds, as it stands."""
        count = self._made[4].copy()
        count[self._starts[:-1]] = count[self._starts[1:] - 1] = 0  # START and END are no words
        return self._row(self._chunks.words, self._chunks.of_words, self._made[3], count)

    def _row(self, strings: Strings, parts: Rows, first: Ints, count: Ints) -> Row:
        chunks, at = runs(first, count)
        numbers, begins, ends = parts[at].T
        places = self._places[chunks]
        return Row(strings, numbers, places + begins, places + ends, bounds(count)[self._starts])

    def only(self, texts: Sequence[int]) -> "Texts":
        """Some of them."""
        chosen = np.array(texts, np.int64)
        count = np.diff(self._starts)[chosen]
        return Texts(self._chunks, self._made[:, runs(self._starts[chosen], count)[1]], bounds(count))


class Chunks:
    """What stands between two blanks, the tokens and the words that it is made of."""

    def __init__(self) -> None:
        self.tokens, self.words = Strings(), Strings()
        self.of_tokens, self.of_words = Rows(3), Rows(3)  # the number of each, its begin and its end in the chunk
        self.letters = 0
        self._numbers = Strings()
        self._made = Rows(5)  # of each chunk: its length with a blank, its first token, how many; the same of words

    def read(self, split: Sequence[Sequence[str]]) -> Texts:
        """Texts, each as its chunks."""
        starts = bounds(np.array(list(map(len, split)), np.int64))
        every = chain.from_iterable(split)
        numbers = np.fromiter(map(self._numbers.__getitem__, every), np.int64, starts[-1])
        if len(self._numbers) > len(self._made):
            self._learn(self._numbers.all[len(self._made) :])
        return Texts(self, self._made[numbers].T, starts)

    def _learn(self, chunks: Sequence[str]) -> None:
        tokens, words, made = list[tuple[int, ...]](), list[tuple[int, ...]](), list[tuple[int, ...]]()
        first, first_word = len(self.of_tokens), len(self.of_words)
        for chunk in chunks:
            before, before_words = len(tokens), len(words)
            tokens += [(self.tokens[match[0]], *match.span()) for match in found(chunk)]
            words += [(self.words[word], 0, 0) for word in chunk.split()]
            count, count_words = len(tokens) - before, len(words) - before_words
            made.append((len(chunk) + 1, first + before, count, first_word + before_words, count_words))
            self.letters += len(chunk)
        self.of_tokens.add(tokens)
        self.of_words.add(words)
        self._made.add(made)


class Reader:
    """Reads texts; what it remembers changes how soon, never what."""

    def __init__(self) -> None:
        self._lock, self._chunks = Lock(), Chunks()

    def __call__(self, texts: Sequence[str]) -> Texts:
        """The tokens and the words of each text."""
        split = [f"{START} {text} {END}".split(" ") for text in texts]
        with self._lock:
            if self._chunks.letters > _LETTERS:
                self._chunks = Chunks()
            return self._chunks.read(split)


@cache
def reader() -> Reader:
    """The one that all share."""
    return Reader()


def read(texts: Sequence[str]) -> Texts:
    """The tokens and the words of texts."""
    return reader()(texts)
