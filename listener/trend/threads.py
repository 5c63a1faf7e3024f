"""One alert a question: what was told of it stays its thread, until it is quiet again."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from listener.trend.past import Floats
from listener.trend.words import hashed
from listener.types.trend import Trend

SILENCE = timedelta(hours=6)
_FORGET = timedelta(hours=26)  # no window reaches further back
_SHARED = 1 / 2  # of a burst's posts that were told: it is the same burst
_ALIKE = 0.9  # of the likeness within a burst that it has to the question told, at least, to ask the same


class Thread:
    """A question that was told.

    Args:
        mean: of the vectors of its posts, each of length 1.
    """

    def __init__(self, first: str, at: datetime, votes: int, posts: Iterable[int], mean: Floats) -> None:
        self.first, self.at, self.votes, self.posts, self.mean = first, at, votes, set(posts), mean

    @classmethod
    def of(cls, told: "Told") -> "Thread":
        """One that was stored."""
        return cls(told.first, told.at, told.votes, told.posts, np.frombuffer(told.mean, np.float32))

    def holds(self, trend: Trend, mean: Floats) -> bool:
        """Whether a burst is this question again: by its posts, or within the silence by its meaning."""
        told = sum(hashed(post) in self.posts for post in trend.posts)
        return told >= _SHARED * len(trend.posts) or (trend.at - self.at < SILENCE and self.means(trend, mean))

    def means(self, trend: Trend, mean: Floats) -> bool:
        """Whether a burst asks what this question asks: its posts are as near to these as to each other."""
        return float(self.mean @ mean) >= _ALIKE * _within(mean, len(trend.posts))


class Told(Struct, frozen=True):
    """A thread as it is stored: `mean` is float32."""

    first: str
    at: datetime
    votes: int
    posts: list[int]  # hashes: a name that is forgotten is not kept here
    mean: bytes


class Threads:
    """The questions that were told of late."""

    def __init__(self, told: Iterable[Told] = ()) -> None:
        self.open = [Thread.of(each) for each in told]

    def told(self) -> list[Told]:
        """What is to be stored."""
        return [Told(t.first, t.at, t.votes, sorted(t.posts), t.mean.tobytes()) for t in self.open]

    def join(self, trend: Trend, mean: Floats) -> Trend | None:
        """The trend, if it is to be told: a new question, or one that has twice the votes told."""
        self.open = [thread for thread in self.open if trend.at - thread.at < _FORGET]
        thread = next((t for t in reversed(self.open) if t.holds(trend, mean)), None)
        if thread is None:
            self.open.append(Thread(name_of(trend), trend.at, trend.votes, map(hashed, trend.posts), mean))
            return trend
        if not thread.means(trend, mean):
            return None  # some of its posts, and others that ask something else
        thread.posts.update(map(hashed, trend.posts))
        if trend.votes < 2 * thread.votes:
            return None
        thread.votes = trend.votes
        return replace(trend, thread=thread.first)


def name_of(trend: Trend) -> str:
    """What the thread is called that begins with this trend; it says nothing of the post."""
    return trend.thread or f"{hashed(trend.question) % 2**64:016x}"


def _within(mean: Floats, size: int) -> float:
    """The mean cosine between the vectors whose mean this is, without those with themselves."""
    return (float(mean @ mean) * size - 1) / (size - 1) if size > 1 else 1.0
