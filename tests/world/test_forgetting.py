"""Deleted at Reddit, or forgotten on request: no byte is left in the database, and none shows in Slack."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.sources.reddit.fake import SECRETS, submission
from tests.world.support import Product
from tests.world.test_reddit_to_slack import REDDIT

pytestmark = [pytest.mark.world, pytest.mark.slow]

LOOK = """
from pathlib import Path
from listener.app import App
from listener.config import load, process_environment
from listener.plugins import find
env = process_environment()
app = App.open(load(Path("config"), env, find), env)
while app.recheck("reddit") is not None:
    pass
app.mend()
app.store.close()
"""
"""What a running Listener does when posts are due to be looked up again."""


def word(id: str) -> str:
    """The word by which a post is known in bytes: no other post holds it."""
    return f"zq{int(id, 16):05d}qz"


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    """Invented posts of thirty authors."""
    things = [
        submission(
            f"{n:x}",
            float(n),
            title=f"Where can I buy an oak desk? {word(f'{n:x}')}",
            author=f"quill_{n % 30:02d}_feather",
        )
        for n in range(240)
    ]
    folder = tmp_path / "data" / "reddit"
    folder.mkdir(parents=True)
    lines = [json.dumps({"kind": "t3", "data": {**thing, "id": thing["name"][3:]}}) + "\n" for thing in things]
    (folder / "things.jsonl").write_text("".join(lines))
    return tmp_path / "data"


@pytest.fixture
def made(tmp_path: Path) -> Any:
    listener = REDDIT.replace('subreddits = ["desks", "chairs"]\nsearch = true', 'subreddits = ["desks"]')
    return lambda world: Product(tmp_path / "product", {**world.env, **SECRETS}, listener, {"desks": "desk"})


def counts(product: Product) -> list[tuple[Any, ...]]:
    return [product.rows(f"select count(*) from {table}")[0] for table in ("posts", "findings", "alerts", "outbox")]


def shown(ledger: Mapping[str, Any]) -> dict[str, str]:
    """What Slack shows now, by the time of each message."""
    slack = ledger["slack"]
    messages = {message["ts"]: json.dumps([message["text"], message["blocks"]]) for message in slack["messages"]}
    for update in slack["updates"]:
        messages[update["ts"]] = json.dumps([update["text"], update["blocks"]])
    return messages


def in_bytes(product: Product, *words: str) -> list[str]:
    everything = b"".join(file.read_bytes() for file in product.folder.glob("world.db*")).lower()
    return [each for each in words if each.lower().encode() in everything]


def told(product: Product, column: str, how: str = "") -> list[str]:
    """Posts, or their authors, of which Slack heard."""
    sql = (
        f"select distinct p.{column} from posts p join alerts a on a.post_key = p.key join carries c on c.alert = a.key"
    )
    sent = "join outbox o on o.key = c.message where o.state='sent' and o.channel like 'slack:%'"
    return [row[0] for row in product.rows(f"{sql} {sent} {how}")]


def test_what_is_deleted_upstream_is_nowhere_after_one_look(new_world: Any, posts: Path, made: Any) -> None:
    with new_world(data=[posts], speed=8, seed=3, faults=["reddit:delete:60"]) as world:
        product = made(world)
        product.run("once")
        product.run("run", "--for", "6s")
        _change(product, "update posts set checked_at = '2020-01-01T00:00:00.000000Z'")  # all are due
        before = counts(product)
        stored = [key.partition("_")[2] for key in told(product, "key")]
        subprocess.run([sys.executable, "-c", LOOK], cwd=product.folder, env=product.env, check=True, timeout=120)
        erased = [row[0].partition("_")[2] for row in product.rows("select key from posts where erased_why='deleted'")]
        ledger = world.ledger
        assert set(erased) <= {name.partition("_")[2] for name in ledger["deleted"]["reddit"]}
        assert len(erased) > 10 and set(erased) & set(stored), "some of them had been told"
        assert in_bytes(product, *(word(id) for id in erased)) == []
        slack = "".join(shown(ledger).values())
        assert [id for id in erased if word(id) in slack] == []
        assert slack.count("deleted by its author") > 0
        assert counts(product) == before
        assert ledger["errors"] == []


def test_who_asks_is_forgotten_while_listener_runs_and_stays_out(new_world: Any, posts: Path, made: Any) -> None:
    with new_world(data=[posts], speed=2, seed=4) as world:
        product = made(world)
        product.run("once")
        product.run("run", "--for", "4s")
        author = sorted(told(product, "author", "and o.trend = ''"))[0]  # the card of a trend is not theirs alone
        theirs = [word(row[0]) for row in product.rows(f"select substr(key, 11) from posts where author='{author}'")]
        assert in_bytes(product, author) and in_bytes(product, *theirs)
        running = product.start("run")
        more = _offered(world, lambda ledger: len(by(author, ledger)) > len(theirs))
        try:
            assert any("Listening to" in line for line in running.lines())
            receipt = product.start("forget", "--author", f"reddit:{author.upper()}", "--yes", "--json")
            said = receipt.communicate(timeout=120)[1]
            assert receipt.returncode == 0, said
            world.speed = 1e9  # all the others at once
            assert more.wait(120), "new posts come, theirs too"
        finally:
            os.killpg(running.pid, signal.SIGTERM)
            running.communicate(timeout=30)
        ledger = world.ledger
        words = [word(name[3:]) for name in by(author, ledger)]
        assert in_bytes(product, author, *words) == []
        slack = "".join(shown(ledger).values())
        assert [each for each in (author, *words) if each in slack] == []
        assert "forgotten on request" in slack
        metadata = [update.get("metadata") for update in ledger["slack"]["updates"]]
        assert "forgotten-" in json.dumps(metadata), "not even the identifier of the post is left in Slack"
        assert ledger["errors"] == []
        export = product.start("export", "--author", f"reddit:{author}")
        export.communicate(timeout=60)
        assert export.returncode == 1, "nothing is stored of them"


def _offered(world: Any, enough: Callable[[Mapping[str, Any]], bool]) -> threading.Event:
    """Is set once Reddit has offered enough."""
    timeline, is_enough = next(each.timeline for each in world.platforms if each.name == "reddit"), threading.Event()
    offer = timeline.offer

    def noted(keys: list[str]) -> None:
        offer(keys)
        if enough(world.ledger):
            is_enough.set()

    timeline.offer = noted
    return is_enough


def by(author: str, ledger: Mapping[str, Any]) -> list[str]:
    """The posts of an author that were offered."""
    return [name for name in ledger["offered"]["reddit"] if int(name[3:], 16) % 30 == int(author[6:8])]


def _change(product: Product, sql: str) -> None:
    connection = sqlite3.connect(product.database)
    connection.execute(sql)
    connection.commit()
    connection.close()
