"""What people do with the buttons on the card of a trend, and what comes of it."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from listener.types.trend import Kind


class Act(StrEnum):
    """What a button is for."""

    OWN = "own"
    TAKE_OVER = "take-over"
    LET_GO = "let-go"
    ANSWER = "answered"
    MUTE = "mute"
    UNMUTE = "unmute"
    REFUSE = "not-a-question"
    ALLOW = "a-question"


class Action(Struct, frozen=True, kw_only=True):
    """What somebody did to a card."""

    key: str  # names this one click, however often it is delivered
    act: Act
    card: str  # Message.key
    user: str  # the platform's id of the person
    name: str  # as others are to read it
    at: datetime
    value: str = ""  # the address of an answer


class Said(Struct, frozen=True, kw_only=True):
    """What people said of a trend."""

    kind: Kind = Kind.QUESTION
    owner: str = ""  # who takes care of it
    owner_id: str = ""  # Action.user of them; "" where a command named them
    muted_until: datetime | None = None
    refused: bool = False  # it is no question
    answer: str = ""  # address of our answer


class Outcome(StrEnum):
    """What came of an action."""

    DONE = "done"
    NOTHING = "nothing"  # it was so already
    AGAIN = "again"  # it was taken before
    GONE = "gone"  # there is no such card any more
    HELD = "held"  # somebody else takes care of it
    NOT_YOURS = "not-yours"  # only who takes care of it can let it go
    UNFIT = "unfit"  # no such thing can be said of this kind of trend


class Taken(Struct, frozen=True, kw_only=True):
    """What came of an action, and who took care of the trend before it."""

    outcome: Outcome
    owner: str = ""
    owner_id: str = ""
    since: datetime | None = None  # None: not known


class Shown(Struct, frozen=True):
    """What a person who answers a question is shown of it."""

    question: str  # in the words of the post in the middle
    answer: str


Decide = Callable[[Action, Said], tuple[Said, Outcome]]
"""The pure rule: what is said of a trend after an action, and what came of it."""
