"""Reddit by the real praw through TLS and a proxy, by environment variables alone, with a service that misbehaves."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from listener.collect import collect
from listener.errors import SourceError
from listener.sources.reddit import Options, Source
from listener.sources.reddit.api import Api
from listener.sources.reddit.budget import Budget
from listener.types import Ask, Gap, Post
from tests.sources.reddit.fake import Env, comment, submission

pytestmark = pytest.mark.world

Begin = Callable[..., Any]
ENDLESS = 60.0  # a clock that moves on so far with every look has an endless budget


@pytest.fixture
def begin(new_world: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Begin]:
    """Starts a world with so many invented posts, every tenth about lamps, and as many comments."""
    monkeypatch.setattr("prawcore.sessions.random.random", lambda: 0.0)  # praw's pause before it logs in again
    with ExitStack() as stack:

        def start(count: int, *faults: str, speed: float = float("inf"), comments: int = 0) -> Any:
            things = [submission(f"p{n}", n, title=f"A lamp {n}?" if n % 10 == 0 else f"Oak {n}") for n in range(count)]
            things += [comment(f"c{n}", n) for n in range(comments)]
            for number, thing in enumerate(things):
                thing |= {"id": f"{number:x}", "created_utc": float(thing["created_utc"])}
            lines = [json.dumps({"kind": thing["name"][:2], "data": thing}) + "\n" for thing in things]
            (tmp_path / "reddit").mkdir(exist_ok=True)
            (tmp_path / "reddit" / "things.jsonl").write_text("".join(lines))
            world = stack.enter_context(new_world([tmp_path], speed, faults, seed=1))
            for name, value in world.env.items():
                monkeypatch.setenv(name, value)
            return world

        yield start


class Reader:
    def __init__(self, deadline: float = 10.0, budget: Budget | None = None, **options: Any) -> None:
        ticks = iter(range(10**9))
        self.api = Api(Env(), deadline=deadline, budget=budget or Budget(lambda: next(ticks) * ENDLESS))
        self.source = Source(Options(**{"subreddits": ("desks",), **options}), Env(), self.api)
        self.stored: dict[str, Post] = {}
        self.cursors: dict[str, str] = {}
        self.errors: list[SourceError] = []
        self.gaps: list[Gap] = []
        self.wait: float | None = None

    def poll(self, *queries: str) -> None:
        ask = Ask(now=datetime.now(UTC), cursors=self.cursors, queries=queries)
        try:
            for page in collect("reddit", self.source, ask):
                self.stored |= {post.id: post for post in page.posts}
                self.cursors |= page.cursors
                self.gaps += page.gaps
                self.wait = page.wait
        except SourceError as error:
            self.errors.append(error)

    def poll_until(self, count: int) -> None:
        for _ in range(100_000):
            if len(self.stored) == count:
                break
            self.poll()


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
        if len(ids := set(world.ledger["offered"].get("reddit", ()))) >= count:
            break
    return ids


def check(world: Any, reader: Reader) -> None:
    assert offered(world, len(reader.stored)) == set(reader.stored)
    ledger = world.ledger
    assert (ledger["unknown_hosts"], ledger["tls_failures"], ledger["errors"]) == ([], [], [])
    agents = {request["user_agent"] for request in ledger["requests"]}
    assert len(agents) == 1 and ":listener:" in min(agents) and " (by /u/acme_bot) PRAW/" in min(agents)


def test_posts_and_comments_are_paged_through(begin: Begin, reader: Reader) -> None:
    world = begin(450, comments=350)
    reader.poll()
    assert (len(reader.stored), reader.errors, reader.gaps) == (800, [], [])
    check(world, reader)
    assert len(world.ledger["requests"]) <= 2 + 5 + 4 + 1


def test_posts_that_appear_while_reading_are_all_found(begin: Begin, reader: Reader) -> None:
    world = begin(300, speed=400)
    reader.poll_until(300)
    assert len(reader.stored) == 300
    check(world, reader)


@pytest.mark.slow
def test_posts_that_show_late_behind_newer_ones_are_found(begin: Begin, reader: Reader) -> None:
    world = begin(120, "reddit:late:1s", speed=100)
    reader.poll_until(120)
    assert len(reader.stored) == 120
    check(world, reader)


def test_a_burst_of_1500_between_two_polls_is_reported_and_the_topics_are_found_in_it(
    begin: Begin, reader: Reader
) -> None:
    world = begin(3_000, speed=0)
    reader.poll("lamp")
    before = set(reader.stored)
    assert (len(before), reader.gaps) == (1_000, [])
    world.speed = 1e9
    reader.poll("lamp")
    new = set(reader.stored) - before
    assert len(new) == 1_000 + 50, "what a listing shows, and what is about the topic in the rest"
    assert {f"t3_p{n}" for n in range(1_500, 3_000, 10)} <= new
    check(world, reader)
    (gap,) = reader.gaps
    missed = [f"t3_p{n}" for n in range(1_500, 3_000) if f"t3_p{n}" not in new]
    assert (gap.stream, len(missed)) == ("posts", 450)
    assert gap.since.timestamp() >= world.began - 20 and gap.until.timestamp() <= world.now()
    assert reader.wait and reader.wait < 60, "the next poll comes sooner"
    assert "more came between two polls" in gap.why


def test_a_burst_of_900_between_two_polls_is_complete(begin: Begin, reader: Reader) -> None:
    world = begin(1_800, speed=0)
    reader.poll()
    world.speed = 1e9
    reader.poll()
    assert (len(reader.stored), reader.gaps) == (1_800, [])
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
    ],
)
def test_a_fault_is_named_and_loses_nothing(begin: Begin, reader: Reader, fault: str, code: str) -> None:
    world = begin(500, f"reddit:{fault}", comments=200)
    reader.poll_until(700)
    assert len(reader.stored) == 700
    assert {error.code for error in reader.errors} <= {code}
    assert all(not error.permanent for error in reader.errors)
    assert reader.gaps == []
    check(world, reader)


def test_a_service_that_is_down_for_a_while_loses_nothing(begin: Begin, reader: Reader) -> None:
    world = begin(300, "reddit:down")
    reader.poll()
    reader.poll()
    world.faults.clear()
    reader.poll_until(300)
    assert [error.code for error in reader.errors] == ["connection"] * 2
    check(world, reader)


def test_a_service_that_stalls_is_given_up_at_the_deadline(begin: Begin, make: Callable[..., Reader]) -> None:
    world = begin(300, "reddit:slow:4s:on=/new:times=1")
    reader = make(deadline=0.5)
    reader.poll_until(300)
    assert [error.code for error in reader.errors] == ["timeout"]
    check(world, reader)


def test_an_expired_token_is_renewed_without_a_word(begin: Begin, reader: Reader) -> None:
    world = begin(100, "reddit:401:on=/new:times=1")
    reader.poll()
    assert (len(reader.stored), reader.errors) == (100, [])
    assert sum("access_token" in request["path"] for request in world.ledger["requests"]) == 2


@pytest.mark.parametrize(("status", "on"), [(401, "access_token"), (403, "access_token"), (401, "/new")])
def test_a_refused_token_pauses_and_names_the_settings(begin: Begin, reader: Reader, status: int, on: str) -> None:
    world = begin(10, f"reddit:{status}:on={on}")
    reader.poll()
    (error,) = reader.errors
    assert error.permanent and "check REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET" in error.why
    assert len(world.ledger["requests"]) <= 4
    world.faults.clear()
    reader.poll_until(10)
    check(world, reader)


@pytest.mark.parametrize("status", [403, 404])
def test_a_subreddit_that_is_refused_is_named_and_comes_back(begin: Begin, reader: Reader, status: int) -> None:
    world = begin(10, f"reddit:{status}:on=/r/")
    reader.poll()
    (error,) = reader.errors
    assert error.permanent and "no subreddit can be read. r/desks: Reddit answered" in error.why
    assert [gap.stream for gap in reader.gaps] == ["r/desks"]
    world.faults.clear()
    reader.cursors["subreddits"] = reader.cursors["subreddits"].replace('"look":1', '"look":0')  # 15 minutes later
    reader.poll_until(10)
    check(world, reader)


def test_a_subreddit_that_does_not_exist_is_named_and_the_others_run(begin: Begin, make: Callable[..., Reader]) -> None:
    world = begin(10)
    reader = make(subreddits=("nosuchplace", "desks"))
    reader.poll()
    assert [(gap.stream, "does not exist" in gap.why) for gap in reader.gaps] == [("r/nosuchplace", True)]
    check(world, reader)


def test_a_search_finds_what_a_topic_is_about(begin: Begin, make: Callable[..., Reader]) -> None:
    world = begin(400)
    reader = make(subreddits=(), search=True)
    reader.poll("lamp OR torch")
    assert set(reader.stored) == {f"t3_p{n}" for n in range(0, 400, 10)}
    check(world, reader)


def test_what_is_deleted_or_emptied_is_found_out_by_looking_it_up(
    begin: Begin, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = begin(150, "reddit:delete:20", comments=50)
    monkeypatch.setattr(import_module("loopback.core"), "GONE_AFTER", 0.0)
    reader.poll()
    now = reader.source.recheck(sorted(offered(world, 200)), datetime.now(UTC))
    assert set(now.deleted) == {f"reddit:{id}" for id in world.ledger["deleted"]["reddit"]}
    assert (len(now.deleted), len(now.posts)) == (20, 180)


def test_the_limit_of_a_minute_is_never_passed(begin: Begin, make: Callable[..., Reader]) -> None:
    world = begin(300)
    seconds = [0.0]
    reader = make(budget=Budget(lambda: seconds[0]))
    for _ in range(60):
        reader.poll()
        seconds[0] += reader.wait or 0
        if reader.wait:
            break
    assert 0 < (reader.wait or 0) <= 60
    assert len(world.ledger["requests"]) == 100
    reader.poll()
    assert reader.errors == [] and len(world.ledger["requests"]) > 100
    check(world, reader)
