"""`listener forget` and `listener export`: what somebody may ask of us about their own posts."""

import shlex
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
from msgspec import structs

from listener.app import Receipt, clock
from listener.app import forget as forget_it
from listener.cli.browse import forms
from listener.cli.common import as_json, configured, here, put, say, settings_of
from listener.cli.tables import many, minute, near
from listener.config import Settings
from listener.store import Author, Erased, PostName, Store

_LABELS = {
    "posts": "words, author, address, place and identifier",
    "findings": "evidence and place; tags and scores stay and go on to count",
    "alerts": "fingerprints of the words",
    "messages": "that showed it, or were going to",
    "events": "what people wrote or pasted; claims, clicks and the like go on to count",
    "samples": "of posts that matched nothing",
    "quarantine": "of posts that were set aside",
    "read": "of what was read in the last 7 days",
}


@click.command()
@configured
@as_json
@click.option("--author", metavar="NAME", help='Everything of an author: "reddit:name", or the name alone.')
@click.option("--post", metavar="URL|KEY", help="One post, by its address or its key.")
@click.option("--dry-run", is_flag=True, help="Say what would be forgotten, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(folder: Path, json: bool, author: str | None, post: str | None, dry_run: bool, yes: bool) -> None:
    """Forget all posts of an author, or one post, and print a receipt.

    Words, names and addresses go from the database and from Slack, and are not stored again, whoever brings them:
    neither from the platform nor by a backup. Counts stay. Works while Listener runs. Exits 1 where something is left
    to be done; the receipt says what.
    """
    if bool(author) == bool(post):
        raise click.UsageError("say what to forget: --author reddit:name, or --post with an address or key")
    settings, env = settings_of(folder)
    with closing(Store.look(settings.store)) as store:
        target = _author(store, settings, author) if author else _post(store, settings, post or "")
    if not dry_run and not yes:
        _confirm(forget_it(settings, env, target, rehearse=True))
    receipt = forget_it(
        settings, env, target, rehearse=dry_run, progress=say if sys.stderr.isatty() else lambda _: None
    )
    if json:
        put({**structs.asdict(receipt), "done": receipt.done})
    else:
        click.echo("\n".join(_lines(receipt, settings)))
    sys.exit(0 if receipt.done else 1)


def _confirm(rehearsal: Receipt) -> None:
    if not _is_terminal():
        raise click.UsageError("this cannot be undone: look at it with --dry-run, then say --yes")
    found = [f"{name} {count}" for name, count in _counts(rehearsal.erased)]
    say(f"{rehearsal.asked}: {', '.join(found) or 'nothing is stored'}. It cannot be undone.")
    click.confirm("Forget it?", abort=True, err=True)


def _is_terminal() -> bool:
    return sys.stdin.isatty()


def _counts(erased: Erased) -> list[tuple[str, int]]:
    return [(name, count) for name, count in structs.asdict(erased).items() if count]


def _lines(receipt: Receipt, settings: Settings) -> Iterator[str]:
    """The receipt."""
    verb = "Would be forgotten" if receipt.rehearsed else "Forgotten"
    yield f"{verb}: {receipt.asked}"
    yield f"receipt {receipt.id}, {minute(receipt.at)}"
    yield ""
    for name, count in _counts(receipt.erased):
        yield f"  {name:<11}{count:>6}   {_LABELS[name]}"
    if not _counts(receipt.erased):
        yield "  nothing was stored of it"
    if receipt.rehearsed:
        return
    yield ""
    yield from _files(receipt, settings)
    yield from _messages(receipt)
    whose = "posts of this author are" if receipt.asked.startswith("author") else "this post is"
    yield f"From now on {whose} not stored any more."
    yield from _copies(receipt, settings)


def _files(receipt: Receipt, settings: Settings) -> Iterator[str]:
    if receipt.cleaned:
        yield f"Cleaned: nothing of it is left in the bytes of {settings.store}, its search index and its log."
    else:
        yield (
            f"✗ Some bytes of it may be left in {settings.store}: another program reads it, or the disk is full. "
            "A running Listener cleans it later; or repeat this command."
        )


def _messages(receipt: Receipt) -> Iterator[str]:
    if receipt.emptied:
        yield f"{many(receipt.emptied, 'message')} emptied in their channels."
    for (channel, error), count in Counter((each.channel, each.error) for each in receipt.waiting).items():
        why = f" ({error})" if error else ""
        yield f"✗ {many(count, 'message')} in {channel} not emptied yet{why}: " + here(
            "`listener run` or `listener once` does it"
        )
    for (channel, error), count in Counter((each.channel, each.error) for each in receipt.fixed).items():
        why = f" ({error})" if error else ""
        yield f"! {many(count, 'message')} to {channel} cannot be changed from here{why}: have it deleted there."


def _copies(receipt: Receipt, settings: Settings) -> Iterator[str]:
    if receipt.copies:
        yield "Copies that were made before an upgrade still hold it. Delete them:"
        yield f"  rm {' '.join(map(shlex.quote, receipt.copies))}"
    yield (
        "Your own backups of before now still hold it, too. If one is put back, it is forgotten again before anything "
        f"else happens, as long as {settings.store}.guard is where it is."
    )


@click.command()
@configured
@click.option("--author", metavar="NAME", required=True, help='Whose posts: "reddit:name", or the name alone.')
@click.option("--json", is_flag=True, help="As always: the answer is JSON.")
def export(folder: Path, author: str, json: bool) -> None:
    """Print everything that is stored about an author, as JSON, to answer that person's request for access.

    Exits 1 where nothing is stored. It is complete whatever the platform's terms say of exports: they bind what you
    pass on to others, not what you owe to the author.
    """
    settings, _ = settings_of(folder)
    with closing(Store.look(settings.store)) as store:
        asked = _author(store, settings, author)
        found = store.held(asked)
        others = [each.name for each in store.people(asked.name) if each.source == asked.source]
    put({"author": f"{asked.source}:{asked.name}", "at": clock(), **found})
    if asked.name in others and len(others) > 1:
        rest = ", ".join(f"{asked.source}:{name}" for name in others if name != asked.name)
        say(f"The name is also stored as {rest}: where it is the same person, export that too.")
    sys.exit(0 if any(found.values()) else 1)


# Who and what is meant


def _author(store: Store, settings: Settings, text: str) -> Author:
    """The author that was named; raises `UsageError` where it is not clear on which platform."""
    known = sorted({*store.platforms(), *(source.use for source in settings.sources if ":" not in source.use)})
    platform, _, name = text.strip().partition(":")
    if name and platform.lower() in known:
        return Author(platform.lower(), _handle(name))
    there = sorted({each.source for each in store.people(_handle(text))})
    if len(there) == 1:
        return Author(there[0], _handle(text))
    if there:
        which = " or ".join(f"{each}:{_handle(text)}" for each in there)
        raise click.UsageError(f"--author: {text} is on several platforms: say {which}")
    if name:
        raise click.UsageError(f"--author: nothing was read from {platform!r}{near(platform, known)}")
    some = " or ".join(f"{each}:{_handle(text)}" for each in known) or f"reddit:{_handle(text)}"
    raise click.UsageError(f"--author: nobody called {text!r} is stored; name the platform, too: {some}")


def _handle(text: str) -> str:
    """A name as platforms write it, whatever people put before it."""
    name = text.strip()
    for before in ("/u/", "u/", "@"):
        name = name.removeprefix(before)
    if not name:
        raise click.UsageError("--author: the name is missing: --author reddit:name")
    return name


def _post(store: Store, settings: Settings, text: str) -> PostName:
    """The post that was named; one that was never read can be named by its key."""
    for form in forms(text.strip()):
        if (sampled := store.sampled_at(form)) is not None:
            return PostName(sampled)
        if (found := store.why(form)) is not None and "://" not in found.key:  # of some only a hash is known
            return PostName(found.key)
    platform, _, post_id = text.strip().partition(":")
    known = {*store.platforms(), *(source.use for source in settings.sources)}
    if post_id and platform in known and "://" not in text:
        return PostName(text.strip())
    raise click.UsageError(
        f"--post: {text} was never read, or is not known by this address any more; its key, such as reddit:abc123, "
        "can always be given"
    )
