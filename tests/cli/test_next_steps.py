"""Commands that we tell people to type next work as they stand, also for a configuration of another name."""

from pathlib import Path

import pytest

from listener.app import App
from tests.cli.conftest import Run, give_up

ELSEWHERE = ("--config", "my config")


@pytest.fixture(autouse=True)
def _elsewhere(home: Path) -> None:
    (home / "my config").symlink_to(home / "config")


def test_a_missing_database_is_made_with_the_same_configuration(listener: Run) -> None:
    said = "`listener run --config 'my config'` or `listener once --config 'my config'` makes it"
    assert said in listener("status", *ELSEWHERE).err
    assert said in listener("findings", *ELSEWHERE).err


def test_the_doctor_and_status_name_the_same_configuration(listener: Run, app: App) -> None:
    give_up(app, "410 Gone")
    assert "→ listener outbox retry --config 'my config'\n" in listener("doctor", *ELSEWHERE).out
    assert listener("doctor", "--json", *ELSEWHERE).json[0]["cure"] == "listener outbox retry --config 'my config'"
    assert "`listener outbox list --failed --config 'my config'` shows all" in listener("status", *ELSEWHERE).out


def test_why_names_the_same_configuration(listener: Run, database: Path) -> None:
    assert "`listener explain QUERY TEXT --config 'my config'`" in listener("why", "forum:4", *ELSEWHERE).out
    assert "`listener status --config 'my config'`" in listener("why", "forum:9", *ELSEWHERE).err


def test_the_usual_configuration_needs_no_naming(listener: Run, database: Path) -> None:
    assert "--config" not in listener("why", "forum:9", "--config", "config").err


def test_a_configuration_of_the_environment_needs_no_naming(
    listener: Run, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LISTENER_CONFIG", "my config")
    assert "--config" not in listener("why", "forum:9").err


def test_what_is_no_command_of_ours_is_left_alone(listener: Run) -> None:
    assert "`listener init nowhere` writes one" in listener("status", "--config", "nowhere").err
