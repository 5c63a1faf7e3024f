"""What many posts cost: time a question, on the first day and the last, memory, and the time of a restart."""

import random
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import process_time

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from listener.store import Store
from listener.store.trends import Counted, TrendStore
from listener.trend import Detector, Light, Line, asked, asks
from listener.trend.detector import Memory
from listener.types.trend import Asked

_TOPIC = "bench"
_START = datetime(2024, 1, 1, tzinfo=UTC)
_AT_ONCE = 200  # questions a transaction, as a running Listener stores them


class Load(Struct, frozen=True, kw_only=True):
    """What so many posts cost."""

    posts: int
    questions: int
    days: int
    first: float  # questions a CPU second on the first day on which all were looked at
    last: float  # and on the last
    memory: float  # MB beyond the process before it
    restart: float  # CPU seconds from the opened database to the next question
    restart_memory: float  # MB beyond the process before it


def load(lines: Sequence[Line], posts: int, days: int, sample: int) -> Load:
    """Run so many posts, the texts of a stream in random order, each by another author, evenly over the days.

    Args:
        sample: of the last posts of the first and of the last day so many are timed, and as many before them are looked
            at for bursts too; all others are counted and stored alone, which leaves the same to be remembered. 0: all
            posts of all days are looked at, and those of the first and the last day are timed.
    """
    encode, before = Light.load(), _megabytes()
    detector, timed, questions = Detector(encode.width, topic=_TOPIC), (_Timed(), _Timed()), 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        store = Store.open(path, _START)
        tables, batch = TrendStore(store.db), list[Asked]()
        for number, line in enumerate(_posts(lines, posts, days)):
            day, left = divmod(posts - number - 1, posts // days)
            start = process_time()
            if asks(line.text):
                # Each is another's text, or one that is drawn twice would be one vote.
                each = replace(asked(line, encode), text=number + 1)
                if not sample or (left < 2 * sample and day in {0, days - 1}):
                    detector.add(each, each.at)
                else:
                    detector.remember(each, line.ts)
                batch.append(each)
            if day in {0, days - 1} and left < (sample or posts):
                timed[day == 0].note(process_time() - start, asks(line.text))
            if len(batch) == _AT_ONCE or (batch and not left and not day):
                questions += len(batch)
                _keep(tables, batch, detector, questions)
                batch = []
        memory = _megabytes() - before
        store.close()
        with get_context("spawn").Pool(1) as pool:
            restart, restart_memory = pool.apply(_restart, (path, days))
    return Load(
        posts=posts,
        questions=questions,
        days=days,
        first=timed[0].a_second,
        last=timed[1].a_second,
        memory=memory,
        restart=restart,
        restart_memory=restart_memory,
    )


class _Timed:
    """Seconds of some posts, and how many of them ask."""

    def __init__(self) -> None:
        self.questions, self.seconds = 0, 0.0

    def note(self, seconds: float, asks: bool) -> None:
        self.questions, self.seconds = self.questions + asks, self.seconds + seconds

    @property
    def a_second(self) -> float:
        return self.questions / max(self.seconds, 1e-9)


def _posts(lines: Sequence[Line], posts: int, days: int) -> Iterator[Line]:
    draw, step = random.Random(1), days * 86_400 / posts  # noqa: S311  # draws examples, guards nothing
    for number in range(posts):
        at = _START.timestamp() + number * step
        yield replace(draw.choice(lines), ts=at, id=f"x:{number}", author=str(number))


def _keep(tables: TrendStore, batch: Sequence[Asked], detector: Detector, upto: int) -> None:
    memory = msgspec.json.encode(detector.memory())
    counted = Counted(topic=_TOPIC, model=Light.model, upto=upto, memory=memory, asked=batch)
    tables.keep(counted, datetime.fromtimestamp(detector.now, UTC))


def _restart(path: Path, days: int) -> tuple[float, float]:
    """In a process of its own: seconds and MB until a detector knows again what the database holds."""
    now, width = _START + timedelta(days=days), Light.load().width
    store, before = Store.look(path), _megabytes()
    start = process_time()
    _, memory, questions = TrendStore(store.db).remembered(_TOPIC, Light.model, now)
    detector = Detector(width, topic=_TOPIC)
    detector.restore(msgspec.json.decode(memory, type=Memory), questions)
    return process_time() - start, _megabytes() - before


def _megabytes() -> float:
    """The most memory that this process held."""
    status = Path("/proc/self/status")
    if not status.exists():
        return getrusage(RUSAGE_SELF).ru_maxrss / 1024
    # What getrusage tells of a new process is at least what its parent held.
    return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))
