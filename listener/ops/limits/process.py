"""What the program itself costs: its start, its first poll, its memory. Each figure is of a process of its own."""

import os
import resource
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

from listener.config import init
from listener.ops.limits.figures import Figure
from listener.store import Store
from listener.types import Clock

_LISTENER = (sys.executable, "-m", "listener")
_LOOK = 0.1  # seconds between two looks at the memory of a process


def help_takes(times: int = 5) -> Figure:
    """Seconds until `listener --help` has answered, the median of so many."""

    def once() -> float:
        began = perf_counter()
        subprocess.run([*_LISTENER, "--help"], stdout=subprocess.DEVNULL, check=True)  # noqa: S603  # ourselves
        return perf_counter() - began

    return Figure("listener --help answers in", median(once() for _ in range(times)), 0.3, "s")


def run_takes(seconds: float, clock: Clock) -> list[Figure]:
    """Start to first poll, and peak memory, of `listener run` on the sample stream for so long."""
    with TemporaryDirectory() as folder:
        init(Path(folder) / "config")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LISTENER_")}
        began = clock()
        process = subprocess.Popen(  # noqa: S603  # ourselves
            [*_LISTENER, "run", "--for", f"{seconds}s"],
            cwd=folder,
            env={**environment, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        peak = 0
        while process.poll() is None:
            peak = max(peak, _peak(process.pid))
            sleep(_LOOK)
        with closing(Store.look(Path(folder) / "sample.db")) as store:
            first = store.first_read()
    polled = (first - began).total_seconds() if first else float("inf")
    return [
        Figure("listener run reads its first page after", polled, 1.5, "s"),
        Figure(f"listener run needs, {seconds:g} s of the sample stream", (peak or _children()) / 1e6, 120, "MB"),
    ]


def _peak(pid: int) -> int:
    """The most memory that a process had so far, in bytes; 0 where the system does not say."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


def _children() -> int:
    """The same of all processes that ended, where there is no /proc: macOS counts in bytes."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
