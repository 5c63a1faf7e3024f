"""Posts in, findings out: match, tag, score. Nothing is read or written, nothing is remembered."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from listener.errors import ODD
from listener.match import Matcher
from listener.score import score
from listener.tag import Tagger, load
from listener.types import Analysis, Bad, Finding, Match, Post, Rough, Tags, Topic

_RAW = 40_000  # characters of a post that are set aside


class Analyser:
    """Stateless and picklable: any number of copies may run anywhere."""

    def __init__(self, matcher: Matcher, tagger: Tagger) -> None:
        self._match, self._tag = matcher, tagger

    @classmethod
    def of(
        cls, topics: Sequence[Topic], sets: Mapping[str, str], tagger: str = "auto", store: Path | None = None
    ) -> "Analyser":
        """Made from the configuration; raises `ConfigError` or `QueryError` where it cannot be."""
        return cls(Matcher.of(topics, sets), load(tagger, store))

    @property
    def tagger(self) -> Tagger:
        """What tags posts."""
        return self._tag

    def may(self, posts: Rough) -> Collection[int]:
        """The numbers of those that a topic may be about; it is about none of the others."""
        return self._match.may(posts)

    def __call__(self, posts: Sequence[Post], now: datetime) -> Analysis:
        """The findings of these posts; one on which analysis fails is set aside, the others are not."""
        try:
            return Analysis(findings=tuple(self._findings(posts, now)))
        except ODD as error:
            if len(posts) == 1:
                return Analysis(failed=(_aside(posts[0], error),))
        parts = [self([post], now) for post in posts]
        return Analysis(
            findings=tuple(f for part in parts for f in part.findings),
            failed=tuple(b for part in parts for b in part.failed),
        )

    def _findings(self, posts: Sequence[Post], now: datetime) -> Iterable[Finding]:
        hits = [(post, matches) for post, matches in zip(posts, self._match(posts, now), strict=True) if matches]
        tags = self._tag([post for post, _ in hits])
        return [f for (post, matches), t in zip(hits, tags, strict=True) for f in _scored(post, matches, t, now)]


def _scored(post: Post, matches: Iterable[Match], tags: Tags, now: datetime) -> Iterable[Finding]:
    return [Finding(post, match, tags, score(post, match, tags, now)) for match in matches]


def _aside(post: Post, error: Exception) -> Bad:
    raw = msgspec.json.encode(post).decode()[:_RAW]
    return Bad(post.source, post.id, raw, f"analysis failed: {type(error).__name__}: {error}")
