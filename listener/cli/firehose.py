"""The whole product on a stream that never pauses: what a post costs from its line in a file to the database."""

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from msgspec import Struct

from listener import plugins
from listener.app import App
from listener.config import Env, load
from listener.ops.speed import Stream, peak_mb, taken, usual
from listener.sources.jsonl import ROUGH
from listener.store import Kept

SHARE = 0.02
"""Of the posts, how many hold one of the phrases."""

TIMES = 5
_WARM = (
    200_000  # posts before: the day's sample of what matches nothing fills with the first ones, and then rarely moves
)
_CONFIG = """
[store]
url = "sqlite:///{folder}/firehose.db"
[[sources]]
use = "jsonl"
path = "{folder}/posts.jsonl"
[tag]
tagger = "fast"
[[channels]]
use = "console"
[route]
channel = "console"
"""
_TOPIC = "[[topics]]\nname = \"t{number}\"\nquery = '{query}'\n"
_A_TOPIC = 40  # phrases


class Passed(Struct, frozen=True):
    """What it took with so many phrases; seconds are those of the processor, of one process."""

    phrases: int
    posts: int  # of each of the runs that the rate is the median of
    share: float  # of them that matched
    rate: float  # posts a second and core
    usual: float  # posts a second of what one would write at first: json, `re`, vaderSentiment, rows
    load_seconds: float  # until the configuration is ready
    peak_mb: float  # of the process, phrases, database and all


def passed(stream: Stream, count: int, posts: int, warm: int = _WARM) -> Passed:
    """Read a file with so many phrases, as `listener once` does, five times so many posts one after the other."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        phrases = stream.phrases(count, SHARE)
        _write(folder, phrases, stream.lines(warm + TIMES * posts))
        with ProcessPoolExecutor(1, get_context("spawn")) as alone:  # so that its memory is the product's
            run = alone.submit(_read, folder, posts, warm).result()
        plainly = usual(list(stream.lines(ROUGH)), phrases, folder / "usual.db")
    read = [kept for _, pages in run.runs for kept in pages]
    share = sum(kept.posts for kept in read) / sum(kept.read for kept in read)
    return Passed(count, posts, share, median(map(_rate, run.runs)), plainly, run.load_seconds, run.peak_mb)


class _Run(Struct, frozen=True):
    """Seconds until the configuration is ready, those of each run with its pages, and the most memory."""

    load_seconds: float
    runs: list[tuple[float, list[Kept]]]
    peak_mb: float


def _read(folder: Path, posts: int, warm: int) -> _Run:
    """Read the file of a folder, page by page."""
    loading, app = taken(lambda: App.open(load(folder, {}, plugins.find), Env({})))
    with closing(app.store):
        pages = app.read("jsonl", to_the_end=True)
        for _ in islice(pages, warm // ROUGH):
            pass
        runs = [taken(lambda: list(islice(pages, posts // ROUGH))) for _ in range(TIMES)]
    return _Run(loading, runs, peak_mb())


def _rate(run: tuple[float, list[Kept]]) -> float:
    seconds, kept = run
    return sum(page.read for page in kept) / seconds


def _write(folder: Path, phrases: list[str], lines: Iterable[bytes]) -> None:
    (folder / "listener.toml").write_text(_CONFIG.format(folder=folder))
    groups = [phrases[start : start + _A_TOPIC] for start in range(0, len(phrases), _A_TOPIC)]
    queries = [" OR ".join(f'"{phrase}"' for phrase in group) for group in groups]
    topics = "".join(_TOPIC.format(number=number, query=query) for number, query in enumerate(queries))
    (folder / "topics.toml").write_text(topics)
    with (folder / "posts.jsonl").open("wb") as file:
        file.writelines(lines)
