"""Learns which words carry a head: each word is taken away, and what the logit loses is predicted from its vectors."""

import numpy as np

from listener.tag.accurate import _words
from listener.tag.encoder import Encoder, Floats, Heads, logits
from listener.tag.explain import without

RIDGE = 30.0
MOST_WORDS = 40


def learn_gain(encoder: Encoder, heads: Heads, texts: list[str]) -> Floats:
    """The head `gain`, (D + 1, K), by ridge regression of losses on the summed vectors of a word's pieces."""
    sums, losses = [], []
    for text in texts:
        pieces = encoder(text)
        spans, _ = _words(pieces, np.arange(len(pieces.spans), dtype=np.float32))
        if not 2 <= len(spans) <= MOST_WORDS:
            continue
        whole = logits(heads, pieces.vectors)
        owner = np.cumsum([b or not n for n, b in enumerate(pieces.begins)]) - 1
        for word, span in enumerate(spans):
            inner = pieces.inner[owner == word]
            if len(inner):
                sums.append(np.append(inner.sum(0), len(inner)))
                losses.append(whole - logits(heads, encoder(without(text, [span])).vectors))
    x, y = np.array(sums), np.array(losses)
    held = np.arange(len(x)) % 5 == 0
    fitted = _ridge(x[~held], y[~held])
    told = [np.corrcoef((x[held] @ fitted)[:, k], y[held, k])[0, 1] for k in range(y.shape[1])]
    print("losses of", len(x), "words; correlation on a fifth held out:", np.round(told, 2).tolist(), flush=True)
    return np.asarray(_ridge(x, y), dtype=np.float32)


def _ridge(x: Floats, y: Floats) -> Floats:
    return np.asarray(np.linalg.solve(x.T @ x + RIDGE * np.eye(x.shape[1]), x.T @ y))
