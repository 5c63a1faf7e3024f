"""What the doctor says of sources, and what their platforms' terms mean here."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from listener.config import Env, Retention, Settings, SourceSettings
from listener.ops.doctor import Trouble, examine
from listener.ops.doctor.sources import source, terms
from listener.ops.status import Budget, SourceStatus
from listener.sources.reddit import Options as Reddit
from listener.store import Store
from listener.types import Batch, Gap
from listener.types import Trouble as PartTrouble
from tests.making import NOW, Tell, analysis
from tests.ops.paid import Options

REDDIT = SourceSettings("reddit", "reddit", None, Reddit(subreddits=("desks",)))


def said(settings: Settings, store: Store, now: datetime = NOW + timedelta(seconds=5)) -> list[Trouble]:
    return list(examine(settings, Env({}), now, offline=True))


def test_reddits_approval_and_commercial_terms_are_told_with_what_they_mean_here(settings: Settings) -> None:
    assert list(terms(replace(settings, sources=(REDDIT,)))) == [
        Trouble(
            "source reddit: Reddit must approve your app before it may use the Data API, and commercial use needs an "
            "agreement with Reddit; what is deleted there must go: https://redditinc.com/policies/data-api-terms",
            "here: read every 60 s, at most 100 requests in 60 s; posts are looked up again within 24 h and erased "
            "where they are gone; their words are kept 90 days; they are not to be exported",
            note=True,
        )
    ]


def test_terms_follow_the_configuration(settings: Settings) -> None:
    paid = SourceSettings("tests.ops.paid:Source", "paid", 300.0, Options(max_usd_per_day=2.0))
    [note] = terms(replace(settings, sources=(paid,), retention=Retention(posts=timedelta(days=7))))
    assert note.cure == (
        "here: read every 300 s, at most 450 requests in 900 s; at most 2.00 USD a day; posts are looked up again "
        "within 24 h and erased where they are gone, or cannot be looked up in that time; "
        "their words are kept 7 days; they are not to be exported"
    )
    [note] = terms(replace(settings, sources=(paid,)))
    assert "their words are kept 30 days" in note.cure, "no longer than the platform allows"


def test_a_file_of_ones_own_has_no_terms_to_tell(settings: Settings) -> None:
    assert list(terms(settings)) == []


def test_a_part_that_fails_is_a_trouble_of_its_own(settings: Settings, store: Store) -> None:
    part = PartTrouble("feeds.example/a", "feeds.example answered 403: check the proxy", NOW + timedelta(minutes=15))
    store.keep("feed", Batch(troubles=(part,)), analysis(()), Tell(), NOW)
    assert said(settings, store) == [
        Trouble(
            "feeds.example/a of source feed cannot be read since 2026-11-20 12:00 UTC: "
            "feeds.example answered 403: check the proxy",
            "check the proxy; it is tried again at 12:15 UTC",
        )
    ]


def test_gaps_are_worth_knowing_until_they_are_filled(settings: Settings, store: Store) -> None:
    gap = Gap("posts", NOW, NOW, "the listing ended")
    store.keep("feed", Batch(gaps=(gap,)), analysis(()), Tell(), NOW)
    [note] = said(settings, store)
    assert (note.what, note.note) == ("source feed: 1 stretch could not be read", True)
    assert "`listener status` lists them" in note.cure
    store.keep("feed", Batch(filled=("posts",)), analysis(()), Tell(), NOW)
    assert said(settings, store) == []


@pytest.fixture
def well() -> Iterator[SourceStatus]:
    yield SourceStatus(name="x", use="x", last_read=NOW, next_read=NOW + timedelta(minutes=2))


def test_requests_that_are_used_up_say_when_there_are_more(well: SourceStatus) -> None:
    rate = Budget(asked=450, most=450, seconds=900.0, left=0, resets_at=NOW + timedelta(seconds=61))
    assert list(source(replace(well, rate=rate), "7", NOW)) == [
        Trouble(
            "source x has asked as often as it may: 450 times in 900 s",
            "it goes on at 12:01:01 UTC; nothing is lost by it",
            note=True,
        )
    ]


def test_a_source_that_nobody_reads_any_more_is_told(well: SourceStatus) -> None:
    assert list(source(well, "", NOW + timedelta(hours=23))) == [], "it may be read once a day"
    assert list(source(well, "", NOW + timedelta(hours=25))) == [
        Trouble(
            "source x was last read at 2026-11-20 12:00 UTC, and Listener is not running",
            "`listener run`, or `listener once --source x`",
            note=True,
        )
    ]
