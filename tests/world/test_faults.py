"""Each fault of each platform, by the real clients: told word for word, and nothing lost or repeated."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from listener.collect import collect
from listener.errors import SourceError
from listener.net import Client
from listener.sources import hackernews, reddit, rss
from listener.sources.reddit.api import Api
from listener.sources.reddit.budget import Budget
from listener.sources.rss import asking, parser
from listener.sources.rss.document import Document, Task
from listener.sources.rss.reader import Reader as FeedReader
from listener.sources.rss.scan import Refused
from listener.types import Ask, Gap, Post, Source
from tests.sources.reddit.fake import Env, submission

pytestmark = pytest.mark.world

POSTS = {"hackernews": 120, "reddit": 120, "feeds": 20}
DEADLINE, SHORT = 10.0, 0.6  # seconds for a whole answer; `SLOW` is longer than the short one
SLOW = "slow:1s"
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def world(new_world: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One for all; each test heals it."""
    folder = tmp_path_factory.mktemp("data")
    write(folder / "hn.jsonl", [{"id": str(n), "text": f"Lamp {n}?"} for n in range(1, POSTS["hackernews"] + 1)])
    write(folder / "feeds.jsonl", [{"id": str(n), "text": f"Lamp {n}?"} for n in range(POSTS["feeds"])])
    things = ({**submission(f"p{n}", float(n)), "id": f"{n:x}"} for n in range(POSTS["reddit"]))
    write(folder / "reddit" / "things.jsonl", [{"kind": "t3", "data": each} for each in things])
    with new_world([folder], float("inf"), (), seed=1) as made, pytest.MonkeyPatch.context() as patch:
        for name, value in made.env.items():
            patch.setenv(name, value)
        patch.setattr("prawcore.sessions.random.random", lambda: 0.0)  # praw's pause before it logs in again
        patch.setattr(rss, "Reader", ReaderHere)
        yield made


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


class ReaderHere(FeedReader):
    """Reads feeds in this process: starting one for each takes longer than all the rest."""

    def read(self, body: bytes, kind: str, url: str) -> Document:
        result = parser.answered(Task(len(body), kind, url), body)
        if result.document is None:
            raise Refused(result.why)
        return result.document


class Reader:
    """Reads one platform as the product does, pass after pass."""

    def __init__(self, source: Source) -> None:
        self.source, self.now = source, datetime.now(UTC)
        self.cursors: dict[str, str] = {}
        self.stored: dict[str, Post] = {}
        self.told: Counter[tuple[str, str]] = Counter()  # what the store would take for new
        self.errors: list[SourceError] = []
        self.gaps: list[Gap] = []

    def poll(self) -> None:
        try:
            for page in collect("it", self.source, Ask(now=self.now, cursors=self.cursors, limit=50)):
                self.told.update({(post.key, post.words) for post in page.posts} - self.told.keys())
                self.stored |= {post.id: post for post in page.posts}
                self.gaps += page.gaps
                self.cursors |= page.cursors
        except SourceError as error:
            self.errors.append(error)
        self.now += HOUR

    def poll_until(self, count: int) -> None:
        for _ in range(20):
            if len(self.stored) == count:
                break
            self.poll()


Make = Callable[[float], Reader]


def of_hackernews(deadline: float) -> Reader:
    client = Client("hackernews", deadline=deadline)
    # The posts of this world were all written before it began.
    return Reader(hackernews.Source(hackernews.Options(since=timedelta(days=9)), get=client.get))


def of_reddit(deadline: float) -> Reader:
    ticks = count()
    api = Api(Env(), deadline=deadline, budget=Budget(lambda: next(ticks) * 60.0))  # an endless budget
    return Reader(reddit.Source(reddit.Options(subreddits=("desks",), kinds=("post",)), Env(), api))


def of_feeds(deadline: float) -> Reader:  # which stands in the module
    return Reader(rss.Source(rss.Options(feeds=("https://feeds.example/live.rss",))))


READERS: dict[str, Make] = {"hackernews": of_hackernews, "reddit": of_reddit, "feeds": of_feeds}


class Fault(NamedTuple):
    """What strikes the first request that it meets, and what is told of it."""

    platform: str
    spec: str
    code: str = ""  # "": nothing is wrong
    why: str = ""  # up to where an excerpt of the answer begins
    permanent: bool = False


