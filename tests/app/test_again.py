"""Posts that are part of a trend, or that ask what trended before."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from listener.app import once
from listener.app.trends import Trends
from listener.cli import cli
from listener.store import Author
from listener.store.alerts import Letter, enqueue
from listener.store.known import HELD_FOR
from listener.types import Message, Post, Reason, Receipt
from tests.app.asking import burst, post
from tests.app.conftest import Office
from tests.trend.asking import REFUND

pytestmark = pytest.mark.slow

ANSWER = "https://example.org/answers/refund"
FRIEND = "How long does a refund take to reach my card? Asking for a friend"


@pytest.fixture
def trending(busy: Office) -> Office:
    """One in which a question trends."""
    busy.hear(*burst()[:3])
    return busy


def run(office: Office, *words: str) -> Result:
    return CliRunner().invoke(cli, ["trends", *words, "--config", str(office.config)])


def parent(office: Office) -> Message:
    return next(message for message in office.desk.sent.values() if message.trend)


def about(office: Office, name: str) -> Iterator[Message]:
    """The messages about a post, those of trends aside."""
    for message in office.desk.sent.values():
        if not message.trend and any(a.about and a.about[0].post.id == name for a in message.alerts):
            yield message


# Inhibition


def test_who_joins_a_trend_is_told_in_its_thread_and_once(trending: Office) -> None:
    trending.hear(post("friend", FRIEND, 3_620))
    [message] = about(trending, "friend")
    assert message.thread == trending.store.db.value("select ref from outbox where trend != ''")
    assert message.alerts[0].reason is Reason.FIRST
    assert trending.store.db.value("select count(*) from outbox where state != 'sent'") == 0


def test_who_asks_something_else_meanwhile_is_told_as_ever(trending: Office) -> None:
    trending.hear(post("else", "Where can I buy a garden shed in Leeds today?", 3_620))
    [message] = about(trending, "else")
    assert message.thread == ""


def test_after_six_hours_the_question_trends_no_more(trending: Office) -> None:
    trending.hear(post("late", FRIEND, 3_600 + 7 * 60))
    [message] = about(trending, "late")
    assert message.thread == ""


def waits(office: Office) -> list[str]:
    return [row["key"] for row in office.store.db.rows("select key from outbox where state='pending'")]


def read(office: Office, *posts: Post) -> None:
    """The posts are stored; nobody has looked for trends or sent anything."""
    office.clock.now = max(office.clock.now, posts[-1].created_at)
    office.feed.add(*posts)
    for _ in office.app.read("feed", to_the_end=True):
        pass


def test_while_a_question_trends_an_alert_waits_to_be_looked_at_but_not_for_long(trending: Office) -> None:
    read(trending, post("friend", FRIEND, 3_620))
    claim = trending.store.outbox.claim
    assert claim("desk", trending.clock()) is None
    claimed = claim("desk", trending.clock() + HELD_FOR)
    assert claimed
    assert claimed.message.thread == "", "nobody looked: it is told as ever"


def test_while_nothing_trends_no_alert_waits(busy: Office) -> None:
    read(busy, post("friend", FRIEND, 3_620))
    assert busy.store.outbox.claim("desk", busy.clock())


def test_alerts_of_the_posts_that_made_a_trend_follow_its_card_if_they_have_not_left(busy: Office) -> None:
    read(busy, *burst()[:3])
    assert Trends(busy.store, busy.clock).look(busy.app.parts) == 1
    order, now = list[Message](), busy.clock()
    while claimed := busy.store.outbox.claim("desk", now):
        order.append(claimed.message)
        busy.store.outbox.sent(Receipt(claimed.message.key, "desk", now, f"ref{len(order)}"), claimed.version)
    assert [bool(message.trend) for message in order] == [True, *[False] * (len(order) - 1)]
    assert len(order) > 2
    assert {message.thread for message in order[1:]} == {"ref1"}


@pytest.mark.parametrize(("state", "waiting"), [("sending", True), ("unknown", True), ("failed", False)])
def test_a_thread_waits_for_its_card_and_goes_on_alone_where_that_can_never_arrive(
    busy: Office, state: str, waiting: bool
) -> None:
    read(busy, *burst()[:3])
    Trends(busy.store, busy.clock).look(busy.app.parts)
    with busy.store.db.write() as conn:
        conn.execute("update outbox set state=? where trend != ''", (state,))
        enqueue(conn, Letter(key="ops/1", channel="desk", notice="something else"), busy.clock())
    claimed = busy.store.outbox.claim("desk", busy.clock())
    assert claimed
    assert (claimed.message.key == "ops/1") is waiting
    assert claimed.message.thread == ""


def test_what_is_asked_is_not_told_as_a_need_besides(trending: Office) -> None:
    trending.hear(*[post(f"m{n}", f"{text} Please", 3_620 + n) for n, text in enumerate(REFUND * 2)])
    states = {row["kind"]: row["state"] for row in trending.store.db.rows("select kind, state from trends")}
    assert states == {"question": "told", "need": "quiet"}


# The ready reply


def test_who_asks_again_is_shown_the_answer(trending: Office) -> None:
    assert run(trending, "answered", "1", ANSWER).exit_code == 0
    trending.hear(post("late", FRIEND, 3_600 + 7 * 60))
    [message] = about(trending, "late")
    assert message.alerts[0].draft
    assert message.alerts[0].draft.link == ANSWER
    trending.hear(post("else", "Where can I buy a garden shed in Leeds today?", 3_600 + 7 * 60 + 20))
    [message] = about(trending, "else")
    assert message.alerts[0].draft is None


def test_who_asked_before_it_was_answered_is_shown_the_answer_too(trending: Office) -> None:
    trending.hear(post("friend", FRIEND, 3_620))
    assert run(trending, "answered", "1", ANSWER).exit_code == 0
    once(trending.app, [])
    shown = {m.alerts[0].about[0].post.id for m in trending.desk.sent.values() if m.alerts and m.alerts[0].draft}
    assert "friend" in shown
    assert len(shown) == 4, "and the three whose posts made the trend"


def test_the_card_shows_the_answer_and_who_takes_care(trending: Office) -> None:
    run(trending, "answered", "1", ANSWER)
    run(trending, "own", "1", "--by", "Ann")
    once(trending.app, [])
    view = parent(trending).trend
    assert view
    assert (view.answer, view.owner, view.refused) == (ANSWER, "Ann", False)


# What people say of it


def test_a_muted_trend_is_told_no_more_however_it_grows(trending: Office) -> None:
    before = parent(trending).notice
    assert run(trending, "mute", "1").exit_code == 0
    trending.store.db.rows("update trends set muted_until='2030-01-01T00:00:00.000000Z'")
    more = [post(f"m{n}", f"{text} Asking for a friend, too", 3_620 + n) for n, text in enumerate(REFUND * 2)]
    assert trending.hear(*more) == []
    assert parent(trending).notice == before


def test_the_card_is_shown_anew_when_a_mute_runs_out(trending: Office) -> None:
    assert run(trending, "mute", "1").exit_code == 0
    until = trending.clock() + timedelta(hours=24)
    trending.store.db.rows("update trends set muted_until=?", (f"{until:%Y-%m-%dT%H:%M:%S.000000Z}",))
    once(trending.app, ["feed"])
    before = parent(trending).trend
    assert before and before.muted_until == until
    trending.clock.now = until
    once(trending.app, ["feed"])
    after = parent(trending).trend
    assert after and after.muted_until is None


def test_what_is_no_question_is_not_told_again(trending: Office) -> None:
    assert run(trending, "not-a-question", "1").exit_code == 0
    again = [post(f"n{n}", f"{text} Still", 3_600 + 30 * 60 + n) for n, text in enumerate(REFUND)]
    trending.hear(*again)
    told = trending.store.db.rows("select kind, state from trends where id > 1")
    assert ("question", "quiet") in {(row["kind"], row["state"]) for row in told}
    assert ("question", "told") not in {(row["kind"], row["state"]) for row in told}
    view = parent(trending).trend
    assert view
    assert view.refused


@pytest.mark.parametrize("words", [["mute"], ["not-a-question"], ["own", "--by", "Ann"]])
def test_of_a_trend_that_is_not_there_nothing_can_be_said(busy: Office, words: list[str]) -> None:
    done = run(busy, *words, "9")
    assert done.exit_code == 1
    assert "there is no trend 9" in done.output


# Its card


def test_the_card_names_the_earliest_post_the_middle_and_the_one_most_people_took_part_in(trending: Office) -> None:
    view = parent(trending).trend
    assert view
    assert next(each.label for each in view.links) == "earliest"
    assert len({each.url for each in view.links}) == len(view.links) >= 1
    assert view.keyword == "kettle"


def test_a_forgotten_author_is_on_no_card_any_more(trending: Office) -> None:
    first = parent(trending).trend
    assert first
    gone = trending.store.db.rows("select author, source from posts where url=?", (first.links[0].url,))[0]
    trending.store.forget(Author(gone["source"], gone["author"]), trending.clock() + timedelta(minutes=1))
    once(trending.app, [])
    shown = parent(trending)
    assert shown.trend
    assert first.links[0].url not in {each.url for each in shown.trend.links}
