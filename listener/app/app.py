"""The running product: sources are read into the store, senders empty its outbox."""

import logging
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from time import monotonic, sleep

from msgspec.structs import replace

from listener.app import notices
from listener.app.cells import Counts
from listener.app.clocks import clock
from listener.app.parts import CONSOLE, Bound, Parts, assemble, terms_of
from listener.app.trends import Trends
from listener.collect import collect, look_up, parted, retry_in, sifted, trouble
from listener.config import Env, Settings
from listener.deliver import Pace, Sender
from listener.errors import SourceError, StoreError
from listener.meter import Metered
from listener.purse import Spender
from listener.store import Kept, Limits, Store
from listener.types import Ask, Batch, Channel, Clock, Post, Recheck, Terms, Trouble

log = logging.getLogger(__name__)

_PATIENCE = 20.0  # seconds that a channel which is in trouble is waited for
_PAGE = 500  # posts a page, about
_STORE_PAUSE = 5.0  # seconds before a source is read again after trouble with the database
_RECHECK_AT_ONCE = 100  # posts a look
_RECHECK_SOON = 10.0  # seconds between two looks while more posts are due
_LONGEST_WAIT = 86_400.0  # seconds; nobody asks for more
_OWN_WAITS = ("", "cap")  # codes of waits that a source itself thinks best, or that its money asks for
_LARGE = 200_000_000  # bytes of a database that is not cleaned at once, for cleaning rewrites it: 1 s for 100 MB
_EARLY = 0.75  # of the longest time between two looks: when posts are due that must be seen before it ends


