"""One envelope after another: read it, store what it asks for, acknowledge it, and then tell who clicked."""

import logging
from collections.abc import Callable
from typing import Annotated, Any, Protocol

import msgspec
from msgspec import Meta, Struct

from listener.channels.slack.buttons import FIELD, form, named
from listener.desk import words
from listener.desk.payload import Click, Ours, Unfit, read
from listener.desk.rules import decide
from listener.errors import ChannelError, StoreError
from listener.store import desk as stored
from listener.store.connection import Database
from listener.types import Clock, Json
from listener.types.desk import Act, Outcome, Taken

log = logging.getLogger(__name__)

_LATE = ("expired_trigger_id", "invalid_trigger_id")
_OPENED = ("exchanged_trigger_id", "duplicate_external_id")  # the form is open already


class Says(Protocol):
    """What a person who clicked is shown."""

    def whisper(self, channel: str, user: str, text: str) -> None:
        """Say something in a channel that one person alone sees; raises `ChannelError`, `Ambiguous`."""

    def show(self, trigger: str, view: Json) -> None:
        """Open a form for who has just clicked; raises `ChannelError`, `Ambiguous`."""


class Envelope(Struct, frozen=True):
    """What comes by the socket and must be acknowledged."""

    envelope_id: Annotated[str, Meta(min_length=1, max_length=200)]
    type: Annotated[str, Meta(max_length=100)]
    payload: dict[str, Any] = {}
    accepts_response_payload: bool = False


class Heard(Struct, frozen=True):
    """What is to be done about an envelope, in this order."""

    ack: Json | None = None  # None: it could not be stored, so that Slack tells the person that it failed
    errand: Callable[[], None] | None = None


class Desk:
    """Takes what people do.

    Args:
        install: this installation's id; cards of others are left alone.
        changed: called when a card is to be shown anew.
    """

    def __init__(self, db: Database, install: str, says: Says, now: Clock, changed: Callable[[], object]) -> None:
        self._db, self.install, self._says, self._now, self._changed = db, install, says, now, changed

    def hear(self, envelope: Envelope, team: str, app: str) -> Heard:
        """Store what an envelope asks for; `team` and `app` are ours."""
        ack: Json = {"envelope_id": envelope.envelope_id}
        if envelope.type != "interactive":
            return Heard(ack)
        found = read(envelope.payload, Ours(team, app, self.install), self._now())
        if isinstance(found, Click):
            return self._click(found, ack, envelope)
        if found.why:
            log.warning("desk status=unfit action=leave: what was clicked %s", found.why)
        if found.mistake:
            return Heard(_mistaken(ack, envelope, found.mistake))
        return Heard(ack, self._telling(found, words.FOREIGN))

    def _click(self, click: Click, ack: Json, envelope: Envelope) -> Heard:
        if click.action is None:
            return Heard(ack, lambda: self._open(click))
        try:
            taken = stored.take(self._db, click.action, decide)
        except StoreError as error:
            log.error("desk status=%s action=leave: the person is asked to click again", error)
            refused = None if click.channel else _mistaken(ack, envelope, words.BUSY)
            return Heard(refused, self._telling(click, words.BUSY))
        if taken.outcome is Outcome.DONE:
            self._changed()
        said = words.told(taken)
        if said and click.act is Act.ANSWER:
            return Heard(_mistaken(ack, envelope, said))
        return Heard(ack, self._telling(click, said))

    def _telling(self, to: Click | Unfit, text: str) -> Callable[[], None] | None:
        if not (text and to.channel and to.user):
            return None
        return lambda: self._says.whisper(to.channel, to.user, text)

    def _open(self, click: Click) -> None:
        """Show the form; one that Slack opened already, of a click that came twice, stays."""
        try:
            shown = stored.shown(self._db, named(click.card)[1])
            if shown is None:
                self._says.whisper(click.channel, click.user, words.told(Taken(outcome=Outcome.GONE)))
            else:
                self._says.show(click.trigger, form(click.card, shown))
        except ChannelError as refused:
            if refused.code in _LATE:
                self._says.whisper(click.channel, click.user, words.LATE)
            elif refused.code not in _OPENED:
                raise
        except StoreError:
            self._says.whisper(click.channel, click.user, words.BUSY)
            raise


def envelope_of(message: Json) -> Envelope | None:
    """The envelope that a message is; None where there is nothing to acknowledge."""
    try:
        return msgspec.convert(message, Envelope)
    except msgspec.ValidationError:
        return None


def _mistaken(ack: Json, envelope: Envelope, text: str) -> Json:
    """The form stays open, with this below its field."""
    if not envelope.accepts_response_payload:
        return ack
    return {**ack, "payload": {"response_action": "errors", "errors": {FIELD: text}}}
