"""How each source is made to serve its invented posts: what the contract is tested on."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
from msgspec import Struct

from listener.net import Client, Params
from listener.sources import hackernews, jsonl
from listener.testing import FakeSource
from listener.types import Post, Source
from tests.sources.algolia import Algolia

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HERE = Path(__file__).parent

Refuse = Callable[[int, Mapping[str, str]], None]


class Case(Struct, frozen=True, kw_only=True):
    """A source as it stands before its first page."""

    make: Callable[[], Source]  # the source as after a start of the product
    posts: list[Post]  # what it yields
    bad: int = 0  # how many of the invented posts are broken
    nows: tuple[datetime, ...] = (NOW,)  # when it is asked
    queries: tuple[str, ...] = ()  # what for, where it searches
    refuse: Refuse | None = None  # makes a service answer everything with a status and headers


def expected(name: str) -> list[Post]:
    return msgspec.json.decode((HERE / name / "posts.json").read_bytes(), type=list[Post])


def given(name: str) -> Any:
    return json.loads((HERE / name / "input.json").read_bytes())


@contextmanager
def hackernews_case(folder: Path) -> Iterator[Case]:
    """The real client against a service on this machine."""
    service = Algolia(given("hackernews")["hits"])
    with serving(lambda path, params: service.get(f"https://{path}", params, NOW)) as (base, refuse):
        clients: list[Client] = []

        def make() -> Source:
            clients.append(Client("hackernews"))
            get = clients[-1].get
            return hackernews.Source(
                hackernews.Options(), get=lambda url, params, now: get(url.replace("https:/", base), params, now)
            )

        yield Case(make=make, posts=expected("hackernews"), bad=1, refuse=refuse)
        for client in clients:
            client.close()


@contextmanager
def jsonl_case(folder: Path) -> Iterator[Case]:
    path = folder / "posts.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in given("jsonl")))
    options = jsonl.Options(path=str(path))
    yield Case(make=lambda: jsonl.Source(options), posts=expected("jsonl"), bad=1)


@contextmanager
def testing_case(folder: Path) -> Iterator[Case]:
    """The shipped stand-in keeps the contract too."""
    posts = expected("jsonl")
    yield Case(make=lambda: FakeSource(posts), posts=posts)


@contextmanager
def sample_case(folder: Path) -> Iterator[Case]:
    """A tape, listened to every half minute until it ends."""
    from listener.sources import sample  # noqa: PLC0415

    class Nothing:
        def secret(self, name: str) -> str:
            raise KeyError(name)

    nows = tuple(NOW + timedelta(seconds=30 * n) for n in range(30))
    tape = [line for line in sample.tape() if not line.deleted]
    posts = [Post(source=line.source, id=line.id, text=line.text, title=line.title, created_at=NOW) for line in tape]
    yield Case(make=lambda: sample.Source(sample.Options(), Nothing()), posts=posts, nows=nows)


@contextmanager
def reddit_case(folder: Path) -> Iterator[Case]:
    """The real praw against a service on this machine."""
    from listener.sources import reddit  # noqa: PLC0415 - praw may not be installed
    from listener.sources.reddit.api import Api  # noqa: PLC0415
    from listener.sources.reddit.budget import Budget  # noqa: PLC0415
    from tests.sources.reddit.fake import Env, Reddit  # noqa: PLC0415

    service = Reddit(given("reddit"))
    with serving(lambda path, params: service.get(path, params, NOW)) as (base, refuse):
        apis: list[Api] = []

        def make() -> Source:
            seconds = count()
            budget = Budget(lambda: float(next(seconds)))
            apis.append(Api(Env(), budget=budget, www=base, oauth=base))
            return reddit.Source(reddit.Options(subreddits=("StandingDesks",)), Env(), apis[-1])

        yield Case(make=make, posts=expected("reddit"), bad=1, refuse=refuse)
        for api in apis:
            api.close()


@contextmanager
def rss_case(folder: Path) -> Iterator[Case]:
    """Feeds of a site on this machine, asked twice: what they have refused in one pass, the next one hears of."""
    from listener.sources import rss  # noqa: PLC0415
    from tests.sources.rss.case import feeds  # noqa: PLC0415

    with feeds() as (site, options, posts):
        yield Case(
            make=lambda: rss.Source(options), posts=posts, nows=(NOW, NOW + timedelta(hours=1)), refuse=site.refuse
        )


@contextmanager
def x_case(folder: Path) -> Iterator[Case]:
    """The real tweepy against a service on this machine."""
    from listener.sources import x  # noqa: PLC0415 - tweepy may not be installed
    from listener.sources.x.api import Api  # noqa: PLC0415
    from listener.sources.x.budget import Budget  # noqa: PLC0415
    from tests.sources.x.fake import Coins, Env, X  # noqa: PLC0415
    from tests.sources.x.rerouted import session  # noqa: PLC0415

    service = X(given("x")["data"], given("x")["users"])
    apis: list[Api] = []
    with serving(lambda path, params: service.get(f"/{path}", {k: str(v) for k, v in params.items()})) as (
        base,
        refuse,
    ):

        def make() -> Source:
            apis.append(Api(Env(), budget=Budget(), session=session(base)))
            source = x.Source(x.Options(max_usd_per_day=10), Env(), apis[-1])
            source.spend_from(Coins())
            return source

        yield Case(make=make, posts=expected("x"), bad=1, refuse=refuse, queries=("desk", "oak OR beech"))
        for api in apis:
            api.close()


CASES = {
    "hackernews": hackernews_case,
    "jsonl": jsonl_case,
    "reddit": reddit_case,
    "rss": rss_case,
    "sample": sample_case,
    "testing": testing_case,
    "x": x_case,
}
SERVICES = ["hackernews", "reddit", "rss", "x"]  # those that ask one


@contextmanager
def serving(answer: Callable[[str, Params], object]) -> Iterator[tuple[str, Refuse]]:
    """A service on this machine that answers JSON, until it is made to refuse."""
    refusals: list[tuple[int, Mapping[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version, wbufsize = "HTTP/1.1", -1  # head and body in one packet: two would wait for each other

        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def do_GET(self) -> None:
            status, headers = refusals[-1] if refusals else (200, dict[str, str]())
            target = urlsplit(self.path)
            body = b"" if refusals else json.dumps(answer(target.path[1:], dict(parse_qsl(target.query)))).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", lambda *refusal: refusals.append(refusal)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
