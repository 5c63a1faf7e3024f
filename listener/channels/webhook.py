"""Any web service: each message as JSON by POST, signed. It may come twice; the receiver keeps the keys it has seen.

    POST <url>
    Content-Type: application/json
    Idempotency-Key: <message.key>
    X-Listener-Signature: v1=<hexadecimal HMAC-SHA256 of the body with LISTENER_WEBHOOK_SECRET>

    {"key": "…", "channel": "hook", "alerts": [{"key": "…", "about": [{"post": {…}, "score": {…}, …}], …}], …}

The body is `listener.types.Message` field by field; times are ISO 8601 in UTC. The key is part of the signed body, so a
recorded request that is sent again is the same message again, and has no effect on a receiver that keeps the keys. An
alert whose post was deleted upstream comes with `deleted: true` and without the post.
"""

import hashlib
import hmac
import json
from typing import Annotated
from urllib.parse import quote, urlsplit
from urllib.request import Request

from msgspec import Meta, Struct, to_builtins
from msgspec.structs import replace

from listener.deadline import Http, Lost, NotSent, Reply, retry_after
from listener.errors import Ambiguous, ChannelError, MissingSecret, OutsideError
from listener.types import Alert, Environment, Message

SECRETS = ("LISTENER_WEBHOOK_SECRET",)
SLOW_DOWN = {408, 425, 429}
WRONG_ADDRESS = {401, 403, 404, 405, 410}  # or wrong secret: no message can arrive


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings of a `[[channels]]` table with `use = "webhook"`."""

    url: Annotated[str, Meta(pattern=r"^https?://[^\s/]")]
    timeout: Annotated[float, Meta(gt=0)] = 10.0  # seconds for each connection, read and write
    deadline: Annotated[float, Meta(gt=0)] = 30.0  # seconds for a whole call


class Channel:
    """One address that takes messages."""

    interval = 0.0

    def __init__(self, options: Options, environment: Environment) -> None:
        """Raises `MissingSecret` without LISTENER_WEBHOOK_SECRET."""
        self._options, self._environment = options, environment
        self._http = Http(options.timeout, options.deadline)
        environment.secret(SECRETS[0])

    def send(self, message: Message) -> str:
        """Post the message; the ref is the status of the answer."""
        body = render(message)
        try:
            secret = self._environment.secret(SECRETS[0])
        except MissingSecret as error:  # its file went away meanwhile
            raise ChannelError("webhook", str(error), permanent=True, code="secret") from error
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": quote(message.key, safe="/:#@+,=", errors="replace"),
            "User-Agent": "listener",
            "X-Listener-Signature": sign(body, secret),
        }
        try:
            reply = self._http.send(Request(self._options.url, body, headers, method="POST"))  # noqa: S310 - see Options
        except NotSent as error:
            raise ChannelError("webhook", f"cannot be reached: {error}", code="unreachable") from error
        except Lost as error:
            raise Ambiguous("webhook", f"gave no clear answer: {error}", code="lost") from error
        if not 200 <= reply.status < 300:
            raise _refusal(reply)
        return str(reply.status)


def render(message: Message) -> bytes:
    """The body: the message as JSON in UTF-8."""
    shown = replace(message, alerts=tuple(_public(alert) for alert in message.alerts))
    return json.dumps(to_builtins(shown), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _public(alert: Alert) -> Alert:
    """The alert without a post that was deleted, and without the tagger's vectors, which mean nothing outside."""
    about = () if alert.deleted else alert.about
    return replace(alert, about=tuple(replace(finding, tags=replace(finding.tags, vector=None)) for finding in about))


def sign(body: bytes, secret: str) -> str:
    """The signature of a body, as the header carries it."""
    return "v1=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _refusal(reply: Reply) -> OutsideError:
    code, wait = str(reply.status), retry_after(reply.headers)
    if reply.status >= 500:
        return Ambiguous("webhook", f"the receiver is in trouble ({code})", wait=wait, code=code)
    if reply.status in SLOW_DOWN:
        return ChannelError("webhook", f"the receiver asks to slow down ({code})", wait=wait, code=code)
    if reply.status < 400:
        where = urlsplit(reply.headers.get("location", "")).hostname or "elsewhere"
        why = f"the receiver has moved to {where} ({code}): set url to its new address"
        return ChannelError("webhook", why, permanent=True, code=code)
    if reply.status in WRONG_ADDRESS:
        why = f"the receiver does not take messages ({code}): check url and LISTENER_WEBHOOK_SECRET"
        return ChannelError("webhook", why, permanent=True, code=code)
    why = f"the receiver refuses the message ({code})"
    return ChannelError("webhook", why, permanent=True, code=code, scope="message")
