"""One pass over every source, then everything that is due is delivered."""

import logging
from collections.abc import Callable, Iterable, Mapping
from time import monotonic, sleep

from msgspec import Struct

from listener.app.app import App
from listener.deliver import Sender
from listener.errors import SourceError

log = logging.getLogger(__name__)

_PATIENCE = 60.0  # seconds without any delivery, beyond the settle time, before the rest is left for the next run


class Pass(Struct, frozen=True):
    """What one pass did."""

    read: int = 0  # posts that were new
    posts: int = 0  # of these that match a topic
    findings: int = 0
    alerts: int = 0  # those of trends too
    failed: tuple[str, ...] = ()  # sources that could not be read, or not to their end
    waiting: int = 0  # messages that could not be delivered yet


def once(app: App, names: Iterable[str], progress: Callable[[str], None] = lambda _: None) -> Pass:
    """Read these sources to their ends, look stored posts up again, deliver, and say what came of it.

    Raises `StoreError`.
    """
    names = list(names)
    read = posts = findings = alerts = 0
    failed: list[str] = []
    for name in names:
        if wait := app.must_wait(name):
            log.warning("source=%s status=wait action=leave alone: it asked for that, for %.0f s more", name, wait)
            failed.append(name)
            continue
        try:
            for kept in app.read(name, to_the_end=True):
                read, posts = read + kept.read, posts + kept.posts
                findings, alerts = findings + kept.findings, alerts + kept.alerts
                progress(f"{name}: {findings} findings in {read} posts, {alerts} alerts")
        except SourceError as error:
            app.in_trouble(name, error)
            failed.append(name)
    for name in names:
        while app.recheck(name) is not None:  # more posts are due
            progress(f"{name}: stored posts are looked up again")
    app.tell_operators()
    alerts += app.count_trends()
    waiting = deliver(app, app.senders(), progress)
    app.mend()
    app.retain()
    return Pass(read, posts, findings, alerts, tuple(failed), waiting)


def deliver(app: App, senders: Mapping[str, Sender], progress: Callable[[str], None]) -> int:
    """Send until nothing waits, or nothing moves for long; answers how many messages still wait."""
    patience = _PATIENCE + 2 * app.parts.settings.slack.settle.total_seconds()
    waiting, since = app.store.outbox.waiting(senders), monotonic()
    while waiting and monotonic() - since < patience and not all(sender.stuck for sender in senders.values()):
        rest = min(sender.step() for sender in senders.values())
        left = app.store.outbox.waiting(senders)
        if left < waiting:
            since = monotonic()
            progress(f"{left} messages to deliver")
        waiting = left
        if waiting and rest:
            sleep(rest)
    return waiting
