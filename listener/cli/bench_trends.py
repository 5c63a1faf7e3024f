"""`listener bench trends`: how well trends are found, and what that costs."""

import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from listener.cli.common import say, unconfigured
from listener.cli.streams import check, groups_of, streams, writable
from listener.cli.tables import table
from listener.ops.trends import (
    SIZES,
    Figures,
    KindFigures,
    Share,
    load,
    measure,
    measure_kind,
    methods,
    stream,
    votes_of,
)
from listener.tag import kind_of
from listener.trend import Light
from listener.trend.detector import LEAST
from listener.types.trend import Encoder, Kind

if TYPE_CHECKING:
    from listener.ops.trends.reader import AccurateReader

_TIMED = 5_000  # posts of the first and of the last day
_HEADERS = ("METHOD", "RECALL", "3", "5", "10", "30", "DELAY 5", "30", "ALARMS/D", "FALSE/D", "SPAM")


def _number(ctx: click.Context, param: click.Parameter, value: float) -> float:
    """The value, unless it is nan, which is neither below a range nor above it."""
    if math.isnan(value):
        raise click.BadParameter("nan is no number")
    return value


@click.command()
@click.option(
    "--data", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True, help="Folder of streams."
)
@click.option("--stream", "names", multiple=True, help="Only this stream; may be repeated.")
@click.option("--seeds", type=click.IntRange(1, 50), default=5, show_default=True, help="Runs with other bursts.")
@click.option("--rivals/--no-rivals", default=True, help="Compare with other methods.")
@click.option(
    "--kind",
    type=click.Choice([each.value for each in Kind]),
    default=Kind.QUESTION.value,
    show_default=True,
    help="What is to be found.",
)
@click.option(
    "--vectors",
    type=click.Choice([each.value for each in Encoder]),
    default=Encoder.LIGHT.value,
    show_default=True,
    help="By which questions are compared: the light ones, or those of the accurate tagger.",
)
@click.option(
    "--score",
    type=click.FloatRange(1, 20),
    default=LEAST,
    show_default=True,
    callback=_number,
    help="From which on a question is told.",
)
@click.option("--posts", type=click.IntRange(min=1_000), help="Measure what so many posts cost, and nothing else.")
@click.option(
    "--days", type=click.IntRange(2, 1_000), default=14, show_default=True, help="Over how many days these posts come."
)
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures there too.")
@unconfigured("what is measured is always the same.")
def trends(  # noqa: PLR0913, PLR0917  # one argument for each option
    data: Path,
    names: tuple[str, ...],
    seeds: int,
    rivals: bool,
    kind: str,
    vectors: str,
    score: float,
    posts: int | None,
    days: int,
    file: Path | None,
) -> None:
    """Put bursts of paraphrases into real streams, and count which are found, how soon, and what else is told.

    The folder holds streams (NAME.jsonl) and groups of questions that mean the same (groups.json). Of needs, moods and
    silences the fast tagger's tags are counted; bursts, falls and gaps are put into them.
    """
    paths = streams(data, names)
    writable(file)
    for path in paths:
        check(path, *([0.0] if posts else []))
    if posts:
        _cost(paths, posts, days, file)
        return
    if kind != Kind.QUESTION:
        _other(paths, Kind(kind), seeds, file)
        return
    known, all_figures = groups_of(data / "groups.json"), list[Figures]()
    encode = _encoder(Encoder(vectors))
    compared = methods(score)[: None if rivals else 1]
    for path in paths:
        say(f"{path.stem} …")
        found = [*measure(path.stem, stream(path), known, encode, range(1, seeds + 1), compared)]
        all_figures += found
        click.echo(f"\n{path.stem}\n{table(_HEADERS, [_row(each) for each in found])}\n{_controls(found[0])}")
    if file:
        file.write_bytes(msgspec.json.format(msgspec.json.encode([_json(each) for each in all_figures]), indent=2))
    if not all(figures.same for figures in all_figures if figures.same is not None):
        say("missed: a restart changed an alert")
        sys.exit(1)


