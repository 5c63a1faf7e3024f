"""The open database: one connection, one transaction at a time, errors in words."""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from listener.errors import StoreError
from listener.store.turns import Turns

_PRAGMAS = (
    "journal_mode=wal",
    "wal_autocheckpoint=4000",  # pages of 4 KB: those that each transaction changes are copied from the log more rarely
    "synchronous=full",
    "foreign_keys=on",
    "secure_delete=on",
)
Connect = Callable[[str], sqlite3.Connection]
Row = sqlite3.Row

_CURES = {
    "SQLITE_FULL": "the disk is full: free some space; work goes on by itself",
    "SQLITE_BUSY": "another program holds a lock on it: close it; work goes on by itself",
    "SQLITE_READONLY": "it is read-only: make the file and its folder writable",
    "SQLITE_CANTOPEN": "it cannot be opened: does its folder exist, and may this user write there?",
    "SQLITE_CORRUPT": "it is damaged: stop, remove the files ending in -wal and -shm, and put a backup in its place",
    "SQLITE_NOTADB": "it is not an SQLite database: name another file under [store] url",
    "SQLITE_IOERR": "the disk is full or broken: free some space, or look at the system's log; work goes on by itself",
}


def connect(path: str) -> sqlite3.Connection:
    """A connection that leaves transactions to us and may be used from any thread, one at a time."""
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0, cached_statements=256)


class Database:
    """Reads and transactions on one file.

    Args:
        path: the database file; created, with mode 0600, where it is absent.
        connect: opens the connection; tests pass one that fails on purpose.
    """

    def __init__(self, path: Path, connect: Connect = connect) -> None:
        self.path, self.turns = path, Turns()
        with self.in_words():
            _create_private(path)
            self.conn = connect(str(path))
            self.conn.row_factory = sqlite3.Row

    def prepare(self) -> None:
        """Set the file up for writing; not before it is known to be ours."""
        for pragma in _PRAGMAS:
            self.conn.execute(f"pragma {pragma}")

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is committed, or none. Raises `StoreError`."""
        with self.turns, self.in_words():
            # A deferred transaction that turns to writing fails at once when another has written meanwhile.
            self.conn.execute("begin immediate")
            try:
                yield self.conn
                self.conn.execute("commit")
            except BaseException:
                if self.conn.in_transaction:
                    self.conn.execute("rollback")
                raise

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """The connection for several queries in a row."""
        with self.turns, self.in_words():
            yield self.conn

    def rows(self, sql: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[Row]:
        """All rows of a query."""
        with self.turns, self.in_words():
            return self.conn.execute(sql, values).fetchall()

    def value(self, sql: str, values: Sequence[object] = ()) -> Any:  # noqa: ANN401  # whatever the column holds
        """The first column of the first row, or None."""
        found = self.rows(sql, values)
        return found[0][0] if found else None

    def close(self) -> None:
        """Close the file; what was not committed is gone."""
        with self.turns:
            self.conn.close()

    @contextmanager
    def in_words(self) -> Iterator[None]:
        """Errors of SQLite and the disk become `StoreError`."""
        try:
            yield
        except OSError as error:
            raise StoreError(f"{self.path}: {error.strerror}: name a writable place under [store] url") from error
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: {_cured(error)}") from error


def _cured(error: sqlite3.Error) -> str:
    """What SQLite said, and what mends it."""
    name = getattr(error, "sqlite_errorname", "") or ""
    cure = next((cure for prefix, cure in _CURES.items() if name.startswith(prefix)), "")
    return f"{error} ({cure})" if cure else str(error)


def _create_private(path: Path) -> None:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def marks(values: Sequence[object]) -> str:
    """As many question marks as there are values, for `in (…)`."""
    return ",".join("?" * len(values))


def among(conn: sqlite3.Connection, sql: str, values: Iterable[str]) -> sqlite3.Cursor:
    """The rows of a query that ends with the name of a column which must be one of these texts."""
    return conn.execute(f"{sql} in (select value from json_each(?))", (msgspec.json.encode([*values]).decode(),))


def insert(conn: sqlite3.Connection, table: str, rows: Sequence[Mapping[str, object]]) -> int:
    """Insert rows of the same columns but for those whose key is there; answers how many were not."""
    if not rows:
        return 0
    sql = f"insert into {table}({','.join(rows[0])}) values ({marks(list(rows[0]))}) on conflict(key) do nothing"
    return conn.executemany(sql, [tuple(row.values()) for row in rows]).rowcount
