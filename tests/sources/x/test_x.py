"""What the source reads, what it misses and says so, what it pays."""

import logging
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.errors import SourceError
from listener.sources.x.api import Refused
from listener.sources.x.sweep import decoded
from tests.sources.x.fake import NOW, Coins, X, tweet
from tests.sources.x.reader import Reader

MIDNIGHT = 12 * 3600  # seconds from NOW to the end of the day


def minutes(count: int, first: int = 1, every: float = 10.0) -> list[dict[str, object]]:
    """So many posts, the newest a minute before noon."""
    return [tweet(first + n, 60 + (count - n) * every) for n in range(count)]


# Reading


def test_the_first_run_looks_back_an_hour_and_reads_all_of_it() -> None:
    reader = Reader(X([*minutes(250), tweet(900, 4_000)])).poll()
    assert reader.ids == set(range(1, 251))
    assert (reader.errors, reader.gaps, reader.last.more) == ([], [], False)


def test_what_comes_after_is_read_and_costs_only_itself() -> None:
    reader = Reader(X(minutes(30))).poll()
    before = reader.coins.spent(NOW)
    reader.service.tweets += [tweet(500, -30), tweet(501, -60)]
    reader.later(120).poll()
    assert reader.ids == {*range(1, 31), 500, 501}
    assert reader.coins.spent(NOW) == pytest.approx(before + 2 * 0.005)
    assert reader.coins.spent(NOW) == pytest.approx(reader.service.bill(NOW))


def test_posts_that_show_late_behind_newer_ones_are_found() -> None:
    reader = Reader(X(minutes(30))).poll()
    reader.service.tweets += [tweet(500, -10), tweet(501, -100)]
    reader.service.shows["500"] = NOW + timedelta(minutes=6)
    reader.later(120).poll()
    assert 500 not in reader.ids
    reader.later(300).poll()
    assert 500 in reader.ids


def test_rounds_that_follow_each_other_closely_read_the_overlap_once_a_minute() -> None:
    reader = Reader(X(minutes(550, every=1.0)), every=timedelta(seconds=2)).poll()
    asked = []
    for _ in range(35):
        before = len(reader.service.asked)
        reader.later(2).poll()
        asked.append(len(reader.service.asked) - before)
    assert sum(asked) <= 35 + 8 and max(asked) > 4
    assert len(reader.ids) == 550 and not reader.errors


def test_a_burst_of_1500_between_two_polls_is_complete() -> None:
    reader = Reader(X(minutes(20))).poll()
    reader.service.tweets += [tweet(1_000 + n, -0.05 * n) for n in range(1_500)]
    reader.later(120).poll()
    assert len(reader.ids) == 1_520
    assert (reader.errors, reader.gaps) == ([], [])


def test_reposts_are_not_asked_for_and_every_question_fits() -> None:
    topics = [f"word{n} OR other{n} (thing{n} OR item{n})" for n in range(60)]
    reader = Reader(X(), *topics).poll()
    asked = [params["query"] for params in reader.requests()]
    assert all(query.endswith(") -is:retweet") and len(query) <= 512 for query in asked)
    assert len(asked) <= 8
    assert all(any(f"word{n} " in query for query in asked) for n in range(60))


