"""`listener bench match` and `bench firehose`: posts a second, in seconds of the processor."""

from pathlib import Path
from typing import Any

import click
import msgspec

from listener.app import clock
from listener.cli.common import unconfigured
from listener.cli.firehose import Passed, passed
from listener.cli.tables import table
from listener.ops.speed import Rate, Row, compared, read_stream

_FILE = click.Path(dir_okay=False, path_type=Path)
_JSON = click.option("--json", "file", type=_FILE, help="Write the figures there too.")
_POSTS = click.option(
    "--posts", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JSON lines to measure with."
)
_AIMS = {1_000: 100_000, 100_000: 60_000}  # posts a second by phrases


@click.command()
@_JSON
@_POSTS
@click.option(
    "--phrases",
    "counts",
    multiple=True,
    type=click.IntRange(1),
    default=(10, 100, 1_000, 10_000, 100_000),
    help="How many phrases; may be repeated.",
)
@unconfigured("what is measured is always the same.")
def match(file: Path | None, path: Path | None, counts: tuple[int, ...]) -> None:
    """Matching alone, beside an alternation by `re` and pyahocorasick, on the sample stream or your own posts."""
    rows = list(compared(read_stream(path), counts, clock()))
    heads = ("PHRASES", "LOADED IN", "PEAK", "LISTENER", "MATCHING", "RE", "PYAHOCORASICK")
    click.echo(table(heads, [_match_row(row) for row in rows]))
    if any(row.rates["pyahocorasick"] is None for row in rows):
        click.echo("pyahocorasick is not installed: pip install pyahocorasick")
    _write(file, rows)


@click.command()
@_JSON
@_POSTS
@click.option(
    "--phrases",
    "counts",
    multiple=True,
    type=click.IntRange(1),
    default=(1_000, 100_000),
    help="How many phrases; may be repeated.",
)
@click.option("--count", default=50_000, show_default=True, type=click.IntRange(5_000), help="Posts of each of 5 runs.")
@click.option("--warm", default=200_000, show_default=True, type=click.IntRange(0), help="Posts before the first run.")
@unconfigured("what is measured is always the same.")
def firehose(file: Path | None, path: Path | None, counts: tuple[int, ...], count: int, warm: int) -> None:
    """All the way: lines of a file are decoded, matched, tagged where they match, and stored.

    Beside it, on the same posts, what one would write at first: json, `re` (above 10,000 phrases a set of words),
    vaderSentiment's own package, and a row a post.
    """
    stream = read_stream(path)
    runs = [passed(stream, phrases, count, warm) for phrases in counts]
    heads = ("PHRASES", "LOADED IN", "PEAK", "MATCHING", "POSTS/S", "AIM", "JSON, RE, VADER, ROWS")
    click.echo(table(heads, [_hose_row(run) for run in runs]))
    _write(file, runs)


def _match_row(row: Row) -> tuple[str, ...]:
    ours = row.rates["listener"]
    share = f"{ours.share:.1%}" if ours else ""
    rates = {name: _shown(rate) for name, rate in row.rates.items()}
    load, peak = f"{row.load_seconds:.2f} s", f"{row.peak_mb:.0f} MB"
    return f"{row.phrases:,}", load, peak, rates["listener"], share, rates["re"], rates["pyahocorasick"]


def _shown(rate: Rate | None) -> str:
    return f"{rate.posts:,.0f}/s" if rate else "–"


def _hose_row(run: Passed) -> tuple[str, ...]:
    aim = f"≥ {_AIMS[run.phrases]:,}" if run.phrases in _AIMS else ""
    load, peak = f"{run.load_seconds:.2f} s", f"{run.peak_mb:.0f} MB"
    return f"{run.phrases:,}", load, peak, f"{run.share:.1%}", f"{run.rate:,.0f}", aim, f"{run.usual:,.0f}"


def _write(file: Path | None, rows: Any) -> None:  # noqa: ANN401  # whatever was measured
    if file:
        file.write_bytes(msgspec.json.format(msgspec.json.encode({"runs": rows}), indent=2) + b"\n")
