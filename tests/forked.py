"""Commands as processes of their own that begin at once: forked from one that has imported everything before.

What starting Python costs is measured elsewhere; a test that kills a hundred processes need not wait for it each time.
"""

import atexit
import gc
import importlib
import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from time import monotonic

_ROOT = Path(__file__).resolve().parents[1]
_HEAVY = ("listener.app.run", "listener.cli.running", "listener.channels.slack.socket", "praw", "tweepy")
_MOST = 1 << 20  # bytes of an order


class Forked:
    """`python -m listener` with these arguments in a folder, as `subprocess.Popen` would start it.

    Args:
        output: the file that gets what it prints.
    """

    def __init__(
        self, arguments: tuple[str, ...], folder: Path, env: Mapping[str, str], output: str | Path = os.devnull
    ) -> None:
        self.returncode: int | None = None
        self._said, self._errors = b"", -1
        self._errors, theirs = os.pipe()
        with open(output, "wb") as printed:
            files = (printed.fileno(), theirs)
            self.pid = _asked({"arguments": arguments, "folder": str(folder), "env": dict(env)}, *files)
        os.close(theirs)

    def communicate(self, timeout: float | None = None) -> tuple[None, str]:
        """Wait for the end; answers what it said to standard error. Raises `TimeoutExpired`, and loses nothing then."""
        until = None if timeout is None else monotonic() + timeout
        while self._read(until):
            pass
        self._end()
        return None, self._said.decode()

    def poll(self) -> int | None:
        """The exit code; None while it runs."""
        try:
            self.communicate(0)
        except subprocess.TimeoutExpired:
            return None
        return self.returncode

    def lines(self) -> Iterator[str]:
        """What it says to standard error, line by line as it comes."""
        at = 0
        while True:
            if (end := self._said.find(b"\n", at)) >= 0:
                yield self._said[at:end].decode()
                at = end + 1
            elif not self._read(None):
                return

    def _read(self, until: float | None) -> bool:
        """Read what was said; False at its end."""
        if self._errors < 0:
            return False
        wait = None if until is None else max(0.0, until - monotonic())
        if not select.select([self._errors], [], [], wait)[0]:
            raise subprocess.TimeoutExpired("listener", wait or 0.0)
        said = os.read(self._errors, _MOST)
        self._said += said
        return bool(said)

    def _end(self) -> None:
        if self.returncode is None:
            os.close(self._errors)
            self._errors, self.returncode = -1, _asked({"pid": self.pid})


def _asked(order: Mapping[str, object], *files: int) -> int:
    control = _parent()
    socket.send_fds(control, [json.dumps(order).encode()], files)
    return int(control.recv(100))


@cache
def _parent() -> socket.socket:
    """The other end of the process that forks; it ends with us."""
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    command = [sys.executable, "-m", "tests.forked", str(theirs.fileno())]
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # a process of one thread forks safely
    process = subprocess.Popen(command, cwd=_ROOT, env=env, pass_fds=[theirs.fileno()])
    theirs.close()
    atexit.register(process.wait)
    atexit.register(ours.close)  # called first, and ends it
    return ours


def _serve(control: socket.socket) -> list[str]:
    """Fork for each order, and tell the exit codes; answers the arguments of the command that a child is to be."""
    while True:
        message, files, _, _ = socket.recv_fds(control, _MOST, 2)
        if not message:
            sys.exit()
        order = json.loads(message)
        if "pid" in order:
            control.send(str(os.waitstatus_to_exitcode(os.waitpid(order["pid"], 0)[1])).encode())
        elif pid := os.fork():
            for file in files:
                os.close(file)
            control.send(str(pid).encode())
        else:
            control.close()
            _become(order["folder"], order["env"], *files)
            return list(order["arguments"])


def _become(folder: str, env: Mapping[str, str], output: int, errors: int) -> None:
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    for number, file in enumerate((os.open(os.devnull, os.O_RDONLY), output, errors)):
        os.dup2(file, number)
        os.close(file)
    sys.modules["__main__"].__spec__ = find_spec("listener.__main__")  # for processes that it starts


def _warm() -> None:
    for name in _HEAVY:
        importlib.import_module(name)
    importlib.import_module("listener.tag").load("fast")
    gc.freeze()


if __name__ == "__main__":
    _warm()
    _arguments = _serve(socket.socket(fileno=int(sys.argv[1])))
    sys.argv = ["listener", *_arguments]
    importlib.import_module("listener.cli").main()
