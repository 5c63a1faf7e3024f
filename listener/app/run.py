"""The whole product in one process, until it is told to stop."""

import logging
import os
import signal
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from listener import plugins
from listener.app import desk
from listener.app.app import App
from listener.app.clocks import clock
from listener.app.parts import assemble
from listener.config import FILES, Env, load
from listener.errors import ListenerError, StoreError
from listener.schedule import Job, Schedule
from listener.tag.own import KINDS, own_path

log = logging.getLogger(__name__)

_WATCH = 2.0  # seconds between two looks at the configuration
_RECHECK = 600.0  # seconds between two looks for posts to be looked up again
_TRENDS = 15.0  # seconds between two looks for questions that rise
_RETAIN = 6 * 3600.0
_OPERATORS = 30.0  # seconds between two looks for trouble that has lasted long enough to be told


def run(app: App, env: Env, seconds: float | None = None) -> bool:
    """Listen and tell until SIGTERM, SIGINT, or for so many seconds; then end within ten.

    Answers False where something ended that should not have.
    """
    schedule = Schedule(clock)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: schedule.stop())
    app.on_alert = schedule.wake
    running = Running(app, env, schedule)
    schedule.start()
    running.begin()
    schedule.wait(seconds)
    if schedule.end():
        app.store.close()
    else:
        # What hangs is a request to somebody else; the outbox knows of it and settles it at the next start.
        log.warning("a request is still under way: leaving it")
        logging.shutdown()
        os._exit(int(schedule.failed))
    return not schedule.failed


class Running:
    """The jobs of a running product, and how they follow its configuration."""

    def __init__(self, app: App, env: Env, schedule: Schedule) -> None:
        self._app, self._env, self._schedule = app, env, schedule
        own = [own_path(app.parts.settings.store, kind) for kind in KINDS]
        self._watch = Watch(app.parts.settings.folder, self.reload, own)

    def begin(self) -> None:
        """Put everything to work."""
        self.put_jobs()
        self._schedule.send_with(self._app.senders())
        self._attend()

    def _attend(self) -> None:
        """Answer the buttons in Slack, or not; a connection that stands outlasts a change of the configuration."""
        if not desk.is_wanted(self._app, self._env):
            self._schedule.attend(None)
        elif not self._schedule.attended:
            self._schedule.attend(desk.line(self._app, self._env))

    def put_jobs(self) -> None:
        """Have the jobs that the configuration asks for."""
        self._schedule.put(self._jobs())

    def reload(self) -> bool:
        """Take the new configuration over; a bad one is reported and the old one stays. False: try again."""
        app = self._app
        try:
            settings = load(app.parts.settings.folder, self._env, plugins.find)
            parts = assemble(settings, self._env)
            app.use(parts)
        except StoreError as error:
            log.error("the configuration will be taken over later: %s", error)
            return False
        except ListenerError as error:
            log.error("the configuration was not taken over, the one before stays:\n%s", error)
            return True
        if settings.store.resolve() != app.store.db.path:
            log.warning("[store] url takes effect at the next start")
        for line in (*settings.warnings, *parts.skipped):
            log.warning("%s", line)
        self.begin()
        log.info("the configuration was taken over: %d topics, %d sources", len(settings.topics), len(parts.sources))
        return True

    def _jobs(self) -> list[Job]:
        app = self._app
        jobs = [Job("configuration", _WATCH, self._watch), Job("retention", _RETAIN, app.retain)]
        jobs.append(Job("operators", _OPERATORS, app.tell_operators, at_once=False))
        jobs.append(Job("trends", _TRENDS, app.look_for_trends, at_once=False))
        for name, bound in app.parts.sources.items():
            jobs.append(Job(f"read {name}", bound.every, partial(app.poll, name)))
            if bound.terms.recheck_hours is not None:
                every = min(_RECHECK, bound.terms.recheck_hours * 1800)
                jobs.append(Job(f"recheck {name}", every, partial(app.recheck, name), at_once=False))
        return jobs


class Watch:
    """Calls `changed` when a file of the configuration did, or one of `others`, until it answers True."""

    def __init__(self, folder: Path, changed: Callable[[], bool], others: Sequence[Path] = ()) -> None:
        self._files, self._changed = [*(folder / name for name in FILES), *others], changed
        self._last = self._stamp()

    def __call__(self) -> None:
        """Look once."""
        stamp = self._stamp()
        if stamp != self._last and self._changed():
            self._last = stamp

    def _stamp(self) -> list[tuple[int, int, int] | None]:
        return [_stat(path) for path in self._files]


def _stat(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
