"""What tagging costs: posts a second of processor time, the time to load, and floods."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from time import perf_counter, process_time

from msgspec import Struct

from listener.ops.sentiment import FLOODS, MOST_FLOOD
from listener.tag import Tagger, load
from listener.types import Post

LEAST = {"fast": 30_000.0, "accurate": 200.0}
"""Posts a second of processor time that we aim for; two cores read twice as many."""

MOST_LOAD = 1.0
"""Seconds that loading may take."""


class Speed(Struct, frozen=True):
    """A tagger's figures."""

    choice: str
    model: str
    posts: int
    per_second: float  # of processor time, evidence and all
    loads: float  # seconds
    floods_ms: Mapping[str, float]

    @property
    def missed(self) -> list[str]:
        """What falls short of its aim."""
        slow = [f"{self.choice}: {what}" for what, cost in self.floods_ms.items() if cost > MOST_FLOOD]
        return [
            *([f"{self.choice}: {LEAST[self.choice]:,.0f} posts/s"] if self.per_second < LEAST[self.choice] else []),
            *([f"{self.choice}: loaded in {MOST_LOAD:g} s"] if self.loads > MOST_LOAD else []),
            *slow,
        ]


def measure(choice: str, posts: Sequence[Post], times: int = 5) -> Speed:
    """Load the tagger and tag all posts, so many times; medians."""
    began = perf_counter()
    tagger = load(choice)
    loads = perf_counter() - began
    tagger(posts[:20])  # the first texts are slower
    floods = {
        what: 1000 * median(_seconds(tagger, [_with(posts[0], text)]) for _ in range(times))
        for what, text in FLOODS.items()
    }
    takes = median(_seconds(tagger, posts) for _ in range(times))
    return Speed(choice, tagger.model, len(posts), len(posts) / takes, loads, floods)


def _with(post: Post, text: str) -> Post:
    return Post(source=post.source, id="flood", text=text, created_at=post.created_at)


def _seconds(tag: Callable[[Sequence[Post]], object] | Tagger, posts: Sequence[Post]) -> float:
    """Processor time of tagging the posts once; never zero, however coarse the clock is."""
    began = process_time()
    tag(posts)
    return max(process_time() - began, 1e-9)
