"""What commands share: the folder of configuration, JSON output, logging."""

import logging
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec
from click.core import ParameterSource

from listener.config import Env, Settings, load, process_environment
from listener.plugins import find

F = TypeVar("F", bound=Callable[..., Any])


_DEFAULT = Path("config")
# a command of ours in a text: in backquotes anywhere, or all of the text
_STEP = re.compile(r"`listener (?!init\b)[^`]+`|\Alistener (?!init\b)[^`;,]+\Z")


def configured(command: F) -> F:
    """Add `--config DIR`."""
    option = click.option(
        "--config",
        "folder",
        type=click.Path(path_type=Path, file_okay=False),
        envvar="LISTENER_CONFIG",
        default=_DEFAULT,
        show_default=True,
        help="Folder of the configuration.",
        callback=_remember,
    )
    return option(command)


def _remember(ctx: click.Context, param: click.Parameter, folder: Path) -> Path:
    """Note a folder that was named: for a subcommand, and for the commands that we tell people to type next."""
    if ctx.get_parameter_source("folder") is ParameterSource.COMMANDLINE:
        ctx.meta[__name__] = folder
    return Path(ctx.meta.get(__name__, folder))


def unconfigured(why: str) -> Callable[[F], F]:
    """Add a hidden `--config DIR` to a command that does not read it, so that every command takes one."""
    return click.option(
        "--config",
        type=click.Path(path_type=Path, file_okay=False),
        hidden=True,
        expose_value=False,
        help=f"Not read: {why}",
        callback=_refuse_missing,
    )


def _refuse_missing(ctx: click.Context, param: click.Parameter, folder: Path | None) -> None:
    if folder and not folder.is_dir():
        settings_of(folder)  # raises


at_most = click.IntRange(0, 1_000_000_000)
"""How many to show; 0: all."""

as_json = click.option("--json", "json", is_flag=True, help="Print JSON.")


def settings_of(folder: Path) -> tuple[Settings, Env]:
    """The configuration and the environment; raises `ConfigError`."""
    env = process_environment()
    return load(folder, env, find), env


def settings_if_any(folder: Path) -> Settings | None:
    """The configuration; None where nobody named a folder and the usual one is not there; raises `ConfigError`."""
    source = click.get_current_context().get_parameter_source("folder")
    if source is ParameterSource.DEFAULT and not folder.is_dir():
        return None
    return settings_of(folder)[0]


def here(text: str) -> str:
    """The text; commands of ours in it get the `--config` that this one was given."""
    context = click.get_current_context(silent=True)
    folder = context.meta.get(__name__) if context else None
    return _STEP.sub(lambda step: _with_config(step[0], folder), text) if folder and folder != _DEFAULT else text


def _with_config(step: str, folder: Path) -> str:
    command, quote = (step[:-1], "`") if step.endswith("`") else (step, "")
    return f"{command} --config {shlex.quote(str(folder))}{quote}" if "--config" not in command else step


def log_to_stderr() -> None:
    """Diagnostics go to standard error, one line each; results to standard output."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", datefmt="%H:%M:%S"
    )


def say(line: str) -> None:
    """A line for people, to standard error; commands in it get our `--config`."""
    click.echo(here(line), err=True)


def put(value: object) -> None:
    """A result as JSON, to standard output."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))
