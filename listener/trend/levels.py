"""How alike two questions of a topic must be to ask the same: learned from the topic's own random pairs."""

from collections.abc import Sequence

import numpy as np

from listener.trend.past import Floats, Past

QUANTILES = (0.99, 0.994, 0.997, 0.999, 0.9997, 0.9999)  # of the similarities of random pairs, from loose to strict
LEAST = 0.35  # below, two texts share nothing that a reader would see
FIRST = 60  # questions before the first calibration
_BEFORE = (0.7, 0.72, 0.75, 0.8, 0.85, 0.9)  # levels until then
_SAME = np.float32(4)  # −log10 of the share of random pairs as alike, at which nothing lacks
_PAIRS, _RECENT = 32_768, 20_000
_ALIKE = 2  # of the levels
_BLOCK = 4_096
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

    @property
    def loosest(self) -> float:
        """Below, two questions have nothing to do with each other."""
        return float(self.values[0])

    @property
    def alike(self) -> float:
        """From there on, two questions ask much the same."""
        return alike(self.values.tolist())

    def lack(self, alike: Floats) -> Floats:
        """What must be made up for by the score, where votes are no more alike than that; 0 where all are the same."""
        if self.fixed:
            return np.zeros_like(alike)
        rarity: Floats = np.interp(alike, self.values, self._rarity).astype(np.float32)
        lack: Floats = np.maximum(_SAME - rarity, 0)
        return lack

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
        if len(drawn) >= _PAIRS // 32:
            self.values = np.maximum(np.quantile(drawn, self._quantiles), LEAST).astype(np.float32)


def alike(values: Sequence[float]) -> float:
    """Of levels as they are stored, the one from which on two questions ask much the same."""
    return values[min(_ALIKE, len(values) - 1)]


def _drawn(past: Past, seed: int, since: float) -> Floats:
    """Similarities of random pairs of different words, at least an hour apart."""
    draw = np.random.Generator(np.random.PCG64(seed))
    rows = past.since(since)[-_RECENT:]
    left, right = rows[draw.integers(0, len(rows), (2, _PAIRS))]
    apart = np.abs(past.times[left] - past.times[right]) > _APART
    kept = np.flatnonzero(apart & (past.texts[left] != past.texts[right]))
    blocks = [kept[at : at + _BLOCK] for at in range(0, len(kept), _BLOCK)]
    return np.concatenate([np.zeros(0, np.float32), *(past.pairs(left[block], right[block]) for block in blocks)])
