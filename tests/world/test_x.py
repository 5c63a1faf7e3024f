"""X by the real tweepy through TLS and a proxy, by environment variables alone, with a service that misbehaves."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from listener import __version__
from listener.collect import collect
from listener.errors import SourceError
from listener.sources.x import Options, Source
from listener.sources.x.api import Api
from listener.sources.x.budget import Budget
from listener.types import Ask, Gap, Post
from tests.sources.x.fake import Coins, Env

pytestmark = pytest.mark.world

Begin = Callable[..., Any]
ENDLESS = 9.0  # a clock that moves on so far with every look has an endless budget


@pytest.fixture
def begin(new_world: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Begin]:
    """Starts a world with so many invented posts, every second about lamps."""
    with ExitStack() as stack:

        def start(count: int, *faults: str, speed: float = float("inf")) -> Any:
            (tmp_path / "x").mkdir(exist_ok=True)
            made = [{"id": str(10**18 + n), "text": f"{'A lamp' if n % 2 == 0 else 'Oak'} {n}?"} for n in range(count)]
            lines = [json.dumps({**each, "edit_history_tweet_ids": [each["id"]]}) + "\n" for each in made]
            (tmp_path / "x" / "tweets.jsonl").write_text("".join(lines))
            world = stack.enter_context(new_world([tmp_path], speed, faults, seed=1))
            for name, value in world.env.items():
                monkeypatch.setenv(name, value)
            return world

        yield start


class Reader:
    def __init__(self, deadline: float = 10.0, budget: Budget | None = None, usd: float = 100.0, **more: Any) -> None:
        ticks = iter(range(10**9))
        self.api = Api(Env(), deadline=deadline, budget=budget or Budget(lambda: next(ticks) * ENDLESS))
        self.options = Options(**{"max_usd_per_day": usd, "since": timedelta(days=1), **more})
        self.coins = Coins()
        self.stored: dict[str, Post] = {}
        self.cursors: dict[str, str] = {}
        self.errors: list[SourceError] = []
        self.gaps: list[Gap] = []
        self.ahead = timedelta()
        self.start()

    def start(self) -> None:
        self.source = Source(self.options, Env(), self.api)
        self.source.spend_from(self.coins)

    def poll(self, *queries: str) -> None:
        ask = Ask(now=datetime.now(UTC) + self.ahead, cursors=self.cursors, queries=queries or ("lamp OR oak",))
        try:
            for page in collect("x", self.source, ask):
                self.stored |= {post.id: post for post in page.posts}
                self.cursors |= page.cursors
                self.gaps += page.gaps
        except SourceError as error:
            self.errors.append(error)

    def poll_until(self, count: int, polls: int = 100_000) -> None:
        for _ in range(polls):
            if len(self.stored) >= count:
                break
            self.poll()

    @property
    def spent(self) -> float:
        return self.coins.spent(datetime.now(UTC))


@pytest.fixture
def make() -> Iterator[Callable[..., Reader]]:
    made: list[Reader] = []

    def reader(**options: Any) -> Reader:
        made.append(Reader(**options))
        return made[-1]

    yield reader
    for each in made:
        each.api.close()


@pytest.fixture
def reader(make: Callable[..., Reader]) -> Reader:
    return make()


def offered(world: Any, count: int) -> set[str]:
    """What was offered; the ledger notes an answer only after it went out."""
    for _ in range(10_000):
        if len(ids := set(world.ledger["offered"].get("x", ()))) >= count:
            break
    return ids


def check(world: Any, reader: Reader) -> None:
    """Everything offered was found; the bill is the ledger's, or more where answers were lost."""
    assert offered(world, len(reader.stored)) == set(reader.stored)
    ledger = world.ledger
    assert (ledger["unknown_hosts"], ledger["tls_failures"], ledger["errors"]) == ([], [], [])
    assert {request["user_agent"] for request in ledger["requests"]} == {f"listener/{__version__}"}
    lost = any(error.code in ("cut", "json", "connection", "timeout", "repeat") for error in reader.errors)
    bill = ledger["billed"]["x"]["usd"]
    assert reader.spent >= bill - 1e-9 if lost else reader.spent == pytest.approx(bill)


def test_posts_are_paged_through_and_paid_to_the_cent(begin: Begin, reader: Reader) -> None:
    world = begin(450)
    reader.poll()
    assert (len(reader.stored), reader.errors, reader.gaps) == (450, [], [])
    check(world, reader)
    assert world.ledger["billed"]["x"] == {"posts_read": 450, "posts_billed": 450, "counts": 1, "usd": 2.255}


def test_posts_that_appear_while_reading_are_all_found(begin: Begin, reader: Reader) -> None:
    world = begin(300, speed=200)
    reader.poll_until(300)
    assert len(reader.stored) == 300
    check(world, reader)


def test_posts_that_show_late_behind_newer_ones_are_found(begin: Begin, reader: Reader) -> None:
    world = begin(120, "x:late:3600s", speed=200)
    reader.poll_until(108)  # all but the late ones
    assert len(reader.stored) == 108
    world.faults.clear()  # an hour is over
    reader.poll_until(120, polls=50)  # a late one that was born as the world looked may have been among the 108
    assert (len(reader.stored), reader.errors) == (120, [])
    check(world, reader)


def test_a_burst_of_1500_between_two_polls_is_complete(begin: Begin, reader: Reader) -> None:
    world = begin(3_000, speed=0)
    reader.poll()
    assert len(reader.stored) == 1_500
    world.speed = 1e9
    reader.poll()
    assert (len(reader.stored), reader.gaps, reader.errors) == (3_000, [], [])
    check(world, reader)


