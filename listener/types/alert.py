"""Who hears of a finding, and what a decision needs to know."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from listener.types.finding import Finding, Moment
from listener.types.post import Post


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
    deleted: bool = False  # the words of the post may not be shown any more
    gone: str = (
        ""  # why not: "deleted" upstream, "forgotten" on request, "unchecked" for too long, "terms" of its source
    )
    draft: Draft | None = None


class Event(Struct, frozen=True):
    """Something that happened to a finding."""

    key: str
    finding: str
    kind: str  # seen, claimed, replied, dismissed, retagged, clicked, converted …
    at: datetime
    by: str = ""
    value: str = ""


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
