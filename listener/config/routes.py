"""`[route]`: the tree that says who hears of a finding."""

from collections.abc import Mapping

from msgspec import Struct, field, structs

from listener.config.convert import table
from listener.config.document import Document, did_you_mean
from listener.config.positions import Key
from listener.config.queries import check_query, unknown_topics
from listener.config.settings import ChannelSettings
from listener.config.topics import Topics
from listener.types import Route

NOT_YET = "not supported yet: it follows in a later version; remove it until then"
"""What is said of settings that this version would ignore."""

_LATER = (
    "group_by",
    "group_wait",
    "group_interval",
    "repeat_interval",
    "timezone",
    "sla",
    "digest",
    "breaks_quiet_hours",
)


class _Written(Struct, frozen=True):
    channel: str = ""
    match: str = ""
    go_on: bool = field(default=False, name="continue")
    fallback: str = ""
    routes: tuple["_Written", ...] = ()


class Router:
    """Reads the tree, given what it may name: channels, sets of keywords, topics."""

    def __init__(self, document: Document, channels: Mapping[str, ChannelSettings], topics: Topics) -> None:
        self.document, self.channels, self.topics = document, channels, topics
        self.warnings: list[str] = []

    def read(self) -> Route:
        """The tree with channel and fallback inherited; mistakes in it are noted in the document."""
        if "route" not in self.document.data:
            self.document.problem(("route",), 'is missing; write [route] and below it channel = "console"')
            return Route(channel="")
        raw = self.document.data["route"]
        self._refuse_later(("route",), raw)
        root = table(self.document, ("route",), raw, _Written) or _Written()
        if not root.channel:
            self.document.problem(("route", "channel"), 'is missing; write a channel, such as channel = "console"')
        if root.match:
            self._misplaced("match")
        if root.go_on:
            self._misplaced("continue")
        return self._route(("route",), root, Route(channel=""))

    def _refuse_later(self, key: Key, raw: object) -> None:
        """Note keys of later versions, before they would be called unknown."""
        if isinstance(raw, dict):
            for name in raw.keys() & _LATER:
                self.document.problem((*key, name), NOT_YET)
            routes = raw.get("routes")
            for number, child in enumerate(routes if isinstance(routes, list) else ()):
                self._refuse_later((*key, "routes", number), child)

    def _misplaced(self, name: str) -> None:
        self.document.problem(("route", name), "the root matches everything; move this into a [[route.routes]] table")

    def _route(self, key: Key, written: _Written, parent: Route) -> Route:
        check_channel(self.document, (*key, "channel"), written.channel, self.channels)
        check_channel(self.document, (*key, "fallback"), written.fallback, self.channels)
        if written.match:
            self._check_match((*key, "match"), written.match)
        here = Route(
            channel=written.channel or parent.channel,
            fallback=written.fallback or parent.fallback,
            match=written.match,
            go_on=written.go_on,
        )
        self._warn_of_the_unreached((*key, "routes"), written.routes)
        children = (self._route((*key, "routes", number), child, here) for number, child in enumerate(written.routes))
        return structs.replace(here, routes=tuple(children))

    def _check_match(self, key: Key, match: str) -> None:
        query = check_query(self.document, key, match, self.topics.sets, "route")
        names = self.topics.names
        for name in unknown_topics(query, names) if query else ():
            self.warnings.append(self.document.remark(key, f'no topic is named "{name}"{did_you_mean(name, names)}'))

    def _warn_of_the_unreached(self, key: Key, routes: tuple[_Written, ...]) -> None:
        for number, route in enumerate(routes[:-1]):
            if not route.match and not route.go_on:
                why = "matches everything, so that no route after it is tried; add match or continue = true"
                self.warnings.append(self.document.remark((*key, number), why))


def check_channel(document: Document, key: Key, reference: str, channels: Mapping[str, ChannelSettings]) -> None:
    """Note a reference, "<name>" or "<name>:<place>", to a channel that is not configured or lacks its place."""
    name, _, place = reference.partition(":")
    if reference and name not in channels:
        document.problem(key, f'no channel is named "{name}"{did_you_mean(name, channels)}')
    elif reference and channels[name].places and not place:
        document.problem(key, f'names no place within "{name}"; write one, such as "{name}:#listening"')
