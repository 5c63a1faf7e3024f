"""What could not be delivered, and what could not be read."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from listener.app import App, clock
from listener.tag import load
from listener.types import Post
from tests.cli.conftest import Run, change, give_up, read_once


def test_undelivered_messages_are_listed_with_their_error(listener: Run, app: App) -> None:
    give_up(app, "410 Gone")
    rows = [row.split() for row in listener("outbox", "list").out.splitlines()]
    assert rows[0] == ["STATE", "CHANNEL", "SINCE", "TRIES", "MESSAGE", "ERROR"]
    assert ["failed", "hook"] in [row[:2] for row in rows]
    assert ["pending", "console"] in [row[:2] for row in rows]
    [failed] = listener("outbox", "list", "--failed", "--json").json
    assert (failed["channel"], failed["error"], failed["tries"]) == ("hook", "410 Gone", 1)


def test_an_empty_outbox_says_so(listener: Run, database: Path) -> None:
    change(database, "update outbox set state='sent'")
    assert listener("outbox", "list").err == "Every message was delivered.\n"
    assert listener("outbox", "list", "--json").json == []


def test_what_was_given_up_is_sent_again_by_the_running_listener(listener: Run, app: App) -> None:
    give_up(app, "410 Gone")
    answer = listener("outbox", "retry")
    assert (answer.code, answer.err) == (0, "1 message to send again: the running Listener sends them\n")
    assert app.store.outbox.claim("hook", clock())


def test_without_one_the_command_that_sends_is_named(listener: Run, app: App) -> None:
    give_up(app, "410 Gone")
    app.store.close()
    assert listener("outbox", "retry", "--json").json == {"due": 1}
    assert listener("outbox", "retry").err == "0 messages to send again\n"


class Fussy:
    """A tagger that fails on some posts."""

    model = "fussy"

    def __init__(self, word: str) -> None:
        self.word, self.good = word, load()

    def __call__(self, posts: Sequence[Post]) -> list[object]:
        if any(self.word in post.text for post in posts):
            raise ValueError(f"cannot read {self.word!r}")
        return list(self.good(posts))


@pytest.fixture
def fussy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Analysis fails on posts that say "Desks"."""
    monkeypatch.setattr("listener.pipeline.load", lambda *_: Fussy("Desks"))


def test_nothing_set_aside_is_said(listener: Run, database: Path) -> None:
    assert listener("quarantine", "list").err == "Nothing was set aside.\n"
    assert listener("quarantine", "retry").err == "0 posts taken back, 0 findings, 0 alerts\n"


def test_posts_that_were_set_aside_are_listed_with_the_reason(listener: Run, fussy: None, database: Path) -> None:
    [row] = listener("quarantine", "list").out.splitlines()[1:]
    assert row.split()[:2] == ["forum", "3"]
    assert "yes" in row
    assert "analysis failed: ValueError: cannot read 'Desks'" in row
    [aside] = listener("quarantine", "list", "--json").json
    assert aside["can_retry"]
    assert "made of wood" in aside["raw"]


def test_what_fails_again_is_named_and_stays(listener: Run, fussy: None, database: Path) -> None:
    failed = listener("quarantine", "retry")
    assert failed.code == 1
    assert "forum:3: its analysis fails again; it stays in quarantine" in failed.err
    assert len(listener("quarantine", "list", "--json").json) == 1


def test_once_they_can_be_analysed_they_lead_to_findings_and_alerts(
    listener: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("listener.pipeline.load", lambda *_: Fussy("standing"))
        read_once()
    assert listener("findings", "--query", "author:pia", "--json").json == []
    done = listener("quarantine", "retry", "--json")
    assert done.json == {"taken": 1, "findings": 1, "alerts": 1, "failing": [], "unreadable": 0}
    assert listener("findings", "--query", "author:pia", "--json").json[0]["reason"] == "first"
    assert listener("quarantine", "list", "--json").json == []


def test_what_the_source_could_not_read_stays(listener: Run, home: Path) -> None:
    with (home / "posts.jsonl").open("a") as file:
        file.write("{not json\n")
    read_once()
    answer = listener("quarantine", "retry")
    assert answer.code == 0
    assert "1 could not be read at their source and stay" in answer.err
    assert [aside["can_retry"] for aside in listener("quarantine", "list", "--json").json] == [False]
