"""`listener tag`: posts in, tags out, line by line."""

import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import click
import msgspec
from msgspec.structs import replace

from listener.app import clock
from listener.cli.common import configured, put, say, settings_if_any
from listener.edge import repair
from listener.errors import ConfigError
from listener.sources.jsonl import decoded, post_of
from listener.tag import Described, as_json, load
from listener.types import Post

F = TypeVar("F", bound=Callable[..., Any])
_PAGE = 256  # posts that are tagged at a time

tagger_option = click.option(
    "--tagger",
    type=click.Choice(["auto", "fast", "accurate"]),
    help="fast: adds up words. accurate: a small neural model. auto: the best there is. Left out: as [tag] says.",
)


@click.command()
@click.argument("file", type=click.File("rb"), default="-")
@tagger_option
@click.option("--model-card", "card", is_flag=True, help="Print what the tagger is and how good, and tag nothing.")
@configured
@click.option("--json", is_flag=True, hidden=True, help="The output is JSON anyway.")
def tag(file: BinaryIO, tagger: str | None, card: bool, folder: Path, json: bool) -> None:
    """Tag posts, one JSON object a line with at least "id" and "text", from FILE or standard input.

    Prints one JSON line for each post, in order; offsets of the evidence count in title + blank line + text. A line
    that is no post is told on standard error with its number; the others are done all the same, and the exit code is 1.
    """
    read = chosen(tagger, folder)
    if card:
        put(read.card)
        return
    posts = _Posts(file, clock())
    lines = iter(posts)
    while page := list(islice(lines, _PAGE)):
        for post, tags in zip(page, read(page), strict=True):
            click.echo(msgspec.json.encode(as_json(post, tags)))
    sys.exit(1 if posts.failed else 0)


class _Posts:
    """The posts of a file; lines that are none are told and counted."""

    def __init__(self, file: BinaryIO, now: datetime) -> None:
        self._file, self._now, self.failed = file, now, 0

    def __iter__(self) -> Iterator[Post]:
        for number, line in enumerate(self._file, 1):
            if not line.strip():
                continue
            try:
                yield _post(line, self._now)
            except (ValueError, RecursionError, OverflowError) as error:
                say(f"{getattr(self._file, 'name', '<stdin>')} line {number}: {error}")
                self.failed += 1


def chosen(option: str | None, folder: Path) -> Described:
    """The tagger that the option names, or the one of the configuration, or the usual one."""
    settings = settings_if_any(folder)
    try:
        return load(option or (settings.tag.tagger if settings else "auto"), settings.store if settings else None)
    except ConfigError as error:
        if not option:
            raise
        why = str(error).partition(": ")[2]  # without the setting, which nobody has written
        raise click.UsageError(f"--tagger {option}: {why}") from None


def _post(raw: bytes, now: datetime) -> Post:
    """The post of a line, mended as those of sources are; but its id stays as it was given."""
    post = post_of(decoded(raw), now)
    return replace(repair(replace(post, id="1", source="tag"), now), id=post.id)
