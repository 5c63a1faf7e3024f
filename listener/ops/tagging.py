"""What tagging costs: posts a second, the time and memory to load, how that grows with the length, and floods."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from statistics import median
from time import perf_counter, process_time

from msgspec import Struct
from msgspec.structs import replace

from listener.ops.sentiment import FLOODS, MOST_FLOOD
from listener.ops.speed import peak_mb
from listener.tag import Tagger, load
from listener.types import Post

LEAST = {"fast": 30_000.0, "accurate": 200.0}
"""Posts a second of processor time that we aim for; two cores read twice as many."""

SAMPLE = {"fast": 2_000, "accurate": 300}
"""Posts that are tagged in each run, drawn evenly from all that are given."""

MOST_LOAD, MOST_MB = 1.0, 250.0
"""Seconds of processor time that loading may take, and megabytes of the process with the tagger in it."""

MOST_GROWTH = 2.5
"""How many times as long a text of twice the length may take."""

_PAGE = 500  # posts that are tagged at a time
_LONG = 2_000  # characters: no more of a post is read


class Speed(Struct, frozen=True):
    """A tagger's figures."""

    choice: str
    model: str
    given: int  # posts
    posts: int  # of them that were tagged in each run
    per_second: float  # of processor time, evidence and all
    at_once: float  # posts a second on the clock, on all cores that it uses
    loads: float  # seconds of processor time
    peak_mb: float
    growth: float  # what 2,000 characters take, in times of what 1,000 take
    floods_ms: Mapping[str, float]

    @property
    def missed(self) -> list[str]:
        """What falls short of its aim."""
        short = {
            f"{LEAST[self.choice]:,.0f} posts/s": self.per_second < LEAST[self.choice],
            f"loaded in {MOST_LOAD:g} s": self.loads > MOST_LOAD,
            f"{MOST_MB:g} MB": self.peak_mb > MOST_MB,
            "linear in length": self.growth > MOST_GROWTH,
            **{what: cost > MOST_FLOOD for what, cost in self.floods_ms.items()},
        }
        return [f"{self.choice}: {what}" for what, fell in short.items() if fell]


def measure_alone(choice: str, posts: Sequence[Post]) -> Speed:
    """`measure` in a process of its own, so that its memory is the tagger's."""
    with ProcessPoolExecutor(1, get_context("spawn")) as alone:
        return alone.submit(measure, choice, drawn(posts, SAMPLE[choice]), len(posts)).result()


def drawn(posts: Sequence[Post], count: int) -> list[Post]:
    """So many posts, evenly from all."""
    return [posts[number * len(posts) // count] for number in range(count)] if count < len(posts) else list(posts)


def measure(choice: str, posts: Sequence[Post], given: int, times: int = 5) -> Speed:
    """Load the tagger and tag all posts, so many times; medians. `given`: from how many they were drawn."""
    began = process_time()
    tagger = load(choice)
    loads = process_time() - began
    _pages(tagger, posts)  # the first texts are slower
    loaded = peak_mb()
    runs = [_seconds(tagger, posts) for _ in range(times)]
    text = "\n".join(post.text for post in posts)
    short, long = (_with(posts[0], (text * _LONG)[:most]) for most in (_LONG // 2, _LONG))
    lengths = [(_seconds(tagger, [short])[0], _seconds(tagger, [long])[0]) for _ in range(times)]
    floods = {
        what: 1000 * median(_seconds(tagger, [_with(posts[0], flood)])[0] for _ in range(times))
        for what, flood in FLOODS.items()
    }
    return Speed(
        choice,
        tagger.model,
        given,
        len(posts),
        per_second=len(posts) / median(spent for spent, _ in runs),
        at_once=len(posts) / median(passed for _, passed in runs),
        loads=loads,
        peak_mb=loaded,
        growth=median(twice / once for once, twice in lengths),
        floods_ms=floods,
    )


def _with(post: Post, text: str) -> Post:
    return replace(post, id="flood", title="", text=text)


def _pages(tag: Callable[[Sequence[Post]], object] | Tagger, posts: Sequence[Post]) -> None:
    for start in range(0, len(posts), _PAGE):
        tag(posts[start : start + _PAGE])


def _seconds(tag: Callable[[Sequence[Post]], object] | Tagger, posts: Sequence[Post]) -> tuple[float, float]:
    """Processor time and time on the clock of tagging the posts once; never zero, however coarse the clocks are."""
    spent, passed = process_time(), perf_counter()
    _pages(tag, posts)
    return max(process_time() - spent, 1e-9), max(perf_counter() - passed, 1e-9)
