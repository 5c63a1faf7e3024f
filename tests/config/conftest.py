"""A folder of good configuration that each test may spoil, and plug-ins that need no platform."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

import pytest
from msgspec import Meta, Struct

from listener.config import Settings, load
from listener.errors import ConfigError
from listener.query.native import Dialect

GOOD = Path(__file__).parent / "good"


class Forum(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of an invented source."""

    boards: tuple[str, ...] = ()
    kinds: Literal["posts", "comments"] = "posts"
    depth: Annotated[int, Meta(ge=1, le=50)] = 10
    window: timedelta = timedelta(minutes=10)
    since: str | None = None

    def __post_init__(self) -> None:
        if self.kinds == "comments" and not self.boards:
            raise ValueError("comments need boards to be read from")


class Tape(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of an invented source that needs one of them."""

    path: str


class NoOptions(Struct, frozen=True, forbid_unknown_fields=True):
    """Options of a plug-in without any."""


class Facts(Struct, frozen=True):
    """What the configuration asks of a plug-in."""

    options: type[Struct] = NoOptions
    secrets: tuple[str, ...] = ()
    dialect: Dialect | None = None
    places: bool = False


PLUGINS = {
    ("source", "forum"): Facts(Forum, ("FORUM_CLIENT_ID", "FORUM_CLIENT_SECRET")),
    ("source", "tape"): Facts(Tape),
    ("source", "acme.blog:Source"): Facts(),
    ("channel", "console"): Facts(),
    ("channel", "slack"): Facts(secrets=("SLACK_BOT_TOKEN",), places=True),
}


def find(kind: Literal["source", "channel"], use: str) -> Facts:
    """As `listener.plugins.find`, for the invented plug-ins."""
    if (kind, use) not in PLUGINS:
        raise ConfigError([f'no {kind} is called "{use}"'])
    return PLUGINS[kind, use]


Loader = Callable[..., Settings]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder "config" in the working directory with the good files."""
    monkeypatch.chdir(tmp_path)
    folder = Path("config")
    folder.mkdir()
    for file in GOOD.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


@pytest.fixture
def loaded(folder: Path) -> Loader:
    """Loads the good folder with some files replaced: loaded(topics="…", env={…})."""

    def load_with(env: Mapping[str, str] | None = None, **files: str) -> Settings:
        for name, text in files.items():
            (folder / f"{name}.toml").write_text(text, encoding="utf-8")
        return load(folder, env or {}, find)

    return load_with
