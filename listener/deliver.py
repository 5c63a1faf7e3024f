"""Send what is due, each message once: claim, send, record; what is in doubt is looked up before it is sent again."""

import logging
import random
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from msgspec import Struct

from listener.errors import ODD, Ambiguous, ChannelError, OutsideError
from listener.store import Claimed, Outbox
from listener.types import Channel, Clock, Editable, Message, Pictured, Receipt, Traceable

log = logging.getLogger(__name__)

_IDLE = 1.0  # seconds between two looks at an empty outbox
_SHORTEST, _LONGEST = 1.0, 60.0  # seconds of back-off while a channel is in trouble
_TRIES = 5  # of one message that alone is refused for no lasting reason
_PROBE = 900.0  # seconds between two tries of what only a person can mend


class Pace(Struct, frozen=True, kw_only=True):
    """How a channel is to be used."""

    settle: float = 30.0  # seconds before a lost message is looked for; must exceed the channel's delay in showing it
    on_ambiguous: str = "hold"  # "hold" or "resend", where its history cannot be read
    ops: str = ""  # channel that hears of trouble
    first_probe: float = 5.0  # seconds until the first new try after a refusal that a person must mend


class Sender:
    """The one sender of a channel. Not shared between threads.

    Args:
        fallback: where to send instead when a place is gone; "" nowhere.
        rng: spreads the back-off.
    """

    def __init__(  # noqa: PLR0913  # its six parts come from the composition root alone
        self,
        name: str,
        channel: Channel,
        outbox: Outbox,
        clock: Clock,
        *,
        pace: Pace | None = None,
        fallback: Callable[[str], str] = lambda _: "",
        rng: random.Random | None = None,
    ) -> None:
        self.name, self._channel, self._outbox, self._clock = name, channel, outbox, clock
        self._pace, self._fallback, self._random = pace or Pace(), fallback, rng or random.Random()  # noqa: S311
        self._ready: dict[str, datetime] = {}  # place → when it may hear the next message
        self._blocked: datetime | None = None  # until when the whole channel rests
        self._failures, self.trouble, self._last, self._stuck = 0, "", clock(), False
        self._hid = False  # whether the last thing done was to hide words

    def step(self, *, tell: bool = True) -> float:
        """Do one thing that is due; answers the seconds until the next may be (0: at once). Raises `StoreError`.

        Args:
            tell: False: only change what was told already.
        """
        now = self._clock()
        self._heed_the_clock(now)
        # At most one message is under way, and none is here: whatever is left was not written down.
        self._outbox.unfinished(self.name, now)
        if self._blocked and now < self._blocked:
            return (self._blocked - now).total_seconds()
        busy = [place for place, ready in self._ready.items() if ready > now]
        if self._look_up(now):
            return 0.0
        # By turns, so that words which must go do not wait for all that is new, nor what is new for them.
        if not self._hid and self._hide(now, busy):
            return 0.0
        if tell and (claimed := self._outbox.claim(self.name, now, busy)):
            self._hid = False
            self._send(claimed)
            return 0.0
        if stale := self._outbox.stale(self.name, now, busy):
            self._update(stale)
            return 0.0
        waits = [(self._ready[place] - now).total_seconds() for place in busy]
        return min([_IDLE, *waits])

    @property
    def stuck(self) -> bool:
        """Whether it rests until a person mends something."""
        return self._stuck

    def take_over(self, before: "Sender | None") -> None:
        """Keep the pauses of the sender that this one replaces."""
        if before:
            self._ready, self._blocked, self._failures = dict(before._ready), before._blocked, before._failures
            self.trouble = before.trouble

    def _heed_the_clock(self, now: datetime) -> None:
        """Pauses are times of day: a clock that was set back must not prolong them."""
        if now < self._last:
            self._ready, self._blocked = {}, None
        self._last = now

    # Sending

    def _send(self, claimed: Claimed) -> None:
        message = claimed.message
        try:
            ref = self._channel.send(message)
        except Ambiguous as error:
            now = self._clock()
            self._outbox.unknown(message.key, now, error.why)
            self._rest(
                error.wait or self._back_off(), error.why, f"will look for {message.key} before sending it again"
            )
        except ChannelError as error:
            self._refused(claimed, error)
        except ODD as error:
            self._stumbled(claimed, error)
        else:
            now = self._clock()
            self._outbox.sent(Receipt(message.key, message.channel, now, ref), claimed.version - self._owes(message))
            self._ready[message.channel] = now + timedelta(seconds=self._channel.interval)
            self._recover()

    def _owes(self, message: Message) -> bool:
        """Whether it gets a picture: after it was sent, so that nothing stands in the way of its being sent once."""
        return isinstance(self._channel, Pictured) and self._channel.owes(message)

    def _stumbled(self, claimed: Claimed, error: Exception) -> None:
        """A message that breaks our own code: it may have left, so it is looked up; in the end it is kept."""
        why, key = f"{type(error).__name__}: {error}", claimed.message.key
        log.exception("channel=%s status=stumbled over %s", self.name, key)
        if claimed.tries < _TRIES:
            self._outbox.unknown(key, self._clock(), why)
        else:
            self._outbox.fail(key, self._clock(), why)
            self._tell_ops(OutsideError(self.name, why), f"{key} could not be delivered and is kept: {why}")

    def _refused(self, claimed: Claimed, error: ChannelError) -> None:
        """It was definitely not delivered; the refusal's scope says what rests."""
        now, message = self._clock(), claimed.message
        if error.scope == "message" and not error.permanent and claimed.tries < _TRIES:
            self._outbox.back(message.key, now, now + timedelta(seconds=_LONGEST * claimed.tries), error.why)
            log.warning("channel=%s status=%s action=retry key=%s", message.channel, error.why, message.key)
        elif error.scope == "message":
            log.error("channel=%s status=%s action=keep key=%s", message.channel, error.why, message.key)
            self._outbox.fail(message.key, now, error.why)
            self._tell_ops(error, f"{message.key} could not be delivered and is kept: {error.why}")
        elif error.scope == "place" and error.permanent:
            self._lose_place(claimed, error, now)
        else:
            self._put_back(message, error, now)

    def _put_back(self, message: Message, error: ChannelError, now: datetime) -> None:
        self._outbox.back(message.key, now, now, error.why)
        if error.scope == "place":
            wait = error.wait or self._back_off()
            self._ready[message.channel] = now + timedelta(seconds=wait)
            log.warning("channel=%s status=%s action=wait next_try=%.0fs", message.channel, error.why, wait)
        else:
            self._rest(error.wait or self._back_off(error.permanent), error.why, "the queue is kept")
            self._stuck = error.permanent
            if error.permanent:
                self._tell_ops(error, str(error))

    def _lose_place(self, claimed: Claimed, error: ChannelError, now: datetime) -> None:
        """Its channel is gone: the fallback hears it, and the operators hear why."""
        message = claimed.message
        fallback = self._fallback(message.channel)
        if fallback and fallback != message.channel and not claimed.rerouted:
            note = f"Meant for {message.channel}, which could not be reached: {error.why}"
            self._outbox.reroute(message.key, fallback, note, now, error.why)
            action, pause = f"sent to {fallback}", self._channel.interval
        else:
            self._outbox.back(message.key, now, now, error.why)
            action, pause = "kept", _PROBE
        self._ready[message.channel] = now + timedelta(seconds=pause)
        log.warning("channel=%s status=%s action=%s", message.channel, error.why, action)
        self._tell_ops(error, f"{message.channel}: {error.why}", message.channel)

    # Changing what was sent

    def _hide(self, now: datetime, busy: Collection[str]) -> bool:
        """Change a message that shows what may not be shown any more; True if there was one."""
        stale = self._outbox.stale(self.name, now, busy, hidden=True)
        if stale:
            self._update(stale)
            self._hid = True
        return stale is not None

    def _update(self, stale: Claimed) -> None:
        if not isinstance(self._channel, Editable):
            self._outbox.shown(stale.message.key, stale.version)
            return
        try:
            self._channel.update(stale.message, stale.ref)
        except (Ambiguous, ChannelError) as error:
            self._not_updated(stale, error)
        else:
            self._outbox.shown(stale.message.key, stale.version)
            self._ready[stale.message.channel] = self._clock() + timedelta(seconds=self._channel.interval)
            self._recover()

    def _not_updated(self, stale: Claimed, error: Ambiguous | ChannelError) -> None:
        now, scope = self._clock(), getattr(error, "scope", "channel")
        if error.permanent and scope != "channel":
            why = "" if error.code == "message_not_found" else f"cannot be changed any more: {error.why}"
            self._outbox.shown(
                stale.message.key, stale.version, why
            )  # deleted by hand: there is nothing left to change
            log.info("channel=%s status=%s action=leave key=%s", stale.message.channel, error.why, stale.message.key)
            return
        wait = error.wait or self._back_off(error.permanent)
        self._outbox.postpone(stale.message.key, now + timedelta(seconds=wait))
        if scope == "channel":
            self._rest(wait, error.why, "the change is kept")

    # What is in doubt

    def _look_up(self, now: datetime) -> bool:
        """Settle messages whose answer was lost; True if some were."""
        traceable = isinstance(self._channel, Traceable)
        lost = self._outbox.lost(self.name, now, timedelta(seconds=self._pace.settle if traceable else 0))
        # Each place for itself: one whose history cannot be read must not hold up the others.
        for place in dict.fromkeys(claimed.message.channel for claimed in lost):
            self._look_up_place([claimed for claimed in lost if claimed.message.channel == place], now)
        return bool(lost)

    def _look_up_place(self, lost: list[Claimed], now: datetime) -> None:
        try:
            found = self._find(lost, now)
        except (Ambiguous, ChannelError) as error:
            self._cannot_look(lost, error, now)
            return
        for claimed in lost:
            self._settle(claimed, found.get(claimed.message.key), now)

    def _find(self, lost: list[Claimed], now: datetime) -> dict[str, str]:
        if not isinstance(self._channel, Traceable):
            return {}
        since = min(claimed.since or now for claimed in lost)
        return self._channel.find([claimed.message for claimed in lost], since)

    def _settle(self, claimed: Claimed, ref: str | None, now: datetime) -> None:
        message = claimed.message
        if ref is None:
            self._outbox.back(message.key, now, now, "not in the channel's history")
        else:
            # Which content arrived is not known: an older one has it shown anew where it may be changed.
            behind = claimed.version > 1 or self._owes(message)
            self._outbox.sent(Receipt(message.key, message.channel, now, ref), claimed.version - behind)

    def _cannot_look(self, lost: list[Claimed], error: Ambiguous | ChannelError, now: datetime) -> None:
        scope = getattr(error, "scope", "channel")
        if error.code == "missing_scope" and self._pace.on_ambiguous == "resend":
            for claimed in lost:
                self._settle(claimed, None, now)
        elif error.code == "missing_scope" or (scope != "channel" and error.permanent):
            self._hold(lost, error, now)
        elif scope != "channel":
            self._look_later(lost, error.wait or self._back_off(), error.why, now)
        else:
            self._rest(error.wait or self._back_off(error.permanent), error.why, "will read the history again")

    def _hold(self, lost: list[Claimed], error: OutsideError, now: datetime) -> None:
        """Neither sent nor to be sent, as far as we can know: a person must let us read the history."""
        place = lost[0].message.channel
        self._look_later(lost, _PROBE, f"held: {error.why}", now)
        self._tell_ops(error, f"{place}: {len(lost)} messages are held: {error.why}", place)

    def _look_later(self, lost: list[Claimed], wait: float, why: str, now: datetime) -> None:
        """Other messages go on meanwhile."""
        for claimed in lost:
            due = now + timedelta(seconds=wait - self._pace.settle)  # the settle time is added when it is looked for
            self._outbox.unknown(claimed.message.key, due, why)
        place = lost[0].message.channel
        log.warning("channel=%s status=%s action=look later messages=%d next_try=%.0fs", place, why, len(lost), wait)

    # Resting

    def _back_off(self, permanent: bool = False) -> float:
        """Seconds to rest: doubled at each failure, spread over the whole span."""
        self._failures += 1
        if permanent:
            return min(_PROBE, self._pace.first_probe * float(2 ** min(self._failures - 1, 10)))
        return max(_SHORTEST, self._random.uniform(0, min(_LONGEST, _SHORTEST * 2 ** min(self._failures, 10))))

    def _rest(self, wait: float, status: str, action: str) -> None:
        now = self._clock()
        self._blocked = now + timedelta(seconds=wait)
        self.trouble = status
        self._outbox.troubled(self.name, status, now, self._blocked)
        log.warning("channel=%s status=%s action=%s next_try=%.0fs", self.name, status, action, wait)

    def _recover(self) -> None:
        if self.trouble:
            log.info("channel=%s status=well", self.name)
            self._outbox.recovered(self.name, self._clock())
        self._failures, self.trouble, self._blocked, self._stuck = 0, "", None, False

    def _tell_ops(self, error: OutsideError, text: str, place: str = "") -> None:
        """One notice a day for each kind of trouble with each place."""
        if self._pace.ops and place != self._pace.ops:  # a channel that is gone cannot say so of itself
            now, kind = self._clock(), error.code or "trouble"
            self._outbox.notify(f"ops/{place or self.name}/{kind}/{now.date()}", self._pace.ops, text, now)
