"""`listener eval`: how well a tagger agrees with labels."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import click
import msgspec

from listener.app import clock
from listener.cli.common import as_json, configured, put
from listener.cli.tables import table
from listener.cli.tagging import chosen, tagger_option
from listener.errors import ListenerError
from listener.tag.evaluate import Label, Report, Row, Share, report
from listener.types import Post, Tags

_LEAST = 50  # posts of a platform, below which its figures say nothing


class LabelsError(ListenerError):
    """A file of labels cannot be used; says why."""


@click.command("eval")
@click.argument("file", type=click.File("rb"))
@tagger_option
@configured
@as_json
def evaluate(file: BinaryIO, tagger: str | None, folder: Path, json: bool) -> None:
    """Compare a tagger with labels: precision and recall with 95 % intervals, F1, average precision, calibration.

    FILE holds one JSON object a line: "id", "text", "moments", "question", "urgency", "signals", "place", and "label"
    for the mood; what a line leaves out is not judged. Figures on posts that the tagger was learned from flatter it.
    """
    labels = labels_of(file)
    read = chosen(tagger, folder)
    tags = read([post_of(label) for label in labels])
    reports = {name: report(*zip(*part, strict=True)) for name, part in _parts(labels, tags)}
    if json:
        put({"model": read.model, **reports})
        return
    click.echo(f"{read.model}, {len(labels):,} posts\n")
    click.echo("\n\n".join(_shown(name, figures) for name, figures in reports.items()))


def labels_of(file: BinaryIO) -> list[Label]:
    """The labels of a file; raises `LabelsError` with the line that is none."""
    found = []
    for number, line in enumerate(file, 1):
        if line.strip():
            try:
                found.append(msgspec.json.decode(line, type=Label))
            except msgspec.MsgspecError as error:
                raise LabelsError(f"{file.name} line {number}: {error}") from None
    if not found:
        raise LabelsError(f"{file.name}: no labels in it")
    return found


def post_of(label: Label) -> Post:
    """The post of a label."""
    return Post(source=label.platform or "labels", id=label.id, text=label.text, created_at=clock())


def _parts(labels: Sequence[Label], tags: Sequence[Tags]) -> Iterator[tuple[str, list[tuple[Label, Tags]]]]:
    """All pairs, those drawn uniformly, and those of each platform with enough of them."""
    pairs = list(zip(labels, tags, strict=True))
    yield "all posts", pairs
    natural = [pair for pair in pairs if pair[0].natural]
    if natural and len(natural) < len(pairs):
        yield "natural posts", natural
    platforms = sorted({label.platform for label in labels if label.platform})
    for platform in platforms if len(platforms) > 1 else ():
        part = [pair for pair in pairs if pair[0].platform == platform]
        if len(part) >= _LEAST:
            yield platform, part


def _shown(name: str, figures: Report) -> str:
    head = (f"{name.upper()} ({figures.posts:,})", "LABELLED", "GIVEN", "PRECISION", "RECALL", "F1", "AP", "ECE")
    lines = [table(head, [_row(row) for row in figures.rows])]
    if figures.macro_f1 is not None:
        lines.append(f"macro F1 of the moments {figures.macro_f1:.3f}")
    if figures.mood_recall is not None:
        each = ", ".join(f"{mood} {value:.3f}" for mood, value in figures.mood_recalls.items())
        lines.append(f"mood: macro recall {figures.mood_recall:.3f} ({each})")
    return "\n".join(lines)


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
