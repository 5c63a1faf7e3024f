import json
from collections.abc import Sequence
from datetime import timedelta

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from listener.app import App
from listener.app.once import once
from listener.cli import cli
from listener.store import Store
from listener.store.trends import Counted, Tiding, TrendStore
from listener.testing import FakeClock
from listener.trend import asks
from listener.trend.threads import name_of
from listener.types import Alert, Post, Reason, Tags
from listener.types.trend import Trend
from tests.app.asking import burst, post
from tests.app.conftest import Office
from tests.app.turned import TurnedTagger, with_tagger
from tests.trend.asking import REFUND
from tests.trend.turned import Turned


def _trending(office: Office) -> list[Alert]:
    return [a for message in office.desk.sent.values() for a in message.alerts if a.reason is Reason.TRENDING]


def test_paraphrases_from_two_platforms_end_in_one_card_that_grows_in_its_thread(busy: Office) -> None:
    first, *more = busy.hear(*burst())
    assert "3 ask this within" in first
    assert "Reddit, X" in first
    assert "https://" not in first, "an address names an author, who may ask to be forgotten"
    assert len(_trending(busy)) == 1
    assert ["6 ask this" in notice for notice in more] == [True] * len(more)
    parent = next(message for message in busy.desk.sent.values() if message.notice and not message.thread)
    assert "6 ask this" in parent.notice, "the card follows"
    replies = [message for message in busy.desk.sent.values() if message.notice in more and message != parent]
    assert {reply.thread for reply in replies} <= {
        busy.store.db.value("select ref from outbox where key=?", (parent.key,))
    }


def test_the_card_says_how_many_posts_are_behind_the_votes_and_shows_the_hours(busy: Office) -> None:
    busy.desk.pictured = True
    copies = [REFUND[0]] * 4
    busy.hear(*burst([*copies, *REFUND[1:3]]))
    parent = next(message for message in busy.desk.sent.values() if message.trend)
    assert "6 posts by 6 authors, 3 votes" in parent.notice
    assert parent.trend
    assert (parent.trend.votes, parent.trend.posts, parent.trend.authors) == (3, 6, 6)
    assert parent.trend.hours[-1] == sum(parent.trend.hours) == 6
    changed = [message for _, message in busy.desk.updates if message.key == parent.key]
    assert len(changed) >= 1, "its picture comes once it was sent"
    assert [message.key for message in busy.desk.messages].count(parent.key) == 1


def test_a_pass_counts_the_messages_about_trends_among_its_alerts(busy: Office) -> None:
    posts, before = burst()[:3], len(busy.desk.sent)
    busy.clock.now = posts[-1].created_at
    busy.feed.add(*posts)
    done = once(busy.app, ["feed"])
    told = busy.desk.messages[before:]
    assert len([message for message in told if message.trend]) == 1
    assert done.alerts == len(told)


def test_thirty_copies_by_one_author_end_in_none(busy: Office) -> None:
    texts = [f"{text} {n}" for n in range(5) for text in REFUND]
    assert busy.hear(*burst(texts, author="eager")) == []
    assert busy.count("trends") == 0


def test_a_restart_tells_nothing_again_and_goes_on_counting(busy: Office) -> None:
    posts = burst()
    told = busy.hear(*posts[:3])
    path = busy.store.db.path
    busy.store.close()
    busy.store = Store.open(path, busy.clock())
    busy.app = App(busy.parts, busy.store, busy.clock, busy.clock)
    assert len(told) == 1
    again = busy.hear(*posts[3:])
    assert len([notice for notice in again if "3 ask" in notice]) == 0
    assert busy.count("trends where kind = 'question'") == 1
    assert len(_trending(busy)) == 1


def test_a_topic_says_how_surprising_a_trend_must_be(busy: Office) -> None:
    def ask_for(score: float) -> None:
        settings = busy.app.parts.settings
        topics = tuple(replace(topic, trend_score=score) for topic in settings.topics)
        busy.app.use(replace(busy.app.parts, settings=replace(settings, topics=topics)))

    posts = burst()
    ask_for(15)
    assert busy.hear(*posts[:4]) == []
    ask_for(4)
    [told] = busy.hear(posts[4])
    assert "5 ask this within" in told


