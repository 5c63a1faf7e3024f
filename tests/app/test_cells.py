"""Needs, moods and silences, from posts to messages."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from listener.app import App, assemble, once
from listener.app.cells import Counts
from listener.cli import cli
from listener.config import load
from listener.errors import SourceError
from listener.plugins import find
from listener.store import Store
from listener.store.trends import TrendStore
from listener.types import Message, Post, Trouble
from listener.types.trend import Kind
from tests.app.conftest import TOPICS, Office
from tests.conftest import NOW
from tests.trend.asking import other

BUY = "Where can I buy a kettle today? {}"
BAD = "This kettle is terrible, awful, the worst thing. I hate it. {}"
DAYS = 4
END = DAYS * 24 * 60.0


def post(minutes: float, text: str = "My kettle: {}", author: str = "") -> Post:
    name = f"p{minutes:g}{len(text)}"
    words = text.format(other(int(minutes * 10) % 9_999).rstrip("?"))
    at = NOW + timedelta(minutes=minutes)
    return Post(source="x", id=name, text=words, created_at=at, author=author or name)


def hear(office: Office, posts: Iterable[Post], end: float) -> list[Message]:
    """Let these come, with a look every quarter of an hour; answers what was told of many posts at once."""
    waiting, told = sorted(posts, key=lambda each: each.created_at), len(office.desk.sent)
    while office.clock.now < NOW + timedelta(minutes=end):
        office.clock.now += timedelta(minutes=15)
        due = [each for each in waiting if each.created_at <= office.clock.now]
        waiting = waiting[len(due) :]
        office.feed.add(*due)
        once(office.app, ["feed", "other"])
    return [message for message in [*office.desk.sent.values()][told:] if message.notice]


def settle(office: Office, topics: str = TOPICS.replace("threshold = 0", "threshold = 100")) -> None:
    """Of single posts nobody hears."""
    office.write("topics.toml", topics)
    office.app.use(assemble(load(office.config, office.env, find), office.env))


def history(office: Office) -> None:
    """Four posts an hour for days, all of it listened to; one in four is negative, one in eight wants to buy."""
    first, count = int(NOW.timestamp() // 3_600), DAYS * 24
    cells = (("other", 3), ("negative", 1))
    with office.store.db.write() as conn:
        for hour in range(first, first + count):
            rows = [*cells, *([("buy", 1)] if hour % 2 else [])]
            conn.executemany("insert or replace into totals values ('kettles',?,?,?)", [(c, hour, n) for c, n in rows])
            for stream, number in (("feed", 20), ("other", 0)):
                conn.execute("insert or replace into heard values (?,?,3600,?)", (stream, hour, number))


@pytest.fixture
def busy(office: Office) -> Office:
    """One that has listened for days."""
    settle(office)
    office.feed.posts.clear()
    office.clock.now = NOW + timedelta(minutes=END - 15)
    assert hear(office, [post(END - 14 + n) for n in range(3)], END) == []
    history(office)
    office.app = App(office.app.parts, office.store, office.clock, office.clock)
    return office


def buying(count: int = 12, start: float = END, author: str = "") -> list[Post]:
    return [post(start + 3 * n, BUY, author) for n in range(count)]


def test_what_is_wanted_more_than_usual_is_one_card_that_grows_in_its_thread(busy: Office) -> None:
    first, *more = hear(busy, buying(24), END + 90)
    parent = next(message for message in busy.desk.sent.values() if message.key == first.key)
    assert "want to buy" in parent.notice
    assert [alert.about[0].tags.labels[0] for alert in parent.alerts] == ["buy"]
    assert more
    assert all(message.thread and not message.alerts for message in more)
    assert busy.count("trends") == 1


@pytest.mark.slow
def test_thirty_posts_by_one_author_are_no_need(busy: Office) -> None:
    assert hear(busy, buying(30, author="eager"), END + 120) == []


@pytest.mark.slow
def test_our_own_account_is_no_need(busy: Office) -> None:
    busy.write("listener.toml", (busy.config / "listener.toml").read_text() + '[own]\naccounts = ["x:us"]\n')
    settle(busy)
    own = [replace(each, author="us") for each in buying(30)]
    assert hear(busy, own, END + 120) == []
    assert busy.count("votes where author = 0") == 0
    assert busy.store.db.value("select count(*) from votes where cell = 'buy'") == 0


@pytest.mark.slow
def test_a_mood_that_falls_is_told_with_a_post(busy: Office) -> None:
    [first, *_] = hear(busy, [post(END + 2 * n, BAD) for n in range(30)], END + 75)
    assert "More negative than usual" in first.notice
    assert "usually 25 %" in first.notice or "usually 2" in first.notice
    assert first.alerts[0].about[0].tags.sentiment.label == "negative"


@pytest.mark.slow
def test_a_topic_and_its_source_that_fall_silent_are_told_and_their_return_in_the_thread(busy: Office) -> None:
    told = hear(busy, [post(END + 15 * n) for n in range(4)], END + 12 * 60)
    assert sorted(message.notice.split(" since")[0] for message in told) == [
        "🔇 Nothing about kettles",
        "🔇 Nothing from feed",
    ], "the other source has never brought anything"
    back = hear(busy, [post(END + 12 * 60 + 20)], END + 13 * 60 + 15)
    assert sorted(message.notice for message in back) == [
        "🔊 There are posts again about kettles",
        "🔊 There are posts again from feed",
    ]
    assert all(message.thread for message in back)


@pytest.mark.slow
def test_a_source_of_which_nobody_wants_to_hear_may_fall_silent(busy: Office) -> None:
    written = (busy.config / "listener.toml").read_text()
    assert written.count('name = "feed"') == 1
    busy.write("listener.toml", written.replace('name = "feed"', 'name = "feed"\nsilence = false'))
    settle(busy)
    told = hear(busy, [], END + 12 * 60)
    assert [message.notice.split(" since")[0] for message in told] == ["🔇 Nothing about kettles"]


@pytest.mark.slow
def test_how_surprising_a_silence_must_be_holds_after_a_restart_too(busy: Office) -> None:
    settle(busy, TOPICS.replace("threshold = 0", "threshold = 100\ntrend_score = 20"))
    busy.app = App(busy.app.parts, busy.store, busy.clock, busy.clock)
    told = hear(busy, [], END + 12 * 60)
    assert [message.notice.split(" since")[0] for message in told] == ["🔇 Nothing from feed"]


@pytest.mark.slow
def test_a_source_that_fails_is_not_silent(busy: Office) -> None:
    busy.feed.errors += [SourceError("feed", "down")] * 500
    assert hear(busy, [], END + 12 * 60) == []


@pytest.mark.slow
def test_a_source_of_which_a_part_fails_is_not_silent(busy: Office) -> None:
    busy.feed.troubles.append(Trouble("r/kettles", "gone", NOW))
    assert hear(busy, [], END + 12 * 60) == []


@pytest.mark.slow
def test_while_the_process_was_down_nothing_was_silent(busy: Office) -> None:
    busy.clock.now += timedelta(hours=30)
    once(busy.app, ["feed", "other"])
    once(busy.app, ["feed", "other"])
    assert busy.count("trends") == 0
    assert hear(busy, [], END + 30 * 60 + 30) == []


@pytest.mark.slow
def test_a_restart_between_any_two_looks_changes_nothing(busy: Office) -> None:
    posts, minutes = buying(24), END
    told = list[Message]()
    while minutes < END + 90:
        minutes += 15
        told += hear(
            busy, [each for each in posts if minutes - 15 <= (each.created_at - NOW).seconds / 60 + END], minutes
        )
        path = busy.store.db.path
        busy.store.close()
        busy.store = Store.open(path, busy.clock())
        busy.app = App(busy.app.parts, busy.store, busy.clock, busy.clock)
    assert busy.count("trends") == 1
    assert len([message for message in told if message.alerts]) == 1


@pytest.mark.slow
@pytest.mark.parametrize("kinds", ['"question"', ""])
def test_a_topic_says_what_is_told_of_it(busy: Office, kinds: str) -> None:
    settle(busy, TOPICS.replace("threshold = 0", f"threshold = 100\ntrends = [{kinds}]"))
    assert hear(busy, buying(24), END + 90) == []
    assert {each.kind for each in TrendStore(busy.store.db).trends(NOW)} == set()


@pytest.mark.slow
def test_what_was_posted_before_a_source_was_listened_to_is_history(busy: Office) -> None:
    with busy.store.db.write() as conn:
        conn.execute("update health set since='2030-01-01T00:00:00.000000Z' where name='source:feed'")
    assert hear(busy, buying(24), END + 90) == []
    assert busy.store.db.value("select count(*) from votes where cell='buy'") == 24


def test_trouble_with_the_database_is_noted_and_counted_again_later(
    busy: Office, caplog: pytest.LogCaptureFixture
) -> None:
    counts = Counts(busy.store, busy.clock)
    busy.store.db.close()
    assert counts.look(busy.app.parts) == 0
    assert "counted again later" in caplog.text


def test_the_kinds_are_listed_in_words(busy: Office) -> None:
    hear(busy, buying(24), END + 90)
    listed = CliRunner().invoke(cli, ["trends", "--config", str(busy.config), "--days", "400"])
    assert listed.exit_code == 0, listed.output
    assert "buy" in listed.output
    assert Kind.NEED in listed.output


def test_of_a_topic_whose_questions_are_not_counted_yet_nothing_is_counted(office: Office) -> None:
    office.feed.posts[:] = [post(minutes) for minutes in range(5)]
    office.clock.now += timedelta(minutes=5)
    for _ in office.app.read("feed"):
        pass
    counts = Counts(office.store, office.clock)
    counts.look(office.app.parts, later={"kettles"})
    assert office.count("votes") == 0
    counts.look(office.app.parts, later={"lamps"})
    assert office.count("votes") == 5
