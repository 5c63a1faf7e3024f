"""Looks at new findings for questions that rise, and has them told; beside collection, never in its way."""

import logging
from collections.abc import Iterable
from datetime import datetime
from time import monotonic

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from listener.app.anew import Renewal, new_detector
from listener.app.parts import Parts
from listener.app.vectors import Vectors, vectors_named, vectors_of
from listener.errors import StoreError
from listener.store import Store
from listener.store.anew import AnewStore, Change
from listener.store.known import OPEN_FOR, Again, end_mutes
from listener.store.known import known as list_known
from listener.store.read import Stored
from listener.store.trends import Counted, Tiding, TrendStore
from listener.trend import Detector, hashed, may_ask, same_text
from listener.trend.detector import Memory
from listener.trend.known import asks_again, summary, unit
from listener.trend.telling import alerts, notice
from listener.trend.threads import name_of
from listener.types import Clock, Finding, Post
from listener.types.trend import Asked, Kind, Known, Trend

log = logging.getLogger(__name__)

Found = list[tuple[int, datetime, Stored]]
"""Findings with their ids and the times when they were read."""

_AT_ONCE = 200  # findings a transaction
_ANEW = 5.0  # seconds of a look in which vectors may be made anew


class Counting(Struct):
    """The detector of a topic, the vectors that it compares, and the last finding that it counted."""

    detector: Detector
    vectors: Vectors
    upto: int


class Trends:
    """A detector for each topic, as far as the database says: a restart changes nothing.

    Where the tagger brings other vectors than those in use, theirs are made beside them, and no look does much of that;
    meanwhile the old ones are used, or nothing is counted where they cannot be made any more.
    """

    def __init__(self, store: Store, now: Clock) -> None:
        self._store, self._now = store, now
        self._tables, self._anew = TrendStore(store.db), AnewStore(store.db)
        self._counting: dict[str, Counting] = {}
        self._wanted = ""
        self.later = frozenset[str]()  # topics that are not counted before their vectors are made anew

    def look(self, parts: Parts) -> int:
        """Count what is new; answers how many messages are new. Trouble is noted, not raised."""
        try:
            return self._look_at_all(parts, vectors_of(parts.analyser.tagger))
        except StoreError as error:
            self._counting.clear()  # they may know of what was not stored
            self._wanted = ""
            log.error("trends: %s; counted again later", error)
            return 0

    def _look_at_all(self, parts: Parts, wanted: Vectors) -> int:
        end_mutes(self._store.db, self._now())
        if wanted.model != self._wanted:
            self._anew.drop_others(wanted.model)
            self._wanted = wanted.model
        topics = [topic.id for topic in parts.settings.topics]
        told = sum(self._look(parts, topic, wanted) for topic in topics)
        until = monotonic() + _ANEW
        for topic in topics:
            counting = self._counting.get(topic)
            if counting is None or counting.vectors.model != wanted.model:
                if self._renew(topic, wanted, until):
                    told += self._look(parts, topic, wanted)
                if monotonic() > until:
                    break
        self.later = frozenset(topics) - self._counting.keys()
        return told

    def _look(self, parts: Parts, topic: str, wanted: Vectors) -> int:
        told, counting = 0, self._of(topic, wanted)
        while counting and (found := self._tables.fresh(topic, counting.upto, _AT_ONCE)):
            counting.detector.least = next(each.trend_score for each in parts.settings.topics if each.id == topic)
            told += self._count(parts, topic, counting, found)
        return told

    def _of(self, topic: str, wanted: Vectors) -> Counting | None:
        """What counts a topic; None: not before its vectors are made anew."""
        if (counting := self._counting.get(topic)) is None:
            model = self._anew.model(topic) or wanted.model
            if not (vectors := vectors_named(model, wanted)):
                return None
            detector = new_detector(vectors, topic)
            upto, memory, asked = self._tables.remembered(topic, model, self._now())
            if memory:
                detector.restore(msgspec.json.decode(memory, type=Memory), asked)
            counting = self._counting[topic] = Counting(detector, vectors, upto)
        if counting.vectors.model == wanted.model:
            counting.vectors = wanted  # of another tagger, perhaps, with the same encoder
        return counting

    def _renew(self, topic: str, wanted: Vectors, until: float) -> bool:
        """Make the vectors of a topic anew, for so long; whether they are in use now."""
        change = Change(topic, self._anew.model(topic), wanted.model)
        if not change.before:
            self._counting.pop(topic, None)  # nothing was counted yet
            return True
        renewal = Renewal(self._anew, self._tables, change, wanted)
        if any(monotonic() > until for _ in renewal.steps()):
            return False
        detector, upto = renewal.finish(self._now())
        self._counting[topic] = Counting(detector, wanted, upto)
        return True

    def _count(self, parts: Parts, topic: str, counting: Counting, found: Found) -> int:
        detector, model = counting.detector, counting.vectors.model
        tidings, again, known = list[Tiding](), list[Again](), list_known(self._store.db, topic, model)
        asking = [(read_at, stored.finding) for _, read_at, stored in found if _asks(parts, stored)]
        vectors = counting.vectors([finding for _, finding in asking])
        asked = [_asked(finding, vector) for (_, finding), vector in zip(asking, vectors, strict=True)]
        for each, (read_at, _) in zip(asked, asking, strict=True):
            if trend := detector.add(each, read_at):
                tidings.append(self._tiding(parts, trend, counting, known))
                again += [Again(post, _key(trend), tidings[-1].state == "told") for post in trend.posts]
            elif before := asks_again(unit(each.vector), known, detector.levels.alike, detector.centre):
                again.append(Again(each.post, before.key, before.is_open(read_at)))
        counted = Counted(
            topic=topic,
            model=model,
            upto=found[-1][0],
            memory=msgspec.json.encode(detector.memory()),
            asked=asked,
            tidings=tidings,
            again=again,
            looked_at=[stored.finding.post.key for _, _, stored in found],
        )
        told = self._tables.keep(counted, self._now())
        counting.upto = counted.upto
        return told

    def _tiding(self, parts: Parts, trend: Trend, counting: Counting, known: list[Known]) -> Tiding:
        """Who hears of it; `known` learns of it."""
        detector = counting.detector
        mean, within = summary([each.vector for each in detector.past.named(trend.posts)])
        like = asks_again(mean, known, detector.levels.alike, detector.centre)
        tiding = replace(
            self._who_hears(parts, trend, quiet=bool(like and not trend.thread and like.is_quiet(trend.at))),
            model=counting.vectors.model,
            vector=mean.tobytes(),
            within=within,
        )
        if not trend.thread:
            open_until = trend.at + OPEN_FOR if tiding.state == "told" else None
            known.append(Known(key=_key(trend), vector=mean.tobytes(), within=within, open_until=open_until))
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


def _asks(parts: Parts, stored: Stored) -> bool:
    """Whether a finding is counted: it asks something, and is not our own."""
    post, tags = stored.finding.post, stored.finding.tags
    likely = tags.question if tags.vector else 0.0  # the fast tagger's word finds no more bursts
    is_own = f"{post.source}:{post.author}".lower() in parts.settings.own
    return not stored.erased and not is_own and may_ask(post.words, likely)


def _asked(finding: Finding, vector: bytes) -> Asked:
    """What is counted of a finding."""
    post = finding.post
    author = hashed(f"{post.source}:{post.author}") if post.author else 0
    return Asked(post=post.key, at=post.created_at, author=author, text=same_text(post.words), vector=vector)


def _key(trend: Trend) -> str:
    """The name of its row."""
    return f"{trend.topic}/{name_of(trend)}"
