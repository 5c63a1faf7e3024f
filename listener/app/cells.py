"""Looks at new findings for needs that rise, moods that fall and silences, and has them told; beside collection."""

import logging
from collections.abc import Container, Sequence
from datetime import datetime, timedelta

import msgspec
import numpy as np

from listener.app.parts import Parts
from listener.errors import StoreError
from listener.store import Store
from listener.store.cells import CellStore, Look
from listener.store.heard import Heard, heard
from listener.store.read import Stored
from listener.store.trends import Tiding, TrendStore
from listener.trend import hashed, same_text
from listener.trend.cells import Cells
from listener.trend.hourly import HOUR, KEPT, Numbers
from listener.trend.silence import Open, Series, Told, named, silence
from listener.trend.telling import alerts, notice
from listener.types import Clock, Topic
from listener.types.trend import Kind, Trend, Vote

log = logging.getLogger(__name__)

_AT_ONCE = 200  # findings a transaction
_EVERY = timedelta(minutes=5)  # between two looks for silences
_MOSTLY = 0.5  # of an hour that was listened to


class Counts:
    """The cells of each topic, as far as the database says: a restart changes nothing."""

    def __init__(self, store: Store, now: Clock) -> None:
        self._store, self._tables, self._trends, self._now = store, CellStore(store.db), TrendStore(store.db), now
        self._cells: dict[str, tuple[Cells, int]] = {}
        self._sources: dict[str, Open] | None = None
        self._looked: datetime | None = None  # for silences
        self._hours: dict[str, list[Heard]] = {}  # of each source, read once a look, however many topics there are
        self._well: dict[str, bool] = {}

    def look(self, parts: Parts, later: Container[str] = ()) -> int:
        """Count what is new; answers how many messages are new. Trouble is noted, not raised.

        Args:
            later: topics whose questions are not counted yet: of what is asked there, a need is no news besides.
        """
        self._hours, self._well = {}, {}
        try:
            topics = [topic for topic in parts.settings.topics if topic.id not in later]
            told = sum(self._look(parts, topic) for topic in topics)
            return told + self._look_for_silences(parts, topics)
        except StoreError as error:
            self._cells.clear()  # they may know of what was not stored
            self._sources = None
            log.error("trends: %s; counted again later", error)
            return 0

    # Needs and moods

    def _look(self, parts: Parts, topic: Topic) -> int:
        told = 0
        cells, upto = self._of(topic.id)
        cells.least = topic.trend_score  # of its silence too, for which nothing fresh need come
        while found := self._trends.fresh(topic.id, upto, _AT_ONCE):
            since = self._listening_since(topic.id, [stored for _, _, stored in found])
            cells.deaf = self._deaf(parts, topic)
            trends = list[Trend]()
            for _, read_at, stored in found:
                if not stored.erased and (vote := _vote(parts, stored)):
                    trends += cells.add(vote, read_at, tell=vote.at >= since[stored.stream])
            tidings = [self._tiding(parts, trend) for trend in trends if trend.kind in topic.trends]
            upto = found[-1][0]
            told += self._keep(cells, upto, tidings)
        return told

    def _of(self, topic: str) -> tuple[Cells, int]:
        if topic not in self._cells:
            cells, stored = Cells(topic), self._tables.remembered(topic, self._now())
            told = msgspec.json.decode(stored.memory or b"{}", type=Told)
            cells.restore(told, stored.votes, stored.hours)
            self._cells[topic] = (cells, stored.upto)
        return self._cells[topic]

    def _keep(self, cells: Cells, upto: int, tidings: Sequence[Tiding]) -> int:
        memory = msgspec.json.encode(cells.told())
        look = Look(topic=cells.topic, upto=upto, memory=memory, votes=cells.counted, tidings=tidings)
        told = self._tables.keep(look, self._now())
        cells.counted = []
        self._cells[cells.topic] = (cells, upto)
        return told

    def _listening_since(self, topic: str, found: Sequence[Stored]) -> dict[str, datetime]:
        """For each source, since when it and the topic are listened to: what was posted before is history."""
        first, streams = self._store.topic_since(topic), {stored.stream for stored in found}
        return {stream: first for stream in streams} | {
            stream: max(first, since) for stream, since in self._tables.since([*streams]).items()
        }

    def _tiding(self, parts: Parts, trend: Trend) -> Tiding:
        found = [stored for key in trend.posts if (stored := self._trends.finding(trend.topic, key))]
        example = next((each.finding for each in reversed(found) if not each.erased), None)
        name = trend.thread or self._name(trend)
        is_told = 2 * self._tables.asked(trend.topic, trend.posts, self._now()) >= len(trend.posts)
        if example is None or is_told:  # once is enough: of a question that trends, or that nobody wants to hear of
            return Tiding(trend=trend, thread=name, state="quiet")
        posts, now = [stored.finding.post for stored in found if not stored.erased], self._now()
        told_to = alerts(parts.router.channels(example, now), example, now)
        trend = msgspec.structs.replace(trend, question=example.post.key)
        return Tiding(trend=trend, thread=name, state="told", notice=notice(trend, posts), alerts=told_to)

    def _name(self, trend: Trend) -> str:
        """The name of a thread that has just begun."""
        told = self._cells[trend.topic][0].open
        return next(each.first for name, each in told.items() if name == (trend.what or "negative"))

    # Silences

    def _look_for_silences(self, parts: Parts, topics: Sequence[Topic]) -> int:
        now = self._now()
        if self._looked and timedelta() <= now - self._looked < _EVERY:
            return 0
        self._looked = now
        told_of = [name for name, bound in parts.sources.items() if bound.settings.silence]
        told = sum(self._silence_of_source(parts, name, now) for name in told_of)
        return told + sum(self._silence(parts, t, now) for t in topics if Kind.SILENCE in t.trends)

    def _silence(self, parts: Parts, topic: Topic, now: datetime) -> int:
        cells, upto = self._of(topic.id)
        streams = _streams(parts, topic)
        if cells.first is None or not streams:
            return 0
        if not all(self._is_well(stream, now) for stream in streams):
            return 0
        least = np.min([_parts_heard(self._heard(stream, now), now) for stream in streams], axis=0)
        trend = cells.silence(now, least)
        return self._keep(cells, upto, [_silent(parts, trend, topic.name)]) if trend else 0

    def _silence_of_source(self, parts: Parts, name: str, now: datetime) -> int:
        hours = self._heard(name, now)
        latest = max((each.hour for each in hours if each.posts), default=None)
        if latest is None or not self._is_well(name, now):
            return 0
        told = self._told_of_sources()
        series = Series("", name, _posts(hours, now), _parts_heard(hours, now), (latest + 1) * HOUR)
        if not (trend := silence(told, series, now)):
            return 0
        look = Look(topic="", upto=0, memory=msgspec.json.encode(told), tidings=[_silent(parts, trend, name)])
        return self._tables.keep(look, now)

    def _told_of_sources(self) -> dict[str, Open]:
        if self._sources is None:
            stored = self._tables.remembered("", self._now())
            self._sources = msgspec.json.decode(stored.memory or b"{}", type=dict[str, Open])
        return self._sources

    def _is_well(self, stream: str, now: datetime) -> bool:
        """Whether a source can be read, and nothing of its last day is missing."""
        if stream not in self._well:
            until = self._store.asked_until(stream)
            trouble = (until and until > now) or self._store.standing(stream)
            self._well[stream] = not trouble and not self._tables.gaps([stream], now - timedelta(days=1))
        return self._well[stream]

    def _heard(self, stream: str, now: datetime) -> list[Heard]:
        if stream not in self._hours:
            self._hours[stream] = heard(self._store.db, stream, int(now.timestamp() // HOUR) - KEPT)
        return self._hours[stream]

    def _deaf(self, parts: Parts, topic: Topic) -> frozenset[int]:
        """Hours in which no source of a topic was listened to, of those since any was."""
        now, most = self._now(), dict[int, float]()
        for stream in _streams(parts, topic):
            for each in self._heard(stream, now):
                most[each.hour] = max(most.get(each.hour, 0.0), each.seconds)
        hours = range(min(most, default=0), int(now.timestamp() // HOUR)) if most else ()
        return frozenset(hour for hour in hours if most.get(hour, 0.0) < _MOSTLY * HOUR)


def _vote(parts: Parts, stored: Stored) -> Vote | None:
    """What is counted of a finding; None where it is our own."""
    post, tags = stored.finding.post, stored.finding.tags
    if f"{post.source}:{post.author}".lower() in parts.settings.own:
        return None
    return Vote(
        post=post.key,
        at=post.created_at,
        author=hashed(f"{post.source}:{post.author}") if post.author else 0,
        text=same_text(post.words),
        moments=tuple(tags.labels),
        negative=tags.sentiment.label == "negative",
    )


def _streams(parts: Parts, topic: Topic) -> list[str]:
    """The sources that are listened to for a topic."""
    uses = {name: bound.settings.use for name, bound in parts.sources.items()}
    return [name for name, use in uses.items() if not topic.sources or use in topic.sources or ":" in use]


def _silent(parts: Parts, trend: Trend, name: str) -> Tiding:
    """A silence; that of a source is for the operators."""
    about = parts.router.about(trend.topic, trend.at)
    channels = (parts.ops,) if not trend.topic and parts.ops else about
    return Tiding(
        trend=trend,
        thread=trend.thread or named(trend),
        state="told",
        notice=notice(trend, (), name),
        channels=channels,
    )


def _parts_heard(hours: Sequence[Heard], now: datetime) -> Numbers:
    return _spread({each.hour: min(1.0, each.seconds / HOUR) for each in hours}, now)


def _posts(hours: Sequence[Heard], now: datetime) -> Numbers:
    return _spread({each.hour: float(each.posts) for each in hours}, now)


def _spread(numbers: dict[int, float], now: datetime) -> Numbers:
    """One number for each hour, the present one last."""
    last = int(now.timestamp() // HOUR)
    return np.array([numbers.get(hour, 0.0) for hour in range(last - KEPT + 1, last + 1)])
