"""Our end of the reader: started when there is something to read, ended by a feed that is too much for it."""

import subprocess
import sys
from contextlib import suppress
from signal import SIGPROF
from types import TracebackType
from typing import Self

import msgspec

from listener.sources.rss.document import SECONDS, Document, Result, Task
from listener.sources.rss.scan import Refused


class Reader:
    """Reads feeds in a process of its own, one after the other; ends it with its `with` block."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process:
            self._end(self._process)

    def read(self, body: bytes, kind: str, url: str) -> Document:
        """The document; raises `Refused` for what is no feed, a trap, or too much. See `Task`."""
        process = self._process = self._process or _start()
        assert process.stdin and process.stdout
        task = Task(len(body), kind, url)
        said = b""
        with suppress(BrokenPipeError):
            process.stdin.write(msgspec.json.encode(task) + b"\n")
            process.stdin.write(body)
            process.stdin.flush()
            said = process.stdout.readline()
        if not said.endswith(b"\n"):
            raise Refused(_last_word(self._end(process)))
        result = msgspec.json.decode(said, type=Result)
        if result.document is None:
            raise Refused(result.why)
        return result.document

    def _end(self, process: subprocess.Popen[bytes]) -> int:
        self._process = None
        with suppress(BrokenPipeError):
            process.communicate()
        return process.wait()


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # ourselves
        [sys.executable, "-m", "listener.sources.rss.parser"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # an interrupt meant for us is none of its business: it ends when we do
    )


def _last_word(status: int) -> str:
    return (
        f"takes longer than {SECONDS:.0f} s to read" if status == -SIGPROF else "cannot be read by any parser of ours"
    )
