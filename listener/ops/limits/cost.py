"""What a post costs on its way: repaired, matched, tagged, scored, stored, shown."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TypeVar

from msgspec import Struct

from listener.alert import Router, Rules
from listener.channels.slack import render
from listener.edge import repair
from listener.match import Matcher
from listener.ops.limits.figures import Figure
from listener.ops.limits.hostile import SOURCE, TOPICS, hostile
from listener.score import score
from listener.store import Store
from listener.tag import load
from listener.types import Alert, Analysis, Batch, Finding, Message, Post, Reason, Route

AIM = 50.0
"""Milliseconds that no post may exceed."""

STEPS = ("repair", "match", "tag", "score", "store", "show")

T = TypeVar("T")


class Cost(Struct, frozen=True):
    """Milliseconds of each step."""

    what: str
    steps: Mapping[str, float]

    @property
    def total(self) -> float:
        """All steps together."""
        return sum(self.steps.values())

    @property
    def figure(self) -> Figure:
        """The total beside its aim."""
        return Figure(self.what, self.total, AIM, "ms")


class Watch:
    """Measures steps by name."""

    def __init__(self) -> None:
        self.steps: dict[str, float] = {}

    def take(self, step: str, work: Callable[[], T]) -> T:
        """Do it and note how long it took."""
        began = perf_counter()
        done = work()
        self.steps[step] = (perf_counter() - began) * 1000
        return done


class Line:
    """A post's way through the product, without sources and without a network."""

    def __init__(self, store: Store) -> None:
        self._store, self._match, self._tag = store, Matcher.of(TOPICS, {}), load()
        router = Router(Route(channel="console"), {}, {})
        self._decide = Rules(TOPICS, router)

    def take(self, what: str, post: Post, now: datetime) -> Cost:
        """Send one post through."""
        watch = Watch()
        clean = watch.take("repair", lambda: repair(post, now))
        [matches] = watch.take("match", lambda: self._match([clean], now))
        [tags] = watch.take("tag", lambda: self._tag([clean]))
        scores = watch.take("score", lambda: [score(clean, match, tags, now) for match in matches])
        found = tuple(Finding(clean, match, tags, value) for match, value in zip(matches, scores, strict=True))
        batch, analysis = Batch(posts=(clean,)), Analysis(findings=found)
        watch.take("store", lambda: self._store.keep(SOURCE, batch, analysis, self._decide, now))
        watch.take("show", lambda: render(_message(found, now)))
        return Cost(what, watch.steps)


def costs(now: datetime, times: int = 5, progress: Callable[[str], None] = lambda _: None) -> list[Cost]:
    """What each hostile post costs: of each step the median of so many runs, the dearest post first."""
    runs: dict[str, list[Cost]] = {}
    for number in range(times):
        with TemporaryDirectory() as folder, closing(Store.open(Path(folder) / "limits.db", now)) as store:
            store.activate([SOURCE], TOPICS, now - timedelta(days=1))
            line = Line(store)
            line.take("warm", Post(source=SOURCE, id="warm", text="where can I buy a desk?", created_at=now), now)
            for what, post in hostile(now).items():
                progress(f"run {number + 1} of {times}: {what}")
                runs.setdefault(what, []).append(line.take(what, post, now))
    return sorted(_medians(runs.values()), key=lambda cost: -cost.total)


def _medians(runs: Iterable[list[Cost]]) -> Iterator[Cost]:
    for costs in runs:
        yield Cost(costs[0].what, {step: median(cost.steps[step] for cost in costs) for step in STEPS})


def _message(found: tuple[Finding, ...], now: datetime) -> Message:
    alert = Alert(key="limits", channel="slack:#limits", reason=Reason.FIRST, about=found, due_at=now, deadline_at=now)
    return Message(key="limits", channel="slack:#limits", alerts=(alert,))
