"""What `listener status` knows of each source: requests, money, gaps, parts that fail, posts to be looked up again."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from listener.config import Env, Settings, SourceSettings
from listener.meter import budget_name
from listener.ops.status import Budget, DeskStatus, Money, Part, SourceStatus, status
from listener.store import Store
from listener.testing import FakeClock, posts
from listener.types import Batch, Gap, Trouble
from tests.making import NOW, Tell, analysis
from tests.ops.paid import Options

CLOCK = FakeClock()
ENV = Env({"PAID_TOKEN": "some-token"})
BUDGET = budget_name("tests.ops.paid:Source", "some-token")


@pytest.fixture
def paid(settings: Settings) -> Settings:
    """One source that costs money and counts requests."""
    return replace(
        settings, sources=(SourceSettings("tests.ops.paid:Source", "feed", None, Options(max_usd_per_day=2.0)),)
    )


def seen(settings: Settings, store: Store, later: float = 5.0, running: str = "7") -> SourceStatus:
    [source] = status(settings, ENV, store, running, NOW + timedelta(seconds=later)).sources
    return source


def keep(store: Store, **fields: object) -> None:
    store.keep("feed", Batch(**fields), analysis(()), Tell(), NOW)  # type: ignore[arg-type]


def test_requests_are_counted_whoever_made_them(paid: Settings, store: Store) -> None:
    assert seen(paid, store).rate == Budget(asked=0, most=450, seconds=900.0, left=450, resets_at=None)
    clock = FakeClock()
    for _ in range(3):
        store.meter(BUDGET, clock).ask()
        clock.advance(1)
    first = NOW + timedelta(seconds=900)
    assert seen(paid, store).rate == Budget(asked=3, most=450, seconds=900.0, left=447, resets_at=first)
    assert seen(paid, store, later=901.5).rate == Budget(
        asked=1, most=450, seconds=900.0, left=449, resets_at=first + timedelta(seconds=2)
    )


def test_what_the_platform_says_is_left_counts_where_it_is_less(paid: Settings, store: Store) -> None:
    clock = FakeClock()
    meter = store.meter(BUDGET, clock)
    meter.ask()
    meter.heard(12.0, 300.0)  # others use the credential, too
    rate = seen(paid, store).rate
    assert rate and (rate.asked, rate.left, rate.resets_at) == (1, 12, NOW + timedelta(seconds=300))
    rate = seen(paid, store, later=301).rate
    assert rate and rate.left == 449, "what was said is over"


def test_money_is_shown_against_its_cap_with_what_is_held(paid: Settings, store: Store) -> None:
    assert seen(paid, store).money == Money(spent=0.0, held=0.0, cap=2.0, left=2.0, parts={})
    purse = store.purse("feed")
    held = purse.hold("collect", 500_000, 1_600_000, NOW)
    assert held
    purse.settle(held, ["1", "2"], 5_000, NOW)
    purse.hold("recheck", 100_000, 400_000, NOW)
    assert seen(paid, store).money == Money(
        spent=0.01, held=0.1, cap=2.0, left=1.89, parts={"collect": 0.01, "recheck": 0.1}
    )
    money = seen(paid, store, later=86_400).money
    assert money and money.left == 2.0, "a new day"


def test_a_source_without_limits_shows_none(settings: Settings, store: Store) -> None:
    source = seen(settings, store)
    assert (source.rate, source.money, source.rechecks_due) == (None, None, 0)


def test_gaps_are_open_until_they_were_searched(paid: Settings, store: Store) -> None:
    gap = Gap("posts", NOW - timedelta(hours=1), NOW, "the listing ended")
    keep(store, gaps=(gap, Gap("comments", gap.since, gap.until, gap.why)))
    assert (seen(paid, store).gaps_open, seen(paid, store).gaps_filled) == (2, 0)
    keep(store, filled=("posts",), gaps=(Gap("posts", NOW, NOW, "another"),))
    assert (seen(paid, store).gaps_open, seen(paid, store).gaps_filled) == (2, 1), "the new one is not filled"
    shown = status(paid, ENV, store, "", NOW).gaps
    assert [(gap["stream"], bool(gap["filled_at"])) for gap in shown] == [
        ("posts", False),
        ("comments", False),
        ("posts", True),
    ]


def test_parts_that_fail_are_shown_with_what_mends_them(paid: Settings, store: Store) -> None:
    again = NOW + timedelta(minutes=14)
    keep(store, troubles=(Trouble("r/chairs", "Reddit answered 404: it does not exist or is banned", again),))
    source = seen(paid, store)
    folder = paid.folder
    assert source.error == "" and source.troubles == (
        Part(
            "r/chairs",
            "Reddit answered 404: it does not exist or is banned",
            f'mend or remove r/chairs: [[sources]] "feed" in {folder}/listener.toml; it is tried again at 12:14 UTC',
            NOW,
            again,
        ),
    )


def test_posts_that_are_to_be_looked_up_again_are_counted(paid: Settings, store: Store) -> None:
    assert seen(paid, store).rechecks_due == 0
    assert seen(paid, store, later=86_401).rechecks_due == 3
    [gone, *_] = posts(1)
    keep(store, deleted=(gone.key,))
    assert seen(paid, store, later=86_401).rechecks_due == 2, "what was erased is not"


def test_the_next_run_is_the_planned_one_where_it_is_not_the_usual(paid: Settings, store: Store) -> None:
    assert seen(paid, store).next_read == NOW + timedelta(seconds=120)
    store.plan("feed", NOW + timedelta(seconds=7))
    assert seen(paid, store).next_read == NOW + timedelta(seconds=7)
    keep(store)
    assert seen(paid, store).next_read == NOW + timedelta(seconds=120), "after the next page as usual"


def test_a_source_without_its_secret_is_shown_without_requests(paid: Settings, store: Store) -> None:
    [source] = status(paid, Env({}), store, "", NOW).sources
    assert (source.skipped, source.rate) == ("set PAID_TOKEN or PAID_TOKEN_FILE", None)


def test_whether_buttons_are_answered_is_known_while_it_runs(settings: Settings, store: Store) -> None:
    env, later = Env({"SLACK_APP_TOKEN": "xapp-1"}), NOW + timedelta(minutes=5)

    def desk(env: Env = env, running: str = "7") -> DeskStatus | None:
        return status(settings, env, store, running, later).desk

    assert desk() is None, "it never was"
    store.well("desk", "slack", NOW)
    assert desk() == DeskStatus(NOW)
    assert desk(running="") is None, "what was answered while it ran is not answered now"
    assert desk(Env({})) is None, "cards have no buttons"
    store.failed("desk", "slack", "cannot be reached", later, later)
    assert desk() == DeskStatus(later, "cannot be reached")
    store.begun("desk", "slack")
    assert desk() is None, "Slack has not yet said hello to this run"
    assert status(settings, env, store, "7", later).sources[0].name == "feed"
