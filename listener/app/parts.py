"""Settings and environment become sources, channels and the flow between them."""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from listener import plugins
from listener.alert import Router, Rules
from listener.channels.slack.app import is_unset, why_none
from listener.config import Env, Settings, SourceSettings
from listener.errors import ConfigError, MissingSecret
from listener.meter import budget_name
from listener.pipeline import Analyser
from listener.types import Channel, Route, Source, Terms

CONSOLE = "console"


class Bound(Struct, frozen=True):
    """A source as configured."""

    settings: SourceSettings
    source: Source
    terms: Terms
    budget: str = ""  # what all sources with its credential share

    @property
    def every(self) -> float:
        """Seconds between two polls."""
        return self.settings.every or self.terms.every


class Parts(Struct, frozen=True):
    """Everything that the configuration makes; replaced as a whole when it changes."""

    settings: Settings
    sources: Mapping[str, Bound]
    channels: Mapping[str, Channel]
    analyser: Analyser
    rules: Rules
    router: Router
    terms: Mapping[str, Terms]  # of all configured sources, those without their secret too
    ops: str = ""  # the channel that hears of trouble
    skipped: tuple[str, ...] = ()  # one line for each source or channel without its secret


def assemble(settings: Settings, env: Env) -> Parts:
    """Build what the settings name. Raises `ConfigError`, `QueryError`."""
    skipped: list[str] = []
    sources = {s.name: b for s in settings.sources if (b := _source(s, env, skipped))}
    channels = {c.name: made for c in settings.channels if (made := _channel(c.use, c.name, c.options, env, skipped))}
    if CONSOLE not in channels:
        console = plugins.find("channel", CONSOLE)
        channels[CONSOLE] = console.make(console.options(), env)
    if any(channel.use == "slack" and channel.name in channels for channel in settings.channels):
        skipped += _buttonless(env)
    names = {topic.id: topic.name for topic in settings.topics}
    router = Router(_reachable(settings.route, channels), dict(settings.sets), names)
    return Parts(
        settings,
        sources,
        channels,
        Analyser.of(settings.topics, settings.sets, settings.tag.tagger, settings.store),
        Rules(settings.topics, router, settings.own),
        router,
        {source.name: terms_of(source.use) for source in settings.sources},
        _known(settings.ops.channel, channels) if settings.ops.channel else "",
        tuple(skipped),
    )


def terms_of(use: str) -> Terms:
    """What a platform allows: of the plug-in of this name; everything where there is none."""
    try:
        return plugins.find("source", use).terms or Terms(about="")
    except ConfigError:
        return Terms(about="")


def _source(settings: SourceSettings, env: Env, skipped: list[str]) -> Bound | None:
    plugin = plugins.find("source", settings.use)
    try:
        secrets = [env.secret(name) for name in plugin.secrets]
        budget = budget_name(settings.use, secrets[0] if secrets else "")
        return Bound(settings, plugin.make(settings.options, env), plugin.terms or Terms(about=""), budget)
    except MissingSecret as missing:
        skipped.append(f"source {settings.name} is skipped: {missing}")
        return None


def _channel(use: str, name: str, options: Struct, env: Env, skipped: list[str]) -> Channel | None:
    plugin = plugins.find("channel", use)
    try:
        for secret in plugin.secrets:
            env.secret(secret)
        return plugin.make(options, env)
    except MissingSecret as missing:
        skipped.append(f"channel {name} is skipped, its alerts go to the console: {missing}")
        return None


def _buttonless(env: Env) -> list[str]:
    """Why cards in Slack have no buttons though somebody wants them."""
    why = "" if is_unset(env) else why_none(env)
    return [f"cards in Slack have no buttons: {why}"] if why else []


def _reachable(route: Route, channels: Mapping[str, Channel]) -> Route:
    """The tree with the console in place of channels that are skipped."""
    return replace(
        route,
        channel=_known(route.channel, channels),
        fallback=_known(route.fallback, channels) if route.fallback else "",
        routes=tuple(_reachable(child, channels) for child in route.routes),
    )


def _known(channel: str, channels: Mapping[str, Channel]) -> str:
    return channel if channel.partition(":")[0] in channels else CONSOLE
