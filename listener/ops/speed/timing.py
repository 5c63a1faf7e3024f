"""Seconds of the processor and memory: what else runs on the machine counts little."""

import resource
import sys
from collections.abc import Callable
from time import process_time
from typing import TypeVar

T = TypeVar("T")


def taken(work: Callable[[], T]) -> tuple[float, T]:
    """Do it; seconds of the processor, all threads of this process together, and the answer."""
    began = process_time()
    done = work()
    return process_time() - began, done


def peak_mb() -> float:
    """The most memory that this process had so far, in megabytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3
