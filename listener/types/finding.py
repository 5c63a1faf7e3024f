"""What is made of a post: which topic it is about, what its author wants and feels, how much it deserves an answer."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from listener.types.post import Post
from listener.types.source import Bad
from listener.types.trend import Kind


class Moment(StrEnum):
    """What the author of a post wants: a micro-moment."""

    KNOW = "know"
    GO = "go"
    DO = "do"
    BUY = "buy"


class Topic(Struct, frozen=True, kw_only=True):
    """What a team tracks."""

    id: str  # never changes; by default the first name
    name: str
    query: str  # in the language of `listener.query`
    moments: tuple[Moment, ...] | None = None  # which findings alert; None: all with a moment or a complaint
    threshold: float = 50.0  # least score that alerts, 0–100
    owner: str = ""
    sources: tuple[str, ...] = ()  # platforms (Post.source) listened to; empty: all
    trends: tuple[Kind, ...] = tuple(Kind)  # what is told of many posts at once
    trend_score: float = 4.0  # how surprising that must be: −log10 of its chance


class Span(Struct, frozen=True, order=True):
    """Characters [start, end) of `Post.words`."""

    start: int
    end: int


class Match(Struct, frozen=True):
    """A topic that a post is about, and why."""

    topic: str  # Topic.id
    leaves: tuple[str, ...] = ()  # the terms of the query that were there
    spans: tuple[Span, ...] = ()  # where in Post.words
    name: str = ""  # Topic.name, for people


class Evidence(Struct, frozen=True):
    """The words that carried a tag: characters [start, end) of `Post.words`."""

    tag: str
    start: int
    end: int
    text: str


class Sentiment(Struct, frozen=True):
    """The mood of a post."""

    label: str = "neutral"  # "negative", "neutral" or "positive"
    compound: float = 0.0  # VADER's, −1…1
    p: tuple[float, float, float] = (0.0, 1.0, 0.0)  # negative, neutral, positive; sums to 1


class Location(Struct, frozen=True):
    """Where a place lies; "" what is not told."""

    city: str = ""
    region: str = ""  # of countries where people name it: "Texas", "Scotland"
    country: str = ""
    code: str = ""  # of the country, ISO 3166-1, two letters

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.city, self.region, self.country)))


class Tags(Struct, frozen=True, kw_only=True):
    """What the author wants and feels, with the evidence."""

    moments: Mapping[Moment, float]  # a probability each; several may hold
    labels: tuple[Moment, ...] = ()  # those above their thresholds, likeliest first
    question: float = 0.0  # probability that readers are genuinely asked
    is_question: bool = False
    urgency: int = 0  # 0 none, 1 soon, 2 now
    sentiment: Sentiment = Sentiment()
    signals: tuple[str, ...] = ()  # "complaint", "praise", "switching", "promo"
    place: str | None = None  # the words that name where the need is to be met
    where: Location | None = None  # where that place lies; follows from the words of the post
    lang: str = ""
    evidence: tuple[Evidence, ...] = ()
    vector: bytes | None = None
    model: str = ""  # the tagger's name and version

    @property
    def placed(self) -> str:
        """The place and where it lies: "Leeds, England, United Kingdom", "Soho area (London, …)"; "" for none."""
        place, where = self.place or "", str(self.where or "")
        return where if where.startswith(place) else f"{place} ({where})" if where else place

    @property
    def top_moment(self) -> Moment | None:
        """The likeliest moment that holds, or None."""
        return self.labels[0] if self.labels else None


class Score(Struct, frozen=True):
    """How much a finding deserves an answer now."""

    value: float  # 0–100
    intent: float  # parts, each 0–100 before weighting
    urgency: float
    relevance: float
    expires_at: datetime  # when an answer comes too late


class Finding(Struct, frozen=True):
    """A post that a topic matched, tagged and scored."""

    post: Post
    match: Match
    tags: Tags
    score: Score

    @property
    def key(self) -> str:
        """The finding's name everywhere: "topic id/source:id"."""
        return f"{self.match.topic}/{self.post.key}"


class Analysis(Struct, frozen=True, kw_only=True):
    """What became of a page: its findings, and the posts on which analysis failed."""

    findings: tuple[Finding, ...] = ()
    failed: tuple[Bad, ...] = ()
