"""What is wrong with Slack: token, permissions, channels. Asks Slack, changes nothing."""

from collections.abc import Iterator
from datetime import datetime

from listener.channels.slack import PICTURES, Channel
from listener.channels.slack.app import NEW, SlackApp, has_buttons, is_unset
from listener.config import ChannelSettings, Env, Settings
from listener.errors import ChannelError, MissingSecret
from listener.ops.doctor.trouble import Trouble, of_channel
from listener.plugins import find
from listener.types import Environment, Message, Route

_UNREACHABLE = "check the network and HTTPS_PROXY; `listener doctor --offline` does not ask Slack"


def slack(settings: Settings, env: Env, now: datetime) -> Iterator[Trouble]:
    """Every configured Slack workspace, and the buttons of its cards."""
    told = False
    for configured in settings.channels:
        if configured.use == "slack":
            try:
                channel = find("channel", "slack").make(configured.options, env)
            except MissingSecret:
                continue  # said among the secrets
            except ChannelError as error:
                yield of_channel(f"channel {configured.name}", error, "set SLACK_BOT_TOKEN again")
                continue
            if isinstance(channel, Channel):
                yield from workspace(channel, configured, places(settings, configured.name), now)
                told = True
    if told:
        yield from buttons(env, SlackApp(env))


def buttons(env: Environment, app: SlackApp) -> Iterator[Trouble]:
    """Whether clicks can come."""
    if is_unset(env):
        yield Trouble("cards in Slack have no buttons: SLACK_APP_TOKEN is not set", f"to have them, {NEW}", note=True)
    if not has_buttons(env):
        return  # said among the secrets, where there is a token
    try:
        app.address()
    except ChannelError as error:
        yield of_channel("buttons in Slack", error, _UNREACHABLE)


def workspace(channel: Channel, configured: ChannelSettings, wanted: list[str], now: datetime) -> Iterator[Trouble]:
    """One workspace: its token, its permissions, and the channels that are wanted, as "name:#place"."""
    about = f"channel {configured.name}"
    try:
        channel.probe()
        granted = channel.scopes()
    except ChannelError as error:
        yield of_channel(about, error, _UNREACHABLE)
        return
    missing = [scope for scope in channel.needs if granted and scope not in granted]
    if missing:
        cure = "add it under OAuth & Permissions of the app, then install the app again"
        without = "; or set pictures = false" if missing == [PICTURES] else ""
        yield Trouble(f"{about}: the Slack app lacks the scope {', '.join(missing)}", cure + without)
    for place in wanted:
        try:
            if channel.archived(place.partition(":")[2]):
                yield Trouble(f"{place}: it is archived", "unarchive it, or route its alerts elsewhere")
            else:  # reads the newest messages: membership
                channel.find([Message(key="doctor", channel=place)], now)
        except ChannelError as error:
            if error.code != "missing_scope":
                yield of_channel(place, error, _UNREACHABLE)


def places(settings: Settings, name: str) -> list[str]:
    """The places within a channel that routes and operators' notices go to, as "name:#place", each once."""
    named = [*_named(settings.route), settings.ops.channel]
    return [ref for ref in dict.fromkeys(named) if ref.partition(":")[0] == name]


def _named(route: Route) -> Iterator[str]:
    yield route.channel
    yield route.fallback
    for child in route.routes:
        yield from _named(child)
