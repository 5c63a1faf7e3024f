"""Does something fall silent that should speak? What should have come meanwhile is known from other days."""

from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from listener.trend.hourly import HOUR, Numbers, Usual, Window, usual
from listener.trend.tails import none
from listener.trend.words import hashed
from listener.types.trend import Kind, Trend

LEAST = 4.0  # the score from which on it is told
_DAY = 24 * HOUR
_DAYS = 2  # at this time of day, before a silence is told
_COLD = 4 * 24  # hours that were listened to: fewer are little history
_MOSTLY = 0.5  # of an hour that was listened to


class Open(Struct, frozen=True):
    """What was told: the name of its thread, when it was last unusual, in seconds, and how many votes were told."""

    first: str
    at: float
    votes: int


class Told(Struct, frozen=True):
    """All that was told of a topic, by moment, mood or silence, and the hours since 1970 that it was told of."""

    open: dict[str, Open] = {}
    hours: dict[str, list[int]] = {}


class Series(Struct, frozen=True):
    """How often a topic, or else a source, spoke, hour by hour up to the present one, and when it last did."""

    topic: str
    source: str
    counts: Numbers
    heard: Numbers  # which part of each hour was listened to
    latest: float | None  # seconds


def silence(told: dict[str, Open], series: Series, now: datetime, least: float = LEAST) -> Trend | None:
    """That something should speak and does not; or, in the thread of that, that it speaks again.

    Args:
        told: what was told before; it is brought up to date.
    """
    name, latest = f"silence {series.source}".strip(), series.latest
    if latest is None:
        return None
    if before := told.get(name):
        if latest <= before.at:
            return None
        del told[name]
        return replace(_trend(series, Usual(0, 1), 0.0, now), thread=before.first, over=True)
    usually = expected(series, latest, now.timestamp())
    if usually is None or (score := none(usually)) < least:
        return None
    trend = _trend(series, usually, score, now)
    told[name] = Open(named(trend), now.timestamp(), 0)
    return trend


def expected(series: Series, latest: float, now: float) -> Usual | None:
    """What should have come since then, by this time of other days, as far as it was listened to; None: unknown."""
    last, seconds = int(now // HOUR), min(now - latest, _DAY)
    if seconds < HOUR:
        return None
    window = Window(now, seconds)
    mostly = (series.heard > _MOSTLY).astype(float)
    compared = window.earlier(mostly, last)
    if len(compared[1]) < 3 * _DAYS:
        return None
    found = usual(series.counts, window, compared)[-1]
    return Usual(found.mean * _listened(series.heard, now, seconds), found.shape)


def _listened(heard: Numbers, now: float, seconds: float) -> float:
    """Which part of the latest seconds was listened to, 0 to 1."""
    first, begun = divmod(now - seconds, HOUR)
    hours = heard[-(int(now // HOUR) - int(first) + 1) :]
    return min(1.0, (float(hours.sum()) - float(hours[0]) * begun / HOUR) * HOUR / seconds)


def _trend(series: Series, usually: Usual, score: float, now: datetime) -> Trend:
    latest = series.latest or now.timestamp()
    return Trend(
        kind=Kind.SILENCE,
        topic=series.topic,
        what=series.source,
        at=now,
        question="",
        votes=0,
        posts=(),
        authors=0,
        expected=usually.mean,
        score=score,
        since=datetime.fromtimestamp(latest, UTC),
        window=now.timestamp() - latest,
        cold=int((series.heard > _MOSTLY).sum()) < _COLD,
    )


def named(trend: Trend) -> str:
    """What the thread is called that begins with this trend; it says nothing of the posts."""
    what = " ".join((trend.kind, trend.topic, trend.what, trend.at.isoformat(), *trend.posts))
    return f"{hashed(what) % 2**64:016x}"
