"""What passes between Listener and a place told, and what such a place must be able to do."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, runtime_checkable

from msgspec import Struct

from listener.types.alert import Alert
from listener.types.trend import TrendView


class Message(Struct, frozen=True, kw_only=True):
    """What is sent: alerts, or a notice to the operators."""

    key: str
    channel: str  # "<channel name>" or "<channel name>:<place>"
    alerts: tuple[Alert, ...] = ()
    notice: str = ""  # plain text: an operator's notice, or the note above a re-routed alert
    trend: TrendView | None = None  # what `notice` is about, where it is a trend
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
class Pictured(Protocol):
    """A channel that can be changed, and that adds pictures to what was sent."""

    def owes(self, message: Message) -> bool:
        """Whether a message that was sent is to be changed once more, to get its picture."""


@runtime_checkable
class Traceable(Protocol):
    """A channel whose history can be read, so that a lost answer never becomes a second message."""

    def find(self, messages: Iterable[Message], since: datetime) -> dict[str, str]:
        """The refs of those messages that are there, by message key; raises `ChannelError`."""
