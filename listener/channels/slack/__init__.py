"""Slack: one card a message, posted once, changed in place, and found again when an answer was lost."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from listener.channels.slack.app import has_buttons
from listener.channels.slack.blocks import EVENT_TYPE, plain, render
from listener.channels.slack.manifest import SCOPES, manifest
from listener.channels.slack.pictures import SCOPE as PICTURES
from listener.channels.slack.pictures import SOON, Pictures
from listener.channels.slack.refusals import AUTH, FIXED, SHAPE
from listener.deadline import Http
from listener.errors import Ambiguous, ChannelError, MissingSecret
from listener.types import Environment, Json, Message

if TYPE_CHECKING:
    from listener.channels.slack.api import Answer

__all__ = ["PICTURES", "PLACES", "SCOPES", "SECRETS", "Channel", "Options", "manifest", "plain", "render"]

SECRETS = ("SLACK_BOT_TOKEN",)
PLACES = True
MOST_PAGES = 500  # of 200 messages; a longer history than that is not read for one lost answer


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings of a `[[channels]]` table with `use = "slack"`."""

    timeout: Annotated[float, Meta(gt=0)] = 10.0  # seconds for each connection, read and write
    deadline: Annotated[float, Meta(gt=0)] = 30.0  # seconds for a whole call
    pictures: bool = True  # of the last 24 hours of a trend, on its card; needs the scope files:write


