"""Vectors of another model: the light ones with their parts in another order, as alike to each other as those."""

import random
from collections.abc import Sequence

import numpy as np

from listener.trend import Light


class Turned:
    """Its vectors tell what the light ones tell, as long as the two are never compared with each other."""

    centred = False

    def __init__(self, model: str = "turned-1") -> None:
        self.model, self.width, self.read = model, Light.load().width, list[str]()
        self._order = random.Random(model).sample(range(self.width), self.width)

    def __call__(self, texts: Sequence[str]) -> list[bytes]:
        """A vector for each text; `read` keeps the texts."""
        self.read += texts
        return [np.frombuffer(vector, np.int8)[self._order].tobytes() for vector in Light.load()(texts)]
