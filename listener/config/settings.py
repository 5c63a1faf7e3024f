"""What the configuration says, checked and immutable."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import ClassVar, Literal

from msgspec import Struct

from listener.query import Query
from listener.query.native import Dialect
from listener.types import Route, Topic


class SourceSettings(Struct, frozen=True):
    """One `[[sources]]` table."""

    use: str  # the file in listener/sources, or "package.module:Source"
    name: str  # unique
    every: float | None  # seconds between two polls; None: as the platform's terms say
    options: Struct  # the plug-in's own
    dialect: Dialect | None = None  # the language of the platform's own search, where it is searched
    silence: bool = True  # whether the operators are told when it falls silent


class ChannelSettings(Struct, frozen=True):
    """One `[[channels]]` table."""

    use: str  # the file in listener/channels, or "package.module:Channel"
    name: str  # unique
    options: Struct  # the plug-in's own
    places: bool = False  # a message names a place within it: "slack:#listening"


class Ops(Struct, frozen=True):
    """Who hears of trouble."""

    channel: str = ""  # "<channel name>" or "<channel name>:<place>"; "": the log alone
    after: timedelta = timedelta(minutes=15)  # trouble that lasts this long is told


class Retention(Struct, frozen=True):
    """How long things are kept."""

    posts: timedelta = timedelta(days=90)
    counts: timedelta = timedelta(days=400)


class Tag(Struct, frozen=True):
    """How posts are read."""

    tagger: Literal["auto", "fast", "accurate"] = "auto"


class Slack(Struct, frozen=True):
    """How messages reach Slack exactly once."""

    SECRETS: ClassVar = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")

    on_ambiguous: Literal["hold", "resend"] = "hold"  # for a lost message where the history can't be read
    settle: timedelta = timedelta(seconds=30)  # wait before looking for a lost message; Slack shows posts late


class Web(Struct, frozen=True):
    """Where the browser pages are."""

    SECRETS: ClassVar = ("LISTENER_WEB_TOKEN",)

    bind: str = "127.0.0.1:8000"


class Sample(Struct, frozen=True):
    """A text that a topic's query must, or must not, match."""

    text: str
    wanted: bool
    where: str  # "config/topics.toml:12: topics[0].match[0]"


class Settings(Struct, frozen=True, kw_only=True):
    """Everything in the folder of configuration."""

    folder: Path
    store: Path  # the database file, relative to the working directory
    sources: tuple[SourceSettings, ...]
    channels: tuple[ChannelSettings, ...]
    route: Route  # children have inherited channel and fallback
    own: frozenset[str]  # our accounts, lower case: "reddit:acme_support"
    people: Mapping[str, str]
    ops: Ops
    retention: Retention
    tag: Tag
    slack: Slack
    web: Web
    topics: tuple[Topic, ...]
    sets: Mapping[str, str]  # queries that topics and routes name as "@name"
    queries: tuple[Query, ...] = ()  # of the topics, held so that whoever reads them again is given these
    samples: Mapping[str, tuple[Sample, ...]]  # by topic id
    warnings: tuple[str, ...]  # "config/topics.toml:12: warning: …"; nothing is stopped by them
