"""`listener init` and `listener check`."""

import re
import sys
from pathlib import Path
from shlex import quote

import click

from listener.app import assemble
from listener.cli.common import as_json, configured, here, put, say, settings_of
from listener.cli.tables import many
from listener.config import FILES, Settings
from listener.config import check as check_samples
from listener.config import init as write_files
from listener.config.lint import remarks as odd
from listener.errors import ConfigError
from listener.ops.doctor.slack import places

_PLACE = re.compile(r"(.+?):(\d+): ")
_LAST = "\U0010ffff"  # sorts behind the names of files


@click.command()
@click.argument("folder", metavar="[DIR]", default="config", type=click.Path(path_type=Path, file_okay=False))
@as_json
def init(folder: Path, json: bool) -> None:
    """Write a commented configuration into DIR ("config" unless named); files that are there are kept.

    It listens to invented posts until you change it.
    """
    written = write_files(folder)
    kept = [folder / name for name in FILES if folder / name not in written]
    if json:
        put({"written": list(map(str, written)), "kept": list(map(str, kept))})
        return
    for path in written:
        click.echo(f"wrote {path}")
    for path in kept:
        click.echo(f"kept  {path}, which was there")
    option = "" if folder == Path("config") else f" --config {quote(str(folder))}"
    say(f"Next: edit them, then `listener check{option}` and `listener run{option}`.")


@click.command()
@configured
@as_json
def check(folder: Path, json: bool) -> None:
    """Validate everything and try each topic's samples: all mistakes at once, with file and line.

    Exits 2 where the configuration is wrong, 1 where a sample is not as its topic says.
    """
    problems, failed, warnings, summary = _checked(folder)
    if json:
        put({"ok": not (problems or failed), "problems": problems, "samples": failed, "warnings": warnings})
    else:
        for line in (*problems, *sorted((*warnings, *failed), key=_place)):
            say(line)
        if summary and not failed:
            click.echo(here(summary))
    if problems or failed:
        sys.exit(2 if problems else 1)


def _place(line: str) -> tuple[str, int]:
    """File and line, as a message begins; what has none comes last. A mistyped set so stands above what it breaks."""
    found = _PLACE.match(line)
    return (found[1], int(found[2])) if found else (_LAST, 0)


def _checked(folder: Path) -> tuple[list[str], list[str], list[str], str]:
    """Mistakes; samples that fail; warnings; and what is configured, in a line or two."""
    try:
        settings, env = settings_of(folder)
        skipped = assemble(settings, env).skipped
    except ConfigError as error:
        return error.problems, [], [], ""
    failed = [line for line in check_samples(settings) if line not in settings.warnings]
    samples = sum(map(len, settings.samples.values()))
    counts = ((len(settings.topics), "topic"), (len(settings.sources), "source"), (len(settings.channels), "channel"))
    said = ", ".join(many(number, noun) for number, noun in (*counts, (samples, "sample")))
    return [], failed, [*settings.warnings, *odd(settings), *skipped], f"ok: {said}{_invitation(settings)}"


def _invitation(settings: Settings) -> str:
    """What is still to be done in Slack, where it is told; it cannot be seen from here whether it was."""
    told = [ref for each in settings.channels if each.use == "slack" for ref in places(settings, each.name)]
    if not told:
        return ""
    where = ", ".join(dict.fromkeys(ref.partition(":")[2] for ref in told))
    return f"\nIn Slack: /invite @listener in {where}; `listener doctor` looks whether it is there"
