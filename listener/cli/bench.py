"""`listener bench`: what things cost."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import msgspec

from listener.app import clock
from listener.cli.bench_sentiment import sentiment
from listener.cli.bench_speed import firehose, match
from listener.cli.bench_tag import tag
from listener.cli.bench_trends import trends
from listener.cli.common import say, unconfigured
from listener.cli.tables import table
from listener.ops.limits import Cost, Figure, costs, help_takes, run_takes
from listener.ops.limits.cost import AIM, STEPS
from listener.ops.searching import AIM as SEARCH_AIM
from listener.ops.searching import Took, fill, search_takes


@click.group()
def bench() -> None:
    """Measure speed and limits; each prints a table with the aim beside each figure."""


for _command in (sentiment, tag, match, firehose, trends):
    bench.add_command(_command)


@bench.command()
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures there too.")
@click.option("--for", "seconds", default=20.0, show_default=True, help="Seconds that `run` is watched.")
@unconfigured("what is measured is always the same.")
def limits(file: Path | None, seconds: float) -> None:
    """Hostile posts in milliseconds each, start-up, first poll, memory. Exits 1 where an aim is missed."""
    progress = _progress if sys.stderr.isatty() else lambda _: None
    progress("listener --help")
    figures = [help_takes()]
    progress(f"listener run, {seconds:g} s")
    figures += run_takes(seconds, clock)
    posts = costs(clock(), progress=progress)
    progress("")
    click.echo(_posts(posts))
    click.echo("\n" + table(("", "FIGURE", "AIM"), [_row(figure) for figure in figures]))
    if file:
        file.write_bytes(msgspec.json.format(msgspec.json.encode(_json(posts, figures)), indent=2) + b"\n")
    missed = [figure.what for figure in (*(cost.figure for cost in posts), *figures) if not figure.met]
    if missed:
        say(f"missed: {'; '.join(missed)}")
        sys.exit(1)


def _progress(line: str) -> None:
    click.echo(f"\r\033[K{line}", err=True, nl=False)


def _posts(posts: list[Cost]) -> str:
    rows = [
        (cost.what, *(f"{cost.steps[step]:.1f}" for step in STEPS), f"{cost.total:.1f}", f"≤ {AIM:g}") for cost in posts
    ]
    return table(("HOSTILE POST, MS", *STEPS, "TOTAL", "AIM"), rows)


def _row(figure: Figure) -> tuple[str, str, str]:
    return figure.what, f"{figure.value:.2f} {figure.unit}", f"≤ {figure.most:g} {figure.unit}"


def _json(posts: list[Cost], figures: list[Figure]) -> object:
    return {
        "posts": [
            {"what": cost.what, "total_ms": cost.total, "steps_ms": cost.steps, "most_ms": AIM} for cost in posts
        ],
        "figures": figures,
        "met": all(figure.met for figure in (*(cost.figure for cost in posts), *figures)),
    }


@bench.command("search")
@click.option("--findings", default=100_000, show_default=True, type=click.IntRange(min=1), help="Invented findings.")
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures there too.")
@unconfigured("what is measured is always the same.")
def searches(findings: int, file: Path | None) -> None:
    """What the first page of a search costs, by kinds of queries. Exits 1 where a typical one takes too long."""
    progress = _progress if sys.stderr.isatty() else lambda _: None
    with TemporaryDirectory() as folder:
        path = Path(folder) / "listener.db"
        fill(path, findings, clock(), progress)
        took = list(search_takes(path, clock()))
    rows = [(each.what, f"{each.ms:.1f}", str(each.found), _note(each), each.query) for each in took]
    click.echo(table(("SEARCH", "MS", "FOUND", "AIM", "QUERY"), rows))
    if file:
        file.write_bytes(msgspec.json.format(msgspec.json.encode({"findings": findings, "searches": took}), indent=2))
    if missed := [each.what for each in took if not each.met]:
        say(f"missed: {'; '.join(missed)}")
        sys.exit(1)


def _note(took: Took) -> str:
    if not took.is_typical:
        return "stopped" if took.stopped else "reads all"
    return f"≤ {SEARCH_AIM:g}"
