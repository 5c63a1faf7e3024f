"""`listener replay`: a timestamped stream, as if it came now."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click
import msgspec

from listener.card import line as harmless
from listener.cli.common import as_json, put, say, unconfigured
from listener.cli.tables import table
from listener.ops.trends import votes_of
from listener.trend import Detector, Light, Line, line_of, replay_votes
from listener.trend import replay as replayed
from listener.trend.cells import Cells
from listener.types import Json
from listener.types.trend import Kind, Trend


@click.command()
@click.argument("file", metavar="STREAM", type=click.File("rb"))
@click.option(
    "--trends",
    "out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where trends are written, a line each; left out, they are shown.",
)
@click.option(
    "--kind",
    type=click.Choice([Kind.QUESTION.value, Kind.NEED.value, Kind.MOOD.value]),
    default=Kind.QUESTION.value,
    show_default=True,
    help="What is looked for.",
)
@unconfigured("all posts of a stream count as one topic.")
@as_json
def replay(file: BinaryIO, out: Path | None, kind: str, json: bool) -> None:
    """Run a stream in post time, and tell each trend that would have been told.

    A line of STREAM is {"ts", "platform", "id", "author", "text"}, in the order in which posts came; ts is in seconds
    since 1970. A line of the output is {"at", "question", "votes", "posts", "score", "kind"}; posts holds one id a
    vote. Needs (with "what" is wanted) and moods (with the votes that the negative ones are "of") are read by the fast
    tagger; their question is the latest post. A line that is no post is told on standard error with its number; the
    others are done all the same, and the exit code is 1.
    """
    if out and out.exists() and (own := Path(getattr(file, "name", ""))).is_file() and out.samefile(own):
        raise click.UsageError("--trends: that is the stream itself, which would be written over")
    lines, texts = _Lines(file), dict[str, str]()
    found = (each for each in _trends(lines.noted(texts), Kind(kind)) if not each.thread and not each.missed)
    if out:
        with out.open("wb") as written:
            for trend in found:
                written.write(msgspec.json.encode(record(trend, texts)) + b"\n")
    else:
        _show([*found], texts, Kind(kind), json=json)
    sys.exit(1 if lines.failed else 0)


def _trends(lines: Iterator[Line], kind: Kind) -> Iterator[Trend]:
    if kind is Kind.QUESTION:
        light = Light.load()
        return replayed(lines, light, Detector(light.width))
    return (trend for trend in replay_votes(votes_of(lines), Cells()) if trend.kind is kind)


def _show(found: list[Trend], texts: dict[str, str], kind: Kind, *, json: bool) -> None:
    if json:
        put([record(trend, texts) for trend in found])
    elif found:
        rows = [_row(trend, texts) for trend in found]
        click.echo(table(("AT", "KIND", "VOTES", "USUAL", "SCORE", "QUESTION"), rows))
    else:
        click.echo(f"no {kind} is told")


def _row(trend: Trend, texts: dict[str, str]) -> tuple[str, ...]:
    return (
        f"{trend.at:%Y-%m-%d %H:%M}",
        f"{trend.kind} {trend.what}".strip(),
        f"{trend.votes} of {trend.of}" if trend.of else str(trend.votes),
        f"{trend.expected:.2g}",
        f"{trend.score:.1f}",
        harmless(texts.get(trend.question, trend.question), 200),
    )


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
                line = line_of(raw.removeprefix(b"\xef\xbb\xbf"))
            except (ValueError, TypeError, OverflowError, RecursionError) as error:
                say(f"{getattr(self._file, 'name', '<stdin>')} line {number}: {error}")
                self.failed += 1
                continue
            texts[line.id] = line.text
            yield line


def record(trend: Trend, texts: dict[str, str]) -> Json:
    """A trend as it is written."""
    more = {"what": trend.what} if trend.kind is Kind.NEED else {"of": trend.of} if trend.kind is Kind.MOOD else {}
    return {
        "at": trend.at.timestamp(),
        "question": texts.get(trend.question, trend.question),
        "votes": trend.votes,
        "posts": list(trend.posts),
        "score": round(trend.score, 3),
        "kind": trend.kind,
        **more,
    }
