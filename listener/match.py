"""Which topics is a post about? Each post is folded once, and only topics of which it holds a clue are tested."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from listener.query import Doc, Query, parse
from listener.query.clues import clues
from listener.types import Match, Post, Topic


class _Tracked(Struct, frozen=True):
    topic: Topic
    query: Query


class Matcher:
    """All topics, ready to be tested on posts. Picklable."""

    def __init__(self, tracked: Sequence[_Tracked]) -> None:
        self._tracked = tuple(tracked)
        self._always = list[int]()  # numbers of the topics that give no clue
        self._by_word = dict[str, list[int]]()  # and of those that a word, or a piece of text, is a clue to
        self._by_piece = dict[str, list[int]]()
        for number, each in enumerate(self._tracked):
            found = clues(each.query.tree)
            if found is None:
                self._always.append(number)
            for text, is_word in found or ():
                (self._by_word if is_word else self._by_piece).setdefault(text, []).append(number)

    @classmethod
    def of(cls, topics: Sequence[Topic], sets: Mapping[str, str]) -> "Matcher":
        """Understands every query once; raises `QueryError`."""
        return cls([_Tracked(topic, parse(topic.query, sets, scope="topic")) for topic in topics])

    def __call__(self, posts: Sequence[Post], now: datetime) -> list[tuple[Match, ...]]:
        """For each post the topics that it is about, in the order of the configuration."""
        return [self._matches(Doc.of(post, now)) for post in posts]

    def _matches(self, doc: Doc) -> tuple[Match, ...]:
        found = []
        for number in sorted(self._candidates(doc)):
            topic, query = self._tracked[number].topic, self._tracked[number].query
            if (not topic.sources or doc.post.source in topic.sources) and (hit := query.test(doc)):
                found.append(Match(topic.id, hit.leaves, hit.spans, topic.name))
        return tuple(found)

    def _candidates(self, doc: Doc) -> set[int]:
        numbers = set(self._always)
        for word in self._by_word.keys() & doc.body.forms:
            numbers.update(self._by_word[word])
        for piece, its in self._by_piece.items():
            if piece in doc.haystack:
                numbers.update(its)
        return numbers
