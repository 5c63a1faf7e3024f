"""What is wrong, and the exact command or setting that mends it."""

from collections.abc import Iterator
from datetime import datetime

from listener.channels.slack.app import is_unset, why_none
from listener.config import Env, Settings
from listener.ops.doctor.database import database
from listener.ops.doctor.slack import slack
from listener.ops.doctor.sources import terms
from listener.ops.doctor.trouble import Trouble
from listener.ops.status import missing_secret
from listener.plugins import find

__all__ = ["Trouble", "examine"]


def examine(settings: Settings, env: Env, now: datetime, *, offline: bool = False) -> Iterator[Trouble]:
    """Everything that is wrong; `offline` asks no service."""
    yield from _secrets(settings, env)
    yield from database(settings, env, now)
    yield from terms(settings)
    if not offline:
        yield from slack(settings, env, now)


def _secrets(settings: Settings, env: Env) -> Iterator[Trouble]:
    for source in settings.sources:
        if missing := missing_secret(env, find("source", source.use).secrets):
            yield Trouble(f"source {source.name} is not read: it lacks a secret", missing)
    for channel in settings.channels:
        if missing := missing_secret(env, find("channel", channel.use).secrets):
            yield Trouble(f"channel {channel.name} is not told, the console is: it lacks a secret", missing)
    if any(channel.use == "slack" for channel in settings.channels) and not is_unset(env) and (why := why_none(env)):
        yield Trouble("cards in Slack have no buttons", why)
