"""The folder of configuration → `Settings`, or every mistake in it at once."""

import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from listener.config.convert import table
from listener.config.document import Document, Problem
from listener.config.plugged import FindPlugin, read_channels, read_sources
from listener.config.routes import NOT_YET, Router, check_channel
from listener.config.settings import Ops, Retention, Settings, Slack, SourceSettings, Tag, Web
from listener.config.topics import Topics
from listener.errors import ConfigError

FILES = ("listener.toml", "topics.toml", "playbook.toml")
"""What a folder of configuration holds."""

_STORE = "sqlite:///"
_NO_STORE = "expected a database file, such as sqlite:///listener.db"


class _Store(Struct, frozen=True):
    url: str = f"{_STORE}listener.db"


class _Own(Struct, frozen=True):
    accounts: tuple[str, ...] = ()


class _File(Struct, frozen=True):
    store: _Store = _Store()
    sources: tuple[dict[str, Any], ...] = ()
    channels: tuple[dict[str, Any], ...] = ()
    route: dict[str, Any] = {}
    own: _Own = _Own()
    people: dict[str, str] = {}
    ops: Ops = Ops()
    retention: Retention = Retention()
    tag: Tag = Tag()
    slack: Slack = Slack()
    web: Web = Web()


def load(folder: Path, env: Mapping[str, str], plugin: FindPlugin) -> Settings:
    """Read and check all files; `env` may hold LISTENER_STORE_URL; raises `ConfigError` with every mistake."""
    if not folder.is_dir():
        raise ConfigError([f"{folder}: no such folder; `listener init {shlex.quote(str(folder))}` writes one"])
    problems: list[Problem] = []
    main, tracked = (Document(folder / name, problems) for name in FILES[:2])
    playbook = Document(folder / FILES[2], problems, required=False)
    for name in playbook.data:
        playbook.problem((name,), NOT_YET)
    topics = Topics(tracked)
    topics.check()
    store = _override(env, problems)
    settings = _settings(folder, main, topics, plugin, store)
    if problems:
        raise ConfigError([str(problem) for problem in sorted(problems)])
    return settings


def _settings(folder: Path, main: Document, topics: Topics, plugin: FindPlugin, store: Path | None) -> Settings:
    for later in main.data.keys() & {"quiet_hours", "escalation"}:
        main.problem((later,), NOT_YET)
    file = table(main, (), main.data, _File) or _File()
    sources = read_sources(main, file.sources, plugin)
    channels = read_channels(main, file.channels, plugin)
    named = {each.name: each for each in channels}
    router = Router(main, named, topics)
    route = router.read()
    check_channel(main, ("ops", "channel"), file.ops.channel, named)
    return Settings(
        folder=folder,
        store=store or _database(main, file.store.url),
        sources=sources,
        channels=channels,
        route=route,
        own=_own_accounts(main, file.own.accounts),
        people=file.people,
        ops=file.ops,
        retention=file.retention,
        tag=file.tag,
        slack=file.slack,
        web=file.web,
        topics=topics.topics,
        sets=topics.sets,
        queries=tuple(topics.queries),
        samples=topics.samples,
        warnings=(
            *_idle(main),
            *_missing_files(main, sources),
            *router.warnings,
            *topics.warnings([each.use for each in sources]),
            *_unsearchable(topics, sources),
        ),
    )


def _idle(main: Document) -> Iterator[str]:
    """Sections that are in order, but that this version has no use for."""
    for name in ("people", "web"):
        if name in main.data:
            yield main.remark((name,), "nothing uses it yet; it follows in a later version")
    if not main.data.get("sources"):
        yield main.remark(("sources",), "there is none, so that nothing is listened to")


def _unsearchable(topics: Topics, sources: Iterable[SourceSettings]) -> Iterator[str]:
    """Topics that a source which searches cannot look for."""
    for use, dialect in {source.use: source.dialect for source in sources if source.dialect}.items():
        yield from topics.unsearchable(use, dialect)


def _missing_files(main: Document, sources: Iterable[SourceSettings]) -> Iterator[str]:
    """Sources of files that are not there: perhaps not yet, perhaps mistyped."""
    for number, source in enumerate(sources):
        path = getattr(source.options, "path", "") if source.use == "jsonl" else ""
        if path and not Path(path).exists():
            why = f'there is no file "{path}" yet, as seen from the folder in which Listener is started'
            yield main.remark(("sources", number, "path"), why)


def _override(env: Mapping[str, str], problems: list[Problem]) -> Path | None:
    """The database that LISTENER_STORE_URL names, if it is set."""
    url = env.get("LISTENER_STORE_URL", "")
    path = _path(url)
    if url and not path:
        problems.append(Problem("LISTENER_STORE_URL", 0, _NO_STORE))  # the address may hold a password: not shown
    return path


def _database(document: Document, url: str) -> Path:
    path = _path(url)
    if not path:
        document.problem(("store", "url"), _NO_STORE)
    return path or Path()


def _path(url: str) -> Path | None:
    path = url.removeprefix(_STORE)
    return Path(path) if path not in (url, "", ":memory:") else None


def _own_accounts(document: Document, accounts: tuple[str, ...]) -> frozenset[str]:
    """The accounts in lower case, without "@"."""
    found = set()
    for number, account in enumerate(accounts):
        platform, colon, handle = account.strip().lower().partition(":")
        handle = handle.removeprefix("@")
        if not (platform and colon and handle):
            why = f'write platform and account, such as "reddit:acme_support", not "{account}"'
            document.problem(("own", "accounts", number), why)
        found.add(f"{platform}:{handle}")
    return frozenset(found)
