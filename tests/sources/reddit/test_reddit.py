import json
import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener import plugins
from listener.errors import SourceError
from listener.net import Params
from listener.sources.reddit import TERMS, Options, Source
from listener.types import Batch, Recheck
from tests.sources.reddit.fake import Env, Reddit, comment, submission
from tests.sources.reddit.reader import NOON, NOW, Reader


def outage(code: str = "503", **more: Any) -> SourceError:
    return SourceError("reddit", code, code=code, **more)


# Reading


def test_posts_and_comments_are_read_by_cursors_of_their_own() -> None:
    service = Reddit([submission(1, NOON - 60), comment(2, NOON - 30)])
    reader = Reader(service).poll()
    assert set(reader.stored) == {"t3_1", "t1_2"}
    assert json.loads(reader.cursors["posts"])["done"] == NOON - 60
    assert json.loads(reader.cursors["comments"])["done"] == NOON - 30


def test_kinds_that_are_not_wanted_are_not_asked_for() -> None:
    reader = Reader(Reddit([comment(2, NOON - 30)]), kinds=("post",)).poll()
    assert (reader.stored, reader.requests("/comments")) == ({}, 0)


def test_several_subreddits_are_one_listing() -> None:
    service = Reddit([submission(1, NOON - 60), submission(2, NOON - 50, subreddit="Chairs")])
    reader = Reader(service, subreddits=("desks", "r/Chairs", "Desks")).poll()
    assert set(reader.stored) == {"t3_1", "t3_2"}
    assert reader.requests("r/desks+chairs/new") == 1


def test_the_first_run_looks_back_so_far_and_no_farther() -> None:
    service = Reddit([submission(1, NOON - 3_000), submission(2, NOON - 4_000)])
    reader = Reader(service, since=timedelta(hours=1)).poll()
    assert set(reader.later(60).poll().stored) == {"t3_1"}


THINGS = st.lists(st.tuples(st.integers(0, 4_000), st.integers(0, 590), st.booleans()), max_size=40)
POLLS = st.lists(st.tuples(st.integers(1, 1_500), st.none() | st.integers(0, 6), st.integers(0, 9)), max_size=10)


@given(THINGS, POLLS, st.integers(1, 7), st.sampled_from([0, 1, 30]), st.integers(0, 60))
@settings(max_examples=150, deadline=None)
def test_every_post_is_read_whatever_crashes_and_however_late(
    things: list[tuple[int, int, bool]], polls: list[tuple[int, int | None, int]], limit: int, tick: int, gone: int
) -> None:
    made = [(comment if is_comment else submission)(n, NOON + at) for n, (at, _, is_comment) in enumerate(things)]
    service = Reddit(made)
    service.shows = {made[n]["name"]: NOON + at + late for n, (at, late, _) in enumerate(things)}
    service.tick = tick  # posts show up while pages are read
    reader = Reader(service, limit, queries=("post",), search=True)
    for number, (pause, crash, after) in enumerate([*polls, (6_000, None, -1), (600, None, -1), (60, None, -1)]):
        if gone < len(made) and number == 2:
            service.gone.add(made[gone]["name"])  # perhaps just the one to go on from
        service.fails = [*([None] * after), outage()] if after >= 0 else []
        service.clock = reader.later(pause).now.timestamp()
        try:
            reader.poll(stop=crash)
        except SourceError:
            assert after >= 0
    assert {thing["name"] for thing in made} - service.gone <= set(reader.stored)
    assert reader.gaps == []


def test_a_lone_failing_stream_holds_no_other_up() -> None:
    service = Reddit([submission(1, NOON - 60), comment(2, NOON - 30)])
    reader = Reader(service)
    service.fails = [None, None, outage(), outage()]  # the subreddit, posts, comments twice
    with pytest.raises(SourceError):
        reader.poll()
    assert set(reader.stored) == {"t3_1"}
    assert set(reader.poll().stored) == {"t3_1", "t1_2"}