HN, OAUTH, FEED = "hn.algolia.com", "oauth.reddit.com", "feeds.example/live.rss: feeds.example"
CAPTCHA = '"Just a moment... Please verify you are human"'
SECRETS = "REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET"
BLOCKED = "check HTTPS_PROXY, or whether the service blocks this address"
LOGIN = "check HTTPS_PROXY, or whether the service wants a login now"
FAULTS = [
    Fault("hackernews", "401", "401", f"{HN} answered 401: {LOGIN}", True),
    Fault("hackernews", "403", "403", f"{HN} answered 403: {BLOCKED}", True),
    Fault("hackernews", "404", "404", f"{HN} answered 404: there is no /api/v1/search_by_date", True),
    Fault("hackernews", "429", "429", f"{HN} answered 429: it asks for fewer requests"),
    Fault("hackernews", "503", "503", f'{HN} answered 503: "'),
    Fault("hackernews", "html", "html", f"{HN} answered a web page instead of JSON: {CAPTCHA}"),
    Fault("hackernews", "truncate", "json", f'{HN} answered JSON that is broken or ends early: "'),
    Fault("hackernews", "cut", "cut", f"the answer of {HN} broke off"),
    Fault("hackernews", "drop", "connection", f"cannot reach {HN}, or it hung up"),
    Fault("hackernews", "repeat", "repeat", "the search answered another question than ours"),
    Fault("hackernews", SLOW, "timeout", f"no whole answer from {HN} in time"),
    Fault("reddit", "401:times=1"),  # a new token, and on
    Fault("reddit", "401:times=2", "401", f"{OAUTH} answered 401: check {SECRETS}", True),
    Fault("reddit", "403", "403", f"{OAUTH} answered 403: check {SECRETS}"),  # no subreddit is to blame: it passes
    Fault("reddit", "404", "404", f"{OAUTH} answered 404: there is no /r/desks/new"),
    Fault("reddit", "429", "429", f"{OAUTH} answered 429: it asks for fewer requests"),
    Fault("reddit", "503", "503", f'{OAUTH} answered 503: "'),
    Fault("reddit", "html", "html", f"{OAUTH} answered a web page instead of JSON: {CAPTCHA}"),
    Fault("reddit", "truncate", "json", f'{OAUTH} answered JSON that is broken or ends early: "'),
    Fault("reddit", "cut", "cut", f"the answer of {OAUTH} broke off"),
    Fault("reddit", "drop", "connection", f"cannot reach {OAUTH}, or it hung up"),
    Fault("reddit", "repeat", "repeat", "Reddit answered another question than ours"),
    Fault("reddit", SLOW, "timeout", f"no whole answer from {OAUTH} in time"),
    Fault("feeds", "401", "401", f"{FEED} answered 401: check the name and password in its address", True),
    Fault("feeds", "403", "403", f"{FEED} answered 403: {BLOCKED}", True),
    Fault("feeds", "404", "404", f"{FEED} answered 404: there is no /live.rss", True),
    Fault("feeds", "410", "410", f"{FEED} answered 410: /live.rss is gone", True),
    Fault("feeds", "429", "429", f"{FEED} answered 429: it asks for fewer requests"),
    Fault("feeds", "503", "503", f'{FEED} answered 503: "error 503"'),
    Fault("feeds", "html", "feed", f"feeds.example/live.rss: answered a web page instead of a feed: {CAPTCHA}"),
    Fault("feeds", "truncate"),  # gives what is there; the next look brings the rest
    Fault("feeds", "cut", "cut", "feeds.example/live.rss: the answer of feeds.example broke off"),
    Fault("feeds", "drop", "connection", "feeds.example/live.rss: cannot reach feeds.example, or it hung up"),
    Fault("feeds", "repeat"),  # nothing new
    Fault("feeds", SLOW, "timeout", "feeds.example/live.rss: no whole answer from feeds.example in time"),
]


def strike(world: Any, platform: str, spec: str) -> None:
    """In the midst of a pass, where it has more than one page."""
    after = {"hackernews": ":after=1", "reddit": ":on=/r/:after=2", "feeds": ""}[platform]
    world.fault(f"{platform}:{spec}{after}" + ("" if "times" in spec else ":times=1"))


@pytest.fixture
def healed(world: Any) -> Iterator[Any]:
    world.faults.clear()
    yield world
    world.faults.clear()


def check(world: Any, reader: Reader, platform: str) -> None:
    """All is read in the end, each post once, no stretch is missed."""
    world.faults.clear()
    errors = len(reader.errors)
    reader.poll_until(POSTS[platform])
    reader.poll()
    assert len(reader.stored) == POSTS[platform], "lost"
    assert set(reader.told.values()) == {1}, "twice"
    assert (reader.gaps, len(reader.errors)) == ([], errors)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.platform}-{fault.spec}")
def test_a_fault_is_told_word_for_word_and_loses_and_repeats_nothing(
    healed: Any, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    deadline = SHORT if fault.spec == SLOW else DEADLINE
    monkeypatch.setattr(asking, "_DEADLINE", deadline)
    reader = READERS[fault.platform](deadline)
    strike(healed, fault.platform, fault.spec)
    reader.poll()
    told = [(error.code, error.why[: len(fault.why)], error.permanent, error.wait) for error in reader.errors]
    assert told == ([(fault.code, fault.why, fault.permanent, None)] if fault.code else [])
    assert all(len(error.why) < 300 for error in reader.errors), "an excerpt is short"
    check(healed, reader, fault.platform)


WAITS = [
    ("hackernews", "retry-after", "17"),
    ("reddit", "retry-after", "17"),
    ("reddit", "x-ratelimit-reset", "17"),
    ("feeds", "retry-after", "17"),
]


@pytest.mark.parametrize(("platform", "header", "value"), WAITS)
def test_a_429_that_says_how_long_is_heeded_to_the_second(
    healed: Any, monkeypatch: pytest.MonkeyPatch, platform: str, header: str, value: str
) -> None:
    stand_in = next(each for each in healed.platforms if each.name == platform)
    refuse = stand_in.error

    def says(status: int, detail: str = "") -> Any:
        answer = refuse(status, detail)
        answer.headers |= {header: value, **({"x-ratelimit-remaining": "0"} if "reset" in header else {})}
        return answer

    monkeypatch.setattr(stand_in, "error", says)
    reader = READERS[platform](DEADLINE)
    strike(healed, platform, "429")
    reader.poll()
    [error] = reader.errors
    assert (error.code, error.permanent, error.wait) == ("429", False, 17.0)
    assert error.why.endswith("answered 429: it asks to wait 17 s")
    check(healed, reader, platform)


@pytest.mark.parametrize("platform", POSTS)
def test_a_post_that_shows_late_behind_a_newer_one_is_read_once(healed: Any, platform: str) -> None:
    timeline = next(each.timeline for each in healed.platforms if each.name == platform)
    reader = READERS[platform](DEADLINE)
    timeline.gone[list(timeline.index)[-2]] = 0.0
    reader.poll()
    assert len(reader.stored) == POSTS[platform] - 1
    timeline.gone.clear()
    check(healed, reader, platform)
