"""The accurate tagger: one small encoder read once a post, helped by the fast tagger's words. Needs ONNX Runtime."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from listener.tag.encoder import Encoder, Floats, Heads, Pieces, load_heads, logits, sentence_vector
from listener.tag.explain import Proof, Range, Taken, explain, without
from listener.tag.learned import LearnedTagger
from listener.tag.linear import MOOD_HEADS, Linear, load_linear
from listener.tag.proofs import MOOD, Asked, proofs_of, proved
from listener.tag.reading import Read
from listener.tag.tagger import lexicon_tagger
from listener.tag.texts import Row, read
from listener.tag.vectors import Vectors, vectors_of
from listener.tag.verdict import Case, Judge, Scored
from listener.tag.weights import TAGS, Weights, read_weights
from listener.types import Evidence, Post, Span, Tags

SHIPPED = Path(__file__).parent / "accurate.weights"
WORDS = 0.7  # what the fast tagger's logits weigh beside the encoder's, for tags
_MOST_THREADS = 4
_PAGE = 256  # posts that a thread reads together: it remembers what was read of them
_SHORT = 75  # words of a post that is read again to prove a mood
_SURE = 2.0  # times its lead: a mood whose words are likely to tell so much falls without them nine times of ten


class AccurateModel:
    """The encoder as `LearnedTagger` asks for it."""

    def __init__(self, encoder: Encoder, heads: Heads, linear: Linear) -> None:
        self._encode, self._heads, self._linear = encoder, heads, linear

    def vectors(self, name: str) -> Vectors:
        """The vectors alone, by the same encoder."""
        return Vectors(self._encode, self._heads, name)

    def page(self, texts: Sequence[str], tokens: Row) -> list[Scored]:
        """The logits, the vector and what it thinks of the places in each text."""
        pieces = self._encode.page(texts)
        return [self._scored(*each) for each in zip(pieces, self._logits(pieces, tokens), strict=True)]

    def _scored(self, pieces: Pieces, told: list[float]) -> Scored:
        vector = sentence_vector(self._heads, pieces.vectors)
        return Scored(told, vector, read_place(pieces, self._heads), pieces)

    def _logits(self, texts: Sequence[Pieces], tokens: Row) -> list[list[float]]:
        told = [logits(self._heads, pieces.vectors) for pieces in texts]
        for row, helped in zip(told, self._linear.page(tokens).logits, strict=True):
            row[: len(TAGS)] += WORDS * np.array(helped[: len(TAGS)], dtype=np.float32)
        return [row.tolist() for row in told]

    def without(self, asked: Sequence[tuple["AccurateLook", Taken]]) -> list[list[float]]:
        """The logits of texts without some of their words, which are read again."""
        texts = [look.rest(taken) for look, taken in asked]
        return self._logits(self._encode.page(texts), read(texts).tokens)

    def explain(self, cases: Sequence[Case], judge: Judge) -> list[list[Evidence]]:
        """The words that carried the tags and the mood of each text of a page."""
        return proved([self._asked(case, judge) for case in cases], self.without)

    def _asked(self, case: Case, judge: Judge) -> Asked:
        look, head = AccurateLook(self._heads.gain, case.text, case.scored), case.verdict.mood_head
        mood = [(MOOD, look.mood(head))] if head is not None else []
        return Asked(case.text, look, [*proofs_of(look, case.verdict, judge), *mood])


class AccurateLook:
    """The words of a text; without some of them the text is read again."""

    def __init__(self, gain: Floats, text: str, scored: Scored) -> None:
        self._gain, self._text, self._logits = gain, text, scored.logits
        self._pieces: Pieces = scored.read
        self._spans, _ = _words(self._pieces, np.zeros(len(self._pieces.spans), dtype=np.float32))
        self.words = [text[span.start : span.end] for span in self._spans]

    def gains(self, head: int) -> Sequence[float]:
        """What taking each word away is likely to take from a head."""
        return _words(self._pieces, self._pieces.inner @ self._gain[:-1, head] + self._gain[-1, head])[1]

    def rest(self, taken: Taken) -> str:
        """The text without some of its words."""
        return without(self._text, [self.span(phrase) for phrase in taken])

    def mood(self, head: int) -> Proof:
        """The words that make a mood the likeliest: a short text is read again, once, unless they are sure to be."""

        def holds(told: Sequence[float]) -> bool:
            return told[head] >= max(told[mood] for mood in MOOD_HEADS)

        other = max((mood for mood in MOOD_HEADS if mood != head), key=self._logits.__getitem__)
        gains = [ours - theirs for ours, theirs in zip(self.gains(head), self.gains(other), strict=True)]
        sure = _SURE * (self._logits[head] - self._logits[other])
        return explain(self.words, gains, holds, proofs=int(len(self.words) <= _SHORT), sure=sure)

    def span(self, phrase: Range) -> Span:
        """Where words stand."""
        return Span(self._spans[phrase[0]].start, self._spans[phrase[1]].end)


def _words(pieces: Pieces, gains: Floats) -> tuple[list[Span], list[float]]:
    """Pieces of a word made one."""
    spans: list[Span] = []
    sums: list[float] = []
    for span, begins, gain in zip(pieces.spans, pieces.begins, gains.tolist(), strict=True):
        if spans and not begins:
            spans[-1], sums[-1] = Span(spans[-1].start, span.end), sums[-1] + gain
        elif span.end > span.start:
            spans.append(span)
            sums.append(gain)
    return spans, sums


def read_place(pieces: Pieces, heads: Heads) -> Read:
    """How likely each piece belongs to the name of a place, and begins or ends it."""
    likely = (pieces.inner @ heads.place[:-1] + heads.place[-1]).tolist()
    if not heads.ends.size:
        return Read(pieces.spans, likely)
    told = pieces.vectors[:-1] @ heads.ends[:-1]  # the mark of the beginning stands for "there is none"
    told[0] += heads.ends[-1]
    told -= told.max(0)
    told -= np.log(np.exp(told).sum(0))
    return Read(pieces.spans, likely, *told[1:].T.tolist())


class AccurateTagger(LearnedTagger):
    """Reads posts on as many threads as there are cores, four at most."""

    vectors: Vectors  # those of its tags; where their name is the same they may be compared, whatever the model

    def __call__(self, posts: Sequence[Post]) -> list[Tags]:
        """The tags of each post, in order; each depends on that post alone."""
        threads = max(1, min(len(posts), _MOST_THREADS, os.cpu_count() or 1))
        tag, told = super().__call__, list[Tags]()
        with ThreadPoolExecutor(threads) as pool:
            for at in range(0, len(posts), _PAGE * threads):
                page = posts[at : at + _PAGE * threads]
                parts = list(pool.map(tag, (page[n::threads] for n in range(threads))))
                told += [parts[n % threads][n // threads] for n in range(len(page))]
        return told


def accurate_tagger(path: Path | None = None) -> AccurateTagger:
    """The accurate tagger, with the shipped weights or others; raises `WeightsError`."""
    return _made(path) if path else _shipped(SHIPPED)


def _made(path: Path) -> AccurateTagger:
    weights = read_weights(path, "accurate")
    model = model_of(weights)
    tagger = AccurateTagger(model, weights.card, lexicon_tagger(), partial(accurate_tagger, path))
    tagger.vectors = model.vectors(vectors_of(weights))
    return tagger


_shipped = lru_cache(1)(_made)  # read once, however often the configuration changes


def model_of(weights: Weights) -> AccurateModel:
    """The model in a file of weights."""
    parts = weights.parts
    encoder = Encoder(parts["encoder"], parts["tokenizer"])
    return AccurateModel(encoder, load_heads(parts["heads"]), load_linear(parts))
