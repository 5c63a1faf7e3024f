"""Search, and why a post alerted or not."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest

from listener.app import App, clock
from listener.cli.records import csv_of
from listener.cli.tables import columns
from listener.store import Limits, Store
from tests.cli.conftest import Run, change, give_up, read_once


def keys(answer: object) -> list[str]:
    return [each["key"] for each in answer]  # type: ignore[attr-defined]  # a list of records


def test_without_a_database_the_command_that_makes_one_is_named(listener: Run) -> None:
    answer = listener("findings")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == "listener.db: no such database yet: `listener run` or `listener once` makes it\n"


def test_findings_are_a_table_newest_first(listener: Run, database: Path) -> None:
    answer = listener("findings")
    header, *rows = answer.out.splitlines()
    assert header.split() == ["FOUND", "SCORE", "WANTS", "TOPIC", "STATE", "POST", "TEXT"]
    assert [row.split("forum:")[1][0] for row in rows] == ["3", "2", "1"]
    assert "Lamps & light" in rows[1]
    assert max(map(len, rows)) <= 120


@pytest.mark.parametrize("command", [("findings",), ("outbox", "list"), ("status",)])
def test_tables_fit_a_narrow_terminal(
    listener: Run, app: App, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = "update posts set text = '我想在里斯本买咖啡机😀' || text || text"
    change(app.store.db.path, wide)
    change(app.store.db.path, "update outbox set error = '漢字' || hex(randomblob(99)), tries = 12")
    monkeypatch.setenv("COLUMNS", "80")
    answer = listener(*command)
    assert answer.code == 0
    assert max(map(columns, answer.out.splitlines())) <= 80


def test_a_running_listener_is_no_hindrance(listener: Run, app: App) -> None:
    assert len(listener("findings", "--json").json) == 3


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("desk", ["desks/forum:1"]),
        ("moment:buy", ["Lamps/2", "desks/forum:1"]),
        ("topic:lamps lamp", ["Lamps/2"]),
        ("author:pia", ["desks/forum:1"]),
        ("@town", ["Lamps/2", "desks/forum:1"]),
        ("state:suppressed desks", ["desks/forum:3"]),
        ("score:>=99.9", []),
    ],
)
def test_findings_are_searched_by_words_fields_and_tags(
    listener: Run, database: Path, query: str, found: list[str]
) -> None:
    wanted = ["lamps/forum:2" if each == "Lamps/2" else each for each in found]
    assert keys(listener("findings", "--query", query, "--json").json) == wanted


def test_nothing_found_is_said(listener: Run, database: Path) -> None:
    answer = listener("findings", "--query", "unicorn")
    assert (answer.code, answer.out, answer.err) == (0, "", "Nothing was found.\n")
    assert listener("findings", "--query", "unicorn", "--format", "json").json == []


def test_a_limit_says_that_there_is_more(listener: Run, database: Path) -> None:
    answer = listener("findings", "--limit", "2", "--json")
    assert len(answer.json) == 2
    assert answer.err == "The newest 2; --limit 0 shows all.\n"
    assert listener("findings", "--limit", "3").err == ""
    assert len(listener("findings", "--limit", "0", "--json").json) == 3


@pytest.mark.parametrize("command", [("findings",), ("outbox", "list")])
@pytest.mark.parametrize("limit", ["-1", "9" * 30, "many"])
def test_a_limit_that_cannot_be_is_wrong_usage(listener: Run, database: Path, command: list[str], limit: str) -> None:
    answer = listener(*command, "--limit", limit)
    assert (answer.code, answer.out) == (2, "")
    assert "Invalid value for '--limit'" in answer.err


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("topic:lamsp", "no topic is called 'lamsp'; there is desks, Lamps & light"),
        ("topic:desk", "no topic is called 'desk'; did you mean desks?"),
        ("state:opne", "'opne' is no state; did you mean open?"),
        ("@twon", "@twon is no set, so it means an account; did you mean @town?"),
    ],
)
def test_a_mistyped_name_in_a_query_is_hinted_at(listener: Run, database: Path, query: str, hint: str) -> None:
    answer = listener("findings", "--query", query)
    assert (answer.code, answer.err) == (0, f"{hint}\nNothing was found.\n")


def test_names_that_there_are_need_no_hint(listener: Run, database: Path) -> None:
    assert listener("findings", "--query", "topic:(lamps OR desk*) state:OP?N @town", "--json").err == ""


def test_since_leaves_out_what_was_found_before(listener: Run, database: Path) -> None:
    change(database, "update findings set created_at='2020-01-01T00:00:00.000000Z' where post_key='forum:1'")
    assert len(listener("findings", "--since", "7d", "--json").json) == 2
    answer = listener("findings", "--since", "soon")
    assert answer.code == 2
    assert '--since: expected a duration such as "30s"' in answer.err


def test_a_query_that_is_wrong_shows_its_place(listener: Run, database: Path) -> None:
    answer = listener("findings", "--query", "momnt:buy")
    assert answer.code == 2
    assert "  momnt:buy\n  ^" in answer.err


def test_json_holds_the_post_the_tags_and_the_score(listener: Run, database: Path) -> None:
    [found] = listener("findings", "--query", "author:pia", "--json").json
    assert (found["topic"], found["source"], found["post"], found["place"]) == ("desks", "forum", "1", "Leeds")
    assert (found["city"], found["region"], found["country"]) == ("Leeds", "England", "United Kingdom")
    assert "buy" in found["moments"]
    assert found["buy"] > 0.5
    assert 0 < found["score"] <= 100
    assert found["created_at"].endswith("Z")


def test_csv_holds_no_formula(listener: Run, database: Path) -> None:
    answer = listener("findings", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(answer.out)))
    assert rows[1]["text"] == "'=SUM(1) where can I buy a lamp in York tonight?"
    assert rows[1]["url"] == "https://f.example/2"
    assert rows[0]["found_at"].endswith("Z")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_every_beginning_of_a_formula_is_guarded(database: Path, start: str) -> None:
    change(database, f"update posts set author = char({ord(start)}) || 'cmd'")
    store = Store.look(database)
    rows = list(csv.DictReader(io.StringIO(csv_of(store.findings()), newline="")))
    store.close()
    assert {row["author"] for row in rows} == {f"'{start}cmd"}


def test_what_was_deleted_upstream_is_shown_as_deleted(listener: Run, database: Path, home: Path) -> None:
    with (home / "posts.jsonl").open("a") as file:
        file.write(json.dumps({"id": "1", "source": "forum", "deleted": True}) + "\n")
    read_once()
    assert "(deleted upstream: its words are erased)" in listener("findings").out
    [gone] = [found for found in listener("findings", "--json").json if found["erased"] == "deleted"]
    assert (gone["key"], gone["text"], gone["author"]) == ("desks/forum:1", "", "")
    assert "(deleted upstream: its words are erased)" in listener("why", "forum:1").out


def test_what_is_older_than_is_kept_says_so(listener: Run, database: Path) -> None:
    change(database, "update outbox set state='sent'")  # words stay for as long as they wait to be told
    store = Store.look(database)
    store.retain(Limits(posts=timedelta(days=90), counts=timedelta(days=400)), clock() + timedelta(days=91))
    store.close()
    assert listener("findings").out.count("(its words were kept as long as [retention] says)") == 3
    assert {found["text"] for found in listener("findings", "--json").json} == {""}


def test_why_tells_what_became_of_a_post(listener: Run, app: App) -> None:
    give_up(app, "410 Gone")
    answer = listener("why", "forum:1")
    assert answer.code == 0
    for said in (
        "it matched 1 topic",
        "desks: first, told to hook",
        "matched    desk",
        "  moments    ",
        'because    buy: "',
        "in Leeds",
        "of 100: intent ",
        "message to hook: failed since",
        "(410 Gone)",
    ):
        assert said in answer.out


def test_why_says_why_nobody_was_told(listener: Run, database: Path) -> None:
    answer = listener("why", "forum:3")
    assert "desks: not told, no moment and no complaint" in answer.out
    assert "No message was made of it." in answer.out


@pytest.mark.parametrize("address", ["https://f.example/2", "http://f.example/2", "https://f.example/2/?utm=1#top"])
def test_why_finds_a_post_by_its_address(listener: Run, database: Path, address: str) -> None:
    answer = listener("why", address, "--json")
    assert answer.json["key"] == "forum:2"
    assert answer.json["findings"][0]["topic"] == "lamps"


def test_why_knows_what_matched_nothing(listener: Run, database: Path) -> None:
    answer = listener("why", "https://f.example/4")
    assert answer.code == 0
    assert "it matched no topic" in answer.out
    assert "`listener explain QUERY TEXT`" in answer.out


def test_why_of_a_post_that_was_never_read_says_what_to_check(listener: Run, database: Path) -> None:
    answer = listener("why", "https://f.example/9")
    assert (answer.code, answer.out) == (1, "")
    assert "never read, or more than 7 days ago" in answer.err
    assert "`listener status`" in answer.err
    assert listener("why", "forum:9", "--json").json == {"verdict": "never read"}


def test_why_of_nothing_is_wrong_usage(listener: Run, database: Path) -> None:
    answer = listener("why", "")
    assert (answer.code, answer.out) == (2, "")
    assert "name a post" in answer.err


@pytest.mark.parametrize(("post", "key"), [("1", "forum:1"), ("4", "forum:4")])
def test_why_of_an_id_alone_names_its_keys(listener: Run, database: Path, post: str, key: str) -> None:
    answer = listener("why", post)
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == f"{post} is no key; posts with this id: {key}. Ask `listener why {key}`.\n"
