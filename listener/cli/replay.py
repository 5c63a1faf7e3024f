"""`listener replay`: a timestamped stream, as if it came now."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click
import msgspec

from listener.cli.common import say, unconfigured
from listener.trend import Detector, Light, Line, line_of
from listener.trend import replay as replayed
from listener.types import Json
from listener.types.trend import Trend


@click.command()
@click.argument("file", metavar="STREAM", type=click.File("rb"))
@click.option(
    "--trends", "out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Where trends are written."
)
@unconfigured("all posts of a stream count as one topic.")
@click.option("--json", is_flag=True, hidden=True, help="The output is JSON anyway.")
def replay(file: BinaryIO, out: Path, json: bool) -> None:
    """Run a stream in post time, and write each trend that would have been told.

    A line of STREAM is {"ts", "platform", "id", "author", "text"}, in the order in which posts came; ts is in seconds
    since 1970. A line of the output is {"at", "question", "votes", "posts", "score", "kind"}; posts holds one id a
    vote. A line that is no post is told on standard error with its number; the others are done all the same, and the
    exit code is 1.
    """
    lines, light = _Lines(file), Light.load()
    texts = dict[str, str]()
    with out.open("wb") as written:
        for trend in replayed(lines.noted(texts), light, Detector(light.width)):
            if not trend.thread and not trend.missed:
                written.write(msgspec.json.encode(record(trend, texts)) + b"\n")
    sys.exit(1 if lines.failed else 0)


class _Lines:
    """The posts of a stream; what is none is told and counted."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.failed = file, 0

    def noted(self, texts: dict[str, str]) -> Iterator[Line]:
        """Each post; its words are noted by its id."""
        for number, raw in enumerate(self._file, 1):
            if not raw.strip():
                continue
            try:
                line = line_of(raw)
            except (ValueError, TypeError, OverflowError, RecursionError) as error:
                say(f"{getattr(self._file, 'name', '<stdin>')} line {number}: {error}")
                self.failed += 1
                continue
            texts[line.id] = line.text
            yield line


def record(trend: Trend, texts: dict[str, str]) -> Json:
    """A trend as it is written."""
    return {
        "at": trend.at.timestamp(),
        "question": texts.get(trend.question, trend.question),
        "votes": trend.votes,
        "posts": list(trend.posts),
        "score": round(trend.score, 3),
        "kind": trend.kind,
    }
