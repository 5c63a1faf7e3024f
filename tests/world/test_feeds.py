"""Feeds through real TLS and a proxy: live ones heard completely, hostile ones refused quickly and cheaply."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from listener.collect import collect
from listener.edge import repair
from listener.sources.rss import Options, Source
from listener.sources.rss.posts import Feed, posts_of
from listener.sources.rss.reader import Reader
from listener.sources.rss.scan import Refused
from listener.types import Ask, Batch

pytestmark = pytest.mark.world

HOST = "https://feeds.example"
HOSTILE = {
    "drip": "no whole answer from feeds.example in time",
    "big": "feeds.example answered more than any honest answer holds",
    "gzip-bomb": "feeds.example answered more than any honest answer holds",
    "entity-bomb": "declares entities of its own, which are never followed",
    "external-entity": "declares entities of its own, which are never followed",
    "nested": "has more than 200 elements within each other",
    "to-metadata": "is redirected: it leads to 169.254.169.254, a private address",
    "to-loopback": "is redirected: it leads to 127.0.0.1, a private address",
    "to-file": "is redirected: it leads to file://, and only http and https are read",
    "loop": "redirects more than 3 times",
    "wrong-type": "answered image/png instead of a feed",
    "html": 'answered a web page instead of a feed: "Sign in',
    "not-gzip": "the answer of feeds.example cannot be unpacked",
    "gone": "feeds.example answered 410: /hostile/gone is gone",
}
SECONDS, MEGABYTES = 5.0, 30.0  # of the processor; of memory

# A process of its own reads an honest feed, then the hostile ones, and says by how much each raised the memory that it
# and its reader have at most. (The figure of getrusage would be that of the process which started it.) A slow machine
# has time to be told the real reason: only what drips must meet the deadline.
MEASURE = """
import json, os, sys
from contextlib import suppress
from datetime import UTC, datetime
from listener.errors import SourceError
from pathlib import Path
from listener.sources.rss import Options, Source, asking, reader
from listener.types import Ask

most, end = [0.0], reader.Reader._end

def high(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)

def ended(self, process):
    most[0] = max(most[0], high(process.pid))
    return end(self, process)

reader.Reader._end = ended

def read(url):
    most[0] = 0.0
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # the most that it had is from now on what it has
    before, began = high("self"), sum(os.times()[:4])
    try:
        Source(Options(feeds=(url,))).fetch(Ask(now=datetime.now(UTC)))
        why = ""
    except SourceError as error:
        why = error.why
    return {"why": why, "seconds": sum(os.times()[:4]) - began, "megabytes": high("self") - before, "reader": most[0]}

honest, *hostile = sys.argv[1:]
usual, found = read(honest)["reader"], {}
asking._DEADLINE, asking._PATIENCE, deadlines = 60.0, 61.0, (asking._DEADLINE, asking._PATIENCE)
for url in hostile:
    if url.endswith("/drip"):
        asking._DEADLINE, asking._PATIENCE = deadlines
    one = read(url)
    one["megabytes"] += max(0.0, one["reader"] - usual)
    found[url] = one
    asking._DEADLINE, asking._PATIENCE = 60.0, 61.0
