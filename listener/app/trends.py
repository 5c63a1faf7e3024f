"""Looks at new findings for questions that rise, and has them told; beside collection, never in its way."""

import logging
from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from listener.app.parts import Parts
from listener.errors import StoreError
from listener.store import Store
from listener.store.known import OPEN_FOR, Again
from listener.store.known import known as list_known
from listener.store.trends import Counted, Tiding, TrendStore
from listener.trend import Detector, Light, asks, hashed, same_text
from listener.trend.detector import Memory
from listener.trend.known import asks_again, floats, likeness
from listener.trend.telling import alerts, notice
from listener.trend.threads import name_of
from listener.types import Clock, Finding, Post
from listener.types.trend import Asked, Kind, Known, Trend

log = logging.getLogger(__name__)

_AT_ONCE = 200  # findings a transaction


class Trends:
    """A detector for each topic, as far as the database says: a restart changes nothing."""

    def __init__(self, store: Store, now: Clock) -> None:
        self._store, self._tables, self._now = store, TrendStore(store.db), now
        self._detectors: dict[str, tuple[Detector, int]] = {}

    def look(self, parts: Parts) -> int:
        """Count what is new; answers how many messages are new. Trouble is noted, not raised."""
        try:
            return sum(self._look(parts, topic.id) for topic in parts.settings.topics)
        except StoreError as error:
            self._detectors.clear()  # they may know of what was not stored
            log.error("trends: %s; counted again later", error)
            return 0

    def _look(self, parts: Parts, topic: str) -> int:
        told = 0
        while True:
            detector, upto = self._detector(topic)
            found = self._tables.fresh(topic, upto, _AT_ONCE)
            if not found:
                return told
            asked, tidings, again = list[Asked](), list[Tiding](), list[Again]()
            known = list_known(self._store.db, topic, Light.model)
            for _, read_at, stored in found:
                if not stored.erased and (each := _asked(parts, stored.finding)):
                    asked.append(each)
                    least = detector.levels.alike
                    if trend := detector.add(each, read_at):
                        tidings.append(self._tiding(parts, trend, detector, known))
                        again += [Again(post, _key(trend), tidings[-1].state == "told") for post in trend.posts]
                    elif before := asks_again(floats(each.vector), known, least):
                        again.append(Again(each.post, before.key, before.is_open(read_at)))
            counted = Counted(
                topic=topic,
                model=Light.model,
                upto=found[-1][0],
                memory=msgspec.json.encode(detector.memory()),
                asked=asked,
                tidings=tidings,
                again=again,
                looked_at=[stored.finding.post.key for _, _, stored in found],
            )
            told += self._tables.keep(counted, self._now())
            self._detectors[topic] = (detector, counted.upto)

    def _detector(self, topic: str) -> tuple[Detector, int]:
        if topic not in self._detectors:
            detector = Detector(Light.load().width, topic=topic)
            upto, memory, asked = self._tables.remembered(topic, Light.model, self._now())
            if memory:
                detector.restore(msgspec.json.decode(memory, type=Memory), asked)
            self._detectors[topic] = (detector, upto)
        return self._detectors[topic]

    def _tiding(self, parts: Parts, trend: Trend, detector: Detector, known: list[Known]) -> Tiding:
        """Who hears of it; `known` learns of it."""
        thread = next(each for each in detector.threads.open if each.first == name_of(trend))
        like = asks_again(thread.mean, known, detector.levels.alike)
        within = likeness(thread.mean, len(trend.posts))
        tiding = replace(
            self._who_hears(parts, trend, quiet=bool(like and not trend.thread and like.is_quiet(trend.at))),
            model=Light.model,
            vector=thread.mean.tobytes(),
            within=within,
        )
        if not trend.thread:
            open_until = trend.at + OPEN_FOR if tiding.state == "told" else None
            known.append(Known(key=_key(trend), vector=thread.mean.tobytes(), within=within, open_until=open_until))
        return tiding

    def _who_hears(self, parts: Parts, trend: Trend, *, quiet: bool) -> Tiding:
        found = [stored for key in trend.posts if (stored := self._tables.finding(trend.topic, key))]
        posts = [stored.finding.post for stored in found if not stored.erased]
        middle = next((each.finding for each in found if each.finding.post.key == trend.question), None)
        wanted = any(Kind.QUESTION in topic.trends for topic in parts.settings.topics if topic.id == trend.topic)
        if not wanted or quiet or trend.missed or middle is None or (trend.cold and self._before(posts, trend.topic)):
            return Tiding(trend=trend, thread=name_of(trend), state="missed" if trend.missed else "quiet")
        now = self._now()
        told_to = alerts(parts.router.channels(middle, now), middle, now)
        return Tiding(trend=trend, thread=name_of(trend), state="told", notice=notice(trend, posts), alerts=told_to)

    def _before(self, posts: Iterable[Post], topic: str) -> bool:
        """Whether all of it was written before its topic was tracked: there is no flood at the first run."""
        since = self._store.topic_since(topic)
        return all(post.created_at < since for post in posts)


def _asked(parts: Parts, finding: Finding) -> Asked | None:
    """What is counted of a finding; None where it asks nothing, or is our own."""
    post = finding.post
    if f"{post.source}:{post.author}".lower() in parts.settings.own or not asks(post.words):
        return None
    [vector] = Light.load()([post.words])
    author = hashed(f"{post.source}:{post.author}") if post.author else 0
    return Asked(post=post.key, at=post.created_at, author=author, text=same_text(post.words), vector=vector)


def _key(trend: Trend) -> str:
    """The name of its row."""
    return f"{trend.topic}/{name_of(trend)}"
