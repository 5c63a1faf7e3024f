"""What stands outside the database: the lock that one process holds, and the guard that notices a restored backup."""

import fcntl
import os
from pathlib import Path
from typing import BinaryIO

import msgspec

from listener.errors import AlreadyRunning, StoreError

_COMPACT_AT = 1_000_000  # bytes; above this the guard is rewritten at the next start


class Mark(msgspec.Struct, frozen=True):
    """One line of the guard: how far this installation has come."""

    install: str
    epoch: int  # counts starts
    seq: int  # counts attempts to send

    @property
    def progress(self) -> tuple[int, int]:
        """How far, for comparison."""
        return self.epoch, self.seq


class Lock:
    """The right to be the one process on a database; kept until `release` or the end of the process."""

    def __init__(self, database: Path) -> None:
        self.path = Path(f"{database}.lock")
        self._file: BinaryIO | None = None

    def take(self) -> None:
        """Take it, or raise `AlreadyRunning` naming the holder."""
        try:
            file = open(self.path, "a+b", opener=_private)  # noqa: SIM115  # held open for as long as the lock
        except OSError as error:
            raise StoreError(f"{self.path}: {error.strerror}: name a writable place under [store] url") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read(100).decode("utf-8", "replace").strip() or "unknown"
            file.close()
            raise AlreadyRunning(f"already running: process {holder} holds {self.path}") from None
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        self._file = file

    def holder(self) -> str:
        """The process that holds it; "" nobody."""
        try:
            with open(self.path, "rb") as file:
                pid = file.read(100).decode("utf-8", "replace").strip()
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # let go at once, with the file
        except BlockingIOError:
            return pid or "unknown"
        except OSError:  # nobody ever held it, or not for us to know
            pass
        return ""

    def release(self) -> None:
        """Let the next process have it."""
        if self._file:
            self._file.close()
            self._file = None


class Guard:
    """An append-only file beside the database, outside backups: a database that is behind it was restored."""

    def __init__(self, database: Path) -> None:
        self.path = Path(f"{database}.guard")

    def last(self) -> Mark | None:
        """The newest whole line; a torn last line counts as not written."""
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return None
        for line in reversed(lines):
            try:
                return msgspec.json.decode(line, type=Mark)
            except msgspec.DecodeError:
                continue
        return None

    def append(self, mark: Mark) -> None:
        """Write a line that survives a loss of power."""
        try:
            with open(self.path, "ab", opener=_private) as file:
                file.write(b"\n" + msgspec.json.encode(mark) if _torn(self.path) else msgspec.json.encode(mark))
                file.write(b"\n")
                file.flush()
                _sync(file.fileno())
        except OSError as error:
            raise StoreError(f"{self.path}: {error.strerror}: it must be writable beside the database") from error

    def compact(self, mark: Mark) -> None:
        """Replace a long history by its newest line."""
        if self.path.exists() and self.path.stat().st_size > _COMPACT_AT:
            partial = self.path.with_name(self.path.name + ".part")
            with open(partial, "wb", opener=_private) as file:
                file.write(msgspec.json.encode(mark) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self.path)


_sync = getattr(os, "fdatasync", os.fsync)  # macOS has no fdatasync


def _torn(path: Path) -> bool:
    with open(path, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        return file.read(1) not in (b"", b"\n")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
