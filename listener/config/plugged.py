"""`[[sources]]` and `[[channels]]`: tables whose keys belong in part to a plug-in."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Literal, Protocol, TypeVar

from msgspec import Struct, structs

from listener.config.convert import table
from listener.config.document import Document
from listener.config.positions import Key
from listener.config.settings import ChannelSettings, SourceSettings
from listener.errors import ConfigError
from listener.query.native import Dialect

Kind = Literal["source", "channel"]
Tables = Sequence[Mapping[str, object]]

_EXAMPLES: dict[Kind, str] = {"source": "hackernews", "channel": "console"}
_NAME = re.compile(r"[\w.-]+")


class PluginFacts(Protocol):
    """What the configuration asks of a plug-in."""

    @property
    def options(self) -> type[Struct]:
        """Its own keys."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """The environment variables that it reads."""

    @property
    def dialect(self) -> Dialect | None:
        """The language of the platform's own search; sources that use it only."""

    @property
    def places(self) -> bool:
        """Whether a message names a place within it, such as "slack:#listening"; channels only."""


FindPlugin = Callable[[Kind, str], PluginFacts]
"""Finds what `use` names; raises `ConfigError`."""


class _Channel(Struct, frozen=True):
    use: str = ""
    name: str = ""


class _Source(_Channel, frozen=True):
    every: timedelta | None = None
    silence: bool = True


H = TypeVar("H", bound=_Channel)


class _Unread(Struct, frozen=True):
    """Stands for options that are wrong, so that nobody is told off for naming their channel."""


def read_sources(document: Document, raw: Tables, plugin: FindPlugin) -> tuple[SourceSettings, ...]:
    """All `[[sources]]`; mistakes are noted in the document."""
    settings = []
    for key, written, head in _heads(document, "sources", raw, _Source):
        facts = _facts(document, key, "source", head.use, plugin)
        every = None if head.every is None else head.every.total_seconds()
        options = _options(document, key, written, head, facts)
        dialect = facts.dialect if facts and getattr(options, "search", True) else None
        settings.append(SourceSettings(head.use, head.name, every, options, dialect, head.silence))
    return tuple(settings)


def read_channels(document: Document, raw: Tables, plugin: FindPlugin) -> tuple[ChannelSettings, ...]:
    """All `[[channels]]`; mistakes are noted in the document."""
    settings = []
    for key, written, head in _heads(document, "channels", raw, _Channel):
        facts = _facts(document, key, "channel", head.use, plugin)
        options = _options(document, key, written, head, facts)
        settings.append(ChannelSettings(head.use, head.name, options, bool(facts and facts.places)))
    return tuple(settings)


def _heads(
    document: Document, section: str, raw: Tables, kind: type[H]
) -> Iterator[tuple[Key, Mapping[str, object], H]]:
    """Each table with what all tables of its section have: which plug-in it uses, and its name."""
    first: dict[str, Key] = {}
    for number, written in enumerate(raw):
        key: Key = (section, number)
        shared = {name: written[name] for name in kind.__struct_fields__ if name in written}
        head = table(document, key, shared, kind) or kind()
        head = structs.replace(head, name=head.name or head.use)
        _check_name(document, (*key, "name"), head.name, first)
        yield key, written, head


def _check_name(document: Document, key: Key, name: str, first: dict[str, Key]) -> None:
    if name and not _NAME.fullmatch(name):
        document.problem(key, f'"{name}" is no name; write one of letters, digits, "-", "_" and "."')
    elif name and first.setdefault(name, key) != key:
        document.problem(key, f'"{name}" is taken in line {document.line(first[name])}; write another name = "…" here')


def _facts(document: Document, key: Key, kind: Kind, use: str, plugin: FindPlugin) -> PluginFacts | None:
    if not use:
        document.problem((*key, "use"), f'is missing; write which {kind} this is, such as use = "{_EXAMPLES[kind]}"')
        return None
    try:
        return plugin(kind, use)
    except ConfigError as error:
        document.problem((*key, "use"), str(error))
        return None


def _options(
    document: Document, key: Key, written: Mapping[str, object], head: _Channel, facts: PluginFacts | None
) -> Struct:
    """The plug-in's own keys of a table."""
    if facts is None:
        return _Unread()
    beside = head.__struct_fields__
    return table(document, key, written, facts.options, secrets=facts.secrets, beside=beside) or _Unread()
