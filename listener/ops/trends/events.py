"""The streams of the benchmark: real posts, bursts put into them, and the controls."""

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from listener.trend import Line, line_of

Groups = Sequence[tuple[str, Sequence[str]]]
"""Questions that mean the same, by name."""

A_DAY = {"airline": 14.0, "reddit": 20.0}  # bursts; in other streams fewer
OTHERS_A_DAY = 0.6
WARM_UP = 0.25  # of a stream, in which nothing is counted
HOUR, DAY = 3_600.0, 86_400.0
_KINDS = ("real", "real", "real", "real", "author", "copies")
_SIZES = (3, 5, 10, 30)
SPAM = 30
RECURRING = "recurring"


class Event(Struct, frozen=True):
    """A burst that was put into a stream; its posts are named "key.number"."""

    key: str
    kind: str  # "real", "author" (one author, many texts) or "copies" (many authors, one text)
    size: int
    group: str
    times: tuple[float, ...]

    def holds(self, post: str) -> bool:
        """Whether a post belongs to it."""
        return post.startswith(f"{self.key}.")


def stream(path: Path) -> list[Line]:
    """A stream, earliest first; raises OSError, ValueError."""
    with path.open("rb") as lines:
        return sorted((line_of(line) for line in lines if line.strip()), key=lambda line: line.ts)


def groups(path: Path) -> Groups:
    """All groups of `groups.json`; raises OSError, ValueError."""
    found = json.loads(path.read_bytes())
    return [(f"{of}/{name}", sorted(set(texts))) for of in found for name, texts in found[of].items()]


def span(lines: Sequence[Line]) -> tuple[float, float]:
    """The part of a stream that counts: after the warm-up, and not the last three hours."""
    first, last = lines[0].ts, lines[-1].ts
    return first + WARM_UP * (last - first), last - 3 * HOUR


def with_events(name: str, lines: Sequence[Line], of: Groups, seed: int) -> tuple[list[Line], list[Event]]:
    """The stream with bursts of one seed, by the benchmark's rules."""
    draw = random.Random(f"{name}/{seed}")  # noqa: S311  # draws examples, guards nothing
    since, until = span(lines)
    free, platforms = list(of), [line.platform for line in draw.sample(lines, min(200, len(lines)))]
    draw.shuffle(free)
    events, posts, real = list[Event](), list[Line](), 0
    for number in range(int(A_DAY.get(name, OTHERS_A_DAY) * (until - since) / DAY)):
        kind = _KINDS[number % len(_KINDS)]
        size = _SIZES[real % len(_SIZES)] if kind == "real" else SPAM
        real += kind == "real"
        taken = next((g for g in free if len(g[1]) >= (1 if kind == "copies" else size)), None)
        start = draw.uniform(since, until)
        if taken is None:
            continue
        free.remove(taken)
        texts = [draw.choice(taken[1])] * size if kind == "copies" else draw.sample(taken[1], size)
        times = tuple(sorted(start + draw.uniform(0, HOUR) for _ in texts))
        event = Event(f"event-{seed}-{number}", kind, size, taken[0], times)
        events.append(event)
        posts += _posts(event, texts, platforms, draw)
    return sorted((*lines, *posts), key=lambda line: line.ts), events


def _posts(event: Event, texts: Sequence[str], platforms: Sequence[str], draw: random.Random) -> Iterator[Line]:
    for number, (text, ts) in enumerate(zip(texts, event.times, strict=True)):
        author = event.key if event.kind == "author" else f"{event.key}.{number}"
        yield Line(ts, f"{event.key}.{number}", text, draw.choice(platforms), author)


# Controls


def permuted(lines: Sequence[Line], seed: int = 1) -> list[Line]:
    """The same posts at each other's times: whatever is found is false."""
    times = [line.ts for line in lines]
    random.Random(seed).shuffle(times)  # noqa: S311
    return sorted((replace(line, ts=ts) for line, ts in zip(lines, times, strict=True)), key=lambda line: line.ts)


def late(lines: Sequence[Line], seed: int = 1) -> list[Line]:
    """A tenth of the posts come up to two hours after they were posted."""
    draw = random.Random(seed)  # noqa: S311
    return sorted(lines, key=lambda line: line.ts + (draw.uniform(0, 2 * HOUR) if draw.random() < 0.1 else 0))


def recurring(lines: Sequence[Line], of: Groups, seed: int = 1, votes: int = 10) -> list[Line]:
    """A question that ten people ask within an hour, every day at the same time."""
    draw = random.Random(seed)  # noqa: S311
    texts = max(of, key=lambda group: len(group[1]))[1]
    days = int((lines[-1].ts - lines[0].ts) / DAY)
    asked = [
        Line(lines[0].ts + day * DAY + draw.uniform(0, HOUR), f"{RECURRING}.{day}.{n}", text, "twitter", f"{day}.{n}")
        for day in range(days)
        for n, text in enumerate(draw.sample(list(texts), min(votes, len(texts))))
    ]
    return sorted((*lines, *asked), key=lambda line: line.ts)