def test_the_bill_ends_at_the_cap_also_after_a_restart(begin: Begin, make: Callable[..., Reader]) -> None:
    world = begin(1_000, speed=0)
    reader = make(usd=2.0, since=timedelta(hours=1))
    reader.poll()
    assert len(reader.stored) > 50 and not reader.errors
    world.speed = 1e9
    for _ in range(3):
        reader.poll()
        reader.start()
    assert {error.code for error in reader.errors} == {"cap"}
    assert reader.errors[0].why.startswith("today's $1.60 for reading new posts is spent (max_usd_per_day = 2)")
    assert 1.55 <= reader.spent <= 1.6
    check(world, reader)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("503:every=3", "503"),
        ("429:every=3", "429"),
        ("html:every=3", "html"),
        ("truncate:every=3", "json"),
        ("cut:every=3", "cut"),
        ("drop:every=3", "connection"),
        ("drop-after-accept:every=3", "connection"),
        ("repeat:every=3", "repeat"),
        ("404:every=3", "404"),
    ],
)
def test_a_fault_is_named_and_loses_nothing(begin: Begin, reader: Reader, fault: str, code: str) -> None:
    world = begin(500, f"x:{fault}")
    reader.poll_until(500)
    assert len(reader.stored) == 500
    assert {error.code for error in reader.errors} <= {code}
    assert reader.gaps == []
    check(world, reader)


@pytest.mark.parametrize(
    ("fault", "why", "permanent"),
    [
        ("401", "api.twitter.com answered 401: check X_BEARER_TOKEN", True),
        ("403", "api.twitter.com answered 403: check X_BEARER_TOKEN", True),
        ("404", "api.twitter.com answered 404: there is no /2/tweets/search/recent", True),
        ("402", "the credits of the X account, or its monthly cap, are used up (402): check console.x.com", True),
        ("429", "api.twitter.com answered 429: it asks to wait ", False),
        ("503", 'api.twitter.com answered 503: "{"title": "Service Unavailable", "type": "about:blank"', False),
        ("html", 'api.twitter.com answered a web page instead of JSON: "Just a moment... Please verify you are', False),
        ("truncate", "api.twitter.com answered JSON that is broken or ends early: ", False),
        ("cut", "the answer of api.twitter.com broke off", False),
        ("down", "cannot reach api.twitter.com, or it hung up", False),
        ("drop", "cannot reach api.twitter.com, or it hung up", False),
        ("slow:9s", "no whole answer from api.twitter.com in time", False),
        ("drip:9s", "no whole answer from api.twitter.com in time", False),
    ],
)
def test_each_fault_says_what_a_person_can_do_and_heals(
    begin: Begin, make: Callable[..., Reader], fault: str, why: str, permanent: bool
) -> None:
    world = begin(40, f"x:{fault}")
    reader = make(deadline=0.4)
    reader.poll()
    (error,) = reader.errors
    assert error.why.startswith(why) and error.permanent is permanent
    assert "some-token" not in error.why and len(error.why) < 300
    assert len(world.ledger["requests"]) <= 1
    world.faults.clear()
    reader.errors.clear()
    again = make()
    again.poll()
    assert len(again.stored) == 40


def test_a_service_that_is_down_for_a_while_loses_nothing(begin: Begin, reader: Reader) -> None:
    world = begin(300, "x:down")
    reader.poll()
    reader.poll()
    world.faults.clear()
    reader.poll_until(300)
    assert [error.code for error in reader.errors] == ["connection"] * 2
    check(world, reader)


def test_a_429_is_waited_out_by_everything_with_the_credential(begin: Begin, make: Callable[..., Reader]) -> None:
    world = begin(40, "x:429:times=1:on=search")
    seconds = [0.0]
    shared = Budget(lambda: seconds[0])
    first, second = make(budget=shared), make(budget=shared)
    first.poll()
    first.poll()
    second.poll()
    second.poll()
    assert [error.code for error in (*first.errors, *second.errors)] == ["429"] * 4
    asked = [request for request in world.ledger["requests"] if "search" in request["path"]]
    assert len(asked) == 1, "nobody asks before the wait is over"
    seconds[0] = 5.0
    first.poll()
    assert len(first.stored) == 40


@pytest.mark.slow
def test_the_limit_of_a_quarter_of_an_hour_is_never_passed(begin: Begin, make: Callable[..., Reader]) -> None:
    world = begin(20)
    seconds = [0.0]
    reader = make(budget=Budget(lambda: seconds[0]), since=timedelta(hours=7))
    topics = [f"word{n:03} OR {'x' * 490}{n:03}" for n in range(300)]
    for _ in range(2):
        reader.poll(*topics)
    searches = [request for request in world.ledger["requests"] if "search" in request["path"]]
    assert len(searches) <= 450
    assert {request["status"] for request in world.ledger["requests"]} == {200}
    assert not reader.errors


def test_what_is_deleted_is_found_out_by_looking_it_up(
    begin: Begin, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = begin(150, "x:delete:20")
    monkeypatch.setattr(import_module("loopback.core"), "GONE_AFTER", 0.0)
    reader.poll()
    now = reader.source.recheck(sorted(offered(world, 150)), datetime.now(UTC))
    assert set(now.deleted) == {f"x:{id}" for id in world.ledger["deleted"]["x"]}
    assert (len(now.deleted), len(now.posts), now.more) == (20, 130, False)
    assert reader.spent == pytest.approx(world.ledger["billed"]["x"]["usd"])


def test_a_repeated_answer_to_a_look_up_deletes_nothing(begin: Begin, reader: Reader) -> None:
    world = begin(100)
    reader.poll()
    ids = sorted(offered(world, 100))
    reader.source.recheck(ids[:50], datetime.now(UTC))
    world.fault("x:repeat")
    with pytest.raises(SourceError, match="X answered another question than ours"):
        reader.source.recheck(ids[50:], datetime.now(UTC))
