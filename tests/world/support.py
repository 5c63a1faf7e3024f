"""A configuration, the product as a process, and an oracle that knows what should have come of every post."""

import json
import os
import signal
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from listener.channels.slack import SCOPES
from listener.match import Matcher
from listener.types import Post, Topic
from tests.forked import Forked

TOPICS = {"code": "python OR rust OR linux OR javascript", "asks": '"ask hn" (how OR what OR best OR anyone)'}

PLANNED = "select key from outbox where channel like 'slack:%' and (notice = '' or key like 'trend/%')"

LISTENER = """
[store]
url = "sqlite:///world.db"
[[sources]]
use = "hackernews"
every = "1s"
[[channels]]
use = "slack"
name = "slack"
[[channels]]
use = "console"
name = "console"
[route]
channel = "slack:#listening"
fallback = "console"
[slack]
settle = "5s"
[tag]
tagger = "fast"
"""


_STARTS = 600  # twentieths of a second until a process must have asked for something


class Product:
    """The command `listener` in a folder of its own, with nothing but environment variables set."""

    def __init__(
        self, folder: Path, env: Mapping[str, str], listener: str = LISTENER, tracked: Mapping[str, str] = TOPICS
    ) -> None:
        self.folder = folder
        self.env = {**env, "SLACK_BOT_TOKEN": "xoxb-world"}
        config = folder / "config"
        config.mkdir(parents=True)
        (config / "listener.toml").write_text(listener)
        topics = "".join(f"[[topics]]\nname = '{n}'\nquery = '{q}'\nthreshold = 0\n" for n, q in tracked.items())
        (config / "topics.toml").write_text(topics)

    def start(self, *arguments: str) -> Forked:
        return Forked(arguments, self.folder, self.env)

    def run(self, *arguments: str, timeout: float = 300) -> str:
        """Run to the end; answers what it said."""
        process = self.start(*arguments)
        said = process.communicate(timeout=timeout)[1]
        assert process.returncode == 0, said
        return said

    def live(self, seconds: float, world: Any = None) -> str:
        """Run for so long, in a world from the first request on, then kill the whole process group."""
        before, process = world and world.asked, self.start("run")
        said = None
        for _ in range(_STARTS if world else 0):  # a slow machine takes seconds to start
            if world.asked > before or (said := _ended(process, 0.05)) is not None:
                break
        if said is None and (said := _ended(process, seconds)) is None:
            os.killpg(process.pid, signal.SIGKILL)
            said = process.communicate()[1]
        return said

    @property
    def database(self) -> Path:
        return self.folder / "world.db"

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(self.database)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()


def _ended(process: Forked, seconds: float) -> str | None:
    """What a process said that ended within so long."""
    try:
        return process.communicate(timeout=seconds)[1]
    except subprocess.TimeoutExpired:
        return None


def patient(world: Any) -> Any:
    """Worlds whose ledger is copied again where an answer was noted while it was being copied."""

    class World(world):  # type: ignore[misc]  # of a tool that has no types
        @property
        def asked(self) -> int:
            """Requests so far; the ledger, which has them too, takes long to copy."""
            return len(self.log["requests"])

        @property
        def ledger(self) -> Any:
            while True:
                try:
                    return super().ledger
                except RuntimeError:  # "changed size during iteration"
                    continue

    return World


def scopes() -> str:
    """Exactly those of the manifest."""
    return ",".join(SCOPES)


def titles(data: Path) -> dict[str, str]:
    """What each story of the recorded data says."""
    lines = (data / "hn.jsonl").read_text(encoding="utf-8").splitlines()
    return {str(story["id"]).removeprefix("hn-"): story["text"] for story in map(json.loads, lines)}


def expected_findings(offered: Iterable[str], says: Mapping[str, str]) -> set[str]:
    """The keys of the findings that these offered stories should lead to."""
    now = datetime.now(UTC)
    matcher = Matcher.of([Topic(id=name, name=name, query=query) for name, query in TOPICS.items()], {})
    posts = [Post(source="hackernews", id=key, text="", title=says[key], created_at=now) for key in offered]
    return {
        f"{match.topic}/{post.key}"
        for post, matches in zip(posts, matcher(posts, now), strict=True)
        for match in matches
    }


def distrust(ledger: Mapping[str, Any]) -> list[Any]:
    """Clients that refused a certificate; a kill in the midst of a handshake is no distrust."""
    return [failure for failure in ledger["tls_failures"] if "alert" in failure["error"].lower()]


def check(product: Product, ledger: Mapping[str, Any], says: Mapping[str, str]) -> Counter[str]:
    """Nothing lost and nothing twice, by the ledger of the other side; answers the findings by state."""
    found = [row[0] for row in product.rows("select key from findings")]
    assert len(found) == len(set(found))
    wanted = expected_findings(ledger["offered"]["hackernews"], says)
    assert set(found) == wanted, f"lost {sorted(wanted - set(found))[:5]}, invented {sorted(set(found) - wanted)[:5]}"

    planned = {row[0] for row in product.rows(PLANNED)}
    told = Counter(message["metadata"]["event_payload"]["k"] for message in ledger["slack"]["messages"])
    assert set(told) == planned, f"lost {sorted(planned - set(told))[:5]}, strange {sorted(set(told) - planned)[:5]}"
    assert set(told.values()) <= {1}, f"twice: {[key for key, times in told.items() if times > 1]}"
    open_posts = {row[0] for row in product.rows("select distinct post_key from findings where state = 'open'")}
    alerted = {key.split("/", 1)[1].rsplit("/", 1)[0] for key in planned if not key.startswith("trend/")}
    assert open_posts == alerted, "each open finding has its alert"
    assert not ledger["unknown_hosts"], ledger["unknown_hosts"][:3]
    assert not distrust(ledger)
    assert not ledger["errors"], ledger["errors"][:1]
    return Counter(row[0] for row in product.rows("select state from findings"))