class App:
    """The running product: reads sources into the store, and makes the senders that empty its outbox.

    Args:
        now: the clock by which posts are read and decided upon, which `once --now` fixes.
        real: the clock by which messages are sent and retried, which must move.

    `on_alert` is called when something is to be sent.
    """

    def __init__(self, parts: Parts, store: Store, now: Clock = clock, real: Clock = clock) -> None:
        self.parts, self.store, self._now, self.real = parts, store, now, real
        self.on_alert: Callable[[], None] = lambda: None
        self._failures: dict[str, int] = {}
        self._senders: dict[str, Sender] = {}
        self._troubles: dict[str, dict[str, str]] = {}  # by source: stream → why, of the page before
        self._waits: dict[str, float | None] = {}  # what a platform asked for with its last page
        self._unchecked: dict[str, str] = {}  # by source: why stored posts could not be looked up the last time
        self._trends, self._counts = Trends(store, now), Counts(store, now)
        self._random = random.Random()  # noqa: S311  # spreads retries, guards nothing
        self._activate(parts)

    @classmethod
    def open(cls, settings: Settings, env: Env, now: Clock = clock) -> "App":
        """Take the database over and assemble the rest."""
        parts = assemble(settings, env)
        store = Store.open(settings.store, clock())
        try:
            return cls(parts, store, now)
        except BaseException:
            store.close()
            raise

    def use(self, parts: Parts) -> None:
        """Go on with another configuration; raises `StoreError`, and then the one before stays."""
        self._activate(parts)
        self.parts = parts

    def _activate(self, parts: Parts) -> None:
        self.store.activate(parts.sources, parts.settings.topics, self._now())
        for name, bound in parts.sources.items():
            if isinstance(bound.source, Spender):
                bound.source.spend_from(self.store.purse(name))
            if isinstance(bound.source, Metered):
                bound.source.count_with(self.store.meter(bound.budget, self.real))

    # Reading

    def read(self, name: str, *, to_the_end: bool = False) -> Iterator[Kept]:
        """Read a source into the store, part by part of its pages. Raises `SourceError`, `StoreError`.

        Args:
            to_the_end: go on after the most pages of one pass, for as long as the cursors move.
        """
        more, first, found, told = True, self.store.is_new(name), 0, 0
        while more:
            before, more = self.store.cursors(name), False
            for batch in collect(name, self.parts.sources[name].source, self._ask(name)):
                for kept in self._keep(name, batch):
                    yield kept
                    found, told = found + kept.findings, told + kept.alerts
                self._note_troubles(name, batch.troubles)
                self._waits[name] = batch.wait
                more = to_the_end and batch.more and not batch.wait
            more = more and self.store.cursors(name) != before
        if first and found > told:
            log.info(
                "source=%s first pass: %d findings stored, %d told; what was written before is not", name, found, told
            )

    def _ask(self, name: str) -> Ask:
        settings, use = self.parts.settings, self.parts.sources[name].settings.use
        return Ask(
            now=self._now(),
            cursors=self.store.cursors(name),
            queries=tuple(t.query for t in settings.topics if not t.sources or use in t.sources or ":" in use),
            sets=settings.sets,
            limit=_PAGE,
            rough=True,
        )

    def _keep(self, name: str, batch: Batch) -> Iterator[Kept]:
        parts, now = self.parts, self._now()
        if batch.rough:
            wanted = {*parts.analyser.may(batch.rough), *self.store.stored(batch.rough.keys)}
            batch = sifted(name, batch, wanted, now)
        for gap in batch.gaps:
            log.warning(
                "source=%s status=gap stream=%s from=%s to=%s %s", name, gap.stream, gap.since, gap.until, gap.why
            )
        for bad in batch.bad:
            log.warning("source=%s status=unreadable post=%s action=quarantine %s", name, bad.id, bad.why)
        for part in parted(replace(batch, posts=tuple(self.store.unread(batch.posts)))):
            kept = self.store.keep(name, part, parts.analyser(part.posts, now), parts.rules, now)
            if kept.alerts:
                self.on_alert()
            yield kept

    def _note_troubles(self, name: str, troubles: Sequence[Trouble]) -> None:
        """Tell in the log which parts of a source have begun to fail, and which are well again."""
        before, now = self._troubles.get(name, {}), {each.stream: each.why for each in troubles}
        for each in troubles:
            if before.get(each.stream) != each.why:
                at = f"{each.next_try:%Y-%m-%dT%H:%M:%SZ}"
                log.warning(
                    "source=%s stream=%s status=error action=pause next_try=%s why=%r", name, each.stream, at, each.why
                )
        for stream in before.keys() - now.keys():
            log.info("source=%s stream=%s status=well", name, stream)
        self._troubles[name] = now

    def poll(self, name: str) -> float | None:
        """Read a source once; trouble is noted, not raised. Answers the seconds until the next try; None: as usual."""
        try:
            return self._poll(name)
        except StoreError as error:
            log.error("source=%s status=%s action=wait next_try=%.0fs", name, error, _STORE_PAUSE)
            return _STORE_PAUSE

    def _poll(self, name: str) -> float | None:
        if wait := self.must_wait(name):
            return wait
        since = self.store.trouble_since("source", name)
        try:
            for _ in self.read(name):
                pass
        except SourceError as error:
            return self.in_trouble(name, error)
        self._failures.pop(name, None)
        if since:
            log.info("source=%s status=well", name)
        self._tell_operators()
        soon = self._waits.get(name)
        if soon is not None:
            self.store.plan(name, self.real() + timedelta(seconds=soon))
        return soon

    def must_wait(self, name: str) -> float:
        """Seconds for which the platform asked to be left alone, perhaps before we were started; 0: it may be asked."""
        until = self.store.asked_until(name)
        left = (until - self.real()).total_seconds() if until else 0.0
        return min(max(0.0, left), _LONGEST_WAIT)  # a clock that was set back must not prolong it

    def in_trouble(self, name: str, error: SourceError) -> float:
        """Note that a source cannot be read; answers the seconds until the next try."""
        self._failures[name] = self._failures.get(name, 0) + 1
        wait = retry_in(error, self._failures[name], self._random)
        now = self.real()
        log.warning("%s", trouble(error, now + timedelta(seconds=wait)))
        self.store.failed("source", name, error.why, now, now + timedelta(seconds=wait))
        if error.wait is not None and error.code not in _OWN_WAITS:
            self.store.asked_to_wait(name, now + timedelta(seconds=wait))
        self._tell_operators()
        return wait

    def tell_operators(self) -> None:
        """The operators hear of sources whose trouble lasts, and of its end; trouble is noted, not raised."""
        try:
            self._tell_operators()
        except StoreError as error:
            log.error("operators could not be told: %s; tried again later", error)

    def _tell_operators(self) -> None:
        if notices.tell(self.store, self.parts, self.real()):
            self.on_alert()

    def recheck(self, name: str) -> float | None:
        """Look stored posts up again, so that edits and deletions are honoured; trouble is noted, not raised.

        Answers the seconds until the next look where more posts are due; None: as usual.
        """
        try:
            return self._recheck(name)
        except StoreError as error:
            log.error("source=%s status=%s action=recheck later", name, error)
            return None

    def _recheck(self, name: str) -> float | None:
        bound = self.parts.sources[name]
        if not isinstance(bound.source, Recheck):
            return None
        now = self._now()
        self._erase_unchecked(name, bound.terms, now)
        due = self._due(name, bound, now)
        if not due or self.must_wait(name):
            self._purge(at_once=True)  # of what a look before this one erased that did not come to its end
            return None
        try:
            batch = look_up(name, bound.source, [post.id for post in due], now)
        except SourceError as error:
            if self._unchecked.get(name) != error.why:  # once, though it is tried every few minutes
                log.warning("source=%s status=%s action=recheck later", name, error.why)
            self._unchecked[name] = error.why
            return None
        self._unchecked.pop(name, None)
        for _ in self._keep(name, replace(batch, cursors={}, listing=False)):
            pass
        self.store.touch({post.key for post in (batch.posts if batch.more else due)}, now)
        if len(due) == _RECHECK_AT_ONCE and not batch.more:
            return _RECHECK_SOON
        self._purge(at_once=True)
        return None

    def _due(self, name: str, bound: Bound, now: datetime) -> list[Post]:
        """Posts to be looked up again; also of sources that are gone, if this one reads the same platform."""
        terms = bound.terms
        if terms.erase_unchecked and terms.recheck_hours is not None:
            terms = replace(terms, recheck_hours=terms.recheck_hours * _EARLY)
        if due := self.store.due_for_recheck(name, terms, now, _RECHECK_AT_ONCE):
            return due
        streams = self.store.streams()
        platforms = {bound.settings.use, *(platform for each, platform in streams if each == name)}
        gone = [each for each, platform in streams if platform in platforms and each not in self.parts.terms]
        found = (self.store.due_for_recheck(each, terms, now, _RECHECK_AT_ONCE) for each in gone)
        return next(filter(None, found), [])

    def _erase_unchecked(self, name: str, terms: Terms, now: datetime) -> None:
        """Erase words that were not looked up for longer than their platform allows."""
        if terms.erase_unchecked and terms.recheck_hours is not None:
            longest = timedelta(hours=terms.recheck_hours)
            if erased := self.store.erase_unchecked(name, now - longest, now):
                log.info("source=%s status=unchecked action=erase: the words of %d posts", name, erased)

    # Trends

    def look_for_trends(self) -> None:
        """Have told what trends in what was found since the last look."""
        self.count_trends()

    def count_trends(self) -> int:
        """Count what was found since the last look; answers how many messages are new. Trouble is noted, not raised."""
        told = self._trends.look(self.parts) + self._counts.look(self.parts, self._trends.later)
        if told:
            self.on_alert()
        return told

    # Sending

    def senders(self) -> dict[str, Sender]:
        """A sender for each channel; they keep the pauses of those they replace."""
        self._adopt()
        before = self._senders
        self._senders = {name: self._sender(name, channel) for name, channel in self.parts.channels.items()}
        for name, sender in self._senders.items():
            sender.take_over(before.get(name))
        return self._senders

    def mend(self) -> None:
        """Change messages that show what they should not any more, as far as they can be; nothing new is told."""
        for name, channel in self.parts.channels.items():
            sender, until = self._sender(name, channel), monotonic() + _PATIENCE
            while self.store.outbox.stale(name, self.real()) and monotonic() < until and not sender.stuck:
                if rest := sender.step(tell=False):
                    sleep(min(rest, _PATIENCE / 10))
                elif not sender.trouble:
                    until = monotonic() + _PATIENCE

    def _adopt(self) -> None:
        """What waits for a channel that is not configured any more is told to the fallback, or on the console."""
        configured = {*self.parts.channels, *(channel.name for channel in self.parts.settings.channels)}
        adopted = self.store.outbox.adopt(configured, self.parts.router.root_fallback or CONSOLE, self.real())
        if adopted:
            log.warning("%d messages waited for channels that are no longer configured: sent elsewhere", adopted)

    def _sender(self, name: str, channel: Channel) -> Sender:
        slack = self.parts.settings.slack
        pace = Pace(settle=slack.settle.total_seconds(), on_ambiguous=slack.on_ambiguous, ops=self.parts.ops)
        root = self.parts.router.root_fallback
        return Sender(
            name,
            channel,
            self.store.outbox,
            self.real,
            pace=pace,
            fallback=lambda place: self.parts.router.fallback(place) or (root if root != place else ""),
        )

    # Keeping house

    def retain(self) -> None:
        """Forget what is older than the configuration says; trouble is noted, not raised."""
        try:
            self._retain()
        except StoreError as error:
            log.error("retention: %s; tried again later", error)

    def _retain(self) -> None:
        now = self._now()
        if again := self.store.replay():
            log.info("retention: forgotten again, as the guard remembers: %d authors and posts", again)
        for name, terms in self._terms():
            if name not in self.parts.sources:
                self._erase_unchecked(name, terms, now)
        if erased := self.store.retain(self._limits(), now):
            log.info("retention: the words of %d posts are erased: kept as long as may be", erased)
        self._purge()

    def _limits(self) -> Limits:
        """How long words are kept: as the configuration says, and no longer than their platform allows."""
        keep, allowed = self.parts.settings.retention, {}
        for name, terms in self._terms():
            if terms.keep_days is not None:
                allowed[name] = timedelta(days=terms.keep_days)
        return Limits(posts=keep.posts, counts=keep.counts, sources=allowed)

    def _terms(self) -> Iterator[tuple[str, Terms]]:
        """The terms of every source of which words are stored; one that is not configured any more goes by platform."""
        yield from self.parts.terms.items()
        for name, platform in self.store.streams():
            if name not in self.parts.terms:
                yield name, terms_of(platform)

    def _purge(self, *, at_once: bool = False) -> None:
        """Clean the files of what was erased; a large database, which takes seconds, at quieter times."""
        if at_once and self.store.db.path.stat().st_size > _LARGE:
            return
        if not self.store.purge():
            log.info("retention: another program reads the database: its files are cleaned of what was erased later")
