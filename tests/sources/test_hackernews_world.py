"""Hacker News through real TLS and a proxy, by environment variables alone, with a service that misbehaves."""

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
from listener.net import Client
from listener.sources.hackernews import Options, Source
from listener.types import Ask

pytestmark = pytest.mark.world

Begin = Callable[..., Any]


@pytest.fixture
def begin(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Begin]:
    """Starts a world with so many invented stories."""
    if not (shared / "tools" / "loopback").is_dir():
        pytest.skip("needs the loopback world beside the checkout")
    monkeypatch.syspath_prepend(str(shared / "tools"))
    with ExitStack() as stack:

        def start(count: int, *faults: str, speed: float = float("inf")) -> Any:
            rows = ({"id": str(n), "text": f"Where do I buy lamp {n}?", "author": "ann"} for n in range(1, count + 1))
            (tmp_path / "hn.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
            world = stack.enter_context(import_module("loopback.world").World([tmp_path], speed, faults, seed=1))
            for name, value in world.env.items():
                monkeypatch.setenv(name, value)
            return world

        yield start


class Reader:
    def __init__(self, deadline: float = 10.0) -> None:
        self.client = Client("hackernews", deadline=deadline)
        self.source = Source(Options(), get=self.client.get)
        self.stored: set[str] = set()
        self.cursors: dict[str, str] = {}
        self.errors: list[SourceError] = []
        self.gaps = 0

    def poll(self, limit: int = 50) -> None:
        ask = Ask(now=datetime.now(UTC), limit=limit, cursors=self.cursors)
        try:
            for page in collect("hackernews", self.source, ask):
                self.stored |= {post.id for post in page.posts}
                self.cursors |= page.cursors
                self.gaps += len(page.gaps)
        except SourceError as error:
            self.errors.append(error)

    def poll_until(self, count: int) -> None:
        for _ in range(100_000):
            if len(self.stored) == count:
                break
            self.poll()


@pytest.fixture
def reader() -> Iterator[Reader]:
    reader = Reader()
    yield reader
    reader.client.close()


def check(world: Any, reader: Reader) -> None:
    for _ in range(20_000):  # the ledger notes an answer only after it went out
        ledger = world.ledger
        if set(ledger["offered"].get("hackernews", ())) == reader.stored:
            break
    assert set(ledger["offered"]["hackernews"]) == reader.stored
    assert (ledger["unknown_hosts"], ledger["tls_failures"], ledger["errors"], reader.gaps) == ([], [], [], 0)
    assert {request["user_agent"].partition("/")[0] for request in ledger["requests"]} == {"listener"}


def test_a_burst_larger_than_a_page_is_paged_through(begin: Begin, reader: Reader) -> None:
    world = begin(700)
    reader.poll()
    assert len(reader.stored) == 700 and reader.errors == []
    check(world, reader)


def test_posts_that_appear_while_reading_are_all_found(begin: Begin, reader: Reader) -> None:
    world = begin(300, speed=400)
    reader.poll_until(300)
    assert len(reader.stored) == 300
    check(world, reader)


@pytest.mark.slow
def test_posts_that_show_late_behind_newer_ones_are_found(begin: Begin, reader: Reader) -> None:
    world = begin(120, "hackernews:late:1s", speed=100)
    reader.poll_until(120)
    assert len(reader.stored) == 120
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
    world = begin(300, f"hackernews:{fault}")
    reader.poll_until(300)
    assert len(reader.stored) == 300
    assert {(error.code, error.permanent) for error in reader.errors} == {(code, False)}
    check(world, reader)


def test_a_service_that_is_down_for_a_while_loses_nothing(begin: Begin, reader: Reader) -> None:
    world = begin(300, "hackernews:down")
    reader.poll()
    reader.poll()
    world.faults.clear()
    reader.poll_until(300)
    assert [error.code for error in reader.errors] == ["connection"] * 2
    check(world, reader)


def test_a_service_that_stalls_is_given_up_at_the_deadline(begin: Begin) -> None:
    world = begin(300, "hackernews:slow:4s:times=1")
    reader = Reader(deadline=0.5)
    reader.poll_until(300)
    assert [error.code for error in reader.errors] == ["timeout"]
    check(world, reader)
    reader.client.close()


def test_a_refusal_is_permanent_and_says_what_to_look_at(begin: Begin, reader: Reader) -> None:
    begin(10, "hackernews:403:times=1")
    reader.poll()
    assert reader.errors[0].permanent
    assert reader.errors[0].why.startswith("hn.algolia.com answered 403: check HTTPS_PROXY")


def test_deleted_stories_are_found_out_by_looking_them_up(
    begin: Begin, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = begin(40, "hackernews:delete:5")
    monkeypatch.setattr(import_module("loopback.core"), "GONE_AFTER", 0.0)
    reader.poll()
    now = reader.source.recheck(sorted(reader.stored), datetime.now(UTC))
    assert set(now.deleted) == {f"hackernews:{id}" for id in world.ledger["deleted"]["hackernews"]}
    assert (len(now.deleted), len(now.posts)) == (5, 35)