def test_a_repeated_page_is_refused_and_loses_nothing() -> None:
    service = Reddit(submission(n, NOON - n) for n in range(300))
    honest, answers = service.get, list[object]()

    def get(path: str, params: Any, now: Any) -> object:
        answers.append(answers[-1] if len(answers) == 2 and path.endswith("new") else honest(path, params, now))
        return answers[-1]

    service.get = get  # type: ignore[method-assign]
    reader = Reader(service, kinds=("post",))
    with pytest.raises(SourceError, match="another question") as caught:
        reader.poll()
    assert (caught.value.code, caught.value.permanent) == ("repeat", False)
    assert len(reader.poll().stored) == 300


@pytest.mark.parametrize("answer", [[], {}, None, {"data": 5}, {"data": {"children": None}}, {"data": {"after": 5}}])
def test_an_answer_of_another_form_is_named(answer: object) -> None:
    service = Reddit()
    service.get = lambda path, params, now: answer  # type: ignore[method-assign]
    with pytest.raises(SourceError, match="has changed") as caught:
        Reader(service).poll()
    assert caught.value.code == "format"


def test_odd_children_are_set_aside() -> None:
    odd: list[Any] = [submission(1, NOON), {"name": "t5_x", "title": "a subreddit"}, {"name": "t3_y"}, {"title": "z"}]
    service = Reddit(odd)
    service._newest = lambda kind: odd  # type: ignore[method-assign]
    for thing in odd:
        thing.setdefault("subreddit", "desks")
        thing.setdefault("name", "")
    reader = Reader(service, kinds=("post",)).poll()
    assert set(reader.stored) == {"t3_1"}
    assert {each.why for each in reader.last.bad} == {"neither a post nor a comment", "a post without words"}


# Bursts


def test_a_burst_that_a_listing_shows_is_complete() -> None:
    service = Reddit([submission(0, NOON - 60)])
    reader = Reader(service).poll().later(60)
    service.things += [submission(n, NOON + n / 20) for n in range(1, 999)]
    reader.poll()
    assert (len(reader.stored), reader.gaps) == (999, [])


