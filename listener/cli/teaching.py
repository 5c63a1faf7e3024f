"""`listener train`: teach the tagger a team's own labels."""

import sys
from pathlib import Path
from typing import BinaryIO

import click
from msgspec.structs import asdict

from listener.app import clock
from listener.cli.common import as_json, configured, here, put, say, settings_of
from listener.cli.tables import table
from listener.cli.tagging import tagger_option
from listener.ops.learning import Lesson, teach
from listener.tag import kind_of
from listener.tag.labels import read_labels
from listener.tag.learn.compare import Compared, Difference
from listener.tag.own import own_path, undo


@click.command()
@click.argument("file", type=click.File("rb"), required=False)
@tagger_option
@click.option("--undo", "back", is_flag=True, help="Put the weights before the last training back.")
@configured
@as_json
def train(file: BinaryIO | None, tagger: str | None, back: bool, folder: Path, json: bool) -> None:
    """Teach the tagger your own labels: FILE holds one JSON object a line, as `listener eval` reads it.

    The new tagger takes the place of the old one only if it is surely better on your labels, each post being judged by
    what was learned without it. It is kept beside the database; a running Listener takes it up by itself. Exits 1 where
    the old one stays.
    """
    settings, _ = settings_of(folder)
    kind = kind_of(tagger or settings.tag.tagger)
    if back:
        _undone(own_path(settings.store, kind), kind, json)
        return
    if not file:
        raise click.UsageError("name a file of labels, or --undo")
    labels = read_labels(file, file.name)
    say(f"Learning from {len(labels):,} labels …")
    lesson = teach(settings.store, kind, labels, clock())
    if json:
        put(_as_json(lesson))
    else:
        click.echo(here("\n".join(_shown(lesson))))
    sys.exit(1 if lesson.outcome.refusal else 0)


def _undone(path: Path, kind: str, json: bool) -> None:
    done = undo(path)
    left = path if path.exists() else "the shipped weights"
    if json:
        put({"undone": done, "in use": str(left)})
    else:
        click.echo(f"In use again: {left}." if done else f"There is nothing to undo: {left} of {kind} are in use.")


def _as_json(lesson: Lesson) -> dict[str, object]:
    outcome = lesson.outcome
    return {
        "accepted": not outcome.refusal,
        "refusal": outcome.refusal,
        "before": lesson.before,
        "model": lesson.model,
        "posts": outcome.posts,
        "foreign": lesson.foreign,
        "tags": [asdict(row) for row in outcome.rows],
        "difference": asdict(outcome.difference) if outcome.difference else None,
        "untaught": outcome.untaught,
        "weights": str(lesson.path),
    }


def _shown(lesson: Lesson) -> list[str]:
    outcome, difference = lesson.outcome, lesson.outcome.difference
    lines = [f"{lesson.foreign:,} labels are left out: posts in other languages are read by lists of words."]
    lines = lines if lesson.foreign else []
    if difference:
        lines += [table(("TAG", "LABELLED", "F1 IN USE", "F1 NEW"), [_row(row) for row in outcome.rows]), ""]
        lines += [_told(difference, len(outcome.rows)), ""]
    if outcome.untaught and difference:
        lines.append(f"Too few labels tell of {', '.join(map(_name, outcome.untaught))}: they stay as they are.")
    if outcome.refusal:
        return [*lines, f"Refused: {outcome.refusal}. {lesson.before} stays in use."]
    return [
        *lines,
        f"Taken into use: {lesson.model}, kept in {lesson.path}.",
        f"`listener train --undo` puts {lesson.before} back.",
    ]


def _row(row: Compared) -> tuple[str, ...]:
    return _name(row.tag), f"{row.labelled:,}", f"{row.old:.3f}", f"{row.new:.3f}"


def _name(tag: str) -> str:
    """As `listener eval` calls it."""
    return {"soon": "urgency ≥ 1", "now": "urgency ≥ 2"}.get(tag, tag)


def _told(difference: Difference, tags: int) -> str:
    """Each post was read by what was learned without it."""
    return (
        f"On posts left out of the learning, mean F1 of {tags} tags: in use {difference.old:.3f}, "
        f"new {difference.new:.3f}, difference {difference.gain:+.3f} (95 %: {difference.low:+.3f} to "
        f"{difference.high:+.3f})."
    )