print(json.dumps(found))
"""


class Desk:
    """Reads feeds of the world, and keeps what was told and the cursors."""

    def __init__(self, *paths: str) -> None:
        self.source = Source(Options(feeds=tuple(f"{HOST}/{path}" for path in paths)))
        self.cursors: dict[str, str] = {}
        self.ids: list[str] = []
        self.pages: list[Batch] = []

    def poll(self) -> None:
        for page in collect("rss", self.source, Ask(now=datetime.now(UTC), cursors=self.cursors)):
            self.pages.append(page)
            self.cursors |= page.cursors
            self.ids += [post.id.partition("/")[2] for post in page.posts]


@pytest.fixture
def begin(new_world: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Starts a world with so many invented posts."""
    with ExitStack() as stack:

        def start(count: int, *faults: str, speed: float = 0.0) -> Any:
            rows = ({"id": str(n), "text": f"Where do I buy lamp {n}?"} for n in range(count))
            (tmp_path / "posts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
            world = stack.enter_context(new_world([tmp_path], speed, faults, seed=1))
            for name, value in world.env.items():
                monkeypatch.setenv(name, value)
            return world

        yield start


@pytest.mark.slow
def test_each_post_of_a_live_feed_is_told_once(begin: Any) -> None:
    world, desk = begin(80, speed=20), Desk("live.rss")
    for _ in range(100_000):
        desk.poll()
        if "79" in desk.ids:  # the last one
            break
    desk.poll()
    assert sorted(desk.ids) == sorted(world.ledger["offered"]["feeds"])
    assert len(set(desk.ids)) == len(desk.ids) > 40, "half of all come while we look, and twenty are there before"
    assert [gap for page in desk.pages for gap in page.gaps] == []
    answers = [request["status"] for request in world.ledger["requests"]]
    assert answers.count(304) > 0, "what has not changed is not sent again"
    assert {request["user_agent"].partition("/")[0] for request in world.ledger["requests"]} == {"listener"}
    assert not world.ledger["errors"] and not world.ledger["unknown_hosts"]


def test_a_burst_that_pushes_everything_out_is_a_gap(begin: Any) -> None:
    begin(100, speed=float("inf"))
    desk = Desk("live.atom")
    desk.cursors = {Feed(f"{HOST}/live.atom").print: '{"at":"2026-11-20T12:00:00Z","seen":{"old":"words"}}'}
    desk.poll()
    assert len(desk.ids) == 20
    assert [gap.stream for gap in desk.pages[0].gaps] == ["feeds.example/live.atom"]


@pytest.mark.slow
def test_hostile_feeds_neither_fail_nor_delay_the_others_once_known(begin: Any) -> None:
    world = begin(10)
    desk = Desk(*(f"hostile/{name}" for name in HOSTILE), "live.rss", "live.atom")
    desk.poll()
    assert len(desk.ids) == 10, "five of ten are there, in either form"
    troubles = {trouble.stream.rpartition("/")[2]: trouble.why for trouble in desk.pages[-1].troubles}
    assert {name: why for name, why in troubles.items() if not why.startswith(HOSTILE[name])} == {}
    assert troubles.keys() == HOSTILE.keys()
    desk.poll()
    assert {request["path"] for request in world.ledger["requests"][-2:]} == {"/live.rss", "/live.atom"}
    assert len(desk.ids) == 10


@pytest.fixture(scope="module")
def measured(new_world: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What reading each hostile feed cost, and what was said of it."""
    folder = tmp_path_factory.mktemp("feeds")
    (folder / "posts.jsonl").write_text('{"id": "0", "text": "Where do I buy lamp 0?"}\n')
    urls = [f"{HOST}/live.rss", *(f"{HOST}/hostile/{name}" for name in HOSTILE)]
    with new_world([folder], 0.0, (), seed=1) as world:
        command = [sys.executable, "-c", MEASURE, *urls]
        said = subprocess.run(command, env=world.env, capture_output=True, text=True, check=True).stdout
    return {url.rpartition("/")[2]: found for url, found in json.loads(said).items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_feed_is_refused_within_bounds_and_with_the_reason(measured: dict[str, Any], name: str) -> None:
    found = measured[name]
    print(f"{name}: {found['seconds']:.2f} s, {found['megabytes']:.1f} MB: {found['why']}")  # -s shows it
    assert found["why"].startswith(f"feeds.example/hostile/{name}: {HOSTILE[name]}")
    assert found["seconds"] <= SECONDS
    assert found["megabytes"] <= MEGABYTES


@pytest.mark.slow
def test_all_recorded_feeds_are_read_without_a_crash(data: Path) -> None:
    now, feed, refused, posts = datetime.now(UTC), Feed("https://feeds.example/a"), dict[str, str](), []
    files = sorted(path for path in (data / "feeds").rglob("*") if path.is_file())
    with Reader() as reader:
        for path in files:
            try:
                document = reader.read(path.read_bytes(), "application/xml", feed.url)
            except Refused as error:
                refused[path.name] = str(error)
                continue
            posts += [repair(post, now) for post in posts_of(feed, document, now).values()]
    assert len(files) > 1_000
    assert len(refused) <= 6
    assert not [why for why in refused.values() if "parser" in why or "longer" in why or "memory" in why]
    assert all(post.id for post in posts)
    print(f"{len(files)} files, {len(posts)} entries, refused: {refused}")  # -s shows it
    assert sum("time-missing" not in post.flags for post in posts) >= 183, "every entry that has a time"
    assert sum(bool(post.url) for post in posts) >= 207, "every entry that has a link"
