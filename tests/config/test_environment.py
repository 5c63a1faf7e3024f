"""Secrets come from variables or from files that variables name, and are never shown."""

from pathlib import Path

import pytest

from listener.config import Env, process_environment
from listener.errors import MissingSecret
from listener.types import Environment


def test_a_secret_is_the_value_of_its_variable() -> None:
    env: Environment = Env({"SLACK_BOT_TOKEN": "hush\n"})
    assert env.secret("SLACK_BOT_TOKEN") == "hush"


def test_a_secret_may_stand_in_a_file_which_is_read_anew_each_time(tmp_path: Path) -> None:
    file = tmp_path / "token"
    env = Env({"SLACK_BOT_TOKEN_FILE": str(file)})
    file.write_text("first\n")
    assert env.secret("SLACK_BOT_TOKEN") == "first"
    file.write_text("second\r\n")
    assert env.secret("SLACK_BOT_TOKEN") == "second"


def test_the_variable_itself_comes_before_the_file(tmp_path: Path) -> None:
    env = Env({"TOKEN": "hush", "TOKEN_FILE": str(tmp_path / "not there")})
    assert env.secret("TOKEN") == "hush"


@pytest.mark.parametrize("variables", [{}, {"TOKEN": ""}, {"TOKEN": " \n"}, {"TOKEN_FILE": ""}])
def test_a_missing_secret_names_both_variables(variables: dict[str, str]) -> None:
    with pytest.raises(MissingSecret) as missing:
        Env(variables).secret("TOKEN")
    assert str(missing.value) == "set TOKEN or TOKEN_FILE"
    assert missing.value.name == "TOKEN"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / "token"
    with pytest.raises(MissingSecret, match=r"TOKEN_FILE is set, but .*token cannot be read: No such file"):
        Env({"TOKEN_FILE": str(file)}).secret("TOKEN")
    file.write_bytes(b"\xff\xfe\x00hush")
    with pytest.raises(MissingSecret, match="is not text") as missing:
        Env({"TOKEN_FILE": str(file)}).secret("TOKEN")
    assert "hush" not in str(missing.value)
    file.write_text("\n")
    with pytest.raises(MissingSecret):
        Env({"TOKEN_FILE": str(file)}).secret("TOKEN")


def test_no_secret_is_ever_shown() -> None:
    env = Env({"SLACK_BOT_TOKEN": "hush"})
    assert "hush" not in f"{env} {env!r} {[env]}"
    assert repr(env) == "Env(***)"


def test_other_variables_are_a_mapping() -> None:
    env = Env({"LISTENER_CONFIG": "conf"})
    assert env.get("LISTENER_CONFIG", "config") == "conf"
    assert env.get("LISTENER_STORE_URL") is None
    assert list(env) == ["LISTENER_CONFIG"]
    assert len(env) == 1


def test_the_environment_of_the_process_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "x")  # so that nothing is mirrored into the environment of the tests
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "x")
    monkeypatch.setenv("LISTENER_TEST_TOKEN", "hush")
    assert process_environment().secret("LISTENER_TEST_TOKEN") == "hush"


@pytest.mark.parametrize(
    ("before", "added"),
    [
        ({}, {}),
        ({"REQUESTS_CA_BUNDLE": "a.pem"}, {"SSL_CERT_FILE": "a.pem"}),
        ({"CURL_CA_BUNDLE": "a.pem"}, {"SSL_CERT_FILE": "a.pem"}),
        ({"SSL_CERT_FILE": "a.pem"}, {"REQUESTS_CA_BUNDLE": "a.pem"}),
        ({"SSL_CERT_DIR": "certs:more"}, {}),  # no path that requests could read
        ({"SSL_CERT_DIR": "certs", "REQUESTS_CA_BUNDLE": "a.pem"}, {}),
        ({"SSL_CERT_FILE": "a.pem", "REQUESTS_CA_BUNDLE": "b.pem"}, {}),
    ],
)
def test_every_client_trusts_the_same_certificates(before: dict[str, str], added: dict[str, str]) -> None:
    variables = dict(before)
    process_environment(variables)
    assert variables == {**before, **added}


def test_a_folder_of_certificates_is_mirrored_as_a_folder(tmp_path: Path) -> None:
    variables = {"REQUESTS_CA_BUNDLE": str(tmp_path)}
    process_environment(variables)
    assert variables == {"REQUESTS_CA_BUNDLE": str(tmp_path), "SSL_CERT_DIR": str(tmp_path)}
