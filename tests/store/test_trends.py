"""The tables of trends: all of it or nothing, and no message twice."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from listener.store import Store
from listener.store.known import answer, end_mutes, mute
from listener.store.trends import REMEMBERED, Counted, Tiding, TrendStore
from listener.trend.threads import name_of
from listener.types.trend import Asked, Kind, Trend
from tests.making import NOW
from tests.store.conftest import remembered

Rows = list[tuple[object, ...]]


@pytest.fixture
def tables(store: Store) -> TrendStore:
    return TrendStore(store.db)


def trend(*posts: int, votes: int = 3, minutes: int = 0, thread: str = "") -> Trend:
    names = tuple(f"x:{number}" for number in posts)
    return Trend(
        topic="desks",
        at=NOW + timedelta(minutes=minutes),
        question=next(iter(names), ""),
        votes=votes,
        posts=names,
        authors=votes,
        expected=0.5,
        score=5.0,
        since=NOW,
        window=3_600,
        thread=thread,
    )


def question(number: int, days: float = 0) -> Asked:
    return Asked(post=f"x:{number}", at=NOW - timedelta(days=days), author=number, text=-number, vector=bytes([number]))


def counted(*tidings: Tiding, asked: tuple[Asked, ...] = (), upto: int = 1, model: str = "light-1") -> Counted:
    return Counted(topic="desks", model=model, upto=upto, memory=b'{"seen":1}', asked=asked, tidings=tidings)


def quiet(found: Trend) -> Tiding:
    return Tiding(trend=found, thread=name_of(found), state="quiet")


def test_what_was_counted_comes_back_in_the_order_in_which_it_came(tables: TrendStore) -> None:
    asked = (question(3), question(1), question(2))
    tables.keep(counted(asked=asked, upto=7), NOW)
    assert remembered(tables.db) == (7, b'{"seen":1}', list(asked))


@pytest.mark.parametrize("page", [1, 2, 3, 4])
def test_all_questions_are_read_page_by_page(tables: TrendStore, monkeypatch: pytest.MonkeyPatch, page: int) -> None:
    monkeypatch.setattr("listener.store.trends._PAGE", page)
    asked = tuple(question(number) for number in range(3))
    tables.keep(counted(asked=asked, upto=7), NOW)
    assert remembered(tables.db)[2] == [*asked]


def test_nothing_is_remembered_at_first(tables: TrendStore) -> None:
    assert remembered(tables.db) == (0, b"", [])


def test_questions_of_another_model_or_topic_are_not_compared(tables: TrendStore) -> None:
    tables.keep(counted(asked=(question(1),)), NOW)
    assert remembered(tables.db, model="light-2") == (0, b"", [])
    assert remembered(tables.db, topic="lamps") == (0, b"", [])


def test_a_question_that_is_counted_again_is_one_question(tables: TrendStore) -> None:
    tables.keep(counted(asked=(question(1),)), NOW)
    tables.keep(counted(asked=(question(1),), upto=2), NOW)
    upto, _, asked = remembered(tables.db)
    assert (upto, asked) == (2, [question(1)])


@pytest.mark.parametrize(("age", "kept", "compared"), [(14.9, 1, 1), (15.1, 1, 0), (30.9, 1, 0), (31.1, 0, 0)])
def test_questions_are_dropped_when_nothing_needs_them(
    tables: TrendStore, age: float, kept: int, compared: int
) -> None:
    tables.keep(counted(asked=(question(1, days=age),)), NOW)
    assert tables.db.value("select count(*) from asked") == kept
    assert len(remembered(tables.db)[2]) == compared
    assert timedelta(days=15) == REMEMBERED


def test_what_was_asked_since_a_time_is_read_with_its_model(tables: TrendStore) -> None:
    assert tables.asked("desks", NOW) == ("", b"", [])
    tables.keep(counted(asked=(question(1, days=20), question(2, days=1))), NOW)
    model, _, found = tables.asked("desks", NOW - timedelta(days=30))
    assert (model, len(found)) == ("light-1", 2)
    assert tables.asked("desks", NOW - timedelta(days=7))[2] == [question(2, days=1)]


def test_two_trends_with_the_same_middle_question_are_two_rows(tables: TrendStore) -> None:
    tables.keep(counted(quiet(trend(1, 2, 3)), quiet(trend(1, 4, 5, minutes=500))), NOW)
    assert [row.question for row in tables.trends(NOW)] == ["", ""]


def test_a_trend_that_is_kept_again_after_a_kill_is_one_row(tables: TrendStore) -> None:
    tables.keep(counted(quiet(trend(1, 2, 3))), NOW)
    tables.keep(counted(quiet(trend(1, 2, 3))), NOW)
    assert len(tables.trends(NOW)) == 1


def test_what_is_usual_is_that_of_the_window_in_which_the_votes_came(tables: TrendStore) -> None:
    first = trend(1, 2, 3)
    grown = replace(trend(1, 4, votes=9, minutes=30), thread=name_of(first), window=21_600, expected=2.5, score=8.0)
    tables.keep(counted(quiet(first), quiet(grown)), NOW)
    [row] = tables.trends(NOW)
    assert (row.votes, row.expected, row.score) == (9, 2.5, 8.0)
    assert tables.db.value("select seconds from trends") == 21_600, "the picture shows its bars in blue"


def test_the_end_of_a_silence_leaves_what_was_usual_meanwhile(tables: TrendStore) -> None:
    first = replace(trend(votes=0), kind=Kind.SILENCE, question="", expected=40.0, score=9.0)
    over = replace(first, at=NOW + timedelta(hours=2), thread=name_of(first), over=True, expected=0.0, score=0.0)
    tables.keep(counted(quiet(first), quiet(over)), NOW)
    [row] = tables.trends(NOW)
    assert (row.expected, row.score) == (40.0, 9.0)
    assert tables.db.value("select over from trends") == 1


def test_a_trend_that_grows_keeps_its_beginning_and_takes_the_new_count(tables: TrendStore) -> None:
    first = trend(1, 2, 3)
    grown = replace(trend(1, 2, 3, 4, 5, 6, votes=6, minutes=30), thread=name_of(first))
    tables.keep(counted(quiet(first), quiet(grown)), NOW)
    [row] = tables.trends(NOW)
    assert (row.votes, row.at, row.updated_at) == (6, NOW, NOW + timedelta(minutes=30))
    assert tables.db.value("select count(*) from trend_posts") == 6


def test_trends_are_listed_latest_first_and_from_a_time_on(tables: TrendStore) -> None:
    tables.keep(counted(quiet(trend(1)), quiet(trend(2, minutes=10)), quiet(trend(3, minutes=20))), NOW)
    assert [row.id for row in tables.trends(NOW)] == [3, 2, 1]
    assert [row.id for row in tables.trends(NOW + timedelta(minutes=10))] == [3, 2]
    assert tables.trends(NOW + timedelta(minutes=21)) == []


def test_a_trend_whose_post_is_gone_has_no_words(tables: TrendStore) -> None:
    tables.keep(counted(quiet(trend(1, 2, 3))), NOW)
    [row] = tables.trends(NOW)
    assert (row.question, row.url, row.answer) == ("", "", "")


def test_an_answer_is_noted_at_its_trend_alone(tables: TrendStore) -> None:
    tables.keep(counted(quiet(trend(1)), quiet(trend(2, minutes=1))), NOW)
    assert answer(tables.db, 1, "https://example.org/a")
    assert not answer(tables.db, 3, "https://example.org/a")
    assert [row.answer for row in tables.trends(NOW)] == ["", "https://example.org/a"]


@pytest.mark.parametrize("state", ["quiet", "missed"])
def test_what_is_not_to_be_told_makes_no_message(tables: TrendStore, state: str) -> None:
    assert tables.keep(counted(replace(quiet(trend(1, 2, 3)), state=state, notice="told")), NOW) == 0
    assert tables.db.value("select count(*) from outbox") == 0


def test_an_update_of_what_was_never_told_says_nothing(tables: TrendStore) -> None:
    update = Tiding(trend=trend(1, 2, thread="0123"), thread="0123", state="told", notice="more")
    assert tables.keep(counted(update), NOW) == 0
    assert tables.db.value("select count(*) from outbox") == 0


def test_trouble_in_the_midst_stores_nothing(tables: TrendStore) -> None:
    broken = replace(counted(quiet(trend(1)), asked=(question(1),)), memory=b"\xff")
    with pytest.raises(UnicodeDecodeError):
        tables.keep(broken, NOW)
    assert tables.db.value("select count(*) from asked") == 0
    assert tables.trends(NOW) == []


def test_a_mute_that_is_over_is_not_shown_any_more_when_a_trend_grows(tables: TrendStore) -> None:
    first = trend(1, 2, 3)
    grown = replace(trend(1, 2, 3, 4, 5, 6, votes=6, minutes=1_500), thread=name_of(first))
    tables.keep(counted(quiet(first)), NOW)
    assert mute(tables.db, 1, NOW + timedelta(hours=24))
    told = replace(quiet(grown), state="told", notice="more")
    tables.keep(counted(told), NOW + timedelta(hours=1))
    assert tables.trends(NOW)[0].muted_until == NOW + timedelta(hours=24)
    tables.keep(counted(told), NOW + timedelta(hours=25))
    assert tables.trends(NOW)[0].muted_until is None


def test_a_mute_that_is_over_is_not_shown_any_more(tables: TrendStore) -> None:
    tables.keep(counted(quiet(trend(1, 2, 3))), NOW)
    assert mute(tables.db, 1, NOW + timedelta(hours=24))
    assert end_mutes(tables.db, NOW + timedelta(hours=23)) == 0
    assert tables.trends(NOW)[0].muted_until == NOW + timedelta(hours=24)
    assert end_mutes(tables.db, NOW + timedelta(hours=24)) == 1
    assert tables.trends(NOW)[0].muted_until is None
    assert end_mutes(tables.db, NOW + timedelta(hours=25)) == 0
