"""The commands; nothing else lives here. Each is imported when it is called, so that `--help` is quick."""

import sys
from importlib import import_module

import click

from listener import __version__
from listener.errors import AlreadyRunning, ConfigError, ListenerError, QueryError

# command → module, function, and what `--help` says of it
COMMANDS = {
    "init": ("setup", "init", "Write a commented configuration where there is none."),
    "check": ("setup", "check", "Validate the configuration and run every topic's samples."),
    "run": ("running", "run", "Listen and tell: collectors, tagging and delivery in one process."),
    "once": ("running", "once", "One pass over every source, then deliver what is due."),
    "status": ("state", "status", "Sources, outbox, gaps and totals."),
    "doctor": ("state", "doctor", "What is wrong, and the exact command that mends it."),
    "findings": ("browse", "findings", "Search what was found."),
    "why": ("browse", "why", "Why a post alerted, or why not."),
    "datasette": ("browse", "datasette", "Browse the findings, read-only, in Datasette."),
    "match": ("language", "match", "Judge query cases from a file."),
    "explain": ("language", "explain", "How a query reads, and which part matched a text where."),
    "tag": ("tagging", "tag", "Tag posts from a file or standard input."),
    "routes": ("routing", "routes", "Show the route tree, or where a finding would go."),
    "slack": ("slack", "slack", "The app manifest, and a test message."),
    "outbox": ("mail", "outbox", "Messages that could not be delivered."),
    "quarantine": ("mail", "quarantine", "Posts that could not be read."),
    "bench": ("bench", "bench", "Measure speed and limits."),
}


class Lazy(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command."""
        if cmd_name not in COMMANDS:
            return None
        module, function, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"listener.cli.{module}"), function)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What `--help` says, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="listener")
def cli() -> None:
    """Hear what people ask for in public, and tell the right people while there is still time to answer."""


def main() -> None:
    """The command `listener`: errors of the user are told in words, with exit codes 1, 2 or 3."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except ListenerError as error:
        print(error, file=sys.stderr)
        sys.exit(_code(error))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)


def _code(error: ListenerError) -> int:
    if isinstance(error, AlreadyRunning):
        return 3
    return 2 if isinstance(error, ConfigError | QueryError) else 1
