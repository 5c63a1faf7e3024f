"""How many posts an hour a query would have found among what was read: those stored, and those of the daily sample."""

import heapq
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import combinations

from msgspec import Struct
from msgspec.structs import replace

from listener.ops.chance import interval
from listener.query import TAG_FIELDS, Doc, Query
from listener.query.evaluate import holds
from listener.query.implies import excludes
from listener.query.lint import contradicts
from listener.query.tree import And, Node
from listener.store import Store
from listener.store.draw import draw
from listener.store.search import Search
from listener.store.volume import Listened
from listener.types import Post

_MOST = 10  # samples
_PAGE = 1_000
_WHOLE = 2.0**63


class Sample(Struct, frozen=True):
    """A post that the query finds."""

    post: Post
    weight: float  # how many posts it stands for; 1: it is stored, or all that matched nothing is
    stream: str = ""  # the configured source that brought it, where it is stored


class Estimate(Struct, frozen=True, kw_only=True):
    """What a query finds among the posts that were written and read in a time."""

    posts: float
    low: float  # the truth lies between these in at least 95 of 100 cases
    high: float | None  # None: no telling, for the query asks for tags, which only findings have
    hours: float
    stored: int  # of them stored, for a topic found them
    hits: int  # found in the sample of what matched nothing
    samples: tuple[Sample, ...]  # drawn at random, each as likely as the posts it stands for


class Judged(Struct, frozen=True):
    """What was looked at for an estimate."""

    sample: int  # posts of the sample
    of: int  # posts it stands for
    lost: int  # posts nobody can tell anything of, for their part of the sample is erased


def is_tagged(query: Query) -> bool:
    """Whether it asks for tags, which only findings have."""
    return bool(query.fields & set(TAG_FIELDS))


def _never(node: Node) -> bool:
    """Whether it surely finds nothing, as what a narrower query would gain."""
    parts = combinations(node.children, 2) if isinstance(node, And) else ()
    return contradicts(node) or any(excludes(one, other) for one, other in parts)


class _Count:
    """The posts of one query, as they are met."""

    def __init__(self, query: Query) -> None:
        self.query, self.stored, self.days = query, 0, list[tuple[float, int]]()
        self.is_tagged = is_tagged(query)
        self._drawn = list[tuple[float, str, Sample]]()

    def show(self, sample: Sample) -> None:
        """Perhaps one of the samples: the weighted draw of Efraimidis and Spirakis, the same at every call."""
        lot = ((draw(f"shown/{sample.post.key}") + 1) / _WHOLE) ** (1 / sample.weight)
        (heapq.heappushpop if len(self._drawn) == _MOST else heapq.heappush)(
            self._drawn, (lot, sample.post.key, sample)
        )

    def made(self, judged: Judged, hours: float) -> Estimate:
        """The estimate."""
        whole = sum(count for weight, count in self.days if weight <= 1)
        parts = [(weight, count) for weight, count in self.days if weight > 1]
        sure = self.stored + whole + sum(count for _, count in parts)
        low, high = (0.0, 0.0) if _never(self.query.tree) else interval(parts)
        return Estimate(
            posts=self.stored + whole + sum(weight * count for weight, count in parts),
            low=max(sure, self.stored + whole + low),
            high=None if self.is_tagged else min(self.stored + whole + high, sure + judged.of - judged.sample),
            hours=hours,
            stored=self.stored,
            hits=sum(count for _, count in self.days),
            samples=tuple(sample for *_, sample in sorted(self._drawn, reverse=True)),
        )


def estimate(store: Store, queries: Sequence[Query], time: Listened, now: datetime) -> tuple[list[Estimate], Judged]:
    """One for each query; only posts that were both written and read in that time."""
    counts = [_Count(query) for query in queries]
    for count in counts:
        for sample in _stored(store, count.query, time, now):
            count.stored += 1
            count.show(sample)
    judged = _sampled(store, [count for count in counts if not count.is_tagged], time, now)
    hours = (time.until - time.since).total_seconds() / 3600
    return [count.made(judged, hours) for count in counts], judged


def _stored(store: Store, query: Query, time: Listened, now: datetime) -> Iterator[Sample]:
    wanted = Search(query=query, since=time.since, limit=_PAGE, posts=True)
    while True:
        page = store.search(wanted, now)
        for each in page.found:
            if each.finding.post.created_at >= time.since and not each.erased:
                yield Sample(each.finding.post, 1.0, each.stream)
        if page.next is None:
            return
        wanted = replace(wanted, before=page.next)


def _sampled(store: Store, counts: list[_Count], time: Listened, now: datetime) -> Judged:
    """Look through the sample. What was written in that time was read in it, too."""
    sample = of = lost = 0
    if not counts:
        return Judged(0, 0, 0)
    for day in store.unmatched(time.since):
        found = [0] * len(counts)
        for post in day.sample:
            if post.created_at < time.since:
                continue
            doc = Doc.of(post, now)
            hits = [n for n, count in enumerate(counts) if holds(count.query.tree, doc)]
            if hits and store.stored([post.key]):
                continue  # it was edited, and matched then
            for n in hits:
                found[n] += 1
                counts[n].show(Sample(post, day.weight))
        for count, hit in zip(counts, found, strict=True):
            count.days.append((day.weight, hit))
        sample, of, lost = sample + len(day.sample), of + day.of, lost + day.lost
    return Judged(sample, of, lost)
