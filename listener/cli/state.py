"""`listener status` and `listener doctor`."""

import shlex
import sys
from contextlib import closing
from pathlib import Path

import click
from msgspec.structs import replace

from listener.app import clock
from listener.cli.common import as_json, configured, here, put, say, settings_of
from listener.cli.overview import sections
from listener.errors import ConfigError
from listener.ops.doctor import Trouble, examine
from listener.ops.status import status as read_status
from listener.store import Store


@click.command()
@configured
@as_json
def status(folder: Path, json: bool) -> None:
    """Show how sources, messages and the database are.

    LAG is how long after its writing a post is read, lately. REQUESTS counts everything that uses the same credential.
    What a source spends is counted by days of UTC. GAPS are stretches that could not be read.
    """
    settings, env = settings_of(folder)
    with closing(Store.look(settings.store)) as store:
        found = read_status(settings, env, store, Store.holder(settings.store), clock())
    if json:
        put(found)
    else:
        click.echo("\n\n".join(sections(found)))


@click.command()
@configured
@as_json
@click.option("--offline", is_flag=True, help="Ask no service: Slack is left out.")
def doctor(folder: Path, json: bool, offline: bool) -> None:
    """Say what is wrong and, for each thing, the command or setting that mends it; exit 1 where something is.

    Looks at the configuration, secrets, the database, sources, messages that are stuck, and Slack: token, permissions,
    channels. What is marked · is only worth knowing.
    """
    troubles = [replace(trouble, cure=here(trouble.cure)) for trouble in _troubles(folder, offline)]
    wrong = not all(trouble.note for trouble in troubles)
    if json:
        put(troubles)
    else:
        for trouble in troubles:
            click.echo(f"{'·' if trouble.note else '✗'} {trouble.what}\n  → {trouble.cure}")
        if not wrong:
            click.echo("nothing is wrong")
    sys.exit(1 if wrong else 0)


def _troubles(folder: Path, offline: bool) -> list[Trouble]:
    try:
        settings, env = settings_of(folder)
    except ConfigError as error:
        mend = f"mend it, then `listener check --config {shlex.quote(str(folder))}`"
        return [Trouble(problem, mend) for problem in error.problems]
    if not offline and sys.stderr.isatty() and any(channel.use == "slack" for channel in settings.channels):
        say("Asking Slack …")
    return list(examine(settings, env, clock(), offline=offline))
