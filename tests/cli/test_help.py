"""What people read before anything else."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from listener.cli import COMMANDS, cli
from tests.cli.conftest import Run


def commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command
        yield name, command
        for below, each in getattr(command, "commands", {}).items():
            yield f"{name} {below}", each


EVERY = dict(commands())


def test_every_command_of_the_table_is_there() -> None:
    assert list(COMMANDS) == [name for name in EVERY if " " not in name]
    assert {"routes test", "slack manifest", "outbox retry", "quarantine retry", "bench limits"} <= set(EVERY)


@pytest.mark.parametrize("name", EVERY)
def test_every_command_explains_itself_and_its_options(name: str, listener: Run) -> None:
    answer = listener(*name.split(), "--help")
    assert answer.code == 0
    command = EVERY[name]
    assert len(command.help or "") > 30
    unexplained = [p.name for p in command.params if isinstance(p, click.Option) and not (p.help or p.hidden)]
    assert unexplained == []


def test_every_command_takes_a_configuration(listener: Run) -> None:
    groups = [name for name, command in EVERY.items() if isinstance(command, click.Group)]
    without = [
        name
        for name, command in EVERY.items()
        if name not in (*groups, "init") and not any("--config" in option.opts for option in command.params)
    ]
    assert without == []


def test_help_needs_none_of_the_heavy_parts() -> None:
    heavy = "sqlite3", "sqlite_utils", "apscheduler", "requests", "slack_sdk", "vaderSentiment", "listener.app"
    code = f"import sys, listener.cli; print([name for name in {heavy!r} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[]"


def test_an_unknown_command_is_wrong_usage(listener: Run) -> None:
    answer = listener("listn")
    assert (answer.code, answer.out) == (2, "")
    assert "No such command 'listn'" in answer.err


def test_a_mistyped_command_names_the_nearest(listener: Run) -> None:
    assert "No such command 'stauts'. Did you mean 'status'?" in listener("stauts").err


def test_hints_name_the_whole_command_however_it_was_started() -> None:
    words = [sys.executable, "-m", "listener", "outbox", "list", "--limit", "x"]
    answer = subprocess.run(words, capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert "Try 'listener outbox list --help' for help." in answer.stderr


@pytest.mark.slow
@pytest.mark.parametrize("words", [("--help",), ("--version",), ("slack", "manifest"), ("check",), ("findings",)])
def test_output_that_cannot_be_written_is_one_line(words: tuple[str, ...], database: Path) -> None:
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "listener", *words]
        answer = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert answer.returncode == 1
    assert answer.stderr == "the output cannot be written: No space left on device\n"


def test_a_reader_that_went_away_is_no_error(database: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "listener", "findings"]
    answer = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (answer.returncode, answer.stderr) == (1, "")