def test_a_topic_that_cannot_be_asked_for_is_named_and_the_others_are_read(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    reader = Reader(X(minutes(3)), "once*", "desk").poll()
    assert len(reader.ids) == 3
    assert "source=x status=unsearchable action=leave out: the search of x cannot be asked for" in caplog.text


def test_without_topics_nothing_is_asked() -> None:
    reader = Reader(X(minutes(3)), "wob*").poll()
    assert reader.service.asked == [] and reader.coins.spent(NOW) == 0


def test_a_new_topic_is_read_from_its_own_beginning() -> None:
    reader = Reader(X([*minutes(10), *[tweet(100 + n, 1_000 + n, "a lamp") for n in range(5)]])).poll()
    reader.queries = ("desk", "lamp")
    reader.later(120).poll()
    assert reader.ids == {*range(1, 11), *range(100, 105)}


def test_a_topic_that_is_gone_is_asked_no_more() -> None:
    reader = Reader(X(minutes(250)), "desk", "lamp").poll(stop=1)
    reader.queries = ("lamp",)
    reader.later(60).poll()
    assert "desk" not in reader.requests()[-1]["query"]


def test_where_the_last_topic_goes_while_it_is_read_nothing_is_left_to_do() -> None:
    reader = Reader(X(minutes(250))).poll(stop=1)
    reader.queries = ("once*",)
    asked = len(reader.service.asked)
    assert reader.later(60).poll().last.more is False and len(reader.service.asked) == asked


def test_a_new_topic_is_counted_without_those_that_were_read() -> None:
    reader = Reader(X([*minutes(200, every=1.0), *[tweet(900 + n, 90 + n, "a lamp") for n in range(30)]]), usd=4.0)
    reader.poll()
    reader.queries = ("desk", "lamp")
    reader.later(120).poll()
    assert len(reader.ids) == 230 and reader.gaps == []
    assert [params["query"] for params in reader.requests("counts/recent")] == [
        "desk -is:retweet", "lamp -is:retweet"
    ]  # fmt: skip


def test_a_page_without_posts_but_with_a_next_one_is_passed_over() -> None:
    reader = Reader(X(minutes(5)))
    reader.service.answers = [None, {"meta": {"result_count": 0, "next_token": "t0"}}]
    assert len(reader.poll().ids) == 5


def burst(count: int = 250) -> Reader:
    """A reader that has read five posts, and two minutes later the first page of so many more."""
    reader = Reader(X(minutes(5))).poll()
    reader.service.tweets += [tweet(1_000 + n, -0.4 * n) for n in range(count)]
    return reader.later(120).poll(stop=1)


def test_the_search_that_goes_in_circles_is_left_by_time() -> None:
    reader = burst()
    asked = {"query": "desk", "start_time": "2026-11-20T11:30:00Z", "max_results": "10"}
    reader.service.answers = [{**reader.service.get("/2/tweets/search/recent", asked), "odd": True}]
    reader.later(60).poll()
    assert len(reader.ids) == 255 and not reader.errors
    assert any("end_time" in params for params in reader.requests())


def test_a_page_name_that_x_refuses_is_left_by_time() -> None:
    reader = burst()
    reader.service.fails = [Refused("x", "no such token", code="400")]
    reader.later(60).poll()
    assert len(reader.ids) == 255 and not reader.errors


@pytest.mark.parametrize("stop", range(6))
def test_a_kill_after_any_page_loses_nothing_and_keeps_the_bill(stop: int) -> None:
    reader = Reader(X(minutes(340))).poll(stop)
    reader.start()
    reader.later(60).poll()
    assert len(reader.ids) == 340
    assert reader.coins.spent(NOW) == pytest.approx(reader.service.bill(NOW))


def test_a_repeated_answer_is_asked_for_again() -> None:
    """The page before, once: nothing is lost, and nobody is troubled."""
    reader = burst()
    reader.service.repeats = 1
    reader.poll()
    assert (len(reader.ids), reader.errors) == (255, [])


def test_an_answer_that_is_repeated_for_ever_is_told() -> None:
    reader = burst()
    reader.service.repeats = 40
    for _ in range(3):
        reader.poll()
    assert [(error.code, error.why) for error in reader.errors] == [
        ("repeat", "X answered another question than ours")
    ] * 3
    reader.service.repeats = 0
    assert len(reader.later(60).poll().ids) == 255


# What cannot be read


def test_what_is_older_than_a_week_is_a_gap() -> None:
    reader = Reader(X(minutes(5))).poll()
    reader.later(8 * 86_400).poll()
    (gap,) = reader.gaps
    assert gap.why == "X's search shows seven days, and nothing was read for longer"
    assert gap.since < NOW < gap.until < reader.now - timedelta(days=6)
    assert not reader.errors


def test_a_query_that_x_does_not_understand_is_named_and_the_others_are_read() -> None:
    reader = Reader(X(minutes(5)), "desk", "lamp", "chair", "sofa")
    reader.service.refuses = "lamp"
    reader.poll()
    assert len(reader.ids) == 5
    (trouble,) = reader.last.troubles
    assert trouble.stream == "search for lamp"
    assert trouble.why == "X does not understand the question: no viable alternative"
    asked = len(reader.requests())
    reader.later(120).poll()
    assert len(reader.requests()) == asked + 1, "it is left out for a quarter of an hour"
    reader.later(900).poll()
    assert len(reader.requests()) == asked + 3


def test_where_x_understands_nothing_the_source_fails_and_comes_back() -> None:
    reader = Reader(X(minutes(5)), "desk", "oak desk")
    reader.service.refuses = "desk"
    reader.poll()
    (error,) = reader.errors
    assert error.why == (
        "none of the searches is understood. X does not understand the question: no viable alternative"
    )
    reader.service.refuses = ""
    assert len(reader.later(900).poll().ids) == 5 and reader.last.troubles == ()


# Money


def test_the_bill_never_exceeds_the_cap_and_the_source_says_so() -> None:
    reader = Reader(X(minutes(40)), usd=0.5).poll()
    reader.service.tweets += [tweet(1_000 + n, -n * 0.01) for n in range(500)]
    reader.later(120).poll()
    (error,) = reader.errors
    assert error.why == (
        "today's $0.40 for reading new posts is spent (max_usd_per_day = 0.5); it goes on at 00:00 UTC"
    )
    assert (error.wait, error.code, error.permanent) == (MIDNIGHT - 120 + 60, "cap", False)
    assert reader.service.bill(NOW) == reader.coins.spent(NOW) <= 0.4
    assert reader.coins.spent(NOW) > 0.35


def test_after_midnight_the_rest_is_read_where_half_of_the_money_reaches() -> None:
    reader = Reader(X(minutes(40)), usd=1.0).poll()
    reader.service.tweets += [tweet(1_000 + n, -n * 3) for n in range(150)]
    reader.later(460).poll()
    assert [error.code for error in reader.errors] == ["cap"]
    reader.now += timedelta(seconds=reader.errors[0].wait or 0)
    reader.poll()
    assert len(reader.ids) == 190 and reader.gaps == [] and len(reader.errors) == 1


def test_after_midnight_what_costs_too_much_is_a_gap_and_the_news_are_read() -> None:
    reader = Reader(X(minutes(40)), usd=0.5).poll()
    reader.service.tweets += [tweet(1_000 + n, -n * 0.1) for n in range(500)]
    reader.later(120).poll()
    reader.now += timedelta(seconds=reader.errors[0].wait or 0)
    reader.service.tweets += [tweet(9_000 + n, -MIDNIGHT + 10 - n) for n in range(5)]
    reader.poll()
    assert {9_000, 9_004} <= reader.ids
    assert "older posts are left out: together they would cost $" in reader.gaps[0].why
    assert "more than half of what is left for today" in reader.gaps[0].why
    unread = {post["id"] for post in reader.service.tweets} - set(reader.stored)
    times = [tweet["created_at"] for tweet in reader.service.tweets if tweet["id"] in unread]
    assert unread and all(
        any(f"{gap.since:%FT%T}" <= at[:19] <= f"{gap.until:%FT%T}" for gap in reader.gaps) for at in times
    ), "whatever was not read is in a gap"


def test_a_first_run_that_would_eat_the_money_counts_first_and_reads_the_newest() -> None:
    reader = Reader(X([tweet(10_000 - n, 60 + n * 0.5) for n in range(5_000)]), usd=2.0).poll()
    (gap,) = reader.gaps
    assert 0 < len(reader.ids) <= 160
    assert gap.why == (
        f"{5_000 - len(reader.ids)} of 4991 older posts are left out: together they would cost $24.95, "
        "more than half of what is left for today"
    )
    assert reader.coins.spent(NOW) == pytest.approx((len(reader.ids) + 1) * 0.005)
    assert min(post.created_at for post in reader.stored.values()) >= gap.until


def test_what_one_page_shows_is_not_counted() -> None:
    reader = Reader(X(minutes(10)), "desk", "lamp").poll()
    assert len(reader.ids) == 10 and reader.requests("counts/recent") == []
    assert reader.coins.spent(NOW) == pytest.approx(0.05)


def test_counting_costs_as_much_as_a_post_and_happens_once() -> None:
    reader = Reader(X(minutes(250)), "desk", "lamp").poll().later(120).poll()
    assert len(reader.requests("counts/recent")) == 1


def test_a_lost_answer_counts_as_spent_and_the_next_question_is_small() -> None:
    reader = Reader(X(minutes(250))).poll()
    reader.service.tweets += [tweet(1_000 + n, -n * 0.1) for n in range(250)]
    first = len(reader.requests())
    reader.service.lost = [len(reader.service.asked) + 1]
    reader.later(120).poll().later(60).poll()
    assert [error.code for error in reader.errors] == ["cut"]
    assert [params["max_results"] for params in reader.requests()[first : first + 3]] == [100, 10, 100]
    assert len(reader.ids) == 500
    assert reader.coins.spent(NOW) == pytest.approx(reader.service.bill(NOW) + 100 * 0.005)


def test_a_refusal_costs_nothing() -> None:
    reader = Reader(X(minutes(5))).poll()
    before = reader.coins.spent(NOW)
    reader.service.fails = [Refused("x", "busy", code="503")] * 3
    for _ in range(3):
        reader.later(60).poll()
    assert [error.code for error in reader.errors] == ["503"] * 3
    assert reader.coins.spent(NOW) == before


def test_a_pass_over_midnight_pays_by_the_day_of_x() -> None:
    """Its `now` stands still while the days change at X."""
    reader = Reader(X(minutes(300)), usd=1.0, since=timedelta(hours=1))
    search = reader.service.search
    reader.service.search = lambda params, now: search(params, now).__class__(  # type: ignore[method-assign]
        search(params, now).body, at=NOW + timedelta(hours=12, seconds=5)
    )
    reader.poll()
    assert reader.coins.spent(NOW + timedelta(hours=13)) <= 0.8


def test_nobody_spends_without_a_purse() -> None:
    reader = Reader(X(minutes(5)))
    reader.source._wallet.purse = None
    reader.poll()
    assert [error.code for error in reader.errors] == ["purse"]
    assert reader.service.asked == []


@settings(max_examples=60, deadline=None)
@given(
    usd=st.floats(0.07, 3.0),
    posts=st.integers(0, 400),
    lost=st.sets(st.integers(1, 40), max_size=6),
    steps=st.lists(st.sampled_from(["poll", "kill", "later", "recheck", "tomorrow"]), min_size=1, max_size=12),
)
def test_whatever_happens_the_bill_stays_within_the_cap_and_survives_every_restart(
    usd: float, posts: int, lost: set[int], steps: list[str]
) -> None:
    reader = Reader(X([tweet(10_000 + n, 3_000 - n * 7) for n in range(posts)]), usd=usd)
    reader.service.lost = sorted(lost)
    for step in steps:
        if step == "poll":
            reader.poll()
        elif step == "kill":
            reader.poll(stop=1)
            reader.start()
        elif step == "recheck":
            with suppress(SourceError):
                reader.recheck(sorted(reader.ids))
        else:
            reader.later(60 if step == "later" else 86_400)
        for day, items in reader.service.billed.items():
            told = sum(amount for (_, each), amount in reader.coins.gone.items() if each == day)
            assert len(items) * 5_000 <= told <= round(usd * 1e6), day


# The limit of requests


def test_where_the_requests_are_used_up_reading_waits_and_loses_nothing() -> None:
    reader = Reader(X(minutes(250)))
    reader.service.fails = [None, None, Refused("x", "used up", wait=33.0, code="budget")]
    reader.poll()
    assert (reader.errors, reader.last.more, reader.last.wait) == ([], True, 33.0)
    reader.later(60).poll()
    assert len(reader.ids) == 250 and decoded(reader.cursors["search"]).sweep is None


def test_a_round_that_used_much_of_the_limit_is_followed_by_a_longer_pause() -> None:
    reader = Reader(X(minutes(250)), every=timedelta(seconds=5))
    reader.service.pace = lambda: 3.0  # type: ignore[method-assign]
    assert reader.poll().last.wait == pytest.approx(12.0)
    assert not reader.last.more


# Looking again


def test_posts_are_looked_at_by_the_hundred() -> None:
    reader = Reader(X(minutes(250))).poll()
    page = reader.recheck(range(1, 251))
    assert (len(page.posts), page.deleted, page.more, page.listing) == (250, (), False, False)
    assert [len(params["ids"].split(",")) for params in reader.requests("2/tweets")] == [100, 100, 50]


def test_what_was_deleted_or_hidden_is_gone_and_what_was_withheld_too() -> None:
    reader = Reader(X(minutes(10))).poll()
    reader.service.gone, reader.service.hidden = {"1"}, {"2"}
    reader.service.tweets[2]["withheld"] = {"copyright": False, "country_codes": ["XY"]}
    page = reader.recheck(range(1, 11))
    assert set(page.deleted) == {"x:1", "x:2", "x:3"}
    assert {post.id for post in page.posts} == {str(n) for n in range(4, 11)}
    assert not page.more


def test_what_is_said_to_be_gone_only_once_stays() -> None:
    reader = Reader(X(minutes(3))).poll()
    reader.service.answers = [{"data": [], "errors": [{"resource_id": "1", "type": "…/resource-not-found"}]}]
    page = reader.recheck([1])
    assert (page.deleted, [post.id for post in page.posts]) == ((), ["1"])


def test_what_is_missing_for_another_reason_is_not_gone() -> None:
    reader = Reader(X(minutes(3))).poll()
    reader.service.answers = [{"errors": [{"resource_id": "1", "type": "…/service-unavailable"}], "data": []}]
    page = reader.recheck([1, 2])
    assert (page.deleted, page.posts, page.more) == ((), (), True)


def test_an_edit_brings_the_newest_words_under_the_first_name() -> None:
    reader = Reader(X(minutes(3))).poll()
    old, history = reader.service.tweets[0], ["1", "77"]
    old["edit_history_tweet_ids"] = history
    reader.service.tweets.append(tweet(77, 30, "An oak desk", edit_history_tweet_ids=history))
    (post,) = reader.recheck([1]).posts
    assert (post.key, post.text, post.url) == ("x:1", "An oak desk", "https://x.com/ann/status/77")


def test_looking_again_has_its_own_fifth_of_the_money() -> None:
    reader = Reader(X(minutes(40)), usd=0.5).poll().later(86_400)
    page = reader.recheck(range(1, 41))
    assert (len(page.posts), page.more) == (20, True)
    assert reader.coins.spent(reader.now) == pytest.approx(0.1)
    with pytest.raises(SourceError) as caught:
        reader.recheck(range(21, 41))
    assert caught.value.why == (
        "today's $0.10 for looking at stored posts again is spent (max_usd_per_day = 0.5); it goes on at 00:00 UTC"
    )


def test_what_was_read_today_is_looked_at_for_nothing() -> None:
    reader = Reader(X(minutes(5))).poll()
    before = reader.coins.spent(NOW)
    assert len(reader.recheck(range(1, 6)).posts) == 5
    assert reader.coins.spent(NOW) == before


def test_a_failure_on_the_way_keeps_what_was_looked_at() -> None:
    reader = Reader(X(minutes(150))).poll()
    reader.service.fails = [None, Refused("x", "busy", code="503", wait=7.0)]
    page = reader.recheck(range(1, 151))
    assert (len(page.posts), page.more, page.wait) == (100, True, 7.0)


def test_an_edit_for_which_there_is_no_money_is_looked_at_later(caplog: pytest.LogCaptureFixture) -> None:
    reader = Reader(X(minutes(12)), usd=0.07).poll().later(86_400)
    reader.service.tweets[0]["edit_history_tweet_ids"] = ["1", "77"]
    reader.service.tweets.append(tweet(77, 30, "An oak desk", edit_history_tweet_ids=["1", "77"]))
    with caplog.at_level(logging.WARNING):
        page = reader.recheck([1, 2])
    assert ([post.id for post in page.posts], page.more) == (["2"], True)
    assert "look at 1 edits later" in caplog.text


def test_of_many_edits_those_without_money_are_looked_at_later() -> None:
    reader = Reader(X(minutes(20)), usd=0.5).poll().later(86_400)
    for number, each in enumerate(reader.service.tweets[:12]):
        each["edit_history_tweet_ids"] = [each["id"], str(700 + number)]
    newest = [
        tweet(700 + n, 30, f"An oak desk {n}", edit_history_tweet_ids=[str(n + 1), str(700 + n)]) for n in range(12)
    ]
    reader.service.tweets += newest
    page = reader.recheck(range(1, 13))
    assert (len(page.posts), page.more) == (8, True), "twelve looks, and eight at edits"


def test_the_books_of_the_tests_are_those_of_the_product() -> None:
    coins = Coins()
    hold = coins.hold("collect", 100, 100, NOW)
    assert hold and coins.hold("collect", 1, 100, NOW) is None
    coins.settle(hold, ["1", "1", "2"], 10, NOW)
    assert coins.left("collect", 100, NOW) == 80
