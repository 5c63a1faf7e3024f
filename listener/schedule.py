"""When things happen: sources read at their intervals, messages sent as they come, the configuration watched."""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from time import monotonic

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from msgspec import Struct

from listener.deliver import Sender
from listener.desk import Line
from listener.errors import ODD, StoreError
from listener.types import Clock

log = logging.getLogger(__name__)

_PATIENCE = 8.0  # seconds that work under way may take to end after a signal
_SETTLED = 60.0  # seconds after the start until what is not urgent is done first: not every process lives for long
_AT_ONCE = 100  # jobs: a source that hangs until its deadline must not hold up another
_STORE_PAUSE = 5.0  # seconds before the database is tried again after trouble


class Job(Struct, frozen=True):
    """Something done again and again.

    Args:
        work: does it; answers the seconds until the next time, or None for the interval.
    """

    name: str
    every: float  # seconds
    work: Callable[[], float | None]
    at_once: bool = True


class Worker(threading.Thread):
    """The thread of one sender.

    Args:
        died: called where it ends without having been halted.
    """

    def __init__(self, sender: Sender, died: Callable[[], object] = lambda: None) -> None:
        super().__init__(name=f"send {sender.name}", daemon=True)
        self._sender, self._halted, self.wake, self._died = sender, threading.Event(), threading.Event(), died

    def run(self) -> None:
        """Send until halted."""
        try:
            self._send()
        finally:
            if not self._halted.is_set():
                log.critical("channel=%s status=dead action=stop: nothing would be told any more", self._sender.name)
                self._died()

    def _send(self) -> None:
        while not self._halted.is_set():
            # Cleared before the look, so that what comes meanwhile wakes us again.
            self.wake.clear()
            if wait := self._step():
                self.wake.wait(wait)

    def _step(self) -> float:
        try:
            return self._sender.step()
        except StoreError as error:
            log.error("channel=%s status=%s action=wait next_try=%.0fs", self._sender.name, error, _STORE_PAUSE)
        except (OSError, *ODD):
            log.exception("channel=%s status=stumbled action=wait next_try=%.0fs", self._sender.name, _STORE_PAUSE)
        return _STORE_PAUSE

    def halt(self) -> None:
        """End after what is under way."""
        self._halted.set()
        self.wake.set()


class Schedule:
    """APScheduler for the jobs, a thread for each sender, and one for the desk."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._stop = clock, threading.Event()
        self._workers: list[Worker] = []
        self._line: Line | None = None
        self.failed = False  # something ended that should not have
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(_AT_ONCE)},
            daemon=True,
            logger=logging.getLogger("jobs"),
        )

    def start(self) -> None:
        """Begin."""
        for name in ("jobs", "apscheduler"):  # every run of every job is no news
            logging.getLogger(name).setLevel(logging.ERROR)
        self._scheduler.start()

    def put(self, jobs: Iterable[Job]) -> None:
        """Have exactly these jobs; one of the same interval keeps its rhythm, one that pauses is tried at once."""
        wanted = {job.name: job for job in jobs}
        for old in self._scheduler.get_jobs():
            if old.id not in wanted:
                old.remove()
            elif old.args[0].every == wanted[old.id].every:
                job = wanted.pop(old.id)
                is_pausing = old.next_run_time > self._clock() + 1.1 * timedelta(seconds=job.every)
                old.modify(args=(job,), next_run_time=self._clock() if is_pausing else old.next_run_time)
        for job in wanted.values():
            self._add(job)

    def _add(self, job: Job) -> None:
        self._scheduler.add_job(
            self._do,
            "interval",
            (job,),
            id=job.name,
            seconds=job.every,
            jitter=job.every / 10,
            misfire_grace_time=max(1, int(job.every)),  # the default second skips polls on a busy machine
            coalesce=True,
            max_instances=1,
            replace_existing=True,
            next_run_time=self._clock() + timedelta(seconds=0 if job.at_once else min(job.every, _SETTLED)),
        )

    def _do(self, job: Job) -> None:
        wait = job.work()
        if wait is not None and (planned := self._scheduler.get_job(job.name)):
            planned.modify(next_run_time=self._clock() + timedelta(seconds=wait))

    # Senders

    def send_with(self, senders: Mapping[str, Sender]) -> None:
        """Have exactly these senders at work; those replaced finish what they are doing first."""
        for worker in self._workers:
            worker.halt()
        for worker in self._workers:
            worker.join()
        self._workers = [Worker(sender, self._fail) for sender in senders.values()]
        for worker in self._workers:
            worker.start()

    def wake(self) -> None:
        """There is something to send."""
        for worker in self._workers:
            worker.wake.set()

    # The desk

    @property
    def attended(self) -> bool:
        """Whether somebody answers the buttons."""
        return self._line is not None

    def attend(self, line: Line | None) -> None:
        """Have this one answer the buttons, from now on; None nobody."""
        if self._line:
            self._line.halt()
            self._line.join(_PATIENCE)
        self._line = None if self._stop.is_set() else line  # a change of the configuration may come with the end
        if self._line:
            self._line.start()

    # The end

    def wait(self, seconds: float | None) -> None:
        """Return after so long, or when `stop` was called."""
        self._stop.wait(seconds)

    def _fail(self) -> None:
        self.failed = True
        self.stop()

    def stop(self) -> None:
        """Ask everything to end; may be called from a signal handler."""
        self._stop.set()

    def end(self) -> bool:
        """Wait for what is under way, but not for long; True if all of it ended."""
        self._stop.set()
        for worker in self._workers:
            worker.halt()
        if self._line:
            self._line.halt()
        done = threading.Thread(target=self._shut_down, daemon=True)
        done.start()
        waiting = [done, *self._workers, *([self._line] if self._line else [])]
        end = monotonic() + _PATIENCE
        for thread in waiting:
            thread.join(max(0.0, end - monotonic()))
        return not any(thread.is_alive() for thread in waiting)

    def _shut_down(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown()
