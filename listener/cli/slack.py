"""`listener slack`: the app manifest, and a test message."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import click
from msgspec import Struct

from listener.app import clock
from listener.channels.slack import Channel, manifest
from listener.cli.common import as_json, configured, put, say, settings_of, unconfigured
from listener.config import ChannelSettings, Settings
from listener.errors import Ambiguous, ChannelError, ConfigError
from listener.ops.doctor.slack import places
from listener.plugins import find
from listener.types import Alert, Evidence, Finding, Match, Message, Moment, Post, Reason, Score, Span, Tags

_TEXT = (
    "This is a test from Listener, nobody wrote it: where can I buy a quiet coffee grinder in Leeds before Saturday?"
)


@click.group()
def slack() -> None:
    """Set up the Slack app, and try it."""


@slack.command("manifest")
@unconfigured("the manifest is always the same.")
@click.option("--json", is_flag=True, hidden=True, help="The output is JSON anyway.")
def show_manifest(json: bool) -> None:
    """Print the app manifest as JSON: paste it at https://api.slack.com/apps under "Create New App"."""
    put(manifest())


class Tried(Struct, frozen=True):
    """What became of the test card."""

    channel: str
    ref: str
    removed: bool


@slack.command("test")
@configured
@as_json
@click.option("--channel", "wanted", help='Where to post, such as "#sales"; left out, where [route] sends alerts.')
def try_it(folder: Path, json: bool, wanted: str | None) -> None:
    """Post one invented card to Slack, as an alert would be, and remove it again."""
    settings, env = settings_of(folder)
    configured_channel, place = _place(settings, wanted)
    channel = find("channel", "slack").make(configured_channel.options, env)
    if not isinstance(channel, Channel):
        raise ConfigError([f"channel {configured_channel.name} is not the Slack channel of this Listener"])
    tried = _try(channel, place, clock(), (lambda _: None) if json else click.echo)
    for line in _blind(channel.scopes()):
        say(line)
    if json:
        put(tried)


def _place(settings: Settings, wanted: str | None) -> tuple[ChannelSettings, str]:
    """The Slack channel of the configuration, and where in it to post: "slack:#sales"."""
    workspaces = [each for each in settings.channels if each.use == "slack"]
    if not workspaces:
        raise ConfigError(
            [f'no channel uses Slack: add [[channels]] with use = "slack" to {settings.folder}/listener.toml']
        )
    name, _, place = wanted.rpartition(":") if wanted else ("", "", "")
    workspace = next((each for each in workspaces if each.name == name), workspaces[0])
    if place:
        return workspace, f"{workspace.name}:{place}"
    for each in workspaces:
        if routed := places(settings, each.name):
            return each, routed[0]
    raise ConfigError([f'no route leads to Slack: name a place, such as `listener slack test --channel "#{_EXAMPLE}"`'])


_EXAMPLE = "listening"


def _try(channel: Channel, place: str, now: datetime, told: Callable[[str], object]) -> Tried:
    """Post and remove; raises `ChannelError` saying what to mend."""
    message = Message(key=f"test/{now.isoformat()}", channel=place, alerts=(_alert(place, now),), install="test")
    try:
        ref = channel.send(message)
    except Ambiguous as error:
        why = f"{error.why}; the test card may be in {place}: remove it there by hand"
        raise ChannelError("slack", why) from error
    told(f"posted a test card to {place}")
    try:
        channel.remove(ref)
    except (Ambiguous, ChannelError) as error:
        say(f"the test card stays in {place}: remove it by hand")
        raise ChannelError("slack", error.why) from error
    told("removed it: Slack works")
    return Tried(place, ref, removed=True)


def _blind(granted: frozenset[str]) -> Iterator[str]:
    """What the app cannot do without the scopes that read histories; nothing where Slack does not say what it has."""
    missing = [scope for scope in ("channels:history", "groups:history") if granted and scope not in granted]
    if missing:
        yield (
            f"The app lacks {' and '.join(missing)}: where Slack's answer to a message is lost, Listener cannot look "
            "whether it arrived, and holds it for you. Add the scope under OAuth & Permissions of the app, then "
            "install the app again."
        )


def _alert(place: str, now: datetime) -> Alert:
    asked = _TEXT.index("where can I buy")
    finding = Finding(
        Post(source="test", id="1", text=_TEXT, author="listener", created_at=now, url="https://example.org/test"),
        Match("test", ("coffee grinder",), (Span(_TEXT.index("coffee"), _TEXT.index(" in Leeds")),)),
        Tags(
            moments={Moment.BUY: 0.93},
            labels=(Moment.BUY,),
            question=0.9,
            is_question=True,
            urgency=1,
            place="Leeds",
            lang="en",
            evidence=(Evidence("buy", asked, asked + len("where can I buy"), "where can I buy"),),
        ),
        Score(82, 93, 60, 70, expires_at=now + timedelta(hours=4)),
    )
    return Alert(
        key=f"{place}/test:1/1",
        channel=place,
        reason=Reason.FIRST,
        about=(finding,),
        due_at=now,
        deadline_at=finding.score.expires_at,
    )
