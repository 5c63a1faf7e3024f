"""The fewest words that carry a tag: chosen by what each tells, proven by taking them away."""

import math
from collections.abc import Callable, Generator, Sequence
from functools import lru_cache
from itertools import accumulate

from listener.types import Span

Range = tuple[int, int]
"""The first and last of some words."""

_SHOWN = 3  # phrases a tag
_LONGEST = 6  # words of a phrase
_DEAR = 0.12  # what one more word must tell, as a share of the strongest word
_STRETCHED = 1.6  # how much a longer try is allowed to hold, each time


Taken = tuple[Range, ...]
"""Words that are taken away."""

Proof = Generator[Taken, Sequence[float] | None, list[Range]]
"""Asks for the logits of a text without some of its words, None: they are not told; ends with the words to show."""


def explain(
    words: Sequence[str],
    gains: Sequence[float],
    holds: Callable[[Sequence[float]], bool],
    proofs: int = _SHOWN - 1,
    sure: float = math.inf,
) -> Proof:
    """Phrases without which the tag no longer `holds`, strongest first; as near as three phrases come to it.

    `gains` says what each of the words and marks of a text tells for the tag; `holds` whether logits give it. They are
    asked for `proofs` times at most: what is left out with the last phrase would change nothing. Nor is it asked where
    the phrases tell more than is `sure` to carry the tag. [] without words.
    """
    left = [gain if gain <= 0 or _is_word(word) else gain / 2 for word, gain in zip(words, gains, strict=True)]
    shown: list[Range] = []
    told = 0.0
    while left and len(shown) < _SHOWN:
        first, last = _best(left)
        shown.append((first, last))
        told += sum(gains[first : last + 1])
        left[first : last + 1] = [-_NEVER] * (last - first + 1)
        if len(shown) > proofs or max(left) <= 0 or told > sure:
            break
        logits = yield tuple(shown)
        if logits is None or not holds(logits):
            break
    return shown


@lru_cache(5_000)
def _is_word(word: str) -> bool:
    return word.isalnum() or any(map(str.isalnum, word))


_NEVER = 1e9


def _best(gains: Sequence[float]) -> tuple[int, int]:
    """The first and last of the words side by side that together tell most, each more than it costs."""
    cost = _DEAR * max(0.0, *gains) if len(gains) > 1 else 0.0
    sums = [0.0, *accumulate([gain - cost for gain in gains])]
    starts = [at for at, gain in enumerate(gains) if gain > cost]  # none begins with what tells nothing
    best, phrase = -math.inf, (0, 0)
    for start in starts or range(len(gains)):
        after = sums[start + 1 : start + _LONGEST + 1]
        told = (most := max(after)) - sums[start]
        if told >= best:
            last = start + after.index(most)
            if told > best or last - start < phrase[1] - phrase[0]:  # of equals the shortest, of those the first
                best, phrase = told, (start, last)
    return phrase


def without(text: str, taken: Sequence[Span]) -> str:
    """The text with some of its characters left out."""
    kept, at = [], 0
    for span in sorted(taken):
        kept.append(text[at : span.start])
        at = max(at, span.end)
    return "".join([*kept, text[at:]])