@pytest.mark.parametrize(("likely", "counted"), [(0.05, 2), (0.04, 0)])
def test_what_the_accurate_tagger_takes_for_a_question_counts_in_any_form(
    office: Office, likely: float, counted: int
) -> None:
    class Likely(TurnedTagger):
        """Thinks that so likely a post is a question; one in three was read without a vector."""

        def __call__(self, posts: Sequence[Post]) -> list[Tags]:
            return [replace(tags, question=likely) for tags in super().__call__(posts)]

    texts = ["refund wanted for a broken", "the lid fell off my", "no steam from the old"]
    posts = [post(f"s{n}", text, n) for n, text in enumerate(texts)]
    assert not any(asks(each.words) for each in posts)
    assert [len(each.words) % 3 == 0 for each in posts] == [True, False, False]
    office.app.use(with_tagger(office.app.parts, Likely(Turned())))
    office.hear(*posts)
    assert office.count("asked where post_key glob '*:s[0-9]'") == counted


def test_an_erased_post_is_no_question_any_more(busy: Office) -> None:
    before = busy.count("asked")
    with busy.store.db.write() as conn:
        from listener.store.erase import erase  # noqa: PLC0415

        erase(conn, "reddit:b3", busy.clock())
    assert busy.count("asked") == before - 1


def test_trends_are_listed_and_answered(busy: Office) -> None:
    busy.hear(*burst())
    listed = CliRunner().invoke(cli, ["trends", "--config", str(busy.config), "--days", "400"])
    assert listed.exit_code == 0, listed.output
    assert "refund" in listed.output
    done = CliRunner().invoke(cli, ["trends", "answered", "1", "https://example.org/a", "--config", str(busy.config)])
    assert done.exit_code == 0, done.output
    listed = CliRunner().invoke(cli, ["trends", "--config", str(busy.config), "--days", "400", "--json"])
    assert '"https://example.org/a"' in listed.output


def test_what_people_said_of_a_trend_is_confirmed_and_listed(busy: Office) -> None:
    busy.hear(*burst())

    def run(*words: str) -> str:
        return CliRunner().invoke(cli, ["trends", *words, "--config", str(busy.config)]).output

    assert " told " in run("--days", "400")
    assert run("own", "1", "--by", "Ann") == "trend 1 is taken care of by Ann\n"
    assert " Ann " in run("--days", "400")
    assert run("answered", "1", "https://example.org/a") == "trend 1 is answered at https://example.org/a\n"
    assert " answered " in run("--days", "400")
    assert "trend 1 is muted until " in run("mute", "1")
    assert " muted " in run("--days", "400")
    assert run("not-a-question", "1") == "trend 1 is no question\n"
    assert " not a q" in run("--days", "400")
    [row] = [row for row in json.loads(run("--days", "400", "--json")) if row["kind"] == "question"]
    assert (row["posts"], row["authors"], row["owner"], row["refused"]) == (6, 6, "Ann", True)
    assert row["muted_until"]
    with busy.store.db.write() as conn:
        conn.execute("delete from trends")
    assert run() == "no trend within 1 day; --days looks further back\n"


@pytest.mark.parametrize(("words", "code"), [(["9", "https://example.org/a"], 1), (["1", "javascript:x"], 2)])
def test_an_answer_to_nothing_or_nowhere_is_refused(busy: Office, words: list[str], code: int) -> None:
    done = CliRunner().invoke(cli, ["trends", "answered", *words, "--config", str(busy.config)])
    assert done.exit_code == code
    assert isinstance(busy.clock, FakeClock)


def test_a_second_trend_with_the_same_middle_question_is_told_too(busy: Office) -> None:
    """By the message's key alone the second would be taken for the first, and nobody would hear of it."""
    [notice] = busy.hear(*burst()[:3])
    [key] = [message.key for message in busy.desk.sent.values() if message.notice == notice]
    stored = TrendStore(busy.store.db)
    question = str(busy.store.db.value("select question from trends"))
    found = stored.finding("kettles", question)
    assert found
    at = busy.clock() + timedelta(hours=7)
    again = Trend(
        topic="kettles",
        at=at,
        question=question,
        votes=4,
        posts=(question, "x:n1", "x:n2", "x:n3"),
        authors=4,
        expected=0.1,
        score=6.0,
        since=at,
        window=86_400,
    )
    alert = next(a for a in _trending(busy))
    tiding = Tiding(trend=again, thread=name_of(again), state="told", notice="again", alerts=(alert,))
    counted = Counted(topic="kettles", model="light-1", upto=10_000, memory=b"{}", tidings=[tiding])
    assert stored.keep(counted, at) == 1
    assert stored.keep(counted, at) == 0, "a replay makes the same key"
    keys = [row["key"] for row in busy.store.db.rows("select key from outbox where key like 'trend/%'")]
    assert len(keys) == 2
    assert key in keys
