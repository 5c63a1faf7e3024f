"""What somebody may ask of us about their own posts: to be forgotten, and to see what is stored."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from listener import plugins
from listener.app import App, Receipt, clock
from listener.cli import privacy
from listener.config import load
from listener.plugins import Plugin
from listener.store import Erased, Showing
from listener.types import Source, Terms
from tests.cli.conftest import Run, change, read_once

RECEIPT = """Forgotten: author forum:pia
receipt {id}, {at}

  posts           1   words, author, address, place and identifier
  findings        1   evidence and place; tags and scores stay and go on to count
  alerts          1   fingerprints of the words
  messages        1   that showed it, or were going to
  read            1   of what was read in the last 7 days

Cleaned: nothing of it is left in the bytes of listener.db, its search index and its log.
From now on posts of this author are not stored any more.
Your own backups of before now still hold it, too. If one is put back, it is forgotten again before anything else
happens, as long as listener.db.guard is where it is.
"""


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listener.app.forgetting._PATIENCE", 0.1)
    monkeypatch.setattr("listener.app.forgetting._EACH", 0.1)


def test_an_author_is_forgotten_with_a_receipt(listener: Run, database: Path) -> None:
    answer = listener("forget", "--author", "forum:pia", "--yes")
    assert answer.code == 0
    lines = answer.out.splitlines()
    made = RECEIPT.format(id=lines[1].split()[1].rstrip(","), at=lines[1].partition(", ")[2])
    assert answer.out.split() == made.split()
    everything = b"".join(file.read_bytes() for file in Path().glob("listener.db*"))
    assert b"pia" not in everything and b"Saturday" not in everything
    assert len(listener("findings", "--json").json) == 3, "what counts still counts"
    read_once()
    assert listener("findings", "--query", "author:pia", "--json").json == []


def test_the_receipt_is_json_too(listener: Run, database: Path) -> None:
    receipt = listener("forget", "--author", "pia", "--yes", "--json").json
    assert (receipt["asked"], receipt["done"], receipt["cleaned"]) == ("author forum:pia", True, True)
    assert receipt["erased"]["posts"] == 1
    assert "pia" not in receipt["id"]


def test_a_dry_run_says_what_would_go_and_changes_nothing(listener: Run, database: Path) -> None:
    answer = listener("forget", "--author", "@Pia", "--dry-run")
    assert answer.code == 0
    assert answer.out.startswith("Would be forgotten: author forum:Pia\n")
    assert "posts           1" in answer.out and "Cleaned" not in answer.out
    assert len(listener("findings", "--query", "author:pia", "--json").json) == 1


@pytest.mark.parametrize("post", ["forum:2", "https://f.example/2", "http://f.example/2?utm=1"])
def test_a_post_is_forgotten_by_key_or_address(listener: Run, database: Path, post: str) -> None:
    assert listener("forget", "--post", post, "--yes").code == 0
    texts = [each["text"] for each in listener("findings", "--json").json]
    assert len(texts) == 3 and not any("lamp" in text for text in texts)
    assert listener("why", "forum:2").err == "forum:2 was forgotten on request, or its author was.\n"


def test_a_post_that_matched_nothing_is_forgotten_too(listener: Run, database: Path) -> None:
    receipt = listener("forget", "--post", "https://f.example/4", "--yes", "--json").json
    assert receipt["erased"]["samples"] == 1
    assert b"nothing of interest" not in Path("listener.db").read_bytes()


def test_it_works_beside_a_running_listener(listener: Run, app: App) -> None:
    answer = listener("forget", "--author", "forum:pia", "--yes", "--json")
    assert answer.json["erased"]["posts"] == 1 and answer.json["cleaned"]
    assert app.store.db.value("select count(*) from posts where author='pia'") == 0


def test_it_is_asked_for_on_a_terminal(listener: Run, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = listener("forget", "--author", "forum:pia")
    assert (refused.code, refused.out) == (2, "")
    assert "look at it with --dry-run, then say --yes" in refused.err
    monkeypatch.setattr(privacy, "_is_terminal", lambda: True)
    no = listener("forget", "--author", "forum:pia", given=b"n\n")
    assert no.code == 130
    assert "author forum:pia: posts 1, findings 1" in no.err and "cannot be undone" in no.err
    assert len(listener("findings", "--query", "author:pia", "--json").json) == 1
    assert listener("forget", "--author", "forum:pia", given=b"y\n").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "say what to forget: --author reddit:name, or --post"),
        (("--author", "a:b", "--post", "x"), "say what to forget"),
        (
            ("--author", "nobody"),
            "nobody called 'nobody' is stored; name the platform, too: forum:nobody or jsonl:nobody",
        ),
        (("--author", "fourm:pia"), "nothing was read from 'fourm'; did you mean forum?"),
        (("--author", "forum:@"), "the name is missing"),
        (("--author", "@"), "the name is missing"),
        (("--post", "https://f.example/nowhere"), "https://f.example/nowhere was never read"),
        (("--post", "nowhere:1"), "nowhere:1 was never read"),
    ],
)
def test_what_is_not_clear_is_said_and_nothing_is_forgotten(
    listener: Run, database: Path, words: tuple[str, ...], said: str
) -> None:
    answer = listener("forget", *words, "--yes")
    assert answer.code == 2
    assert said in answer.err
    assert len(listener("findings", "--query", "author:pia", "--json").json) == 1


def test_a_name_on_two_platforms_must_be_told_apart(listener: Run, database: Path) -> None:
    change(database, "update posts set author='pia', source='other' where key='forum:2'")
    answer = listener("forget", "--author", "pia", "--yes")
    assert (answer.code, "pia is on several platforms: say forum:pia or other:pia" in answer.err) == (2, True)


def test_somebody_of_whom_nothing_is_stored_is_kept_out(listener: Run, database: Path) -> None:
    answer = listener("forget", "--author", "forum:ruth", "--yes")
    assert answer.code == 0
    assert "nothing was stored of it" in answer.out
    with Path("posts.jsonl").open("a") as file:
        file.write(json.dumps({"id": "9", "source": "forum", "text": "buy a desk", "author": "Ruth"}) + "\n")
    read_once()
    assert len(listener("findings", "--json").json) == 3


def test_what_is_left_to_be_done_is_said(capsys: pytest.CaptureFixture[str], listener: Run, database: Path) -> None:
    waits, fixed = (
        Showing("k", "slack:#a", "slack", "sent", True, "revoked"),
        Showing("h", "hook", "hook", "sent", False),
    )
    receipt = Receipt(
        id="1", at=clock(), asked="post x:1", erased=Erased(), waiting=(waits, waits), fixed=(fixed,), copies=("a b",)
    )
    settings = load(Path("config"), {}, plugins.find)
    said = "\n".join(privacy._lines(receipt, settings))
    assert "✗ Some bytes of it may be left in listener.db" in said
    assert "✗ 2 messages in slack:#a not emptied yet (revoked): `listener run` or `listener once` does it" in said
    assert "! 1 message to hook cannot be changed from here: have it deleted there." in said
    assert "  rm 'a b'" in said
    assert "this post is not stored any more" in said
    assert not receipt.done


def test_without_a_database_nothing_can_be_forgotten(listener: Run) -> None:
    answer = listener("forget", "--author", "forum:pia", "--yes")
    assert (answer.code, "no such database yet" in answer.err) == (1, True)


# Access


def test_everything_that_is_stored_about_an_author_is_handed_out(listener: Run, database: Path) -> None:
    change(
        database,
        "insert into events values (1, 'e', 'desks/forum:1', 'claimed', '2026-01-01T00:00:00Z', 'U1', '', '')",
    )
    found = listener("export", "--author", "forum:pia").json
    assert found["author"] == "forum:pia"
    [post], [finding], [alert], [message], [event] = (
        found[name] for name in ("posts", "findings", "alerts", "messages", "events")
    )
    assert "standing desk" in post["text"] and post["links"] == []
    assert "Leeds" in finding["place"] and finding["evidence"][0]["text"]
    assert alert["findings"] == ["desks/forum:1"]
    assert (message["state"], event["kind"]) == ("pending", "claimed")
    assert [len(found[name]) for name in ("read", "sampled", "set_aside")] == [1, 0, 0]


def test_what_matched_nothing_is_handed_out_too(listener: Run, home: Path) -> None:
    with Path("posts.jsonl").open("a") as file:
        file.write(json.dumps({"id": "9", "source": "forum", "text": "a quiet day", "author": "ruth"}) + "\n")
    read_once()
    found = listener("export", "--author", "ruth").json
    assert [post["text"] for post in found["sampled"]] == ["a quiet day"]


def test_nothing_stored_is_told_by_the_exit_code(listener: Run, database: Path) -> None:
    answer = listener("export", "--author", "forum:ruth", "--json")
    assert (answer.code, answer.json["posts"]) == (1, [])


def test_another_spelling_may_be_somebody_else(listener: Run, database: Path) -> None:
    change(database, "update posts set author='Pia' where key='forum:2'")
    answer = listener("export", "--author", "forum:pia")
    assert [post["key"] for post in answer.json["posts"]] == ["forum:1"]
    assert "also stored as forum:Pia" in answer.err


# What platforms let be exported


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terms of the file's platform do not let its posts be exported."""
    find = plugins.find

    def found(kind: str, use: str) -> Plugin[Source]:
        plugin = find(kind, use)  # type: ignore[call-overload]
        return replace(plugin, terms=Terms(about="", may_export=False)) if use == "jsonl" else plugin

    monkeypatch.setattr("listener.plugins.find", found)


@pytest.mark.parametrize("form", ["json", "csv"])
def test_what_a_platform_does_not_let_be_exported_stays(listener: Run, database: Path, closed: None, form: str) -> None:
    answer = listener("findings", "--format", form)
    assert "desks" in answer.out and "forum" in answer.out and "https://f.example/2" in answer.out
    assert "pia" not in answer.out and "standing" not in answer.out and "lamp in York" not in answer.out
    assert answer.err == "The terms of jsonl do not let posts be exported: 3 findings without words and author.\n"


def test_the_table_on_the_screen_and_the_authors_own_request_are_no_such_export(
    listener: Run, database: Path, closed: None
) -> None:
    assert "standing desk" in listener("findings").out
    assert "standing desk" in listener("export", "--author", "forum:pia").out
