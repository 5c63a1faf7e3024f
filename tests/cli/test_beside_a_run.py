"""Commands beside a real `listener run`, which owns the database and goes on."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from listener.config import init
from tests.forked import Forked

LISTENER = (sys.executable, "-m", "listener")

Ask = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, "subprocess.Popen[str]"]]:
    """A listener at work on the invented stream, after its first card."""
    folder = tmp_path_factory.mktemp("run")
    init(folder / "config")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LISTENER_", "SLACK_"))}
    with subprocess.Popen(
        [*LISTENER, "run"],
        cwd=folder,
        env={**environment, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout
        assert "/100" in process.stdout.readline()
        yield folder, process
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
    assert process.returncode == 0


@pytest.fixture
def ask(running: tuple[Path, "subprocess.Popen[str]"], tmp_path: Path) -> Ask:
    """Runs another command in the same folder."""

    def asked(*words: str) -> "subprocess.CompletedProcess[str]":
        process = Forked(words, running[0], os.environ, tmp_path / "printed")
        said = process.communicate()[1]
        return subprocess.CompletedProcess(words, process.returncode or 0, (tmp_path / "printed").read_text(), said)

    return asked


@pytest.mark.slow
def test_status_names_the_running_process(ask: Ask, running: tuple[Path, "subprocess.Popen[str]"]) -> None:
    answer = ask("status")
    assert answer.returncode == 0
    assert answer.stdout.startswith(f"running as process {running[1].pid}; sample.db holds ")


def test_the_doctor_finds_nothing_wrong(ask: Ask) -> None:
    answer = ask("doctor")
    assert (answer.returncode, answer.stdout) == (0, "nothing is wrong\n")


def test_a_second_run_names_the_first(ask: Ask, running: tuple[Path, "subprocess.Popen[str]"]) -> None:
    answer = ask("run")
    assert answer.returncode == 3
    assert f"already running: process {running[1].pid} holds {running[0] / 'sample.db.lock'}" in answer.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["doctor"],
        ["findings", "--query", "moment:buy"],
        ["why", "forum:nobody"],
        ["check"],
        ["routes", "show"],
        ["routes", "test", "moment:buy"],
        ["outbox", "list"],
        ["outbox", "retry"],
        ["quarantine", "list"],
        ["quarantine", "retry"],
        ["slack", "manifest"],
        ["explain", "desk", "a desk"],
        ["datasette"],
    ],
    ids=" ".join,
)
def test_json_is_all_that_goes_to_standard_output(ask: Ask, words: list[str]) -> None:
    answer = ask(*words, "--json")
    json.loads(answer.stdout)
    assert "Traceback" not in answer.stderr
    assert answer.returncode == (1 if words[0] == "why" else 0)


@pytest.mark.slow
def test_a_pipe_that_closes_early_is_no_traceback(ask: Ask, running: tuple[Path, "subprocess.Popen[str]"]) -> None:
    command = f"{sys.executable} -m listener findings --limit 0 --json | head -c 10"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    shown = subprocess.run(
        command, shell=True, cwd=running[0], env=environment, capture_output=True, text=True, check=True
    )
    assert shown.stdout.startswith("[\n")
    assert "Traceback" not in shown.stderr
