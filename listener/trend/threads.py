"""One alert a question: what was told of it stays its thread, until it is quiet again."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from listener.trend.past import Floats
from listener.trend.words import hashed
from listener.types.trend import Trend

SILENCE = timedelta(hours=6)
_FORGET = timedelta(hours=26)  # no window reaches further back
_SHARED = 1 / 2  # of a burst's posts that were told: it is the same burst
_ALIKE = 0.8  # of the likeness within a burst that its posts have to those told, if both ask the same


class Told(Struct, frozen=True):
    """A thread as it is stored: `mean` of the vectors of its posts, float32."""

    first: str
    at: datetime
    votes: int
    posts: list[int]  # hashes: a name that is forgotten is not kept here
    mean: bytes
    carried: bool = False  # its posts were put together by other vectors than those of now


class Thread:
    """A question that was told."""

    def __init__(self, told: Told) -> None:
        self.first, self.at, self.votes, self.posts = told.first, told.at, told.votes, set(told.posts)
        self.mean, self.carried = np.frombuffer(told.mean, np.float32), told.carried

    def holds(self, trend: Trend, mean: Floats) -> bool:
        """Whether a burst is this question again: by its meaning, within the silence or if half of it was told.

        Its posts are about as near to those told as to each other. So a burst that mixes what was told with other
        things is no news, and a question in its own words is, however much was told of its subject. Where other
        vectors put together what was told, half of its posts are enough.
        """
        means = float(self.mean @ mean) >= _ALIKE * _within(mean, len(trend.posts))
        if not (means or self.carried) or (means and trend.at - self.at < SILENCE):
            return means
        return sum(_hash(post) in self.posts for post in trend.posts) >= _SHARED * len(trend.posts)


class Threads:
    """The questions that were told of late."""

    def __init__(self, told: Iterable[Told] = ()) -> None:
        self.open = [Thread(each) for each in told]

    def told(self) -> list[Told]:
        """What is to be stored."""
        return [Told(t.first, t.at, t.votes, sorted(t.posts), t.mean.tobytes(), t.carried) for t in self.open]

    def join(self, trend: Trend, mean: Floats) -> Trend | None:
        """The trend, if it is to be told: a new question, or one that has twice the votes told."""
        self.open = [thread for thread in self.open if trend.at - thread.at < _FORGET]
        thread = next((t for t in reversed(self.open) if t.holds(trend, mean)), None)
        if thread is None:
            self.open.append(Thread(_told(trend, mean)))
            return trend
        thread.posts.update(map(_hash, trend.posts))
        if trend.votes < 2 * thread.votes:
            return None
        thread.votes = trend.votes
        return replace(trend, thread=thread.first)


def name_of(trend: Trend) -> str:
    """What the thread is called that begins with this trend; it says nothing of the posts.

    The middle question alone would not do: it may be the middle of another burst, too.
    """
    return trend.thread or f"{hashed(' '.join((trend.at.isoformat(), *trend.posts))) % 2**64:016x}"


@lru_cache(maxsize=16_384)
def _hash(post: str) -> int:
    """The same posts come again with each new one of their burst."""
    return hashed(post)


def _told(trend: Trend, mean: Floats) -> Told:
    posts = [_hash(post) for post in trend.posts]
    return Told(name_of(trend), trend.at, trend.votes, posts, mean.tobytes())


def _within(mean: Floats, size: int) -> float:
    """The mean cosine between the vectors whose mean this is, without those with themselves."""
    return max(0.0, (float(mean @ mean) * size - 1) / (size - 1)) if size > 1 else 1.0