def test_a_burst_beyond_a_listing_is_a_gap_and_the_topics_are_searched_for_in_it() -> None:
    service = Reddit([submission(0, NOON - 60)])
    reader = Reader(service, queries=("oak", "beech")).poll().later(60)
    words = {50: "Oak tops?", 51: "Birch", 300: "beech legs", 1_400: "oak again"}
    service.things += [submission(n, NOON + n / 30, title=words.get(n, "other")) for n in range(1, 1_501)]
    reader.poll()
    assert [(gap.stream, int(gap.since.timestamp()), int(gap.until.timestamp())) for gap in reader.gaps] == [
        ("posts", NOON - 60, NOON + 501 // 30)
    ]
    assert "the topics are searched for" in reader.gaps[0].why
    assert {"t3_50", "t3_300", "t3_1400"} <= set(reader.stored)
    assert "t3_51" not in reader.stored
    asked = reader.requests("/search")
    reader.later(60).poll()
    assert (reader.requests("/search"), len(reader.gaps)) == (asked, 1), "searched for once"
    assert reader.filled == ["posts"], "as far as a search shows it"


def test_a_gap_is_not_closed_before_its_search_has_ended() -> None:
    service = Reddit([submission(0, NOON - 60)])
    reader = Reader(service, queries=("oak", "beech")).poll().later(60)
    service.things += [submission(n, NOON + n / 30, title="oak and beech") for n in range(1, 1_501)]
    reader.poll(stop=11)  # the listing has ended, the searches have begun
    assert ([gap.stream for gap in reader.gaps], reader.filled) == (["posts"], [])
    reader.poll()
    assert reader.filled == ["posts"]


def test_a_gap_that_comes_while_an_earlier_one_is_searched_keeps_both() -> None:
    service = Reddit([submission(0, NOON - 60)])
    reader = Reader(service, queries=("oak",)).poll().later(60)
    service.things += [submission(n, NOON + n / 30, title="oak?" if n == 100 else "ash") for n in range(1, 1_501)]
    reader.poll(stop=10)  # the listing was read, the search has not begun
    assert [gap.stream for gap in reader.gaps] == ["posts"]
    assert "t3_100" not in reader.stored
    service.things += [submission(n, NOON + 60 + n / 30, title="elm") for n in range(1_501, 3_001)]
    service.fails = [None, None, outage(), *[None, outage()] * 9]  # while the search fails, the listing is read on
    reader.later(120).poll()
    assert len(reader.gaps) == 2
    assert "t3_100" in reader.stored, "the first gap was searched, too"
    assert reader.filled == ["posts"]


def test_a_burst_of_comments_stays_a_gap() -> None:
    service = Reddit([comment(0, NOON - 60)])
    reader = Reader(service, queries=("oak",)).poll().later(60)
    service.things += [comment(n, NOON + n / 30) for n in range(1, 1_501)]
    reader.poll().later(60).poll()
    assert ([gap.stream for gap in reader.gaps], reader.filled) == (["comments"], [])


def test_a_burst_of_comments_is_a_gap_that_says_so() -> None:
    service = Reddit([comment(0, NOON - 60)])
    reader = Reader(service).poll().later(60)
    service.things += [comment(n, NOON + n / 30) for n in range(1, 1_501)]
    reader.poll()
    assert [gap.stream for gap in reader.gaps] == ["comments"]
    assert "comments cannot be searched for" in reader.gaps[0].why


def test_a_poll_that_brings_more_than_half_a_listing_is_repeated_sooner() -> None:
    service = Reddit([submission(0, NOON)])
    reader = Reader(service).poll().later(60)
    assert reader.last.wait is None
    service.things += [submission(n, NOON + n / 20) for n in range(1, 801)]
    reader.poll()
    assert reader.last.wait == pytest.approx(500 / 20, abs=1)
    reader.later(25).poll().later(60).poll()
    assert reader.last.wait is None, "and no sooner than that when it is over"


# Search


def test_all_of_reddit_is_searched_for_each_topic() -> None:
    service = Reddit([submission(1, NOON - 60, title="oak", subreddit="elsewhere"), submission(2, NOON, title="ash")])
    reader = Reader(service, queries=("oak -fake", "elm"), subreddits=(), search=True).poll()
    assert set(reader.stored) == {"t3_1"}
    assert [params["q"] for path, params in service.asked] == ["oak", "elm"]


def test_a_topic_that_cannot_be_searched_for_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    reader = Reader(Reddit([submission(1, NOON)]), queries=("/unsearch.ble/",), search=True)
    with caplog.at_level(logging.WARNING):
        reader.poll().later(60).poll()
    assert set(reader.stored) == {"t3_1"}
    assert caplog.text.count("status=unsearchable") == 1


def test_many_topics_that_find_the_same_are_no_circle(caplog: pytest.LogCaptureFixture) -> None:
    service = Reddit([submission(n, NOON - n, title="oak ash elm") for n in range(250)])
    queries = ("oak", "ash", "elm", "oak ash", "oak elm", "ash elm")
    reader = Reader(service, queries=queries, subreddits=(), search=True).poll()
    assert (len(reader.stored), reader.last.more, "repeating" in caplog.text) == (250, False, False)


# Subreddits


@pytest.mark.parametrize(
    ("status", "why"), [(302, "does not exist"), (403, "private"), (404, "banned"), (451, "shown")]
)
@pytest.mark.parametrize("ignored", [True, False])
def test_a_subreddit_that_cannot_be_read_is_named_and_the_others_run(status: int, why: str, ignored: bool) -> None:
    service = Reddit([submission(1, NOON - 60), comment(2, NOON - 50)])
    service.refuses["chairs"] = status
    service.ignored = {"chairs"} if ignored else set()
    reader = Reader(service, subreddits=("desks", "chairs")).poll()
    assert set(reader.stored) == {"t3_1", "t1_2"}
    assert [(gap.stream, why in gap.why, str(status) in gap.why) for gap in reader.gaps] == [("r/chairs", True, True)]
    [trouble] = reader.last.troubles
    assert (trouble.stream, trouble.why in reader.gaps[0].why) == ("r/chairs", True)
    assert trouble.next_try == NOW + timedelta(seconds=840)
    before = reader.requests()
    reader.later(60).poll()
    assert (len(reader.gaps), reader.requests("r/chairs/"), reader.requests() - before) == (1, 2, 2)


def test_a_subreddit_that_turns_private_later_is_found_out_at_once() -> None:
    service = Reddit([submission(1, NOON - 60), submission(2, NOON - 60, subreddit="chairs")])
    reader = Reader(service, subreddits=("desks", "chairs")).poll().later(60)
    service.refuses["chairs"] = 403
    service.things.append(submission(3, NOON + 30))
    reader.poll()
    assert "t3_3" in reader.stored
    assert [gap.stream for gap in reader.gaps] == ["r/chairs"]


def test_what_a_paused_subreddit_held_is_read_once_it_can_be() -> None:
    service = Reddit([submission(1, NOON - 60), submission(2, NOON - 60, subreddit="chairs")])
    reader = Reader(service, subreddits=("desks", "chairs")).poll().later(60)
    service.refuses["chairs"] = 403
    reader.poll()
    service.things += [submission(n, NOON + n * 10) for n in range(10, 200)]
    service.things.append(submission(3, NOON + 90, subreddit="chairs"))
    for _ in range(3):
        reader.later(700).poll()
    assert "t3_3" not in reader.stored
    service.refuses.clear()
    assert [trouble.stream for trouble in reader.last.troubles] == ["r/chairs"]
    reader.later(900).poll()
    assert "t3_3" in reader.stored
    assert (reader.filled, reader.last.troubles) == (["r/chairs"], ())


def test_where_no_subreddit_can_be_read_the_source_is_in_trouble() -> None:
    service = Reddit()
    service.refuses = {"desks": 403, "chairs": 404}
    reader = Reader(service, subreddits=("desks", "chairs"))
    with pytest.raises(SourceError, match=r"no subreddit can be read. r/desks: .*403.* r/chairs: .*404") as caught:
        reader.poll()
    assert (caught.value.permanent, caught.value.code, len(reader.gaps)) == (True, "403", 2)
    with pytest.raises(SourceError, match="no subreddit"):
        reader.later(60).poll()
    assert len(reader.gaps) == 2
    assert Reader(service, search=True, queries=("x",)).poll().last.more is False, "a search still works"


def test_a_refusal_that_no_subreddit_is_to_blame_for_is_told_and_passes() -> None:
    service = Reddit([submission(1, NOON)])
    service.fails = [None, outage("403", permanent=True), None, outage("403", permanent=True)]
    reader = Reader(service)
    with pytest.raises(SourceError, match="403") as caught:
        reader.poll()
    assert (caught.value.permanent, reader.gaps) == (False, [])


def test_a_subreddit_is_paused_only_when_it_refuses_twice() -> None:
    service = Reddit([submission(1, NOON)])
    service.fails = [outage("404", permanent=True)]
    reader = Reader(service).poll()
    assert (set(reader.stored), reader.gaps) == ({"t3_1"}, [])


# The budget


def test_where_the_budget_is_spent_the_page_so_far_is_kept_and_the_rest_waits() -> None:
    service = Reddit([submission(1, NOON - 60), comment(2, NOON - 30)])
    service.fails = [None, None, outage("budget", wait=7.0)]
    reader = Reader(service).poll()
    assert (set(reader.stored), reader.last.more, reader.last.wait) == ({"t3_1"}, True, 7.0)
    assert set(reader.later(7).poll().stored) == {"t3_1", "t1_2"}


# Looking up


def looked_up(service: Reddit, *ids: str) -> Batch:
    return Source(Options(subreddits=("desks",)), Env(), service).recheck(ids, NOW)  # type: ignore[arg-type]


def test_a_look_up_shows_edits_and_deletions() -> None:
    service = Reddit(
        [
            submission(1, NOON, title="sold"),
            submission(2, NOON, selftext="[deleted]", author="[deleted]"),
            submission(3, NOON, selftext="[removed]", removed_by_category="moderator"),
            submission(4, NOON, author="[deleted]"),
            comment(5, NOON, body="[removed]"),
            comment(6, NOON),
        ]
    )
    now = looked_up(service, "t3_1", "t3_2", "t3_3", "t3_4", "t1_5", "t1_6", "t3_7", "../evil", "")
    assert isinstance(Source(Options(subreddits=("desks",)), Env()), Recheck)
    assert {post.id: post.title for post in now.posts} == {"t3_1": "sold", "t1_6": ""}
    assert set(now.deleted) == {f"reddit:{id}" for id in ("t3_2", "t3_3", "t3_4", "t1_5", "t3_7")}
    assert [params["id"] for _, params in service.asked] == ["t3_1,t3_2,t3_3,t3_4,t1_5,t1_6,t3_7", "t3_7"]


def test_a_hundred_ids_are_looked_up_at_a_time() -> None:
    service = Reddit(submission(n, NOON) for n in range(250))
    now = looked_up(service, *(f"t3_{n}" for n in range(250)))
    assert (len(now.posts), now.deleted, len(service.asked)) == (250, (), 3)


class Empty(Reddit):
    """Shows nothing, so many times."""

    times = 0

    def get(self, path: str, params: Params, now: datetime) -> object:
        shown = super().get(path, params, now)
        self.times -= 1
        return {"data": {"children": []}} if self.times >= 0 else shown


def test_what_is_missing_is_asked_for_twice_before_it_is_believed() -> None:
    service = Empty([submission(1, NOON)])
    service.times = 1
    assert looked_up(service, "t3_1").deleted == ()
    service.times = 2
    assert looked_up(service, "t3_1").deleted == ("reddit:t3_1",)
    assert len(service.asked) == 4


def test_an_answer_about_other_posts_deletes_nothing() -> None:
    service = Reddit([submission(1, NOON), submission(2, NOON)])
    honest = service.get
    service.get = lambda path, params, now: honest(path, {"id": "t3_2"}, now)  # type: ignore[method-assign]
    with pytest.raises(SourceError, match="another question"):
        looked_up(service, "t3_1")
    with pytest.raises(SourceError, match="another question"):
        looked_up(service, "t3_1", "t3_2")  # the answer before, repeated, would look like a deletion


def test_a_look_up_that_fails_on_the_way_keeps_what_it_has() -> None:
    service = Reddit(submission(n, NOON) for n in range(150))
    service.fails = [None, outage(wait=9.0)]
    now = looked_up(service, *(f"t3_{n}" for n in range(150)))
    assert (len(now.posts), now.deleted, now.more, now.wait) == (100, (), True, 9.0)
    service.fails = [outage()]
    with pytest.raises(SourceError):
        looked_up(service, "t3_1")


def test_what_is_deleted_while_it_is_in_the_overlap_is_told_by_reading_alone() -> None:
    service = Reddit([submission(1, NOON)])
    reader = Reader(service).poll()
    service.things[0] |= {"selftext": "[deleted]", "author": "[deleted]"}
    assert reader.later(60).poll().deleted == {"reddit:t3_1"}


# Options and terms


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({}, "search = true"),
        ({"subreddits": ("no name",)}, '"no name" is no name of a subreddit'),
        ({"subreddits": ("a/b",)}, "is no name"),
        ({"subreddits": tuple(f"sub{n}" for n in range(101))}, "at most 100"),
    ],
)
def test_options_that_cannot_be_are_refused(options: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Options(**options)


def test_the_plug_in_says_what_it_needs() -> None:
    plugin = plugins.find("source", "reddit")
    assert plugin.secrets == ("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", "REDDIT_USERNAME")
    assert plugin.terms is TERMS
    assert "approve" in TERMS.about and "commercial" in TERMS.about and TERMS.recheck_hours == 24
