"""Questions are to be compared by other vectors: these are made a few at a time, then take the place of the old."""

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec

from listener.app.vectors import Vectors
from listener.store.anew import AnewStore, Change, Remade, Renewed
from listener.store.trends import TrendStore
from listener.trend import Detector, go_on
from listener.trend.detector import Memory
from listener.trend.known import summary
from listener.trend.levels import Levels
from listener.types import Finding

log = logging.getLogger(__name__)

_AT_ONCE = 100  # vectors a transaction


class Renewal:
    """Makes the vectors of one topic's questions anew; what it has made is stored, and no alert comes of it."""

    def __init__(self, anew: AnewStore, tables: TrendStore, change: Change, vectors: Vectors) -> None:
        self._anew, self._tables, self._change, self._vectors = anew, tables, change, vectors

    def steps(self) -> Iterator[int]:
        """Make vectors, until all are there; a step is some of them, after which there may be more."""
        after = 0
        while waiting := self._anew.waiting(self._change, after, _AT_ONCE):
            known = {each.id: finding for each in waiting if (finding := self._finding(each.post))}
            self._anew.keep(self._change.model, dict(zip(known, self._vectors([*known.values()]), strict=True)))
            after = waiting[-1].id
            if len(waiting) == _AT_ONCE:
                yield len(waiting)

    def finish(self, now: datetime) -> tuple[Detector, int]:
        """A detector that goes on where the one before it stood, and the last finding that one looked at.

        From now on the new vectors are those in use: everything is stored at once, or nothing.
        """
        change = self._change
        upto, before = self._anew.memory(change)
        asked = self._anew.remembered(change, now)
        detector = new_detector(self._vectors, change.topic)
        go_on(detector, msgspec.json.decode(before, type=Memory), asked)
        memory = msgspec.json.encode(detector.memory())
        trends = [*self._remade({each.post: each.vector for each in asked})]
        self._anew.renew(Renewed(change=change, upto=upto, memory=memory, trends=trends))
        log.info("trends: topic=%s compares questions by %s now, not by %s", change.topic, change.model, change.before)
        return detector, upto

    def _remade(self, made: Mapping[str, bytes]) -> Iterator[Remade]:
        """What trended before, known by the new vectors; that of which no post has words any more is not."""
        for trend, posts in self._anew.trends(self._change):
            there = [made[post] for post in posts if post in made]
            left = [found for post in posts if post not in made and (found := self._finding(post))]
            if vectors := [*there, *self._vectors(left)]:
                mean, within = summary(vectors)
                yield Remade(trend, mean.tobytes(), within)

    def _finding(self, post: str) -> Finding | None:
        """What was found, if its words are there."""
        stored = self._tables.finding(self._change.topic, post)
        return stored.finding if stored and not stored.erased else None


def new_detector(vectors: Vectors, topic: str) -> Detector:
    """One that knows nothing yet."""
    encode = vectors.encode
    return Detector(encode.width, topic=topic, levels=Levels(centred=encode.centred))
