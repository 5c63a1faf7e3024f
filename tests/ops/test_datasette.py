"""The database in Datasette, really started, while another process owns it."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import ProxyHandler, build_opener

import pytest

from listener.config import init
from listener.errors import ListenerError
from listener.ops.datasette import serve
from listener.store import Store
from listener.testing import posts
from listener.types import Batch
from tests.channels.server import closed_port
from tests.making import NOW, Tell, analysis

pytest.importorskip("datasette", reason='needs pip install "listener[datasette]"')

Get = Callable[[str], Any]

QUERIES = (
    "buy-and-go-today",
    "questions-this-week",
    "complaints-by-topic",
    "mood-by-day",
    "sources-last-success",
    "posts-with-words",
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A database that this process owns."""
    store = Store.open(tmp_path_factory.mktemp("datasette") / "listener.db", NOW)
    store.activate(["feed"], [], NOW)
    batch = Batch(posts=tuple(posts(3)))
    store.keep("feed", batch, analysis(batch.posts, signals=("complaint",)), Tell(), NOW)
    yield store
    store.close()


@pytest.fixture(scope="module")
def get(store: Store) -> Iterator[Get]:
    """Fetches a page of `listener datasette`."""
    folder, port = store.db.path.parent / "config", closed_port()
    init(folder)
    command = [sys.executable, "-m", "listener", "datasette", "--config", str(folder), "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    environment["LISTENER_STORE_URL"] = f"sqlite:///{store.db.path}"
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment
    ) as server:
        assert server.stderr
        said = next((line for line in server.stderr if "Uvicorn running" in line or "rror" in line), "it ended")
        assert "Uvicorn running" in said
        opener = build_opener(ProxyHandler({}))
        yield lambda page: json.load(opener.open(f"http://127.0.0.1:{port}{page}"))
        server.send_signal(signal.SIGINT)
    assert server.returncode == 0


def test_findings_are_there_as_they_are_found(get: Get, store: Store) -> None:
    assert get("/listener/findings.json?_shape=array&_col=key")[0]["key"] == "desks/forum:3"
    [more] = posts(4)[3:]
    store.keep("feed", Batch(posts=(more,)), analysis([more]), Tell(), NOW)
    assert get("/listener/findings.json?_shape=array&_col=key")[0]["key"] == "desks/forum:4"


def test_the_file_is_opened_read_only(get: Get) -> None:
    [database] = get("/-/databases.json")
    assert (database["is_mutable"], database["hash"]) == (True, None)  # followed as it changes, never written to
    with pytest.raises(HTTPError):
        get(f"/listener.json?sql={quote('delete from posts')}")
    settings = get("/-/settings.json")
    assert (settings["suggest_facets"], settings["allow_download"]) == (False, False)


def test_tables_and_columns_are_explained(get: Get) -> None:
    about = get("/-/metadata.json")["databases"]["listener"]["tables"]
    assert about["findings"]["description"].startswith("A post that a topic matched")
    assert about["findings"]["columns"]["urgency"] == "0 none, 1 soon, 2 now"
    assert about["findings"]["columns"]["do"] == "probabilities"
    assert about["posts"]["columns"]["hash"].startswith("of title and text")


def test_the_books_that_listener_keeps_for_itself_are_hidden(get: Get) -> None:
    shown = [table["name"] for table in get("/listener.json")["tables"] if not table["hidden"]]
    assert sorted(shown) == [
        "alerts",
        "events",
        "findings",
        "gaps",
        "health",
        "outbox",
        "posts",
        "quarantine",
        "topics",
    ]


@pytest.mark.parametrize("query", QUERIES)
def test_every_canned_query_runs(get: Get, query: str) -> None:
    answer = get(f"/listener/{query}.json?words=desk&_shape=objects")
    assert answer["error"] is None
    assert answer["columns"]


def test_no_canned_query_is_left_untried(get: Get) -> None:
    assert {query["name"] for query in get("/listener.json")["queries"]} == set(QUERIES)


def test_the_canned_queries_answer_what_they_say(get: Get) -> None:
    [complaints] = get("/listener/complaints-by-topic.json?_shape=array")
    assert (complaints["topic"], complaints["complaints"]) == ("desks", 3)
    [source] = get("/listener/sources-last-success.json?_shape=array")
    assert (source["source"], source["last_success"]) == ("feed", "2026-11-20T12:00:00.000000Z")
    found = get("/listener/posts-with-words.json?_shape=array&words=ramen")
    assert [post["text"] for post in found] == ["any good ramen near the station open tonight?"]


def test_a_missing_datasette_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasette.cli", None)
    with pytest.raises(ListenerError, match=r'pip install "listener\[datasette\]"'):
        serve(tmp_path / "listener.db", tmp_path / "metadata.json", "127.0.0.1", 8001)


def test_a_port_that_is_taken_names_the_option(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ListenerError, match=f"cannot listen on 127.0.0.1:{port}: Address already in use; .*--port"):
            serve(tmp_path / "listener.db", tmp_path / "metadata.json", "127.0.0.1", port)
