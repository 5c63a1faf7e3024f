"""A file is read the quick way, and leads to the same as the slow way."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from listener.app import App, assemble
from listener.config import Env, load
from listener.plugins import find
from listener.store import Store
from listener.testing import FakeClock
from listener.types import Ask, Batch, Json, Source

CONFIG = """tag.tagger = "fast"
[store]
url = "sqlite:///{folder}/{name}.db"
[[sources]]
use = "jsonl"
path = "{folder}/posts.jsonl"
time = "arrival"
[[channels]]
use = "console"
[route]
channel = "console"
"""
TOPICS = """
[[topics]]
name = "desks"
query = '"standing desk" OR author:mossy'
[[topics]]
name = "tea"
query = "tea -green"
"""


class Slow:
    """The same source, of which every post is read and mended."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def fetch(self, ask: Ask) -> Batch:
        return self._source.fetch(replace(ask, rough=False))


def post(id: object, text: str | None, **more: object) -> Json:
    return {"id": id, "text": text, "created_at": "2026-11-20T10:00:00Z", **more}


FIRST = [
    post(1, "Where is a Standing   Desk sold?"),
    post(2, "nothing here", url="https://desk.example/2"),
    post(3, "te\x00a with a control"),
    post(4, "green tea"),
    post("5 ", "a tea", title="Cup\nof", followers=5, likes=3),
    post(6, "written elsewhere", author="@mossy", source="forum"),
    post(7, None, title="standing-desk"),
    post(8, "first tea"),
    post(8, "then coffee"),
    post(9, "nothing, from a wrong source", source="a:b"),
    {"id": 10},
    post(11, "lone \ud800 half of a tea"),
    post(12, "x", url="https://desk.example/12"),
    post("1 3", "tea 13"),
]
SECOND = [
    post(1, "Sold, thanks"),
    post(2, "a standing desk after all", url="https://desk.example/2"),
    post(4, "", deleted=True),
    post(12, "", deleted=True),
    post(14, "tea again"),
]


TABLES = {
    "findings": "select key, leaves, spans, state from findings order by key",
    "posts": "select key, text, title, author, flags, revision, followers, likes, erased_why from posts order by key",
    "quarantine": "select post_id, why from quarantine order by post_id, why",
    "unmatched": "select source, posts from unmatched order by source",
    "samples": "select post from samples order by draw",
}


def read_twice(folder: Path, *, quick: bool) -> list[dict[str, list[tuple[object, ...]]]]:
    """What the database holds after each of two readings."""
    (folder / "listener.toml").write_text(CONFIG.format(folder=folder, name=f"quick-{quick}"))
    (folder / "topics.toml").write_text(TOPICS)
    settings, clock = load(folder, {}, find), FakeClock()
    parts = assemble(settings, Env({}))
    if not quick:
        bound = parts.sources["jsonl"]
        parts = replace(parts, sources={"jsonl": replace(bound, source=Slow(bound.source))})
    store = Store.open(settings.store, clock())
    app, held = App(parts, store, clock, clock), []
    (folder / "posts.jsonl").write_text("")
    for lines in (FIRST, SECOND):
        with (folder / "posts.jsonl").open("a") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)
        clock.advance(60)
        list(app.read("jsonl", to_the_end=True))
        held.append({name: [tuple(row) for row in store.db.rows(sql)] for name, sql in TABLES.items()})
    store.close()
    return held


@pytest.mark.parametrize("table", TABLES)
def test_the_quick_way_leads_where_the_slow_way_does(tmp_path: Path, table: str) -> None:
    quick, slow = read_twice(tmp_path, quick=True), read_twice(tmp_path, quick=False)
    assert [held[table] for held in quick] == [held[table] for held in slow]
    assert quick[-1][table]


@pytest.mark.parametrize("wanted", ["jsonl:2", "https://desk.example/2"])
def test_what_matched_nothing_is_known_until_it_matches(tmp_path: Path, wanted: str) -> None:
    held = read_twice(tmp_path, quick=True)
    assert "jsonl:2" not in {row[0] for row in held[0]["posts"]}
    assert "jsonl:2" in {row[0] for row in held[1]["posts"]}
    with_answer = Store.look(tmp_path / "quick-True.db")
    answer = with_answer.why(wanted)
    with_answer.close()
    assert answer is not None
    assert answer.verdict == "matched"
