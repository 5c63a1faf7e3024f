"""A detector by other vectors than before, which goes on where the one before it stood."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from msgspec.structs import replace

from listener.trend.detector import Detector, Memory
from listener.trend.past import Past
from listener.trend.threads import Threads, Told
from listener.trend.words import hashed
from listener.types.trend import Asked


def go_on(detector: Detector, before: Memory, questions: Iterable[Asked]) -> None:
    """Have a new detector know what was asked and what was told of it, as if it had been there.

    Args:
        before: what the one before knew.
        questions: with the new vectors, in the order in which they came.
    """
    for asked in questions:
        detector.remember(asked, min(asked.at.timestamp(), before.now))
    detector.now = max(detector.now, before.now)
    detector.first = min((at for at in (detector.first, before.first) if at is not None), default=None)
    detector.threads = Threads(_carried(detector.past, before.threads))


def _carried(past: Past, threads: Sequence[Told]) -> Iterator[Told]:
    """The threads with the means of their posts' new vectors; one of which no post is left goes."""
    rows = {hashed(post): row for row, post in enumerate(past.posts)} if threads else {}
    for told in threads:
        if found := [rows[post] for post in told.posts if post in rows]:
            mean = past.mean(np.array(found, np.intp))
            yield replace(told, mean=mean.tobytes(), carried=True)
