"""Standing questions, from the database to the terminal."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from listener.cli import cli
from listener.ops.standing import most_asked
from listener.store.erase import erase
from listener.store.known import answer
from tests.app.asking import burst
from tests.app.conftest import Office, busy, office
from tests.conftest import NOW

__all__ = ["busy", "office"]
pytestmark = pytest.mark.slow


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["trends", "--standing", *words, "--config", str(folder)])


@pytest.fixture
def asked(busy: Office) -> Office:
    """One that has heard how long refunds take."""
    busy.hear(*burst())
    return busy


def test_what_most_people_asked_is_listed_with_its_words(asked: Office) -> None:
    first, *_ = most_asked(asked.store.db, ["kettles"], NOW)
    assert first.votes >= 4
    assert "refund" in first.question
    assert (first.topic, first.trended, first.answer) == ("kettles", True, "")
    assert first.url.startswith("https://example.org/")


def test_what_was_asked_before_is_not_counted(asked: Office) -> None:
    assert most_asked(asked.store.db, ["kettles"], NOW + timedelta(days=9)) == []
    assert most_asked(asked.store.db, ["lamps"], NOW) == []


def test_an_answer_is_shown_with_its_question(asked: Office) -> None:
    answer(asked.store.db, 1, "https://example.org/a")
    first, *_ = most_asked(asked.store.db, ["kettles"], NOW)
    assert first.answer == "https://example.org/a"


def test_the_words_of_a_post_that_is_gone_are_not_shown(asked: Office) -> None:
    before = most_asked(asked.store.db, ["kettles"], NOW)[0]
    key = asked.store.db.value("select key from posts where url=?", (before.url,))
    with asked.store.db.write() as conn:
        erase(conn, key, asked.clock())
    after = most_asked(asked.store.db, ["kettles"], NOW)[0]
    assert after.question != before.question
    assert after.votes < before.votes


@pytest.fixture
def today(asked: Office) -> Office:
    """One whose questions were asked just now, by the real clock."""
    shift = "strftime('%Y-%m-%dT%H:%M:%f000Z', julianday('now') - 1 - julianday(?) + julianday(at))"
    with asked.store.db.write() as conn:
        conn.execute(f"update asked set at = {shift}", (asked.clock().isoformat(),))
    return asked


def test_the_command_lists_them_and_prints_json(today: Office) -> None:
    listed = run(today.config)
    assert listed.exit_code == 0, listed.output
    assert "trended, not answered" in listed.output
    assert "refund" in listed.output
    found = json.loads(run(today.config, "--days", "30", "--json").output)
    assert found[0]["votes"] >= 4


def test_a_longer_time_than_questions_are_kept_is_refused(today: Office) -> None:
    done = run(today.config, "--days", "31")
    assert done.exit_code == 2
    assert "--days 30" in done.output


def test_where_nobody_asked_anything_twice_that_is_said(office: Office) -> None:
    done = run(office.config)
    assert done.exit_code == 0, done.output
    assert "no question was asked by two people within 7 days" in done.output
