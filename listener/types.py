"""The nouns that every stage passes on: immutable values, aware UTC times, the protocols of sources and channels."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from msgspec import Struct

Clock = Callable[[], datetime]  # answers the present as an aware UTC time


class Moment(StrEnum):
    """What the author of a post wants: a micro-moment."""

    KNOW = "know"
    GO = "go"
    DO = "do"
    BUY = "buy"


class Reach(Struct, frozen=True):
    """How far a post may have spread; None where the platform does not say."""

    followers: int | None = None
    likes: int | None = None
    replies: int | None = None


class Post(Struct, frozen=True, kw_only=True):
    """One public post as its platform showed it, mended at the edge (see `edge.repair`)."""

    source: str  # the platform: "reddit", "x", "hackernews" …
    id: str  # as the platform writes it
    text: str  # plain text; "" for a bare title
    created_at: datetime  # aware UTC; the time of fetching where the platform's is missing (see flags)
    title: str = ""
    url: str = ""
    author: str = ""  # handle without "@"
    community: str = ""  # subreddit, instance, forum …
    kind: str = "post"  # "post", "comment", "story" …
    parent: str = ""  # id of what it answers
    tags: tuple[str, ...] = ()  # hashtags and flairs, without "#"
    links: tuple[str, ...] = ()  # addresses that it links to
    lang: str = ""  # BCP 47 as the platform says, "" unknown
    place: str = ""  # where it was written, as the platform says
    reach: Reach = Reach()
    flags: tuple[str, ...] = ()  # what was odd: "time-missing", "time-future", "time-old", "text-cut", "text-mended"

    @property
    def key(self) -> str:
        """The post's name everywhere: "source:id"."""
        return f"{self.source}:{self.id}"

    @property
    def words(self) -> str:
        """Title and text as one; offsets of spans and evidence count in it."""
        return f"{self.title}\n\n{self.text}" if self.title and self.text else self.title or self.text


class Gap(Struct, frozen=True):
    """A stretch of a stream that could not be read."""

    stream: str
    since: datetime
    until: datetime
    why: str


class Bad(Struct, frozen=True):
    """One post that could not be understood: set aside, never lost, never in the way of its page."""

    source: str
    id: str
    raw: str  # what came, as JSON or text, at most 40,000 characters
    why: str


class Trouble(Struct, frozen=True):
    """A part of a source that cannot be read, while the rest is: one feed of many."""

    stream: str  # as people know it
    why: str  # one line a person can act on
    next_try: datetime


class Ask(Struct, frozen=True, kw_only=True):
    """What a source is asked for: all that is new since `cursors`."""

    now: datetime
    cursors: Mapping[str, str] = {}  # one a stream, as the source itself wrote them; empty at the first run
    queries: tuple[str, ...] = ()  # the topics' queries, for sources with a search of their own
    sets: Mapping[str, str] = {}  # the queries that "@name" stands for in them
    limit: int = 100  # posts a page, about


class Batch(Struct, frozen=True, kw_only=True):
    """One page of an answer. A cursor counts only once the page's posts are stored."""

    posts: tuple[Post, ...] = ()
    deleted: tuple[str, ...] = ()  # keys of posts deleted upstream
    cursors: Mapping[str, str] = {}  # those that moved; others stay
    more: bool = False  # another page waits now
    listing: bool = True  # False: posts that were looked up, which says nothing of how far the source was read
    wait: float | None = None  # seconds before the next call, where the platform says so
    gaps: tuple[Gap, ...] = ()
    bad: tuple[Bad, ...] = ()
    troubles: tuple[Trouble, ...] = ()  # all that stand after this page, old ones too


class Topic(Struct, frozen=True, kw_only=True):
    """What a team tracks."""

    id: str  # never changes; by default the first name
    name: str
    query: str  # in the language of `listener.query`
    moments: tuple[Moment, ...] | None = None  # which findings alert; None: all with a moment or a complaint
    threshold: float = 50.0  # least score that alerts, 0–100
    owner: str = ""
    sources: tuple[str, ...] = ()  # platforms (Post.source) listened to; empty: all


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
    lang: str = ""
    evidence: tuple[Evidence, ...] = ()
    vector: bytes | None = None
    model: str = ""  # the tagger's name and version

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


class Reason(StrEnum):
    """Why a finding alerted, or did not."""

    FIRST = "first"
    ROSE = "rose"  # an edit raised its moment or urgency
    GROUPED = "grouped"
    TRENDING = "trending"
    REPEAT = "repeat"
    DIGEST = "digest"
    ESCALATED = "escalated"
    SUPPRESSED = "suppressed"


class Route(Struct, frozen=True, kw_only=True):
    """Who hears of a finding: a tree; the first child that matches wins unless it says `go_on`."""

    channel: str  # "<channel name>" or "<channel name>:<place>"; inherited
    match: str = ""  # a query with tag fields; "" matches everything
    go_on: bool = False  # `continue` in the configuration: later siblings are tried too
    fallback: str = ""  # where an alert goes whose channel is gone; inherited
    routes: tuple["Route", ...] = ()


class Draft(Struct, frozen=True):
    """A ready reply."""

    text: str
    call_to_action: str = ""
    link: str = ""
    variant: str = ""