class Channel:
    """A Slack workspace; the place within it is "#name" or a channel id."""

    interval = 1.0  # Slack takes one message a second in each place

    def __init__(self, options: Options, environment: Environment, url: str = "https://slack.com/api/") -> None:
        """Raises `MissingSecret` without SLACK_BOT_TOKEN, `ChannelError` where it cannot be a token."""
        from listener.channels.slack.api import Api  # noqa: PLC0415 - slack_sdk takes long to import

        self._environment = environment
        http = Http(options.timeout, options.deadline)
        self._api = Api(http, _token(environment), url)
        self._ids: dict[str, str] = {}
        self._with_buttons = has_buttons(environment)
        self._pictures = Pictures(self._ask, http, url)
        self.needs: tuple[str, ...] = SCOPES
        if not options.pictures:
            self.needs, self._pictures.off = tuple(each for each in SCOPES if each != PICTURES), "pictures = false"

    # Telling

    def send(self, message: Message) -> str:
        """Post the message once; answers "channel id/ts"."""
        channel, payload = self.resolve(message.place), self._render(message)
        thread = _thread(message, channel)
        while True:
            try:
                return self._post(channel, message.place, payload, thread)
            except ChannelError as refused:
                if refused.code == "thread_not_found" and thread:
                    thread = ""  # deleted by hand: the reply starts a thread of its own
                elif refused.code in SHAPE and "blocks" in payload:
                    payload = plain(message)
                else:
                    self._forget(refused, message.place)
                    raise

    def _render(self, message: Message, picture: str = "") -> Json:
        return render(message, picture, with_buttons=self._with_buttons)

    def _post(self, channel: str, place: str, payload: Json, thread: str) -> str:
        answer = self._ask(
            "chat_postMessage",
            place,
            channel=channel,
            **payload,
            **({"thread_ts": thread} if thread else {}),
            mrkdwn=False,  # of `text` alone: blocks say for themselves
            parse="none",
            link_names=False,
            unfurl_links=False,
            unfurl_media=False,
        )
        if PICTURES not in answer.headers.get("x-oauth-scopes", PICTURES):
            self._pictures.off = f"the app lacks the scope {PICTURES}"
        if not answer.data.get("ts"):
            raise Ambiguous("slack", "accepted a message without naming it", code="lost")
        return f"{answer.data.get('channel', channel)}/{answer.data['ts']}"

    def update(self, message: Message, ref: str) -> None:
        """Show the message as it is now."""
        channel, ts = _split(ref)
        if (picture := self._pictures.of(message)) and self._shows(message, ref, picture):
            return
        try:
            self._update(channel, ts, message.place, self._render(message))
        except ChannelError as refused:
            if refused.code in FIXED and message.alerts and all(alert.deleted for alert in message.alerts):
                self.remove(ref)  # words that may not stay: rather no message than these
                return
            if refused.code not in SHAPE:
                raise
            self._update(channel, ts, message.place, {**plain(message), "blocks": []})
        if picture and self._pictures.refused(picture):
            raise ChannelError("slack", "has not looked through the picture yet", wait=SOON, scope="message")

    def owes(self, message: Message) -> bool:
        """Whether a message that was sent is still to get its picture."""
        return self._pictures.wanted(message)

    def _shows(self, message: Message, ref: str, picture: str) -> bool:
        """Show the message with its picture; False where Slack refuses it with that."""
        channel, ts = _split(ref)
        try:
            self._update(channel, ts, message.place, self._render(message, picture))
        except ChannelError as refused:
            if refused.code not in SHAPE:
                raise
            return False
        return True

    def _update(self, channel: str, ts: str, place: str, payload: Json) -> None:
        self._ask("chat_update", place, channel=channel, ts=ts, **payload, parse="none", link_names=False)

    def erase(self, message: Message, ref: str) -> None:
        """Leave one neutral line of the message, or nothing where people deleted it already."""
        try:
            self.update(replace(message, alerts=tuple(replace(a, deleted=True) for a in message.alerts)), ref)
        except ChannelError as refused:
            if refused.code != "message_not_found":
                raise

    def remove(self, ref: str) -> None:
        """Delete a message of ours; one that is gone already is no error."""
        channel, ts = _split(ref)
        try:
            self._ask("chat_delete", channel=channel, ts=ts)
        except ChannelError as refused:
            if refused.code != "message_not_found":
                raise

    # Looking back

    def find(self, messages: Iterable[Message], since: datetime) -> dict[str, str]:
        """The refs of those messages that are in Slack, by key.

        A message that is not in the answer is not there. Ask place by place: one that cannot be read raises
        `ChannelError` for all.
        """
        wanted: dict[str, list[Message]] = {}
        for message in messages:
            wanted.setdefault(message.place, []).append(message)
        found: dict[str, str] = {}
        for place, group in wanted.items():
            found |= self._find(place, group, since)
        return found

    def _find(self, place: str, group: list[Message], since: datetime) -> dict[str, str]:
        channel = self.resolve(place)
        missing = {message.key: message.install for message in group}
        oldest = f"{since.timestamp():.6f}"
        found = self._scan("conversations_history", place, missing, channel=channel, oldest=oldest)
        threads = {_thread(message, channel) for message in group if message.key not in found}
        for ts in sorted(threads - {""}):
            rest = {key: install for key, install in missing.items() if key not in found}
            try:
                found |= self._scan("conversations_replies", place, rest, channel=channel, ts=ts, oldest=oldest)
            except ChannelError as refused:
                if refused.code != "thread_not_found":
                    raise
        return found

    def _scan(self, method: str, place: str, wanted: Mapping[str, str], **arguments: str) -> dict[str, str]:
        """Read page by page until all are found."""
        found: dict[str, str] = {}
        cursor = ""
        for _ in range(MOST_PAGES):
            answer = self._read(
                method,
                place,
                **arguments,
                include_all_metadata=True,
                limit=999,  # as many as Slack gives: fifty pages a minute are allowed
                **({"cursor": cursor} if cursor else {}),
            )
            for message in answer.data.get("messages") or ():
                payload = _payload(message)
                if payload.get("k") in wanted and payload.get("i") == wanted[payload["k"]]:
                    found.setdefault(payload["k"], f"{arguments['channel']}/{message.get('ts')}")
            cursor, last = _next(answer.data), cursor
            if len(found) == len(wanted) or not cursor or cursor == last:
                return found
        raise ChannelError("slack", f"the history of {place} is too long to look for lost messages", scope="place")

    # The workspace

    def probe(self) -> None:
        """Ask whether the token works; raises `ChannelError`."""
        self._read("auth_test")

    def scopes(self) -> frozenset[str]:
        """The permissions that the token has."""
        granted = self._read("auth_test").headers.get("x-oauth-scopes", "")
        return frozenset(scope.strip() for scope in granted.split(",") if scope.strip())

    def resolve(self, place: str) -> str:
        """The id of a channel; raises `ChannelError` (place, permanent) where the app sees none of that name."""
        if re.fullmatch(r"[CGD][A-Z0-9]+", place):
            return place
        name = place.removeprefix("#")
        if not name:
            why = 'say which channel: channel = "slack:#listening"'
            raise ChannelError("slack", why, permanent=True, code="channel_not_found", scope="place")
        if name not in self._ids:
            self._look_up(name)
        if name not in self._ids:
            why = f"there is no channel #{name} that the app can see: create it, or /invite @listener into it"
            raise ChannelError("slack", why, permanent=True, code="channel_not_found", scope="place")
        return self._ids[name]

    def archived(self, place: str) -> bool:
        """Whether a channel is archived: it can be read, but nothing can be posted; raises `ChannelError`."""
        answer = self._read("conversations_info", place, channel=self.resolve(place))
        return bool((answer.data.get("channel") or {}).get("is_archived"))

    def _look_up(self, name: str) -> None:
        """List channels until the name is there; private ones only as far as the token's scopes go."""
        try:
            self._list(name, "public_channel,private_channel")
        except ChannelError as refused:
            if refused.code != "missing_scope":
                raise
            self._list(name, "public_channel")

    def _list(self, name: str, types: str) -> None:
        cursor = ""
        for _ in range(MOST_PAGES):
            answer = self._read("conversations_list", types=types, limit=999, **({"cursor": cursor} if cursor else {}))
            self._ids |= {channel["name"]: channel["id"] for channel in answer.data.get("channels") or ()}
            cursor, last = _next(answer.data), cursor
            if name in self._ids or not cursor or cursor == last:
                return

    def _forget(self, refused: ChannelError, place: str) -> None:
        if refused.code == "channel_not_found":  # deleted, and perhaps made anew under its name
            self._ids.pop(place.removeprefix("#"), None)

    # Calling

    def _read(self, method: str, place: str = "", **arguments: object) -> "Answer":
        """A call without effect: a lost answer is only a failure."""
        try:
            return self._ask(method, place, **arguments)
        except Ambiguous as lost:
            raise ChannelError("slack", lost.why, wait=lost.wait, code=lost.code) from lost

    def _ask(self, method: str, place: str = "", **arguments: object) -> "Answer":
        try:
            return self._api.ask(method, place, **arguments)
        except ChannelError as refused:
            if refused.code not in AUTH or not self._renewed():
                raise
        return self._api.ask(method, place, **arguments)

    def _renewed(self) -> bool:
        """Read the token again; whether it has changed."""
        try:
            token = _token(self._environment)
        except (MissingSecret, ChannelError):
            return False
        changed, self._api.token = token != self._api.token, token
        return changed


def _token(environment: Environment) -> str:
    token = environment.secret(SECRETS[0])
    if not re.fullmatch(r"[\x21-\x7e]+", token):  # it would be quoted in an error deep below
        raise ChannelError(
            "slack", f"{SECRETS[0]} holds characters that no token has", permanent=True, code="invalid_auth"
        )
    return token


def _thread(message: Message, channel: str) -> str:
    """The ts of the message that this one answers, if it is in the same channel."""
    where, _, ts = message.thread.partition("/")
    return ts if where == channel else ""


def _split(ref: str) -> tuple[str, str]:
    channel, _, ts = ref.partition("/")
    return channel, ts


def _payload(message: Json) -> Json:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") if metadata.get("event_type") == EVENT_TYPE else None
    return payload if isinstance(payload, dict) else {}


def _next(data: Json) -> str:
    return str((data.get("response_metadata") or {}).get("next_cursor") or "")
