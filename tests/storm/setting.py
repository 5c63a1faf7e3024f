"""The stage: a world with invented posts, and the product configured to hear all of it."""

import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.sources.reddit.fake import SECRETS
from tests.storm import content
from tests.world.support import Product, scopes

BACKLOG = 300  # posts that are there at the start, on each platform
SLOW = 0.5  # most new posts a second in the feed during a storm: it shows twenty, which must outlast a kill

_SOURCES = {
    "reddit": 'use = "reddit"\nsubreddits = ["desks", "chairs"]\nevery = "2s"',
    "hackernews": 'use = "hackernews"\nevery = "2s"',
    "feeds": f'use = "rss"\nfeeds = ["{content.FEED}"]\nevery = "1s"',
    "x": 'use = "x"\nevery = "5s"\nmax_usd_per_day = {usd}',
}
_CHANNELS = dict(zip(content.TOPICS, ("listening", "sales", "care", "ops"), strict=True))
_REST = """
[store]
url = "sqlite:///world.db"
[[channels]]
use = "slack"
[[channels]]
use = "console"
[ops]
channel = "slack:#general"
after = "10s"
[slack]
settle = "5s"
[tag]
tagger = "fast"
[route]
channel = "slack:#general"
fallback = "console"
"""


class Slower:
    """The world as one timeline sees it: with fewer new posts a second."""

    def __init__(self, world: Any, speed: float) -> None:
        self._world, self.speed = world, speed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)


def platforms() -> list[str]:
    """Those that the product can listen to."""
    return [name for name, each in content.PLATFORMS.items() if find_spec(f"listener.sources.{each.source}")]


def new_world(kind: Any, folder: Path, made: dict[str, dict[str, str]], speed: float, *, feed: float) -> Any:
    """A world over the posts in `folder`; the feed has its own speed."""
    os.environ["LOOPBACK_SLACK_SCOPES"] = scopes()
    world = kind([folder], speed, (), seed=1)
    for platform in world.platforms:
        if platform.timeline and platform.name in made:
            platform.timeline.start = min(BACKLOG, len(platform.timeline.posts))
            if platform.name == "feeds":
                platform.timeline.world = Slower(world, feed)
    return world


def product(folder: Path, env: dict[str, str], names: Sequence[str], usd: float) -> Product:
    """The product, hearing these platforms, with a channel for each topic."""
    sources = "".join(f"[[sources]]\n{_SOURCES[name]}\n".replace("{usd}", f"{usd}") for name in names)
    routes = "".join(
        f'[[route.routes]]\nmatch = "topic:{topic}"\nchannel = "slack:#{channel}"\n'
        for topic, channel in _CHANNELS.items()
    )
    secrets = {**SECRETS, "X_BEARER_TOKEN": "some-bearer-token"}
    return Product(folder, {**env, **secrets}, sources + _REST + routes, content.TOPICS)
