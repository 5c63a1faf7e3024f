"""The running product over fakes."""

import logging
from datetime import timedelta

import pytest
from msgspec.structs import replace

from listener.app import App, assemble, once
from listener.config import load
from listener.errors import SourceError
from listener.plugins import find
from listener.store import Standing
from listener.testing import FakeSource, edited, posts
from listener.types import Bad, Gap, Trouble
from tests.app.conftest import LISTENER, Office
from tests.making import NOW


def test_a_pass_reads_keeps_and_delivers(office: Office) -> None:
    done = once(office.app, ["feed"])
    assert (done.posts, done.failed, done.waiting) == (3, (), 0)
    assert len(office.desk.messages) == done.alerts > 0
    assert once(office.app, ["feed"]).findings == 0


def test_a_failing_source_is_named_and_the_others_are_read(office: Office) -> None:
    office.feed.errors = [SourceError("feed", "the token was refused", permanent=True, code="401")]
    done = once(office.app, ["other", "feed"])
    assert done.failed == ("feed",)


def test_polling_notes_trouble_waits_and_recovers(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    office.feed.errors = [SourceError("feed", "slow down", wait=42.0, code="429")]
    assert office.app.poll("feed") == 42.0
    assert "source=feed status=429 action=wait next_try=2026-11-20T12:00:42Z why='slow down'" in caplog.text
    [row] = office.store.db.rows("select error, failures, next_at from health where name='source:feed'")
    assert tuple(row) == ("slow down", 1, "2026-11-20T12:00:42.000000Z")
    office.clock.advance(42)
    assert office.app.poll("feed") is None
    assert "source=feed status=well" in caplog.text
    assert office.store.db.value("select error from health where name='source:feed'") == ""


def test_trouble_with_the_database_is_waited_out(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    office.store.db.conn.execute("pragma max_page_count = 1")
    huge = posts(1)[0]
    office.feed.posts = [edited(huge, f"kettle {n} " + "x" * 30_000) for n in range(1)]
    for n, post in enumerate(posts(60)):
        office.feed.add(edited(post, f"kettle {n} " + "x" * 30_000))
    assert office.app.poll("feed") == 5.0
    assert "the disk is full: free some space" in caplog.text
    office.store.db.conn.execute("pragma max_page_count = 100000")
    assert office.app.poll("feed") is None
    assert office.count("posts") == 60


def test_gaps_and_unreadable_posts_are_told_in_the_log(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    office.feed.gaps = [Gap("posts", NOW, NOW, "the listing ended")]
    office.feed.bad = [Bad("forum", "9", "{", "not JSON")]
    office.app.poll("feed")
    assert "source=feed status=gap stream=posts" in caplog.text
    assert "source=feed status=unreadable post=9 action=quarantine not JSON" in caplog.text


def test_parts_that_fail_are_told_once_and_shown_until_they_are_well(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    office.feed.troubles = [
        Trouble("feeds.example/b", "answered 503", NOW + timedelta(hours=1)),
        Trouble("feeds.example/a", "it is gone", NOW + timedelta(minutes=1)),
    ]
    for _ in range(2):
        assert office.app.poll("feed") is None, "the source itself is well"
    said = "source=feed stream=feeds.example/a status=error action=pause next_try=2026-11-20T12:01:00Z why='it is gone'"
    assert caplog.text.count(said) == 1
    assert office.count("posts") == 3, "the rest is read"
    assert office.store.standing("feed") == [
        Standing("feeds.example/a", "it is gone", NOW, NOW + timedelta(minutes=1)),
        Standing("feeds.example/b", "answered 503", NOW, NOW + timedelta(hours=1)),
    ]
    assert office.store.trouble_since("source", "feed") is None, "the source itself is well"
    office.feed.troubles.pop()
    office.clock.advance(60)
    office.app.poll("feed")
    assert "source=feed stream=feeds.example/a status=well" in caplog.text
    [left] = office.store.standing("feed")
    assert (left.stream, left.since) == ("feeds.example/b", NOW), "when it began stays"


def test_posts_are_looked_up_again_so_that_deletions_and_edits_are_honoured(office: Office) -> None:
    once(office.app, ["feed"])
    office.feed.delete("forum:1")
    office.feed.posts[1] = edited(office.feed.posts[1], "my kettle leaks, need a new one today")
    office.app.recheck("feed")
    assert office.store.db.value("select text from posts where key='forum:1'") != "", "not before it is due"
    office.clock.advance(2 * 3600)
    office.app.recheck("feed")
    assert office.store.db.value("select text from posts where key='forum:1'") == ""
    assert (
        office.store.db.value("select text from posts where key='forum:2'") == "my kettle leaks, need a new one today"
    )
    office.clock.advance(60)
    before = len(office.feed.asked)
    office.app.recheck("feed")
    assert len(office.feed.asked) == before, "each post once an interval"


def test_a_single_pass_looks_posts_up_again_too(office: Office) -> None:
    once(office.app, ["feed"])
    office.feed.delete("forum:1")
    office.clock.advance(2 * 3600)
    once(office.app, ["feed"])
    assert office.store.db.value("select text from posts where key='forum:1'") == ""
    assert office.desk.updates, "what was told is emptied in the same pass"


def test_many_posts_that_are_due_are_looked_up_one_after_the_other(office: Office) -> None:
    for post in posts(250):
        office.feed.add(replace(post, id=f"many-{post.id}", text=f"my kettle {post.id} leaks"))
    once(office.app, ["feed"])
    office.feed.delete("forum:many-250")
    office.clock.advance(2 * 3600)
    waits = [office.app.recheck("feed") for _ in range(4)]
    assert waits[:2] == [10.0, 10.0]
    assert waits[3] is None
    assert office.store.count_due("feed", office.app.parts.sources["feed"].terms, office.clock()) == 0
    assert office.store.db.value("select text from posts where key='forum:many-250'") == ""
    assert b"my kettle 250 leaks" not in office.store.db.path.read_bytes()


def test_a_source_that_was_renamed_looks_up_what_it_read_before(office: Office) -> None:
    once(office.app, ["feed"])
    office.write("listener.toml", LISTENER.format(folder=office.config.parent).replace('"feed"', '"forum"'))
    office.app.use(assemble(load(office.config, office.env, find), office.env))
    renamed = office.app.parts.sources["forum"].source
    assert isinstance(renamed, FakeSource)
    renamed.add(*posts(4), replace(posts(1)[0], id="new", text="another kettle"))
    once(office.app, ["forum"])
    renamed.delete("forum:1")
    office.clock.advance(2 * 3600)
    office.app.recheck("forum")
    office.app.recheck("forum")
    assert office.store.db.value("select text from posts where key='forum:1'") == ""


def test_a_look_up_that_fails_is_tried_again_later(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    once(office.app, ["feed"])
    office.clock.advance(2 * 3600)
    office.feed.errors = [SourceError("feed", "busy")]
    office.app.recheck("feed")
    assert "source=feed status=busy action=recheck later" in caplog.text


def test_old_posts_lose_their_words_and_later_their_counts(office: Office) -> None:
    once(office.app, ["feed"])
    found = office.count("findings")
    office.clock.advance(91 * 86_400)
    office.app.retain()
    assert {row[0] for row in office.store.db.rows("select text || author || url from posts")} == {""}
    assert office.count("findings") == found
    once(office.app, [])
    assert office.desk.updates == [], "what was told long ago stays as it was told"
    office.clock.advance(310 * 86_400)
    office.app.retain()
    assert [office.count(t) for t in ("posts", "findings", "alerts", "outbox", "seen", "carries")] == [0] * 6


def test_trouble_that_passes_is_told_to_nobody(office: Office) -> None:
    office.write("listener.toml", LISTENER.format(folder=office.config.parent) + '[ops]\nchannel = "desk"\n')
    office.app.use(assemble(load(office.config, office.env, find), office.env))
    office.feed.errors = [SourceError("feed", "busy")]
    office.app.poll("feed")
    office.app.poll("feed")
    assert office.store.db.rows("select notice from outbox where notice != ''") == []


def test_a_wait_that_a_platform_asked_for_outlives_the_process(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.feed.errors = [SourceError("feed", "slow down", wait=42.0, code="429")]
    office.app.poll("feed")
    office.clock.advance(12)
    again = App(office.parts, office.store, office.clock, office.clock)
    asked = len(office.feed.asked)
    assert again.poll("feed") == 30.0
    assert once(again, ["feed"]).failed == ("feed",)
    assert "source=feed status=wait action=leave alone: it asked for that, for 30 s more" in caplog.text
    assert len(office.feed.asked) == asked, "nobody asked before the time"
    office.clock.advance(30)
    assert again.poll("feed") is None
    assert office.store.asked_until("feed") is None


def test_a_pause_for_a_person_ends_with_a_restart(office: Office) -> None:
    office.feed.errors = [SourceError("feed", "check FORUM_TOKEN", permanent=True, code="401")]
    assert office.app.poll("feed") == 900.0
    again = App(office.parts, office.store, office.clock, office.clock)
    assert again.poll("feed") is None, "the variable may have been set anew"


def test_posts_are_not_looked_up_while_the_platform_wants_to_be_left_alone(office: Office) -> None:
    once(office.app, ["feed"])
    office.clock.advance(2 * 3600)
    office.feed.errors = [SourceError("feed", "slow down", wait=60.0, code="429")]
    office.app.poll("feed")
    office.feed.delete("forum:1")
    office.app.recheck("feed")
    assert office.store.db.value("select text from posts where key='forum:1'") != ""
    office.clock.advance(60)
    office.app.recheck("feed")
    assert office.store.db.value("select text from posts where key='forum:1'") == ""


def test_a_cap_that_is_reached_holds_up_neither_look_ups_nor_a_higher_cap(office: Office) -> None:
    once(office.app, ["feed"])
    office.clock.advance(2 * 3600)
    office.feed.errors = [SourceError("feed", "today's $1.60 are spent", wait=9 * 3600.0, code="cap")]
    assert office.app.poll("feed") == 9 * 3600.0
    office.feed.delete("forum:1")
    office.app.recheck("feed")
    assert office.store.db.value("select text from posts where key='forum:1'") == ""
    again = App(office.parts, office.store, office.clock, office.clock)
    assert again.poll("feed") is None, "the configuration may allow more now"


def test_why_posts_cannot_be_looked_up_is_said_once(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    once(office.app, ["feed"])
    office.clock.advance(2 * 3600)
    for why in ("no money", "no money", "busy"):
        office.feed.errors = [SourceError("feed", why)]
        office.app.recheck("feed")
    assert [line.partition("status=")[2] for line in caplog.messages if "recheck later" in line] == [
        "no money action=recheck later",
        "busy action=recheck later",
    ]
