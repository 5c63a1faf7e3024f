"""How alike two questions of a topic must be to ask the same: learned from the topic's own random pairs."""

from collections.abc import Sequence

import numpy as np

from listener.trend.past import Floats, Past

# Of the similarities of random pairs, from loose to strict.
QUANTILES = (0.99, 0.994, 0.997, 0.999, 0.9997, 0.9999, 0.99997, 0.99999)
LEAST = 0.35  # below, two texts share nothing that a reader would see
FIRST = 60  # questions before the first calibration
_BEFORE = (0.7, 0.72, 0.75, 0.8, 0.85, 0.9, 0.93, 0.96)  # levels until then
_USUAL = 4.0  # −log10 of the share of random pairs that are as alike as votes of which the usual score is asked
_EACH = 1.5  # that the score must be higher where ten times as many pairs are as alike
MOST = 1.5  # that the score may be lower where votes are more alike than usual, or must be higher
_ROWS, _RECENT = 1_500, 20_000  # of so many questions of late, so many are compared with each other
_BLOCK = 128  # questions at once, or there would be millions of pairs in memory
_PAIRS = 1_024  # of them that say enough
_FEW = 3  # pairs as alike; a level that fewer reach is not known from them
_ALMOST = 0.97  # alike; no level that is not known from pairs is stricter
_ITSELF = 0.9999  # no level is stricter: rounded, a question is as near as that to itself
_ALIKE, _SAME = 2, 5  # of the levels
_APART = 3_600.0  # seconds: what is asked in one burst is no random pair


class Levels:
    """The similarities from which on two questions are neighbours, renewed as the topic grows.

    Args:
        quantiles: from loose to strict, of as many as `QUANTILES`; or one, and then likeness is a matter of yes or no.
        centred: whether vectors are compared about their common middle: those of an encoder all lie on one side.
    """

    def __init__(self, quantiles: Sequence[float] = QUANTILES, centred: bool = False) -> None:
        self.fixed = len(quantiles) == 1
        self.values = np.array(_BEFORE[2:3] if self.fixed else _BEFORE, np.float32)
        self.due, self._quantiles, self._centred = FIRST, tuple(quantiles), centred
        self._rarity = -np.log10(1 - np.array(quantiles))
        self._beyond = np.clip(_EACH * (_USUAL - self._rarity), -MOST, MOST)

    @property
    def loosest(self) -> float:
        """Below, two questions have nothing to do with each other."""
        return float(self.values[0])

    @property
    def alike(self) -> float:
        """From there on, two questions ask much the same."""
        return alike(self.values.tolist())

    def beyond(self, alike: Floats) -> list[float]:
        """What votes must score beyond others where the least alike is so alike: from −`MOST` to `MOST`."""
        if self.fixed:
            return [0.0] * len(alike)
        return np.interp(alike, self.values, self._beyond).tolist()  # type: ignore[no-any-return]

    def restore(self, values: Sequence[float], due: int) -> None:
        """Take what was stored, unless it was for other quantiles: then it is calibrated at the next question."""
        if len(values) == len(self._quantiles):
            self.values, self.due = np.array(values, np.float32), due

    def renew(self, past: Past, seen: int, since: float) -> None:
        """Calibrate again, if half as many more questions were seen than at the last time.

        Args:
            seen: questions of the topic so far; the pairs are drawn by it, so that a restart draws the same.
            since: seconds; what was asked before is left out.
        """
        if seen < self.due:
            return
        self.due = max(seen + 40, seen * 3 // 2)
        if self._centred:
            past.recentre(since)
        drawn = _drawn(past, seen, since)
        if len(drawn) >= _PAIRS:
            self.values = np.clip(self._known(drawn), LEAST, _ITSELF).astype(np.float32)

    def _known(self, drawn: Floats) -> Floats:
        """The levels, from the similarities of pairs; the strict that too few reach lie on a line with the others."""
        found = np.quantile(drawn, self._quantiles)
        known = int(np.count_nonzero((1 - np.array(self._quantiles)) * len(drawn) >= _FEW))
        if 1 < known < len(found):
            rise = (found[known - 1] - found[0]) / (self._rarity[known - 1] - self._rarity[0])
            on_line = found[known - 1] + rise * (self._rarity[known:] - self._rarity[known - 1])
            found[known:] = np.maximum(found[known - 1], np.minimum(on_line, _ALMOST))
        return found


def alike(values: Sequence[float]) -> float:
    """Of levels as they are stored, the one from which on two questions ask much the same."""
    return values[min(_ALIKE, len(values) - 1)]


def same(values: Sequence[float]) -> float:
    """Of levels as they are stored, the one from which on two questions ask the same whatever else is asked."""
    return values[min(_SAME, len(values) - 1)]


def _drawn(past: Past, seed: int, since: float) -> Floats:
    """Similarities of random pairs of different words, at least an hour apart."""
    rows = past.since(since)[-_RECENT:]
    if len(rows) > _ROWS:
        rows = np.random.Generator(np.random.PCG64(seed)).choice(rows, _ROWS, replace=False)
    drawn = [np.zeros(0, np.float32)]
    for at in range(0, len(rows), _BLOCK):
        left, right = rows[at : at + _BLOCK], rows[at:]
        apart = np.abs(past.times[left, None] - past.times[right]) > _APART
        apart &= past.texts[left, None] != past.texts[right]
        drawn.append(past.between(left, right)[np.triu(apart, 1)])
    return np.concatenate(drawn)
