"""What people give to `listener bench trends`: what is wrong with it is said before anything is measured."""

import math
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from listener.cli.tables import near
from listener.ops.trends import Groups, groups
from listener.trend import line_of

_SHAPE = '{"name": {"group": ["question", "the same question", …]}}'
_DAY = 86_400.0  # seconds of posts without which nothing is usual


def streams(data: Path, names: Sequence[str]) -> list[Path]:
    """The streams of a folder that were named, or all; raises `click.UsageError`."""
    found = {path.stem: path for path in sorted(data.glob("*.jsonl"))}
    if not found:
        raise click.UsageError(f"{data}: there is no stream in it, NAME.jsonl")
    for name in names:
        if name not in found:
            raise click.UsageError(f"{data}: no stream is called {name!r}{near(name, [*found])}")
    return [path for name, path in found.items() if not names or name in names]


def check(path: Path, span: float = _DAY) -> None:
    """Raise `click.UsageError` where a line of a stream is no post, or it spans less; it is not kept in memory."""
    first, last = math.inf, -math.inf
    with path.open("rb") as lines:
        for number, raw in enumerate(lines, 1):
            if raw.strip():
                try:
                    at = line_of(raw).ts
                except (ValueError, TypeError, OverflowError, RecursionError) as error:
                    raise click.UsageError(f"{path} line {number}: {error}") from None
                first, last = min(first, at), max(last, at)
    if last - first < span:
        raise click.UsageError(f"{path}: " + ("there is no post in it" if first > last else "it holds less than a day"))


def groups_of(path: Path) -> Groups:
    """The questions of `groups.json` that mean the same; raises `click.UsageError`."""
    try:
        msgspec.json.decode(path.read_bytes(), type=dict[str, dict[str, list[str]]])
        found = groups(path)
    except FileNotFoundError:
        raise click.UsageError(f"{path} is not there; it is {_SHAPE}") from None
    except ValueError as error:
        raise click.UsageError(f"{path}: {error}; expected {_SHAPE}") from None
    if not any(texts for _, texts in found):
        raise click.UsageError(f"{path}: there is no question in it; expected {_SHAPE}")
    return found


def writable(path: Path | None) -> None:
    """Raise `click.UsageError` where figures could not be written there in the end."""
    if path and not path.absolute().parent.is_dir():
        raise click.UsageError(f"--json: there is no folder {path.parent}")
