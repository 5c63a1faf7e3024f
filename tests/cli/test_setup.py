"""The first two commands: a configuration is written, and checked."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_init_writes_what_is_missing_and_names_the_next_command(listener: Run, home: Path) -> None:
    answer = listener("init", "mine")
    assert answer.code == 0
    assert answer.out.splitlines() == [f"wrote mine/{name}.toml" for name in ("listener", "topics", "playbook")]
    assert "`listener check --config mine` and `listener run --config mine`" in answer.err
    assert 'use = "sample"' in (home / "mine" / "listener.toml").read_text()


def test_a_folder_with_a_space_is_named_as_a_shell_takes_it(listener: Run, home: Path) -> None:
    assert "`listener init 'my own'` writes one" in listener("check", "--config", "my own").err
    assert "`listener check --config 'my own'`" in listener("init", "my own").err


def test_init_keeps_what_is_there(listener: Run, home: Path) -> None:
    before = (home / "config" / "listener.toml").read_text()
    answer = listener("init")
    assert "kept  config/listener.toml, which was there" in answer.out
    assert "wrote config/playbook.toml" in answer.out
    assert (home / "config" / "listener.toml").read_text() == before
    assert listener("init", "--json").json["written"] == []


def test_what_init_writes_passes_the_check(listener: Run) -> None:
    listener("init", "mine")
    answer = listener("check", "--config", "mine")
    assert answer.code == 0
    assert answer.out.startswith("ok: 8 topics, 1 source, 1 channel, ")


def test_check_counts_what_is_configured(listener: Run) -> None:
    answer = listener("check")
    assert (answer.code, answer.out) == (0, "ok: 2 topics, 1 source, 2 channels, 2 samples\n")


def test_check_says_everything_that_is_wrong_at_once(listener: Run, home: Path) -> None:
    (home / "config" / "topics.toml").write_text(
        '[[topics]]\nname = "desks"\nquery = "(desk"\n[[topics]]\nname = "b"\n'
    )
    (home / "config" / "listener.toml").write_text('[stor]\n[route]\nchannel = "consol"\n')
    answer = listener("check")
    assert (answer.code, answer.out) == (2, "")
    for said in ("topics.toml:3: topics[0].query", "topics[1].query: is missing", "listener.toml:1: stor: unknown key"):
        assert said in answer.err
    assert len(listener("check", "--json").json["problems"]) == 4


def test_check_shows_a_sample_that_is_not_as_its_topic_says(listener: Run, home: Path) -> None:
    topics = home / "config" / "topics.toml"
    topics.write_text(topics.read_text().replace("what a lovely lamp", "what a lovely desk"))
    answer = listener("check")
    assert (answer.code, answer.out) == (1, "")
    assert "config/topics.toml:9: topics[0].nomatch[0]" in answer.err
    assert "lovely desk" in answer.err
    assert len(listener("check", "--json").json["samples"]) == 1


def test_check_says_whom_to_invite_where_in_slack(listener: Run, home: Path) -> None:
    main = home / "config" / "listener.toml"
    told = main.read_text().replace('channel = "hook"', 'channel = "slack:#sales"')
    main.write_text(told + '[[channels]]\nuse = "slack"\n[ops]\nchannel = "slack:#ops"\n')
    said = "In Slack: /invite @listener in #sales, #ops; `listener doctor` looks whether it is there"
    assert listener("check").out.splitlines()[1:] == [said]


def test_check_names_the_cause_above_what_it_breaks(listener: Run, home: Path) -> None:
    topics = home / "config" / "topics.toml"
    topics.write_text(topics.read_text().replace("'desk OR desks'", "'@twon desk'"))
    cause, effect, *rest = listener("check").err.splitlines()
    assert cause.startswith("config/topics.toml:6: warning: topics[0].query: @twon is no set")
    assert effect.startswith("config/topics.toml:8: topics[0].match[0]: the query misses")
    assert rest == []


def test_check_warns_of_a_file_that_is_not_there(listener: Run, home: Path) -> None:
    (home / "posts.jsonl").unlink()
    answer = listener("check")
    assert answer.code == 0
    assert 'config/listener.toml:7: warning: sources[0].path: there is no file "posts.jsonl" yet' in answer.err


def test_the_template_invites_the_app_by_the_name_of_its_manifest(listener: Run, home: Path) -> None:
    listener("init", "mine")
    name = listener("slack", "manifest").json["features"]["bot_user"]["display_name"]
    assert f"/invite @{name}\n" in (home / "mine" / "listener.toml").read_text()


def test_check_warns_of_a_channel_without_its_secret(listener: Run, home: Path) -> None:
    main = home / "config" / "listener.toml"
    main.write_text(main.read_text() + '[[channels]]\nuse = "slack"\n')
    answer = listener("check")
    assert answer.code == 0
    assert "channel slack is skipped, its alerts go to the console: set SLACK_BOT_TOKEN" in answer.err


@pytest.mark.parametrize(
    "words",
    [
        ("explain", "desk", "lamp"),
        ("tag",),
        ("match", "--cases", "-"),
        ("slack", "manifest"),
        ("bench", "limits"),
        ("findings",),
        ("check",),
    ],
)
def test_a_configuration_that_was_named_must_be_there(listener: Run, words: tuple[str, ...]) -> None:
    answer = listener(*words, "--config", "nowhere")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "nowhere: no such folder; `listener init nowhere` writes one\n"


def test_no_configuration_names_the_command_that_writes_one(listener: Run) -> None:
    answer = listener("status", "--config", "nowhere")
    assert (answer.code, answer.err) == (2, "nowhere: no such folder; `listener init nowhere` writes one\n")