class Alert(Struct, frozen=True, kw_only=True):
    """One post told to one channel; names every finding that led to it."""

    key: str  # "channel/source:id/revision"
    channel: str  # "<channel name>" or "<channel name>:<place>"
    reason: Reason
    about: tuple[Finding, ...]  # one a topic, best score first; all of the same post
    due_at: datetime
    deadline_at: datetime  # the moment's expiry
    copies: int = 0  # near-duplicates folded into it
    deleted: bool = False  # the post is gone upstream: its words may not be shown
    draft: Draft | None = None


class Message(Struct, frozen=True, kw_only=True):
    """What is sent: alerts, or a notice to the operators."""

    key: str
    channel: str  # "<channel name>" or "<channel name>:<place>"
    alerts: tuple[Alert, ...] = ()
    notice: str = ""  # plain text: an operator's notice, or the note above a re-routed alert
    thread: str = ""  # the ref of the message that it answers
    install: str = ""  # id of this installation, so that two never mistake each other's messages

    @property
    def place(self) -> str:
        """The place within the channel: "#listening" of "slack:#listening"; "" where it has one place."""
        return self.channel.partition(":")[2]


class Receipt(Struct, frozen=True):
    """The proof that a message arrived."""

    message_key: str
    channel: str
    at: datetime
    ref: str  # the channel's own name for the message (Slack: "channel id/ts")


class Event(Struct, frozen=True):
    """Something that happened to a finding."""

    key: str
    finding: str
    kind: str  # seen, claimed, replied, dismissed, retagged, clicked, converted …
    at: datetime
    by: str = ""
    value: str = ""


class Source(Protocol):
    """A place listened to: one file in `listener/sources` with `Options`, `Source` and `TERMS`."""

    def fetch(self, ask: Ask) -> Batch:
        """One page of what is new; raises `SourceError(permanent, wait)`."""


@runtime_checkable
class Recheck(Protocol):
    """A source that can look posts up again, so that edits and deletions are honoured."""

    def recheck(self, ids: Sequence[str], now: datetime) -> Batch:
        """The posts as they are now; `deleted` names those that are gone."""


class Terms(Struct, frozen=True, kw_only=True):
    """What a platform allows, as data beside the source that reads it."""

    about: str  # one sentence with the address of the terms
    keep_days: int | None = None  # None: as [retention] says
    recheck_hours: float | None = 24.0  # longest time between two looks at a stored post; None: cannot be looked up
    recheck_first: float | None = None  # minutes until the first look, doubled at each; None: as rarely as allowed
    every: float = 60.0  # seconds between polls unless configured
    may_export: bool = True
    erase_unchecked: bool = False  # words that could not be looked up within `recheck_hours` are erased


class Channel(Protocol):
    """A place told: one file in `listener/channels` with `Options` and `Channel`."""

    interval: float  # least seconds between two messages to one place; 0 where there is none

    def send(self, message: Message) -> str:
        """Send once and answer the ref; raises `ChannelError` (definite) or `Ambiguous` (it may have arrived)."""


@runtime_checkable
class Editable(Protocol):
    """A channel whose messages can be changed after they were sent; both calls may be repeated."""

    def update(self, message: Message, ref: str) -> None:
        """Show the message as it is now."""


@runtime_checkable
class Traceable(Protocol):
    """A channel whose history can be read, so that a lost answer never becomes a second message."""

    def find(self, messages: Iterable[Message], since: datetime) -> dict[str, str]:
        """The refs of those messages that are there, by message key; raises `ChannelError`."""


class Environment(Protocol):
    """What a source or channel may ask of the process: its secrets, and nothing else."""

    def secret(self, name: str) -> str:
        """The value of NAME or of the file that NAME_FILE names; raises `MissingSecret`."""


Json = dict[str, Any]  # a decoded JSON object


class Before(Struct, frozen=True):
    """What a finding was before its post was edited."""

    labels: tuple[Moment, ...]
    urgency: int


class Fresh(Struct, frozen=True):
    """A finding that is new to the store, or whose post was edited."""

    finding: Finding
    revision: int = 1
    before: Before | None = None  # None: never seen


class Context(Struct, frozen=True, kw_only=True):
    """What the store knows that a decision needs."""

    source_since: datetime  # first activation of the source
    topic_since: Mapping[str, datetime]  # by topic id
    first_pass: bool = False  # the source has never been read to its end
    told: Mapping[tuple[str, str], str] = {}  # (channel, fingerprint) → key of the alert of the last 24 hours


class Verdict(Struct, frozen=True):
    """Why a finding alerted, or did not."""

    reason: Reason
    why: str = ""  # for people: "score 41 is below the topic's threshold 50"


class Decisions(Struct, frozen=True, kw_only=True):
    """What is to be told, and a verdict for every finding."""

    alerts: tuple[Alert, ...] = ()
    verdicts: Mapping[str, Verdict] = {}  # by finding key
    folds: tuple[tuple[str, str], ...] = ()  # (finding key, key of the alert that already told the same words)


class Decider(Protocol):
    """The pure decision who hears what, and why now."""

    def fingerprints(self, post: Post) -> tuple[str, ...]:
        """What near-duplicates share: hashes of the normalised text or of the link; () never folds."""

    def __call__(self, fresh: Sequence[Fresh], context: Context, now: datetime) -> Decisions:
        """Alerts and verdicts for these findings."""
