"""Finds sources and channels by name: "reddit" → `listener.sources.reddit`, "acme.forum:Source" → yours."""

import re
from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, Generic, Literal, TypeVar, overload

from msgspec import Struct

from listener.errors import ConfigError
from listener.query.native import Dialect
from listener.types import Channel, Environment, Source, Terms

Kind = Literal["source", "channel"]
T = TypeVar("T", Source, Channel)

_YOURS = re.compile(r"\w+(\.\w+)*:\w+")


class Plugin(Struct, Generic[T], frozen=True):
    """A source or channel that can be made."""

    options: type[Struct]  # its section of the configuration
    make: Callable[[Any, Environment], T]  # given those options and where its secrets are
    secrets: tuple[str, ...] = ()  # environment variables that it reads
    terms: Terms | None = None  # what the platform allows; sources only
    dialect: Dialect | None = None  # the language of the platform's own search; sources that use it only
    places: bool = False  # a message names a place within it, such as "slack:#listening"; channels only


@overload
def find(kind: Literal["source"], use: str) -> Plugin[Source]: ...
@overload
def find(kind: Literal["channel"], use: str) -> Plugin[Channel]: ...
def find(kind: Kind, use: str) -> Plugin[Any]:
    """The plug-in of the file in `listener/sources` or `listener/channels`, or of "package.module:Class".

    Raises `ConfigError` for what is not there, with the nearest name, and for what is no plug-in.
    """
    if ":" in use:
        module, name = _import_yours(use), use.partition(":")[2]
    else:
        module, name = _import_ours(kind, use), kind.capitalize()
    made: Any = getattr(module, name, None)
    verb = "fetch" if kind == "source" else "send"
    if not callable(getattr(made, verb, None)):
        raise ConfigError([f'"{use}" is no {kind}: {module.__name__} has no class {name} with {verb}()'])
    options = getattr(module, "Options", None)
    if not (isinstance(options, type) and issubclass(options, Struct)):
        raise ConfigError([f'"{use}" is no {kind}: {module.__name__} has no msgspec.Struct named Options'])
    return Plugin(
        options=options,
        make=made,
        secrets=getattr(module, "SECRETS", ()),
        terms=getattr(module, "TERMS", None),
        dialect=getattr(module, "DIALECT", None),
        places=getattr(module, "PLACES", False),
    )


def _import_ours(kind: Kind, use: str) -> ModuleType:
    package = import_module(f"listener.{kind}s")
    names = [each.name for each in iter_modules(package.__path__) if not each.name.startswith("_")]
    if use not in names:
        near = get_close_matches(use, names, n=1)
        hint = f'did you mean "{near[0]}"?' if near else f"there is {', '.join(sorted(names))}"
        raise ConfigError([f'no {kind} is called "{use}"; {hint}'])
    try:
        return import_module(f"{package.__name__}.{use}")
    except ModuleNotFoundError as error:
        extra = f'needs the package {error.name}; install it with: pip install "listener[{use}]"'
        raise ConfigError([f'{kind} "{use}" {extra}']) from error


def _import_yours(use: str) -> ModuleType:
    path = use.partition(":")[0]
    if not _YOURS.fullmatch(use):
        raise ConfigError([f'"{use}" is neither a name nor "package.module:Class"'])
    try:
        return import_module(path)
    except ModuleNotFoundError as error:
        if error.name and (path == error.name or path.startswith(f"{error.name}.")):
            raise ConfigError([f'"{use}": there is no module {path}; install it or put it on PYTHONPATH']) from error
        raise ConfigError([f'"{use}" needs the package {error.name}, which is not installed']) from error
    except (ImportError, SyntaxError) as error:
        raise ConfigError([f'"{use}" cannot be imported: {error}']) from error
