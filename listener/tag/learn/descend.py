"""The least of a smooth function: L-BFGS, in NumPy alone."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Flat = npt.NDArray[np.float64]
Valued = Callable[[Flat], tuple[float, Flat]]

_MEMORY = 8  # steps that are remembered
_ENOUGH = 1e-4  # of the fall that the slope promises, for a step to be taken
_TINY = 1e-8
_STILL = 1e-7  # a fall, as a share of the value, after which there is no more to gain


def least(valued: Valued, start: Flat, steps: int = 100) -> Flat:
    """Where `valued`, which answers a value and its slope, is least; the same for the same start, always."""
    at, (value, slope) = start, valued(start)
    memory: list[tuple[Flat, Flat, float]] = []
    for _ in range(steps):
        down = _direction(slope, memory)
        promised = float(slope @ down)
        if promised < _TINY:
            break
        size = 1.0
        new, new_slope = valued(at - down)
        while new > value - _ENOUGH * size * promised and size > _TINY:
            size /= 2
            new, new_slope = valued(at - size * down)
        if not new < value:
            break
        moved, turned = -size * down, new_slope - slope
        if (bent := float(moved @ turned)) > _TINY:
            memory = [*memory[1 - _MEMORY :], (moved, turned, bent)]
        has_settled = value - new < _STILL * max(1.0, abs(value))
        at, value, slope = at + moved, new, new_slope
        if has_settled:
            break
    return at


def _direction(slope: Flat, memory: list[tuple[Flat, Flat, float]]) -> Flat:
    """The slope as the remembered steps bend it (Nocedal's two loops)."""
    down, shares = slope.copy(), []
    for moved, turned, bent in reversed(memory):
        shares.append(float(moved @ down) / bent)
        down -= shares[-1] * turned
    if memory:
        _, turned, bent = memory[-1]
        down *= bent / float(turned @ turned)
    else:
        down /= max(1.0, float(np.abs(slope).sum()))
    for (moved, turned, bent), share in zip(memory, reversed(shares), strict=True):
        down += moved * (share - float(turned @ down) / bent)
    return down
