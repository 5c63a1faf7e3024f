"""How everything is, and what is wrong."""

from datetime import timedelta
from pathlib import Path

import pytest

from listener.app import App, clock
from tests.cli.conftest import Run, change, give_up


def test_without_a_database_the_command_that_makes_one_is_named(listener: Run) -> None:
    answer = listener("status")
    assert (answer.code, answer.out) == (1, "")
    assert "no such database yet: `listener run` or `listener once` makes it" in answer.err


def test_status_shows_sources_messages_and_totals(listener: Run, database: Path) -> None:
    answer = listener("status")
    assert answer.code == 0
    assert "not running; listener.db holds 3 posts, 3 findings, 2 alerts" in answer.out
    blocks = [[row.split() for row in block.splitlines()] for block in answer.out.split("\n\n")]
    assert blocks[1][0] == ["SOURCE", "LAST", "READ", "LAG", "NEXT", "STATE"]
    assert blocks[1][1][0] == "forum"
    assert blocks[1][1][-1] == "ok"
    assert blocks[2][0][:3] == ["CHANNEL", "PENDING", "SENDING"]
    assert [row[:2] for row in blocks[2][1:]] == [["console", "1"], ["hook", "1"]]


def test_status_names_the_process_that_is_running(listener: Run, app: App) -> None:
    answer = listener("status")
    assert answer.out.startswith("running as process ")
    assert listener("status", "--json").json["running"].isdigit()


def test_status_shows_a_failing_source_with_its_next_try(listener: Run, app: App) -> None:
    now = clock()
    for _ in range(3):
        app.store.failed("source", "forum", "503 Service Unavailable", now, now + timedelta(minutes=4, seconds=5))
    answer = listener("status")
    assert "3 failures since" in answer.out
    assert "503 Service Unavailable" in answer.out
    assert "in 4 min" in answer.out
    [source] = listener("status", "--json").json["sources"]
    assert (source["failures"], source["error"]) == (3, "503 Service Unavailable")


def test_status_shows_what_was_lost_on_the_way(listener: Run, app: App) -> None:
    give_up(app, "410 Gone")
    gap = "'2026-11-20T10:00:00.000000Z', '2026-11-20T11:00:00.000000Z', 'the listing ended', '2026-11-20T12:00:00Z'"
    change(app.store.db.path, f"insert into gaps(source, stream, since, until, why, at) values ('forum', 'new', {gap})")
    aside = "insert into quarantine(source, stream, post_id, raw, why, at) values ('forum', 'forum', '9', '', 'x', '')"
    change(app.store.db.path, aside)
    out = listener("status").out
    for said in (
        "410 Gone",
        "`listener outbox list --failed` shows all",
        "2026-11-20 10:00 UTC",
        "the listing ended",
        "1 post set aside: `listener quarantine list`",
    ):
        assert said in out


def test_status_says_which_secret_a_source_lacks(listener: Run, home: Path, database: Path) -> None:
    (home / "guarded.py").write_text(
        "from listener.sources.jsonl import Options, Source as Plain\n"
        'SECRETS = ("FORUM_TOKEN",)\n'
        "class Source(Plain):\n    pass\n"
    )
    main = home / "config" / "listener.toml"
    main.write_text(main.read_text() + '[[sources]]\nuse = "guarded:Source"\nname = "closed"\npath = "x.jsonl"\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(home)
        assert "skipped: set FORUM_TOKEN or FORUM_TOKEN_FILE" in listener("status").out
        answer = listener("doctor")
    assert answer.code == 1
    assert "✗ source closed is not read: it lacks a secret\n  → set FORUM_TOKEN or FORUM_TOKEN_FILE" in answer.out


def test_the_doctor_finds_nothing_where_nothing_is_wrong(listener: Run, database: Path) -> None:
    answer = listener("doctor")
    assert (answer.code, answer.out, answer.err) == (0, "nothing is wrong\n", "")
    assert listener("doctor", "--json").json == []


def test_the_doctor_names_the_command_that_mends_each_thing(listener: Run, app: App) -> None:
    give_up(app, "410 Gone")
    answer = listener("doctor")
    assert (answer.code, answer.out) == (
        1,
        "✗ 1 message to hook could not be delivered: 410 Gone\n  → listener outbox retry\n",
    )
    assert listener("doctor", "--json").json == [
        {"what": "1 message to hook could not be delivered: 410 Gone", "cure": "listener outbox retry"}
    ]


def test_the_doctor_lists_every_mistake_of_the_configuration(listener: Run, home: Path) -> None:
    (home / "config" / "topics.toml").write_text('[[topics]]\nname = "a"\nquery = "("\n[[topics]]\nname = "b"\n')
    answer = listener("doctor")
    assert answer.code == 1
    assert answer.out.count("✗ config/topics.toml:") == 2
    assert "listener check --config config" in answer.out


def test_the_doctor_may_be_told_to_ask_nobody(
    listener: Run, home: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = home / "config" / "listener.toml"
    main.write_text(main.read_text() + '[[channels]]\nuse = "slack"\n')
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert listener("doctor", "--offline").code == 0
    asked = listener("doctor")
    assert asked.code == 1
    assert "✗ channel slack: cannot be reached" in asked.out
