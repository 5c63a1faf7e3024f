"""`topics.toml`: what is tracked, the sets of keywords that queries share, and sample texts."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated

from msgspec import Meta, Struct

from listener.config.convert import table
from listener.config.document import Document, did_you_mean
from listener.config.positions import Key
from listener.config.queries import check_query, near_sets
from listener.config.settings import Sample
from listener.errors import QueryError
from listener.query import Query, parse
from listener.query.native import Dialect, Unsearchable, widest
from listener.types import Moment, Topic
from listener.types.trend import Kind


class _Written(Struct, frozen=True):
    id: str = ""
    name: str = ""
    query: str = ""
    moments: tuple[Moment, ...] | None = None
    threshold: Annotated[float, Meta(ge=0, le=100)] = 50.0
    owner: str = ""
    sources: tuple[str, ...] = ()
    trends: tuple[Kind, ...] = tuple(Kind)
    trend_score: Annotated[float, Meta(ge=3, le=20)] = 4.0
    match: tuple[str, ...] = ()
    nomatch: tuple[str, ...] = ()


class _File(Struct, frozen=True):
    sets: dict[str, str] = {}
    topics: tuple[_Written, ...] = ()


class Topics:
    """What the file says; its mistakes are noted in the document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        file = table(document, (), document.data, _File) or _File()
        self.sets: Mapping[str, str] = file.sets
        self.queries = list[Query]()  # those of the topics that are read without a mistake
        self.topics = tuple(_topic(each) for each in file.topics)
        self.samples = {
            each.id or each.name: (
                *self._samples(number, "match", each.match),
                *self._samples(number, "nomatch", each.nomatch),
            )
            for number, each in enumerate(file.topics)
        }

    @property
    def names(self) -> list[str]:
        """What `topic:` may ask for: ids and names."""
        return [name for topic in self.topics for name in (topic.id, topic.name)]

    def check(self) -> None:
        """Note what is missing, there twice or no query."""
        for name, text in self.sets.items():
            check_query(self.document, ("sets", name), text, self.sets, "topic")
        for number, topic in enumerate(self.topics):
            self._check_topic(number, topic)
        self._note_twins([(("topics", number, "name"), each.name) for number, each in enumerate(self.topics)])
        self._note_twins([(self._id_key(number), each.id) for number, each in enumerate(self.topics)])

    def warnings(self, listened: Collection[str]) -> Iterator[str]:
        """What is odd but stops nothing; `listened` are the platforms that sources are configured for."""
        if not self.topics:
            yield self.document.remark(("topics",), "there is none, so that nothing will be found")
        for name, text in self.sets.items():
            yield from self._mistyped_sets(("sets", name), text)
        for number, topic in enumerate(self.topics):
            yield from self._mistyped_sets(("topics", number, "query"), topic.query)
            for item, source in enumerate(topic.sources):
                if source not in listened:
                    why = f'no source reads "{source}", fine where a file brings such posts'
                    yield self.document.remark(
                        ("topics", number, "sources", item), why + did_you_mean(source, listened)
                    )

    def unsearchable(self, use: str, dialect: Dialect) -> Iterator[str]:
        """The topics for which a platform's own search cannot be asked."""
        for number, topic in enumerate(self.topics):
            if not topic.sources or use in topic.sources:
                try:
                    widest(parse(topic.query, self.sets, scope="topic").tree, dialect)
                except QueryError:
                    continue  # a mistake, noted already
                except Unsearchable as error:
                    why = f"{error}; add a word that must be there, or say which `sources` the topic is for"
                    yield self.document.remark(("topics", number, "query"), why)

    def _check_topic(self, number: int, topic: Topic) -> None:
        key: Key = ("topics", number)
        if not topic.name:
            self.document.problem((*key, "name"), "is missing; every topic needs a name")
        if not topic.query:
            self.document.problem((*key, "query"), "is missing; say which words the topic is about")
        elif not self._blamed_on_a_set(topic.query):
            query = check_query(self.document, (*key, "query"), topic.query, self.sets, "topic")
            self.queries += [query] if query else []
        if "/" in topic.id or not topic.id.isprintable():
            self.document.problem(self._id_key(number), 'may hold neither "/" nor line breaks')

    def _blamed_on_a_set(self, query: str) -> bool:
        """Whether a set that the query names is wrong, which is said once, at the set."""
        wrong = (name for name in self.sets if ("sets", name) in self.document.faulty)
        return any(re.search(rf"@{re.escape(name)}(?![\w-])", query) for name in wrong)

    def _note_twins(self, values: list[tuple[Key, str]]) -> None:
        first: dict[str, Key] = {}
        for key, value in values:
            if value and first.setdefault(value, key) != key:
                line = self.document.line(first[value])
                self.document.problem(key, f'"{value}" is taken by the topic in line {line}; choose another')

    def _id_key(self, number: int) -> Key:
        """Where a topic's id is written: it is the name unless there is one."""
        topic = self.topics[number]
        return ("topics", number, "name" if topic.id == topic.name else "id")

    def _mistyped_sets(self, key: Key, text: str) -> Iterator[str]:
        for handle, near in near_sets(text, self.sets):
            yield self.document.remark(key, f'{handle} is no set, so it means an account; did you mean "{near}"?')

    def _samples(self, number: int, field: str, texts: tuple[str, ...]) -> Iterator[Sample]:
        for item, text in enumerate(texts):
            yield Sample(text, field == "match", self.document.where(("topics", number, field, item)))


def _topic(written: _Written) -> Topic:
    return Topic(
        id=written.id or written.name,
        name=written.name,
        query=written.query,
        moments=written.moments,
        threshold=written.threshold,
        owner=written.owner,
        sources=written.sources,
        trends=written.trends,
        trend_score=written.trend_score,
    )
