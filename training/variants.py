"""Posts like labelled ones, for a teacher to speak of: some of their sentences, some words for others near them."""

import re
from collections.abc import Iterator

import numpy as np
from tokenizers import Tokenizer

from training import data

OF_NEEDS, OF_OTHERS = 8, 2  # variants of a post with a moment, and of one without
OFTEN, NEIGHBOURS, LEAST = 0.15, 6, 0.35  # of the words are exchanged, for one of so many, of at least this cosine
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_WORD = re.compile(r"[^\W\d_]{3,}")

Near = dict[str, list[str]]


def neighbours(reader: Tokenizer, words: data.Floats) -> Near:
    """For each whole word of a vocabulary those whose vectors are near; `words` has a row for each piece."""
    names = [(word, n) for word, n in sorted(reader.get_vocab().items()) if _WORD.fullmatch(word)]
    rows = words[[n for _, n in names]]
    rows = (rows - rows.mean(0)) / np.linalg.norm(rows - rows.mean(0), axis=1, keepdims=True)
    found: Near = {}
    for at in range(0, len(rows), 1000):
        like = rows[at : at + 1000] @ rows.T
        best = np.argsort(-like, axis=1)[:, 1 : NEIGHBOURS + 1]
        for (word, _), row, order in zip(names[at:], like, best, strict=False):
            found[word] = [names[n][0] for n in order if row[n] >= LEAST]
    return found


def variants(posts: list[data.Record], near: Near, dice: np.random.Generator) -> Iterator[str]:
    """Texts like those of labelled posts, more of those with a moment."""
    for post in posts:
        for _ in range(OF_NEEDS if post["moments"] else OF_OTHERS):
            yield variant(post["text"], near, dice)


def variant(text: str, near: Near, dice: np.random.Generator) -> str:
    """Neighbouring sentences of a text, with some words exchanged; of a single sentence, only the words."""
    parts = _SENTENCE.split(text)
    long = int(dice.integers(1, len(parts))) if len(parts) > 1 else 1
    first = int(dice.integers(0, len(parts) - long + 1))

    def other(found: re.Match[str]) -> str:
        choice = near.get(found[0].lower(), [])
        return str(dice.choice(choice)) if choice and dice.random() < OFTEN else found[0]

    return _WORD.sub(other, " ".join(parts[first : first + long]))