def _other(paths: Sequence[Path], kind: Kind, seeds: int, file: Path | None) -> None:
    """The figures of another kind, in every stream."""
    found = list[KindFigures]()
    for path in paths:
        say(f"{path.stem} …")
        found += measure_kind(path.stem, [*votes_of(stream(path))], kind, range(1, seeds + 1))
    sizes = [f"{size} {_SIZED[kind]}" for size in SIZES[kind]]
    headers = ("STREAM", "OF", "USUAL/H", *sizes, "DELAY", "ALARMS/D", "FALSE/D", "SPAM", "A CPU SECOND")
    click.echo(table(headers, [_kind_row(each) for each in found]))
    if file:
        file.write_bytes(msgspec.json.format(msgspec.json.encode(msgspec.to_builtins(found, str_keys=True)), indent=2))
    if not all(figures.same for figures in found):
        say("missed: a restart changed an alert")
        sys.exit(1)


def _cost(paths: Sequence[Path], posts: int, days: int, file: Path | None) -> None:
    """What so many posts of each stream cost."""
    found = {path.stem: load(stream(path), posts, days, _TIMED) for path in paths}
    headers = ("STREAM", "POSTS", "DAYS", "QUESTIONS", "A CPU SECOND, FIRST DAY", "LAST", "MB", "RESTART S", "MB")
    rows = [
        (
            *(
                name,
                f"{each.posts:,}",
                str(each.days),
                f"{each.questions:,}",
                f"{each.first:,.0f}",
                f"{each.last:,.0f}",
            ),
            *(f"{each.memory:.0f}", f"{each.restart:.2f}", f"{each.restart_memory:.0f}"),
        )
        for name, each in found.items()
    ]
    click.echo(table(headers, rows))
    if file:
        file.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2))


_SIZED = {Kind.NEED: "POSTS", Kind.MOOD: "TURNED", Kind.SILENCE: "HOURS"}


def _kind_row(figures: KindFigures) -> tuple[str, ...]:
    return (
        figures.stream,
        figures.cell,
        f"{figures.usual:.2g}",
        *(f"{share.hits} of {share.of}" for share in figures.by_size.values()),
        " ".join(_minutes(wait) for wait in figures.delay.values()),
        f"{figures.natural:.2f}",
        "–" if figures.permuted is None else f"{figures.permuted:.2f}",
        f"{figures.spam.hits} of {figures.spam.of}" if figures.spam.of else "–",
        f"{figures.a_second:,.0f}",
    )


def _encoder(which: Encoder) -> "Light | AccurateReader":
    """Texts to vectors, and whether they ask; raises ConfigError where what the accurate ones need is not installed."""
    if which is Encoder.LIGHT:
        return Light.load()
    kind_of("accurate")
    from listener.ops.trends.reader import AccurateReader  # noqa: PLC0415  # heavy, and not installed everywhere

    return AccurateReader.load()


def _row(figures: Figures) -> tuple[str, ...]:
    return (
        f"{figures.method} {figures.least:g}",
        str(figures.recall),
        *(f"{share.value:.2f}" for share in figures.by_size.values()),
        _minutes(figures.delay[5]),
        _minutes(figures.delay[30]),
        f"{figures.natural:.2f}",
        f"{figures.permuted:.2f}",
        f"{figures.spam.hits} of {figures.spam.of}",
    )


def _controls(own: Figures) -> str:
    by_size = " · ".join(f"{size}: {share}" for size, share in own.by_size.items())
    oracle = " · ".join(f"{size}: {_minutes(wait)}" for size, wait in own.oracle.items())
    lost = 100 * (own.recall.value - own.late.value) if own.late else 0
    return (
        f"recall by size {by_size}\n"
        f"minutes until the third post, for an oracle {oracle}\n"
        f"a tenth of the posts late: recall {own.late}, {lost:.1f} points less; "
        f"daily question: {own.recurring} alarms after day 4; "
        f"kill and restart: {'identical' if own.same else 'DIFFERENT'}\n"
        f"{own.posts_a_second:,.0f} posts and {own.questions_a_second:,.0f} questions a CPU second, "
        f"restart {own.restart:.2f} s, {own.memory:.0f} MB at most"
    )


def _minutes(wait: float | None) -> str:
    return "–" if wait is None else f"{wait:.0f}"


def _json(figures: Figures) -> object:
    raw = msgspec.to_builtins(figures, str_keys=True)
    for share in (raw["recall"], *raw["by_size"].values(), raw["spam"], *([raw["late"]] if raw["late"] else [])):
        share["interval"] = _interval(share)
    return raw


def _interval(share: dict[str, int]) -> tuple[float, float]:
    return Share(share["hits"], share["of"]).interval
