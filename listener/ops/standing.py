"""Standing questions: what is asked most in a topic, answered or not; for the terminal, the browser and the digest."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec
import numpy as np
from msgspec import Struct

from listener.store.connection import Database
from listener.store.known import known
from listener.store.trends import TrendStore
from listener.trend.known import asks_again
from listener.trend.levels import alike, same
from listener.trend.past import centre_of
from listener.trend.standing import standing

_LOOSE = 0.6  # cosine where a topic has not learned its own yet


class Learned(Struct, frozen=True):
    """What is read of a detector's memory.

    Args:
        levels: how alike two posts must be that ask the same, from loose to strict.
        middle: that vectors are seen from; empty: they are compared as they are.
    """

    levels: list[float] = []
    middle: list[int] = []


class MostAsked(Struct, frozen=True, kw_only=True):
    """A question that many asked."""

    topic: str  # Topic.id
    question: str  # words; "" where they are gone
    url: str
    votes: int
    first: datetime
    last: datetime
    trended: bool
    answer: str  # address of ours; "" where there is none


def most_asked(db: Database, topics: Iterable[str], since: datetime, limit: int = 20) -> list[MostAsked]:
    """What most people asked since then, in these topics; what it costs is bounded, however much was asked."""
    found = [each for topic in topics for each in _of(db, topic, since, limit)]
    return sorted(found, key=lambda each: (-each.votes, each.topic, each.first))[:limit]


def _of(db: Database, topic: str, since: datetime, limit: int) -> Iterator[MostAsked]:
    tables = TrendStore(db)
    model, memory, asked = tables.asked(topic, since)
    learned = msgspec.json.decode(memory or b"{}", type=Learned)
    least = same(learned.levels) if learned.levels else _LOOSE
    centre = centre_of(learned.middle or np.zeros(len(asked[0].vector) if asked else 0, np.float32))
    trended, enough = known(db, topic, model), alike(learned.levels) if learned.levels else _LOOSE
    for each in standing(asked, least, limit, centre):
        before = asks_again(np.frombuffer(each.vector, np.float32), trended, enough, centre)
        stored = tables.finding(topic, each.question)
        post = stored.finding.post if stored and not stored.erased else None
        yield MostAsked(
            topic=topic,
            question=post.words if post else "",
            url=post.url if post else "",
            votes=each.votes,
            first=each.first,
            last=each.last,
            trended=before is not None,
            answer=before.answer if before else "",
        )
