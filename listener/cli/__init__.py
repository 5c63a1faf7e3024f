"""The commands; nothing else lives here. Each is imported when it is called, so that `--help` is quick."""

import io
import os
import sys
from difflib import get_close_matches
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
    "trends": ("trends", "trends", "What is asked more than usual now; note where it was answered."),
    "why": ("browse", "why", "Why a post alerted, or why not."),
    "datasette": ("browse", "datasette", "Browse the findings, read-only, in Datasette."),
    "topics": ("topics", "topics", "What is tracked: list, add, remove, export, import from other tools."),
    "match": ("language", "match", "Judge query cases from a file."),
    "explain": ("language", "explain", "How a query reads, and which part matched a text where."),
    "estimate": ("estimating", "estimating", "How many posts an hour a query would have found, and which."),
    "tag": ("tagging", "tag", "Tag posts from a file or standard input."),
    "eval": ("learning", "evaluate", "How well a tagger agrees with labels."),
    "train": ("teaching", "train", "Teach the tagger your own labels; kept only if it got better."),
    "routes": ("routing", "routes", "Show the route tree, or where a finding would go."),
    "slack": ("slack", "slack", "The app manifest, and a test message."),
    "outbox": ("mail", "outbox", "Messages that could not be delivered."),
    "quarantine": ("mail", "quarantine", "Posts that could not be read."),
    "forget": ("privacy", "forget", "Forget an author or a post, everywhere and for good."),
    "export": ("privacy", "export", "All that is stored about an author, for that person."),
    "replay": ("replay", "replay", "Run a timestamped stream and write what trends in it."),
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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that was named; one that there is not is told with the nearest."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = get_close_matches(args[0], COMMANDS, n=1)
            ctx.fail(f"No such command {args[0]!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what the user did wrong ends it in words, with exit code 1, 2 or 3."""
        try:
            return super().invoke(ctx)
        except ListenerError as error:
            from listener.cli.common import say  # noqa: PLC0415 - `--help` does without

            say(str(error))
            ctx.exit(_code(error))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What `--help` says, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="listener")
def cli() -> None:
    """Hear what people ask for in public, and tell the right people while there is still time to answer."""


def main() -> None:
    """The command `listener`: exits 1 where something failed, 2 for wrong usage, 3 where another runs already."""
    sys.stdin = sys.stdin or io.TextIOWrapper(io.BytesIO())  # it was closed: nothing comes
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal may lack a letter of a post
    try:
        code = cli.main(prog_name="listener", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except OSError as error:
        _drop_output()
        what = error.filename or "the output cannot be written"
        print(f"{what}: {error.strerror or error}", file=sys.stderr)
        sys.exit(1)


def _drop_output() -> None:
    """What could not be written is tried again when Python ends: let it go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def _code(error: ListenerError) -> int:
    if isinstance(error, AlreadyRunning):
        return 3
    return 2 if isinstance(error, ConfigError | QueryError) else 1
