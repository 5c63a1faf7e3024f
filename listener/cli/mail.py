"""`listener outbox` and `listener quarantine`: what could not be delivered, and what could not be read."""

import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path

import click
from msgspec import Struct
from msgspec.structs import asdict

from listener.app import Parts, assemble, clock
from listener.cli.common import as_json, at_most, configured, put, say, settings_of
from listener.cli.tables import ago, many, minute, table
from listener.store import Store

_UNDELIVERED = ("failed", "unknown", "sending", "pending")


@click.group()
def outbox() -> None:
    """Messages that are not delivered yet, or that were given up."""


@outbox.command("list")
@configured
@as_json
@click.option("--failed", is_flag=True, help="Only those that were given up.")
@click.option("--limit", type=at_most, default=100, show_default=True, help="At most so many; 0 shows all.")
def outbox_list(folder: Path, json: bool, failed: bool, limit: int) -> None:
    """List messages that are not delivered, oldest first.

    failed: refused for good; `listener outbox retry` sends them again. unknown: the answer was lost; the channel's
    history decides. pending, sending: on their way.
    """
    settings, _ = settings_of(folder)
    with closing(Store.look(settings.store)) as store:
        waiting = store.waiting(_UNDELIVERED[:1] if failed else _UNDELIVERED, limit or -1)
    if json:
        put(waiting)
    elif waiting:
        now = clock()
        rows = [(m.state, m.channel, ago(m.at, now), str(m.tries), m.key, m.error) for m in waiting]
        click.echo(table(("STATE", "CHANNEL", "SINCE", "TRIES", "MESSAGE", "ERROR"), rows))
    else:
        say("No message was given up." if failed else "Every message was delivered.")


@outbox.command("retry")
@configured
@as_json
def outbox_retry(folder: Path, json: bool) -> None:
    """Send messages again that were given up.

    Those whose alerts a fallback channel has told already are left alone. A running Listener sends them at once,
    otherwise the next `listener run` or `listener once` does.
    """
    settings, _ = settings_of(folder)
    with closing(Store.look(settings.store)) as store:
        count = store.retry_failed(clock())
    if json:
        put({"due": count})
        return
    sent = "the running Listener sends" if Store.holder(settings.store) else "`listener run` or `listener once` sends"
    say(f"{many(count, 'message')} to send again" + (f": {sent} them" if count else ""))


@click.group()
def quarantine() -> None:
    """Posts that were set aside because they could not be read or analysed; nothing else waited for them."""


@quarantine.command("list")
@configured
@as_json
def quarantine_list(folder: Path, json: bool) -> None:
    """List posts that were set aside, newest first, with the reason; `--json` shows what came, too.

    RETRY says yes where `listener quarantine retry` can help: the post was read, but its analysis failed.
    """
    settings, _ = settings_of(folder)
    with closing(Store.look(settings.store)) as store:
        found = store.quarantined()
    if json:
        put([{**asdict(each), "can_retry": each.post is not None} for each in found])
    elif found:
        rows = [(e.stream, e.post_id, minute(e.at), "yes" if e.post else "no", e.why) for e in found]
        click.echo(table(("SOURCE", "POST", "SET ASIDE", "RETRY", "WHY"), rows))
    else:
        say("Nothing was set aside.")


class Retried(Struct, frozen=True):
    """What became of the posts in quarantine."""

    taken: int = 0  # analysed now
    findings: int = 0
    alerts: int = 0
    failing: tuple[str, ...] = ()  # keys of those whose analysis fails again
    unreadable: int = 0  # the source could not read them: there is no post to analyse


@quarantine.command("retry")
@configured
@as_json
def quarantine_retry(folder: Path, json: bool) -> None:
    """Analyse posts again that were set aside, store what they lead to, and alert as if they had just been read.

    Those that the source itself could not read stay. Exits 1 where the analysis of one fails again.
    """
    settings, env = settings_of(folder)
    parts = assemble(settings, env)
    with closing(Store.look(settings.store)) as store:
        done = _retry(store, parts, clock())
    if json:
        put(done)
    else:
        for key in done.failing:
            say(f"{key}: its analysis fails again; it stays in quarantine")
        text = f"{many(done.taken, 'post')} taken back, {many(done.findings, 'finding')}, {many(done.alerts, 'alert')}"
        say(text + (f"; {done.unreadable} could not be read at their source and stay" if done.unreadable else ""))
    sys.exit(1 if done.failing else 0)


def _retry(store: Store, parts: Parts, now: datetime) -> Retried:
    taken = findings = alerts = unreadable = 0
    failing = []
    for aside in store.quarantined():
        if (post := aside.post) is None:
            unreadable += 1
            continue
        analysis = parts.analyser([post], now)
        if analysis.failed:
            failing.append(post.key)
            continue
        kept = store.take_back(aside, post, analysis, parts.rules, now)
        taken, findings, alerts = taken + 1, findings + kept.findings, alerts + kept.alerts
    return Retried(taken, findings, alerts, tuple(failing), unreadable)
