"""`listener bench tag`: what reading a post costs, by each tagger that is installed."""

import sys
from pathlib import Path

import click
import msgspec
from msgspec.structs import asdict

from listener.app import clock
from listener.cli.bench_sentiment import texts_of
from listener.cli.common import say, unconfigured
from listener.cli.tables import table
from listener.errors import ConfigError
from listener.ops.sentiment import MOST_FLOOD
from listener.ops.tagging import LEAST, MOST_GROWTH, MOST_LOAD, MOST_MB, Speed, measure_alone
from listener.tag import load
from listener.types import Post


@click.command()
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures there too.")
@click.option(
    "--data",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='Posts to tag, a JSON object with a "text" a line. Left out: the invented posts of the sample.',
)
@unconfigured("what is measured is in the file.")
def tag(file: Path | None, data: Path | None) -> None:
    """Posts a second, evidence and all, time and memory to load, and floods, by each tagger that is installed.

    Medians of five runs over posts drawn evenly from the file; seconds of processor time, and on the clock with all
    cores that the tagger uses. Exits 1 where an aim is missed.
    """
    posts = [Post(source="bench", id=str(n), text=text, created_at=clock()) for n, text in enumerate(texts_of(data))]
    speeds = [measure_alone(choice, posts) for choice in _installed()]
    click.echo(table(("TAGGER", "FIGURE", "AIM"), [row for speed in speeds for row in _rows(speed)]))
    missed = [what for speed in speeds for what in speed.missed]
    if file:
        shown = {speed.choice: {**asdict(speed), "met": not speed.missed} for speed in speeds}
        file.write_bytes(msgspec.json.format(msgspec.json.encode(shown), indent=2) + b"\n")
    if missed:
        say(f"missed: {'; '.join(missed)}")
        sys.exit(1)


def _installed() -> list[str]:
    try:
        load("accurate")
    except ConfigError as error:
        say(str(error))
        return ["fast"]
    return ["fast", "accurate"]


def _rows(speed: Speed) -> list[tuple[str, str, str]]:
    return [
        (speed.model, f"{speed.per_second:,.0f} posts/s", f"≥ {LEAST[speed.choice]:,.0f}"),
        ("  posts", f"{speed.posts:,} of {speed.given:,}", ""),
        ("  on the clock", f"{speed.at_once:,.0f} posts/s", ""),
        ("  loaded in", f"{speed.loads:.2f} s", f"≤ {MOST_LOAD:g} s"),
        ("  memory", f"{speed.peak_mb:.0f} MB", f"≤ {MOST_MB:g} MB"),
        ("  twice as long", f"{speed.growth:.1f} times", f"≤ {MOST_GROWTH:g}"),
        *((f"  {what}", f"{cost:.1f} ms", f"≤ {MOST_FLOOD:g} ms") for what, cost in speed.floods_ms.items()),
    ]
