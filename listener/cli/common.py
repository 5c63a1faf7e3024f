"""What commands share: the folder of configuration, JSON output, logging."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from listener.config import Env, Settings, load, process_environment
from listener.plugins import find

F = TypeVar("F", bound=Callable[..., Any])


def configured(command: F) -> F:
    """Add `--config DIR`."""
    option = click.option(
        "--config",
        "folder",
        type=click.Path(path_type=Path, file_okay=False),
        envvar="LISTENER_CONFIG",
        default=Path("config"),
        show_default=True,
        help="Folder of the configuration.",
    )
    return option(command)


as_json = click.option("--json", "json", is_flag=True, help="Print JSON.")


def settings_of(folder: Path) -> tuple[Settings, Env]:
    """The configuration and the environment; raises `ConfigError`."""
    env = process_environment()
    return load(folder, env, find), env


def log_to_stderr() -> None:
    """Diagnostics go to standard error, one line each; results to standard output."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", datefmt="%H:%M:%S"
    )


def say(line: str) -> None:
    """A line for people, to standard error."""
    click.echo(line, err=True)


def put(value: object) -> None:
    """A result as JSON, to standard output."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))
