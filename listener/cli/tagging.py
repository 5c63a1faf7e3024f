"""`listener tag`: posts in, tags out, line by line."""

import sys
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import click
import msgspec
from msgspec.structs import replace

from listener.app import clock
from listener.cli.common import configured, say, settings_if_any
from listener.edge import repair
from listener.errors import ConfigError
from listener.sources.jsonl import decoded, post_of
from listener.tag import Tagger, as_json, load
from listener.types import Post


@click.command()
@click.argument("file", type=click.File("rb"), default="-")
@click.option(
    "--tagger",
    type=click.Choice(["auto", "fast", "accurate"]),
    help="fast: by lists of words. accurate: by a trained model. auto: the best there is. Left out: as [tag] says.",
)
@configured
@click.option("--json", is_flag=True, hidden=True, help="The output is JSON anyway.")
def tag(file: BinaryIO, tagger: str | None, folder: Path, json: bool) -> None:
    """Tag posts, one JSON object a line with at least "id" and "text", from FILE or standard input.

    Prints one JSON line for each post, in order; offsets of the evidence count in title + blank line + text. A line
    that is no post is told on standard error with its number; the others are done all the same, and the exit code is 1.
    """
    settings = settings_if_any(folder)
    read, now, failed = _tagger(tagger, settings.tag.tagger if settings else "auto"), clock(), 0
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            post = _post(line, now)
        except (ValueError, RecursionError, OverflowError) as error:
            say(f"{getattr(file, 'name', '<stdin>')} line {number}: {error}")
            failed += 1
            continue
        [tags] = read([post])
        click.echo(msgspec.json.encode(as_json(post, tags)))
    sys.exit(1 if failed else 0)


def _tagger(chosen: str | None, usual: str) -> Tagger:
    """The tagger that the option names, or the usual one."""
    try:
        return load(chosen or usual)
    except ConfigError as error:
        if not chosen:
            raise
        why = str(error).partition(": ")[2]  # without the setting, which nobody has written
        raise click.UsageError(f"--tagger {chosen}: {why}") from None


def _post(raw: bytes, now: datetime) -> Post:
    """The post of a line, mended as those of sources are; but its id stays as it was given."""
    post = post_of(decoded(raw), now)
    return replace(repair(replace(post, id="1", source="tag"), now), id=post.id)
