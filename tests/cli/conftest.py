"""A folder with a configuration and a small database, and the command as people type it."""

import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from listener import cli
from listener.app import App, clock
from listener.config import Env, load
from listener.plugins import find
from listener.store import Store
from listener.types import Json

MAIN = """tag.tagger = "fast"
[store]
url = "sqlite:///listener.db"
[[sources]]
use = "jsonl"
name = "forum"
path = "posts.jsonl"
time = "arrival"
[[channels]]
use = "console"
[[channels]]
use = "console"
name = "hook"
[route]
channel = "console"
[[route.routes]]
match = "moment:buy topic:desks"
channel = "hook"
[[route.routes]]
match = "signal:complaint"
channel = "console"
continue = true
"""
TOPICS = """
[sets]
town = 'leeds OR york'
[[topics]]
name = "desks"
query = 'desk OR desks'
threshold = 0
match = ["where can I buy a standing desk?"]
nomatch = ["what a lovely lamp"]
[[topics]]
id = "lamps"
name = "Lamps & light"
query = 'lamp @town'
threshold = 0
"""
POSTS: list[Json] = [
    {
        "id": "1",
        "source": "forum",
        "text": "Where can I buy a standing desk in Leeds before Saturday?",
        "author": "pia",
    },
    {
        "id": "2",
        "source": "forum",
        "text": "=SUM(1) where can I buy a lamp in York tonight?",
        "url": "https://f.example/2",
    },
    {"id": "3", "source": "forum", "text": "Desks are made of wood."},
    {"id": "4", "source": "forum", "text": "nothing of interest", "url": "https://f.example/4"},
]


class Done(Struct):
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Done]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a configuration and posts to read."""
    monkeypatch.chdir(tmp_path)
    for name in ("COLUMNS", "LISTENER_CONFIG", "LISTENER_STORE_URL", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "listener.toml").write_text(MAIN)
    (folder / "topics.toml").write_text(TOPICS)
    (tmp_path / "posts.jsonl").write_text("".join(json.dumps(post) + "\n" for post in POSTS))
    return tmp_path


@pytest.fixture
def listener(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Runs a command: listener("why", "forum:1"); `given` is its standard input."""

    def run(*words: str, given: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "argv", ["listener", *words])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return run


@pytest.fixture
def app(home: Path) -> Iterator[App]:
    """The product on the database, which it owns until the test ends; every source was read once."""
    app = opened()
    yield app
    app.store.close()


@pytest.fixture
def database(home: Path) -> Path:
    """The database after every source was read once; nobody owns it."""
    read_once()
    return Path("listener.db")


def opened() -> App:
    """The product as configured here, after reading every source once, without sending."""
    app = App.open(load(Path("config"), {}, find), Env({}))
    for name in app.parts.sources:
        list(app.read(name))
    return app


def read_once() -> None:
    """Read every source, without sending."""
    opened().store.close()


def give_up(app: App, why: str) -> None:
    """The next message to the hook is refused for good."""
    claimed = app.store.outbox.claim("hook", clock())
    assert claimed
    app.store.outbox.fail(claimed.message.key, clock(), why)


def change(path: Path, sql: str) -> None:
    """Change the database behind everybody's back."""
    with closing(Store.look(path)) as store, store.db.write() as conn:
        conn.execute(sql)
