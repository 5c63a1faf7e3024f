"""Runs the streams with bursts, and every control."""

from collections.abc import Iterable, Sequence
from resource import RUSAGE_SELF, getrusage
from time import process_time

import msgspec
from msgspec import Struct, structs

from listener.ops.trends.events import RECURRING, Event, Groups, late, permuted, recurring, with_events
from listener.ops.trends.judge import Share, Verdict, a_day, judge, oracle
from listener.ops.trends.rivals import Method, methods
from listener.trend import Detector, Line, Reader, replay
from listener.trend.detector import LEAST, Memory
from listener.trend.levels import Levels
from listener.types.trend import Trend

SIZES = (3, 5, 10, 30)


class Figures(Struct, frozen=True, kw_only=True):
    """What one method does with one stream."""

    stream: str
    method: str
    least: float
    recall: Share
    by_size: dict[int, Share]
    delay: dict[int, float | None]  # median minutes
    natural: float  # alarms a day without bursts
    permuted: float  # alarms a day where every one is false
    spam: Share
    others: float = 0.0  # alarms a day beside the bursts
    oracle: dict[int, float | None] = {}
    late: Share | None = None  # recall, a tenth of the posts late
    recurring: int | None = None  # alarms after the fourth day about what recurs daily
    same: bool | None = None  # whether a detector rebuilt at every tenth post tells the same
    posts_a_second: float = 0.0  # of CPU time
    questions_a_second: float = 0.0
    restart: float = 0.0  # seconds of CPU time until all that is remembered is counted again
    memory: float = 0.0  # MB of the process at its greatest


def measure(
    name: str,
    lines: Sequence[Line],
    of: Groups,
    encode: Reader,
    seeds: Iterable[int] = range(1, 6),
    compared: Sequence[Method] = (),
) -> Iterable[Figures]:
    """The first method, which is ours, with every control, then the others."""
    runs = [with_events(name, lines, of, seed) for seed in seeds]
    cached = Cached(encode)
    for number, method in enumerate(compared or methods(LEAST)):
        figures = _figures(name, lines, runs, cached, method)
        yield figures if number else _controlled(figures, lines, of, runs, cached, method)


class Cached:
    """An encoder that remembers: the same posts are run again and again."""

    def __init__(self, encode: Reader) -> None:
        self.encode, self._known, self._asking = encode, dict[str, bytes](), dict[str, bool]()
        self.model, self.width, self.centred = encode.model, encode.width, encode.centred

    def __call__(self, texts: Sequence[str]) -> list[bytes]:
        """A vector for each text."""
        for text in texts:
            if text not in self._known:
                self._known[text] = self.encode([text])[0]
        return [self._known[text] for text in texts]

    def asks(self, text: str) -> bool:
        """Whether a text may ask its readers for something."""
        if text not in self._asking:
            self._asking[text] = self.encode.asks(text)
        return self._asking[text]


def _figures(
    name: str, lines: Sequence[Line], runs: Sequence[tuple[list[Line], list[Event]]], encode: Reader, method: Method
) -> Figures:
    verdicts = [judge(_told(posts, encode, method), events, lines) for posts, events in runs]
    all_events = [event for _, events in runs for event in events]
    verdict = Verdict(
        {key: wait for each in verdicts for key, wait in each.found.items()}, sum(v.spam for v in verdicts)
    )
    days = (lines[-1].ts - lines[0].ts) * 0.75 / 86_400
    return Figures(
        stream=name,
        method=method.name,
        least=method.least,
        recall=verdict.recall(all_events),
        by_size={size: verdict.recall(all_events, size) for size in SIZES},
        delay={size: verdict.delay(all_events, size) for size in SIZES},
        natural=a_day(_told(lines, encode, method), lines),
        permuted=a_day(_told(permuted(lines), encode, method), lines),
        spam=Share(verdict.spam, sum(event.kind != "real" for event in all_events)),
        others=sum(v.others for v in verdicts) / max(1, len(runs)) / days,
        oracle={size: oracle(all_events, size) for size in SIZES},
    )


def _told(lines: Iterable[Line], encode: Reader, method: Method) -> list[Trend]:
    return [
        trend for trend in replay(lines, encode, _detector(encode, method)) if not trend.thread and not trend.missed
    ]


def _controlled(
    figures: Figures,
    lines: Sequence[Line],
    of: Groups,
    runs: Sequence[tuple[list[Line], list[Event]]],
    encode: Cached,
    method: Method,
) -> Figures:
    """The figures with the controls that are made for our own method alone."""
    posts = runs[0][0]
    found = [judge(_told(late(p), encode, method), e, lines).recall(e) for p, e in runs]
    daily = _told(recurring(lines, of), encode, method)
    again = [trend for trend in daily if _is_recurring(trend, after=lines[0].ts + 4 * 86_400)]
    whole, parts = _told(posts, encode, method), _killed(posts, encode, method)
    seconds, restart = _speed(posts, encode, method)
    return structs.replace(
        figures,
        late=Share(sum(share.hits for share in found), sum(share.of for share in found)),
        recurring=len(again),
        same=whole == parts,
        posts_a_second=len(posts) / seconds,
        questions_a_second=sum(encode.asks(line.text) for line in posts) / seconds,
        restart=restart,
        memory=getrusage(RUSAGE_SELF).ru_maxrss / 1024,
    )


def _is_recurring(trend: Trend, after: float) -> bool:
    ours = sum(post.startswith(f"{RECURRING}.") for post in trend.posts)
    return 2 * ours >= len(trend.posts) and trend.at.timestamp() > after


def _killed(lines: Sequence[Line], encode: Reader, method: Method, deaths: int = 10) -> list[Trend]:
    """What is told where the process dies so many times, and what it knew is read again from what was stored."""
    told, detector = list[Trend](), _detector(encode, method)
    step = len(lines) // (deaths + 1) + 1
    for at in range(0, len(lines), step):
        detector = _restored(detector, _detector(encode, method))
        trends = replay(lines[at : at + step], encode, detector)
        told += [trend for trend in trends if not trend.thread and not trend.missed]
    return told


def _detector(encode: Reader, method: Method) -> Detector:
    """One that knows nothing yet."""
    levels = Levels(method.quantiles, encode.centred)
    return Detector(encode.width, method.least, measure=method.measure, levels=levels)


def _restored(detector: Detector, again: Detector) -> Detector:
    """The other one, which now knows what this one would have stored."""
    questions = [detector.past.asked(row) for row in range(detector.past.size)]
    memory = msgspec.json.decode(msgspec.json.encode(detector.memory()), type=Memory)
    again.restore(memory, questions)
    return again


def _speed(lines: Sequence[Line], encode: Cached, method: Method) -> tuple[float, float]:
    """CPU seconds for a stream, gate and vectors included; and for a restart at its end."""
    plain, detector = encode.encode, _detector(encode, method)
    start = process_time()
    for _ in replay(lines, plain, detector):
        pass
    end = process_time()
    _restored(detector, _detector(encode, method))
    return end - start, process_time() - end
