"""`listener eval`: how well a tagger agrees with labels."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import click

from listener.app import clock
from listener.cli.common import as_json, configured, put
from listener.cli.tables import table
from listener.cli.tagging import chosen, tagger_option
from listener.tag.evaluate import Bin, Report, Row, Share, report
from listener.tag.labels import Label, read_labels
from listener.types import Post, Tags

_LEAST = 50  # posts of a platform, below which its figures say nothing


@click.command("eval")
@click.argument("file", type=click.File("rb"))
@tagger_option
@click.option(
    "--by",
    type=click.Choice(["platform", "origin"]),
    default="platform",
    show_default=True,
    help="What there are tables of besides.",
)
@configured
@as_json
def evaluate(file: BinaryIO, tagger: str | None, by: str, folder: Path, json: bool) -> None:
    """Compare a tagger with labels: precision and recall with 95 % intervals, F1, average precision, calibration.

    FILE holds one JSON object a line: "id", "text", "moments", "question", "urgency", "signals", "place", and "label"
    for the mood; what a line leaves out is not judged. Figures on posts that the tagger was learned from flatter it.
    """
    labels = read_labels(file, file.name)
    read = chosen(tagger, folder)
    tags = read([post_of(label) for label in labels])
    reports = {name: report(*zip(*part, strict=True)) for name, part in _parts(labels, tags, by)}
    if json:
        put({"model": read.model, **reports})
        return
    click.echo(f"{read.model}, {len(labels):,} posts\n")
    click.echo("\n\n".join(_shown(name, figures) for name, figures in reports.items()))
    click.echo("\n" + _reliability(reports["all posts"]))


def post_of(label: Label) -> Post:
    """The post of a label."""
    return Post(source=label.platform or "labels", id=label.id, text=label.text, created_at=clock())


def _parts(labels: Sequence[Label], tags: Sequence[Tags], by: str) -> Iterator[tuple[str, list[tuple[Label, Tags]]]]:
    """All pairs, those drawn uniformly, and those of each platform or origin with enough of them."""
    pairs = list(zip(labels, tags, strict=True))
    yield "all posts", pairs
    natural = [pair for pair in pairs if pair[0].natural]
    if natural and len(natural) < len(pairs):
        yield "natural posts", natural
    names = sorted({name for label in labels if (name := getattr(label, by))})
    for name in names if len(names) > 1 else ():
        part = [pair for pair in pairs if getattr(pair[0], by) == name]
        if len(part) >= _LEAST:
            yield name, part


def _shown(name: str, figures: Report) -> str:
    head = (f"{name.upper()} ({figures.posts:,})", "LABELLED", "GIVEN", "PRECISION", "RECALL", "F1", "AP", "ECE")
    lines = [table(head, [_row(row) for row in figures.rows])]
    if figures.macro_f1 is not None:
        lines.append(f"macro F1 of the moments {figures.macro_f1:.3f}")
    if figures.mood_recall is not None:
        each = ", ".join(f"{mood} {value:.3f}" for mood, value in figures.mood_recalls.items())
        lines.append(f"mood: macro recall {figures.mood_recall:.3f} ({each})")
    return "\n".join(lines)


def _reliability(figures: Report) -> str:
    """Where a tag is said to be so likely, how often does it hold?"""
    head = ("SAID → HELD (POSTS)", "<10 %", "<30 %", "<50 %", "<70 %", "<90 %", "≤100 %")
    return table(head, [(row.tag, *map(_bin, row.reliability)) for row in figures.rows if row.reliability])


def _bin(each: Bin) -> str:
    return f"{each.said:.0%}→{each.held:.0%} ({each.posts:,})" if each.posts else "–"


def _row(row: Row) -> tuple[str, ...]:
    rated = (row.average_precision, row.calibration_error)
    return (
        row.tag,
        f"{row.labelled:,}",
        f"{row.given:,}",
        _share(row.precision),
        _share(row.recall),
        f"{row.f1:.3f}",
        *("" if value is None else f"{value:.3f}" for value in rated),
    )


def _share(share: Share) -> str:
    return f"{share.value:.3f} ({share.low:.2f}–{share.high:.2f})" if share.of else "–"
