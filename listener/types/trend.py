"""What many people ask at once: the questions that are counted, and what comes of counting them."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Kind(StrEnum):
    """What rises."""

    QUESTION = "question"
    NEED = "need"  # a moment of a topic
    MOOD = "mood"  # the share of negative posts
    SILENCE = "silence"  # a topic that should speak and does not


class Asked(Struct, frozen=True, kw_only=True, gc=False):
    """One question as it is counted: who asked is known as a hash alone."""

    post: str  # Post.key, or the id in a replayed stream
    at: datetime  # when it was posted; what lies in the future counts as now
    author: int = 0  # 64-bit hash; 0 where the platform names none, and then every post is another author's
    text: int = 0  # 64-bit hash of the normalised words
    vector: bytes = b""  # int8, of a length that is the model's own


NEGATIVE, OTHER = "negative", "other"
"""What a post's mood counts as."""


class Vote(Struct, frozen=True, kw_only=True):
    """One finding as it is counted by what its author wants and feels."""

    post: str  # Post.key
    at: datetime  # when it was posted
    author: int = 0  # as of `Asked`
    text: int = 0
    moments: tuple[str, ...] = ()
    negative: bool = False


class Counted(Struct, frozen=True):
    """A vote that counts for a moment or a mood: its author and its words did not within a day of it."""

    cell: str  # know, go, do, buy, negative or other
    post: str
    at: float  # seconds since 1970
    author: int
    text: int


class Trend(Struct, frozen=True, kw_only=True):
    """A question that is asked more than usual; or a need, a mood or a silence."""

    kind: Kind = Kind.QUESTION
    topic: str = ""
    what: str = ""  # of a need the moment, of a silence the source that is silent; "" the topic
    at: datetime  # when it was found
    question: str  # Asked.post of the question nearest to all others; of a need or a mood the latest, of a silence ""
    votes: int  # an author counts once, and a text counts once
    posts: tuple[str, ...]  # Asked.post of the votes, earliest first
    authors: int
    said: int = 0  # posts of the window that say it, copies and repeats of an author too; 0: as many as votes
    hours: tuple[int, ...] = ()  # such posts in each of the last 24 hours, the present one last
    of: int = 0  # of a mood: the votes of the window, of which `votes` are negative
    expected: float  # votes that such a window usually holds
    score: float  # −log10 of the chance of so many votes
    since: datetime  # the first post of the window
    window: float  # seconds
    thread: str = ""  # name of the thread that it goes on with; "" this is the first
    missed: bool = False  # found too late to be told
    cold: bool = False  # little history: less than two days
    over: bool = False  # a silence that has ended


class Known(Struct, frozen=True, kw_only=True):
    """A question that trended."""

    key: str  # "topic/thread"
    vector: bytes  # mean of its posts' vectors, each of length 1; float32
    within: float  # the mean cosine of pairs of them
    refused: bool = False  # people say that it is no question
    muted_until: datetime | None = None
    open_until: datetime | None = None  # while it trends; None: nobody was told
    answer: str = ""  # address of ours

    def is_open(self, now: datetime) -> bool:
        """Whether it trends."""
        return not self.refused and self.open_until is not None and now <= self.open_until

    def is_quiet(self, now: datetime) -> bool:
        """Whether people do not want to hear of it."""
        return self.refused or (self.muted_until is not None and now < self.muted_until)


class Standing(Struct, frozen=True, kw_only=True):
    """A question that many asked, whether it rises or not."""

    question: str  # Asked.post of the one in the middle
    posts: tuple[str, ...]  # one a vote, earliest first
    votes: int  # an author counts once, and a text counts once
    first: datetime
    last: datetime
    vector: bytes  # mean of its posts' vectors, each of length 1; float32


class Link(Struct, frozen=True):
    """An address, and what is to be found there."""

    label: str
    url: str


class TrendView(Struct, frozen=True, kw_only=True):
    """What the card of a trend shows beside its numbers, read afresh whenever it is shown."""

    id: int  # by which commands name it
    kind: Kind
    votes: int = 0  # an author counts once, and a text counts once
    posts: int = 0  # copies and repeats too
    authors: int = 0
    hours: tuple[int, ...] = ()  # posts in each of the 24 hours before it was last told, the latest last
    window: float = 0.0  # seconds
    links: tuple[Link, ...] = ()
    keyword: str = ""  # the term of the query that most posts matched
    moment: str = ""  # what most authors want
    answer: str = ""  # address of our answer
    owner: str = ""
    owner_id: str = ""  # of the person on the platform told; "" where a command named them
    owned_at: datetime | None = None  # since when, where a button was pressed
    muted_until: datetime | None = None
    refused: bool = False  # people say that it is no question


class Encoder(StrEnum):
    """Which representation questions are compared by."""

    LIGHT = "light"
    ACCURATE = "accurate"


Questions = Sequence[Asked]
