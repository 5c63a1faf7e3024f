"""TOML tables → structs, key by key, so that every mistake is found and not only the first."""

import re
from collections.abc import Collection, Mapping
from datetime import timedelta
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import UNSET, Struct

from listener.config.document import Document, did_you_mean
from listener.config.durations import duration
from listener.config.positions import Key

T = TypeVar("T", bound=Struct)
"""The struct that a table becomes."""

_fields = cache(msgspec.structs.fields)  # a file may hold thousands of tables of one kind
_SECRET = re.compile(r"token|secret|passw|passphrase|credential|api_?key|webhook_?url", re.IGNORECASE)
_WORDS = {
    "str": "text in quotes",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "datetime": "a date",
}


def table(
    document: Document,
    key: Key,
    raw: object,
    kind: type[T],
    secrets: Collection[str] = (),
    beside: Collection[str] = (),
) -> T | None:
    """The table `raw` as a `kind`; None where that cannot be, which `document` then says.

    A value that is wrong is noted and stands at its default. `secrets` names the variables that this table's secrets
    come from, to be told to whoever writes one into the file; the keys `beside` belong to somebody else.
    """
    if not isinstance(raw, dict):
        document.problem(key, f"expected a table, not {_shown(raw)}")
        return None
    fields = {field.encode_name: field for field in _fields(kind)}
    _refuse_unknown(document, key, raw, [*fields, *beside], secrets or getattr(kind, "SECRETS", ()))
    values = {}
    for name, field in fields.items():
        if name in raw and (value := _value(document, (*key, name), raw[name], field.type)) is not UNSET:
            values[field.name] = value
        elif field.required:
            document.problem((*key, name), "is missing")
    if any(field.required and field.name not in values for field in fields.values()):
        return None
    try:
        return kind(**values)
    except ValueError as error:  # what the struct's own __post_init__ refuses
        document.problem(key, str(error))
        return None


def _refuse_unknown(
    document: Document, key: Key, raw: Mapping[str, Any], known: Collection[str], secrets: Collection[str]
) -> None:
    """Note every key of `raw` that is not `known`: a secret by where it belongs, any other by the nearest name."""
    for name in (each for each in raw if each not in known):
        if _SECRET.search(name):
            document.problem((*key, name), _where_secrets_live(name, secrets))
        else:
            document.problem((*key, name), f"unknown key{did_you_mean(name, known)}")


def _where_secrets_live(name: str, secrets: Collection[str]) -> str:
    variables = [each for each in secrets if each.endswith(name.upper())] or list(secrets)
    said = " and ".join(f"{each} or {each}_FILE" for each in variables)
    return f"secrets come from the environment: {f'set {said}, and ' if said else ''}remove this line"


def _value(document: Document, key: Key, raw: object, kind: object) -> object:
    """`raw` as a `kind`, or UNSET once the mistake is noted."""
    kind = _without_none(kind)
    origin, inner = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and issubclass(kind, Struct):
        return table(document, key, raw, kind) or UNSET
    if isinstance(raw, list) and (origin is list or (origin is tuple and inner[-1] is ...)):
        values = [_value(document, (*key, number), item, inner[0]) for number, item in enumerate(raw)]
        return origin(value for value in values if value is not UNSET)
    if isinstance(raw, dict) and origin in (dict, Mapping):
        named = {name: _value(document, (*key, name), item, inner[1]) for name, item in raw.items()}
        return {name: value for name, value in named.items() if value is not UNSET}
    try:
        return _duration(raw) if kind is timedelta else msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        plain = f"{_plain(str(error))}, not {_shown(raw)}{_brackets(key, kind, raw)}"
        document.problem(key, _choices(kind, raw) or plain)
    except ValueError as error:
        document.problem(key, str(error))
    return UNSET


def _without_none(kind: object) -> object:
    """X of `X | None`: TOML has no null."""
    if get_origin(kind) in (Union, UnionType):
        kinds = [each for each in get_args(kind) if each is not type(None)]
        return kinds[0] if len(kinds) == 1 else kind
    return kind


def _duration(raw: object) -> timedelta:
    if not isinstance(raw, str):
        raise ValueError(f'expected a duration in quotes, such as "30s", "5m", "2h" or "90d", not {_shown(raw)}')
    return duration(raw)


def _choices(kind: object, raw: object) -> str:
    """What is wrong with a word that is none of those allowed; "" where any word is."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        allowed = [str(each.value) for each in kind]
    elif get_origin(kind) is Literal:
        allowed = [str(each) for each in get_args(kind)]
    else:
        return ""
    return f"{_shown(raw)} is unknown{did_you_mean(raw if isinstance(raw, str) else '', allowed)}"


def _plain(error: str) -> str:
    """msgspec's message in the words of people who write no programs."""
    expected = error.partition(", got ")[0].replace("Expected", "expected")
    return re.sub(r"`(\w+)[^`]*`", lambda word: _WORDS.get(word[1], word[0]), expected).removesuffix(".0")


def _brackets(key: Key, kind: object, raw: object) -> str:
    """How to write one thing where a list is expected, if it may be in that."""
    if get_origin(kind) not in (tuple, list):
        return ""
    if isinstance(raw, dict):
        return f"; write [[{key[-1]}]]"
    try:
        msgspec.convert([raw], kind)
    except msgspec.ValidationError:
        return ""
    return f"; write [{_shown(raw)}]"


def _shown(raw: object) -> str:
    """A value as it may stand in a message: a short one as it is, any other by its sort."""
    if isinstance(raw, dict):
        return "a table"
    if isinstance(raw, list):
        return "a list"
    if isinstance(raw, bool):
        return str(raw).lower()
    shown = f'"{raw}"' if isinstance(raw, str) else str(raw)
    return shown if len(shown) <= 40 else f"{shown[:36]}…" + ('"' if isinstance(raw, str) else "")
