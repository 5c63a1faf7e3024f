"""What stands outside the database: the lock that one process holds, and the guard that notices a restored backup."""

import fcntl
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from listener.errors import AlreadyRunning, StoreError
from listener.store.marks import Forgotten, Marker

L = TypeVar("L", bound=msgspec.Struct)

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
        try:
            file.truncate(0)
            os.write(file.fileno(), str(os.getpid()).encode())
        except OSError as error:
            file.close()
            raise StoreError(f"{self.path}: {error.strerror}: free some space; nothing is lost") from error
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


class Secret(msgspec.Struct, frozen=True):
    """The line of the guard that holds the key of all marks: it is in no backup."""

    key: str  # hexadecimal


class Guard:
    """An append-only file beside the database, outside backups: a database that is behind it was restored.

    It also remembers who and what was forgotten, by marks, so that no backup brings them back.
    """

    def __init__(self, database: Path) -> None:
        self.path = Path(f"{database}.guard")

    def last(self) -> Mark | None:
        """The newest whole line; a torn last line counts as not written."""
        return next(self._lines(Mark), None)

    def append(self, mark: Mark) -> None:
        """Write a line that survives a loss of power."""
        self._append([mark])

    def marker(self) -> Marker:
        """Makes the marks of this installation; the first call makes their key."""
        with self._alone():
            kept = list(self._lines(Secret))
            if not kept:
                kept = [Secret(secrets.token_hex(32))]
                self._append(kept)
        return Marker(bytes.fromhex(kept[-1].key))

    def forgotten(self) -> list[Forgotten]:
        """Who and what was forgotten, the newest first."""
        return list(self._lines(Forgotten))

    def forget(self, marks: Iterable[Forgotten]) -> None:
        """Remember these for ever; those that are there already are not written again."""
        with self._alone():
            known = {each.mark for each in self.forgotten()}
            self._append([each for each in marks if each.mark not in known])

    def compact(self, mark: Mark) -> None:
        """Replace a long history by its newest line, and what was forgotten."""
        if self.path.exists() and self.path.stat().st_size > _COMPACT_AT:
            with self._alone():
                kept = [*self._lines(Secret), *reversed(self.forgotten()), mark]
                partial = self.path.with_name(self.path.name + ".part")
                with open(partial, "wb", opener=_private) as file:
                    file.write(_encoded(kept))
                    file.flush()
                    os.fsync(file.fileno())
                partial.replace(self.path)

    def _lines(self, kind: type[L]) -> Iterator[L]:
        """The whole lines of a kind, the newest first."""
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return
        for line in reversed(lines):
            try:
                yield msgspec.json.decode(line, type=kind)
            except msgspec.DecodeError:
                continue

    def _append(self, lines: Iterable[msgspec.Struct]) -> None:
        if not (text := _encoded(lines)):
            return
        try:
            with open(self.path, "ab", opener=_private) as file:
                file.write(b"\n" + text if _torn(self.path) else text)
                file.flush()
                _sync(file.fileno())
        except OSError as error:
            raise StoreError(f"{self.path}: {error.strerror}: it must be writable beside the database") from error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else rewrites the file, or adds what is not to be lost: `forget` runs beside `run`."""
        try:
            while True:
                with open(self.path, "ab", opener=_private) as file:
                    fcntl.flock(file, fcntl.LOCK_EX)
                    if os.path.samestat(os.fstat(file.fileno()), self.path.stat()):  # not rewritten meanwhile
                        yield
                        return
        except OSError as error:
            raise StoreError(f"{self.path}: {error.strerror}: it must be writable beside the database") from error


def _encoded(lines: Iterable[msgspec.Struct]) -> bytes:
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


_sync = getattr(os, "fdatasync", os.fsync)  # macOS has no fdatasync


def _torn(path: Path) -> bool:
    with open(path, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        return file.read(1) not in (b"", b"\n")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
