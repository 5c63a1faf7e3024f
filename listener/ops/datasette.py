"""The database for the curious: Datasette on a read-only connection, tables in words, queries made ready."""

import re
import socket
import tomllib
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.resources import files
from pathlib import Path

from listener.errors import ListenerError
from listener.types import Json

_NAMED = re.compile(r"[\s(]*\"?(\w+)\"?\s+(?:text|integer|real|blob)\b")


def metadata(database: str, schema: Mapping[str, str]) -> Json:
    """What Datasette shows beside the data.

    Args:
        database: its name there, the file's without its ending.
        schema: each table with the statement that made it; comments in it explain the columns.
    """
    said = tomllib.loads(files("listener.store").joinpath("browse.toml").read_text(encoding="utf-8"))
    return {
        "title": "Listener",
        "description": "What people ask for in public: posts, findings, alerts. Read-only; times are UTC.",
        "databases": {
            database: {
                "queries": said["queries"],
                "tables": {name: _table(said["tables"].get(name), sql) for name, sql in schema.items()},
            }
        },
    }


def serve(path: Path, about: Path, host: str, port: int) -> None:
    """Serve until stopped; `about` holds the metadata as JSON. Raises `ListenerError` where Datasette is missing."""
    try:
        command = import_module("datasette.cli").serve
    except ModuleNotFoundError as error:
        raise ListenerError(f'{error.name} is not installed: pip install "listener[datasette]"') from error
    _try_port(host, port)
    command.main(arguments(path, about, host, port), prog_name="datasette", standalone_mode=False)


def _try_port(host: str, port: int) -> None:
    """Raises `ListenerError` where nothing can listen there: Datasette would say so deep below."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        why = f"cannot listen on {host}:{port}: {(error.strerror or str(error)).partition(' (')[0]}"
        raise ListenerError(f"{why}; choose another with --port, or --port 0 for any that is free") from error


def arguments(path: Path, about: Path, host: str, port: int) -> list[str]:
    """For `datasette serve`: it opens a file that is not named immutable with mode=ro, and follows its changes."""
    settings = ("suggest_facets", "off", "allow_download", "off", "sql_time_limit_ms", "1000")
    pairs = zip(settings[::2], settings[1::2], strict=True)
    chosen = [word for name, value in pairs for word in ("--setting", name, value)]
    return [str(path), "--metadata", str(about), "--host", host, "--port", str(port), *chosen]


def _table(said: Json | None, sql: str) -> Json:
    """A table that is described is shown; the books that Listener keeps for itself are not."""
    return {**said, "columns": dict(_columns(sql))} if said else {"hidden": True}


def _columns(sql: str) -> Iterator[tuple[str, str]]:
    """Columns with their comments; a comment behind several columns of a line explains all of them."""
    for line in sql.splitlines()[1:]:
        code, dashes, comment = line.partition("--")
        for definition in code.split(",") if dashes else ():
            if name := _NAMED.match(definition):
                yield name[1], comment.strip()
