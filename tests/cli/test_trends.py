"""What people say of trends at the terminal, and what they mistype."""

import io
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from listener.app import clock
from listener.store import Store
from listener.store.trends import Counted, Tiding, TrendStore
from listener.types.trend import Kind, Trend
from tests.cli.conftest import Run


@pytest.fixture
def database(home: Path) -> Path:
    """A database with trend 1, a question, and trend 2, a need."""
    fill(Path("listener.db"), Kind.QUESTION, Kind.NEED)
    return Path("listener.db")


def fill(path: Path, *kinds: Kind) -> None:
    now = clock()
    store = Store.open(path, now)
    tidings = [Tiding(trend=trend(kind), thread=kind, state="told") for kind in kinds]
    TrendStore(store.db).keep(Counted(topic="desks", model="light", upto=1, memory=b"{}", tidings=tidings), now)
    store.close()


def trend(kind: Kind) -> Trend:
    now = clock()
    return Trend(
        kind=kind,
        topic="desks",
        what="buy" if kind is Kind.NEED else "",
        at=now,
        question="forum:1",
        votes=5,
        posts=("forum:1",),
        authors=5,
        expected=0.1,
        score=7.0,
        since=now - timedelta(minutes=10),
        window=900,
    )


def test_a_number_that_no_trend_can_have_is_wrong_usage(listener: Run, database: Path) -> None:
    for words in (["mute", "9" * 30], ["own", "9" * 30, "--by", "Ann"], ["answered", "9" * 30, "https://e.example"]):
        done = listener("trends", *words)
        assert done.code == 2, done.err
        assert "ID" in done.err


def test_who_takes_care_of_a_trend_has_a_name(listener: Run, database: Path) -> None:
    assert listener("trends", "own", "1", "--by", "Ann").code == 0
    for name in ("", "  ", "\u202e\x07", "\udcff\udcfe"):
        done = listener("trends", "own", "1", "--by", name)
        assert done.code == 2
        assert "--by" in done.err
    assert listener("trends", "--json").json[-1]["owner"] == "Ann", "it is still hers"


def test_a_name_is_stored_as_it_is_confirmed(listener: Run, database: Path) -> None:
    assert listener("trends", "own", "1", "--by", "A\u202enn \udcff" + "y" * 3_000).code == 0
    [owner] = {row["owner"] for row in listener("trends", "--json").json if row["id"] == 1}
    assert owner.startswith("Ann yyy")
    assert len(owner) <= 40


def test_what_is_no_question_is_not_answered_and_its_being_a_question_is_not_denied(
    listener: Run, database: Path
) -> None:
    for words in (["answered", "2", "https://e.example"], ["not-a-question", "2"]):
        done = listener("trends", *words)
        assert done.code == 1
        assert "trend 2 is a need" in done.err
    assert listener("trends", "mute", "2").code == 0
    assert listener("trends", "own", "2", "--by", "Ann").code == 0
    [row] = [row for row in listener("trends", "--json").json if row["id"] == 2]
    assert (row["answer"], row["refused"], row["owner"]) == ("", False, "Ann")


@pytest.mark.parametrize("env", [False, True])
def test_a_folder_that_is_named_before_the_subcommand_is_the_one_that_is_meant(
    listener: Run, database: Path, home: Path, monkeypatch: pytest.MonkeyPatch, env: bool
) -> None:
    other = home / "other"
    other.mkdir()
    for name in ("listener.toml", "topics.toml"):
        (other / name).write_text((home / "config" / name).read_text().replace("listener.db", "other.db"))
    fill(Path("other.db"), Kind.QUESTION)
    if env:
        monkeypatch.setenv("LISTENER_CONFIG", "config")
    where = ["--config", str(other)]
    assert listener("trends", *where, "own", "1", "--by", "Ann").code == 0
    assert listener("trends", *where, "--json").json[0]["owner"] == "Ann"
    assert {row["owner"] for row in listener("trends", "--json").json} == {""}, "not another of that number"


def test_a_folder_that_is_not_there_is_told_also_before_a_subcommand(listener: Run, database: Path) -> None:
    done = listener("trends", "--config", "nowhere", "mute", "1")
    assert done.code == 2
    assert "nowhere: no such folder" in done.err


def test_an_address_that_is_too_long_is_said_to_be_that(listener: Run, database: Path) -> None:
    done = listener("trends", "answered", "1", "https://e.example/" + "y" * 3_000)
    assert done.code == 2
    assert "over 2,000 characters" in done.err
    assert len(done.err) < 500


def test_what_was_said_of_the_wrong_trend_is_taken_back(listener: Run, database: Path) -> None:
    for word in ("mute", "not-a-question"):
        assert listener("trends", word, "1").code == 0
    [row] = [row for row in listener("trends", "--json").json if row["id"] == 1]
    assert row["refused"] and row["muted_until"]
    assert listener("trends", "mute", "1", "--undo").err == "trend 1 is not muted any more\n"
    assert listener("trends", "not-a-question", "1", "--undo").err == "trend 1 is a question\n"
    [row] = [row for row in listener("trends", "--json").json if row["id"] == 1]
    assert (row["refused"], row["muted_until"]) == (False, None)
    assert listener("trends", "not-a-question", "9", "--undo").code == 1


def test_a_terminal_that_lacks_a_letter_shows_the_others(
    listener: Run, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener("trends", "own", "1", "--by", "Änn ☂")
    shown = io.BytesIO()
    with io.TextIOWrapper(shown, encoding="latin-1") as terminal:
        monkeypatch.setattr(sys, "stdout", terminal)
        assert listener("trends").code == 0
        terminal.flush()
        assert " Änn ? " in shown.getvalue().decode("latin-1")


def test_who_looked_as_far_back_as_can_be_is_not_told_to_look_further(listener: Run, home: Path) -> None:
    fill(Path("listener.db"))
    assert listener("trends", "--days", "2").out == "no trend within 2 days; --days looks further back\n"
    assert listener("trends", "--days", "400").out == "no trend within 400 days\n"
