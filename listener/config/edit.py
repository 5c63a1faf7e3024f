"""Changes of `topics.toml` by commands: what stands in it, comments included, stays as it is."""

import json
import shutil
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from listener.config.folder import FILES, load
from listener.config.plugged import FindPlugin
from listener.config.positions import positions
from listener.errors import ConfigError

TOPICS = FILES[1]
"""The file that is changed."""

Table = Mapping[str, Any]
"""The keys of one topic; empty values are not written, but for `trends`: none is not all."""


def written(topics: Iterable[Table], sets: Mapping[str, str] = {}) -> str:
    """Topics, and sets, as they stand in the file."""
    lines = ["[sets]", *(f"{_name(name)} = {_value(query)}" for name, query in sets.items()), ""] if sets else []
    for topic in topics:
        values = (
            (key, value)
            for key, value in topic.items()
            if value not in (None, "", (), []) or (key, value) == ("trends", [])
        )
        lines += ["[[topics]]", *(f"{key} = {_value(value)}" for key, value in values), ""]
    return "\n".join(lines).rstrip("\n") + "\n" if lines else ""


def added(text: str, topics: Iterable[Table]) -> str:
    """The file with topics at its end; raises `ConfigError` where that cannot be."""
    topics = list(topics)
    end = "\r\n" if "\r\n" in text else "\n"
    before = text if not text or text.endswith("\n") else text + end
    result = before + (end if before.strip() else "") + written(topics).replace("\n", end)
    data = tomllib.loads(text)
    wanted = tomllib.loads(written(topics)).get("topics", [])
    return _checked(result, {**data, "topics": [*data.get("topics", []), *wanted]})


def removed(text: str, number: int) -> str:
    """The file without its topic of that number, counted from 0; comments before and after its keys stay.

    Raises `ConfigError` where it is written in a way that lines cannot be taken out of.
    """
    lines, at = text.split("\n"), positions(text)
    key = ("topics", number)
    start = at[key] - 1
    after = [line - 1 for other, line in at.items() if line - 1 > start and other[:2] != key]
    end = min(after, default=len(lines))
    while end > start + 1 and lines[end - 1].strip()[:1] in ("", "#"):
        end -= 1
    while end < len(lines) - 1 and not lines[end].strip():
        end += 1
    data = tomllib.loads(text)
    topics = [topic for n, topic in enumerate(data["topics"]) if n != number]
    rest = {name: value for name, value in data.items() if name != "topics"}
    return _checked("\n".join(lines[:start] + lines[end:]), {**rest, "topics": topics} if topics else rest)


def save(folder: Path, text: str, env: Mapping[str, str], plugin: FindPlugin) -> None:
    """Put a new `topics.toml` in place, at once and whole; `ConfigError` where the folder would be out of order."""
    path = (folder / TOPICS).resolve()
    with TemporaryDirectory() as copy:
        for name in FILES:
            if (folder / name).is_file():
                shutil.copy(folder / name, copy)
        _write(Path(copy) / TOPICS, text)
        try:
            load(Path(copy), env, plugin)
        except ConfigError as error:
            raise ConfigError([problem.replace(copy, str(folder)) for problem in error.problems]) from None
    fresh = path.with_name(f".{path.name}.new")
    try:
        _write(fresh, text)
        shutil.copymode(path, fresh)
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise ConfigError([f"{folder / TOPICS}: cannot be written: {error.strerror}"]) from error


def read(folder: Path) -> str:
    """The text of `topics.toml`, its line ends as they are."""
    return (folder / TOPICS).read_bytes().decode("utf-8-sig")


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())


def _checked(text: str, wanted: Mapping[str, Any]) -> str:
    try:
        if tomllib.loads(text) == wanted:
            return text
    except tomllib.TOMLDecodeError:
        pass
    raise ConfigError([f"{TOPICS}: topics are written there in a way that no command can change; edit it by hand"])


def _name(name: str) -> str:
    return name if name.replace("-", "").replace("_", "").isalnum() and name.isascii() else _value(name)


def _value(value: object) -> str:
    if isinstance(value, str):
        is_plain = value.isprintable() and "'" not in value
        return f"'{value}'" if is_plain and '"' in value else _escaped(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
