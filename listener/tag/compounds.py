"""VADER's compound for pages of texts: most words of mood stand alone, so that a page of them is added up at once."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from listener.tag.lookup import Floats, Ints, Known, bounds, rounded, totals
from listener.tag.texts import Row
from listener.tag.vader import ALPHA, Vader, around_but, emphasis, low

_FEW = 6  # texts that are scored one by one sooner than in arrays
_NEAR = 3  # words before a word of mood, and up to the second after it, that may change it
_KIND, _OF, _BUT = 1, 2, 3
_ROLES = {"kind": _KIND, "of": _OF, "but": _BUT}


class Compounds:
    """Scores pages as `Vader` does each text; what it remembers changes how soon, never what."""

    def __init__(self, vader: Vader) -> None:
        self._vader = vader
        self._values = np.array([0.0, *sorted(set(vader.moody.values()))])
        self._numbers = {value: number for number, value in enumerate(self._values.tolist())}
        self._known = Known(4, self._know)

    def __call__(self, texts: Sequence[str], words: Row) -> list[float]:
        """The compound of each text, whose `words` are given."""
        shown = [number for number, text in enumerate(texts) if self._vader.shows_emoji(text)]
        if len(texts) < _FEW or not len(words.numbers):
            return [self._vader(text).compound for text in texts]
        told = self._page(texts, words)
        for number in shown:
            told[number] = self._vader(texts[number]).compound
        return told

    def _know(self, word: str) -> tuple[int, int, int, int]:
        folded = low(word)
        mood = self._numbers[self._vader.moody[folded]] if folded in self._vader.moody else 0
        return mood, self._vader.is_telling(folded), word.isupper(), _ROLES.get(folded, 0)

    def _page(self, texts: Sequence[str], words: Row) -> list[float]:
        mood, telling, capital, role = self._known(words.strings, words.numbers).T
        owners, capitals = words.owners, totals(capital, words.starts)
        mixed = (capitals > 0) & (capitals < words.counts)
        kind_of = (role[:-1] == _KIND) & (role[1:] == _OF) & (owners[:-1] == owners[1:])
        found = np.flatnonzero((mood > 0) & ~np.append(kind_of, False))
        text, told = owners[found], bounds(telling)
        valences = self._values[mood[found]]
        louder = np.where(valences > 0, self._vader.capitals, -self._vader.capitals)
        valences += np.where(mixed[text] & (capital[found] > 0), louder, 0.0)
        changed = np.flatnonzero(told[found + 1] > told[np.maximum(found - _NEAR, words.starts[text])])
        valences[changed] = [*self._changed(words, found[changed], mixed)]
        _turn_at_but(valences, found, words, np.flatnonzero(role == _BUT))
        return self._squeezed(np.bincount(text, valences, len(texts)).astype(np.float64), texts)

    def _changed(self, words: Row, found: Ints, mixed: npt.NDArray[np.bool_]) -> Iterator[float]:
        """The valences of words as their neighbours change them."""
        text = words.owners[found]
        firsts = np.maximum(found - _NEAR, words.starts[text])
        ends = np.minimum(found + _NEAR, words.starts[text + 1])
        for at, first, end, is_mixed in np.stack([found, firsts, ends, mixed[text]]).T.tolist():
            near = [words.strings.all[number] for number in words.numbers[first:end].tolist()]
            yield self._vader.valence(near, list(map(low, near)), at - first, bool(is_mixed))

    def _squeezed(self, sums: Floats, texts: Sequence[str]) -> list[float]:
        said = np.array([emphasis(text) if total else 0.0 for text, total in zip(texts, sums.tolist(), strict=True)])
        sums = sums + np.where(sums > 0, said, -said)
        told: list[float] = rounded(np.clip(sums / np.sqrt(sums * sums + ALPHA), -1.0, 1.0)).tolist()
        return told


def _turn_at_but(valences: Floats, found: Ints, words: Row, buts: Ints) -> None:
    """Moods on the two sides of the first "but" of a text weigh otherwise."""
    texts, first = np.unique(words.owners[buts], return_index=True)
    for text, but in zip(texts.tolist(), buts[first].tolist(), strict=True):
        here = slice(*np.searchsorted(found, words.starts[text : text + 2]))
        valences[here] = around_but(valences[here].tolist(), found[here].tolist(), but)
