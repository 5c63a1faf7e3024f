"""Search over real posts finds exactly what matching them one by one finds.

Every twentieth post, for time; all 21,132 of them where ALL_POSTS is set, which takes two minutes.
"""

import json
import os
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from listener.edge import when
from listener.errors import QueryError
from listener.query import Doc, Query, parse
from listener.query.evaluate import holds
from listener.store import Store
from listener.store.search import Search
from listener.types import Analysis, Batch, Post
from tests.making import NOW, Tell, finding, topic

pytestmark = pytest.mark.slow
WRITTEN, GENERATED = 100, 120
_WORD = re.compile(r"[A-Za-z']{2,}|#\w+|@\w+")


class _Quiet(Tell):
    """Tells nobody."""

    def __init__(self) -> None:
        super().__init__("console")


class Real(Struct):
    """A store of all posts, and the same posts ready to be matched, newest first."""

    store: Store
    docs: list[Doc]


@pytest.fixture(scope="module")
def real(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    lines = (shared / "data/posts.jsonl").read_text().splitlines()[:: 1 if os.environ.get("ALL_POSTS") else 20]
    posts = [_post(json.loads(line)) for line in lines]
    store = Store.open(tmp_path_factory.mktemp("real") / "listener.db", NOW)
    store.activate(["feed"], [topic()], NOW)
    for first in range(0, len(posts), 1_000):
        some = posts[first : first + 1_000]
        store.keep("feed", Batch(posts=tuple(some)), Analysis(findings=tuple(map(finding, some))), _Quiet(), NOW)
    yield Real(store, [Doc.of(post, NOW) for post in reversed(posts)])
    store.close()


def _post(raw: dict[str, str]) -> Post:
    return Post(
        source=raw["source"],
        id=raw["id"],
        text=raw["text"],
        community=raw.get("community", ""),
        created_at=when(raw.get("created_at"), NOW)[0],
    )


def written(shared: Path) -> list[Query]:
    """Queries of the conformance cases, each once."""
    found = dict[str, Query]()
    for line in (shared / "data/queries/cases.jsonl").read_text().splitlines():
        case = json.loads(line)
        try:
            found[case["query"]] = parse(case["query"], case.get("sets") or {})
        except QueryError:
            continue
    return list(found.values())


def generated(docs: list[Doc], count: int) -> Iterator[Query]:
    """Queries of every kind, of words that the posts hold."""
    rng = random.Random(5)

    def word() -> str:
        return str(rng.choice(_WORD.findall(rng.choice(docs).text) or ["acme"]))

    def leaf() -> str:
        one, other = word(), word()
        pair = " ".join(_WORD.findall(rng.choice(docs).text)[:2]) or one
        kinds = (
            one,
            f'"{pair}"',
            f"{one[:4]}*",
            f"*{one[-4:]}",
            f"{one[:2]}?{one[3:]}z OR {one}",
            f"!{one}",
            f"`{one}`",
        )
        more = (
            f"{one} NEAR/6 {other}",
            f"/{re.escape(one)}.?/",
            f"({one} OR {other})",
            "source:twitter",
            "community:a*",
        )
        return rng.choice((*kinds, *more))

    while count:
        text = leaf() + "".join(f" {rng.choice(('', 'OR', 'NOT'))} {leaf()}" for _ in range(rng.randrange(3)))
        try:
            yield parse(text)
        except QueryError:
            continue
        count -= 1


def found(store: Store, query: Query) -> list[str]:
    keys, below = list[str](), None
    while True:
        page = store.search(Search(query=query, before=below, limit=500), NOW)
        keys += [each.finding.post.key for each in page.found]
        if page.next is None:
            return keys
        below = page.next


def test_searching_is_matching_one_by_one(real: Real, shared: Path) -> None:
    queries = [*random.Random(1).sample(written(shared), WRITTEN), *generated(real.docs, GENERATED)]
    assert len(queries) >= 200
    some = 0
    for query in queries:
        expected = [doc.post.key for doc in real.docs if holds(query.tree, doc)]
        assert found(real.store, query) == expected, query.text
        some += bool(expected)
    assert some > len(queries) / 5, "many queries find something"
