"""What an HTTP answer means: refusals with the wait they ask for, JSON or something that only looks like it."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from listener.edge import plain
from listener.errors import SourceError

SHOWN = 200
"""Most characters of a strange answer that a message shows."""

_LONGEST_WAIT = 86_400.0  # a day; longer ones are mistakes
_RESETS = ("x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset")
_REMAINING = ("x-ratelimit-remaining", "x-rate-limit-remaining", "ratelimit-remaining")

_SECRETS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[^\s\"'<>]+"), r"\1 ***"),
    (re.compile(r"(?i)((?:token|secret|key|password|session|auth)[\w-]*[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,;]+"), r"\1***"),
    (re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"), "***"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b"), "***"),
    (re.compile(r"[A-Za-z0-9_+/=-]{24,}"), "***"),
)


class Refusal(Struct, frozen=True):
    """An answer that is no success."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


def refused(name: str, url: str, refusal: Refusal, now: datetime, setting: str = "") -> SourceError:
    """The error for a refusal: whether trying again helps, and when; `setting` names what to look at."""
    host, status, wait = host_of(url), refusal.status, asked_to_wait(refusal, now)
    advice = {
        401: f"check {setting or 'HTTPS_PROXY, or whether the service wants a login now'}",
        403: f"check {setting or 'HTTPS_PROXY, or whether the service blocks this address'}",
        404: f"there is no {urlsplit(url).path}",
        407: "check the name and password in HTTPS_PROXY",
        410: f"{urlsplit(url).path} is gone",
        429: f"it asks to wait {wait:.0f} s" if wait is not None else "it asks for fewer requests",
        451: "it may not be shown here",
    }.get(status, excerpt(refusal.body))
    if 300 <= status < 400:
        advice = "it has moved to another address"
    permanent = status in (401, 403, 404, 407, 410, 451)
    why = f"{host} answered {status}" + (f": {advice}" if advice else "")
    return SourceError(name, why, permanent=permanent, wait=wait, code=str(status))


def asked_to_wait(refusal: Refusal, now: datetime) -> float | None:
    """Seconds that a refusal asks for, in any of the usual forms; None where it does not say or makes no sense."""
    low = {name.lower(): value for name, value in refusal.headers.items()}
    clock = _date(low.get("date", "")) or now  # dates are by the server's clock, ours may be wrong
    spent = refusal.status == 429 or any(low.get(name) in ("0", "0.0") for name in _REMAINING)
    for name in ("retry-after", *(_RESETS if spent else ())):
        wait = _seconds(low.get(name, ""), clock)
        if wait is not None:
            return min(max(0.0, wait), _LONGEST_WAIT)
    return None


def understood(name: str, url: str, body: bytes) -> object:
    """The JSON of a body; raises `SourceError` for web pages, captchas, and what broke off."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise SourceError(name, f"{host_of(url)} answered a web page instead of JSON: {excerpt(body)}", code="html")
    try:
        return msgspec.json.decode(body)
    except (ValueError, RecursionError):
        pass  # lone surrogates and raw bytes: the standard library lets them by, to be mended later
    try:
        return json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        why = f"{host_of(url)} answered JSON that is broken or ends early: {excerpt(body)}"
        raise SourceError(name, why, code="json") from None


def host_of(url: str) -> str:
    """The host of an address, for messages: the rest may hold secrets."""
    try:
        return urlsplit(url).hostname or "?"
    except ValueError:
        return "?"


def excerpt(body: bytes) -> str:
    """The beginning of a body as one quoted line without secrets or markup."""
    words = redacted(plain(body[:20_000].decode("utf-8-sig", "replace")))
    return f'"{words}"' if words else ""


def redacted(text: str) -> str:
    """The first 200 characters as one line, without tokens, e-mail and network addresses."""
    line = " ".join(text[: 10 * SHOWN].split())
    for pattern, instead in _SECRETS:
        line = pattern.sub(instead, line)
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def _seconds(value: str, clock: datetime) -> float | None:
    try:
        number = float(value)
    except ValueError:
        at = _date(value)
        return (at - clock).total_seconds() if at else None
    if not isfinite(number):
        return None
    return number - clock.timestamp() if number > 1e9 else number  # a time in epoch seconds, or a span


def _date(value: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            at = read(value[:100])
        except (ValueError, TypeError):
            continue
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    return None
