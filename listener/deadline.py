"""One HTTP request that ends by a deadline, however slowly an answer drips, and that tells whether anything was sent.

The timeout of an HTTP client counts per read: a server that sends a byte now and then holds a call for ever. Here the
socket lowers its own timeout before each read and write, so no thread stays behind that could still take effect.
"""

import http.client
import math
import socket
import ssl
import urllib.request
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import TYPE_CHECKING, Self

from msgspec import Struct

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

LONGEST_ANSWER = 5_000_000  # bytes


class NotSent(Exception):
    """No connection came about, so the other side has seen nothing."""


class Lost(Exception):
    """The request may have been seen, but no whole answer came back."""


class Reply(Struct, frozen=True):
    """An answer with any status; the names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the header `retry-after` asks for, as a number or a date; None where it does not say."""
    value = headers.get("retry-after", "")
    try:
        seconds = float(value)
    except ValueError:
        return _between(headers.get("date", ""), value)
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _between(now: str, then: str) -> float | None:
    # Both by the server's clock: ours may be wrong.
    try:
        return max(0.0, (parsedate_to_datetime(then) - parsedate_to_datetime(now)).total_seconds())
    except (ValueError, TypeError):
        return None


class Http:
    """Sends requests once each, follows no redirect, heeds the usual proxy and certificate variables."""

    def __init__(self, timeout: float = 10.0, deadline: float = 30.0) -> None:
        """`timeout` bounds each read, write or connection, `deadline` the whole request, both in seconds."""
        self.timeout, self.deadline = timeout, deadline
        self._trust = ssl.create_default_context()
        self._trust.sslsocket_class = _SecureSocket

    def send(self, request: urllib.request.Request) -> Reply:
        """The answer, whatever its status; raises `NotSent` or `Lost`."""
        attempt = _Attempt(monotonic() + self.deadline, self.timeout)
        opener = urllib.request.OpenerDirector()
        opener.add_handler(urllib.request.ProxyHandler())
        opener.add_handler(_Handler(attempt, self._trust))
        try:
            with opener.open(request, timeout=self.timeout) as response:
                return _read(response)
        except (OSError, http.client.HTTPException, ValueError) as error:
            # "from None": a header that cannot be sent is quoted in its error, and it may hold a token.
            raise (Lost if attempt.connected else NotSent)(reason(error)) from None


def _read(response: http.client.HTTPResponse) -> Reply:
    body = response.read(LONGEST_ANSWER)
    if response.length:  # the connection broke, or the answer is longer than any honest one
        raise http.client.IncompleteRead(body, response.length)
    return Reply(response.status, {name.lower(): value for name, value in response.headers.items()}, body)


def reason(error: Exception) -> str:
    """Why a connection failed, in a few words that quote nothing secret."""
    cause = getattr(error, "reason", error)  # urllib wraps what a socket raised
    if isinstance(cause, TimeoutError):
        return "no answer in time"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({cause.verify_message}); SSL_CERT_FILE can name the right authority"
    if isinstance(cause, OSError):
        return (cause.strerror or str(cause) or "the connection broke")[:200]
    return "the answer broke off" if isinstance(error, http.client.IncompleteRead) else type(error).__name__


class _Attempt:
    """What the sockets of one request share."""

    def __init__(self, ends: float, timeout: float) -> None:
        self.ends, self.timeout, self.connected = ends, timeout, False

    def left(self) -> float:
        """Seconds that the next operation may take; raises TimeoutError when the time is up."""
        left = self.ends - monotonic()
        if left <= 0:
            raise TimeoutError
        return min(self.timeout, left)


class _Socket(socket.socket):
    """A socket that looks at the time left before it reads or writes."""

    attempt: _Attempt | None = None  # None during the TLS handshake, which keeps the timeout set last

    def _count(self) -> None:
        if self.attempt:
            self.settimeout(self.attempt.left())

    def recv_into(self, buffer: "WriteableBuffer", nbytes: int | None = None, flags: int = 0) -> int:
        self._count()
        return super().recv_into(buffer, nbytes or 0, flags)

    def send(self, data: "ReadableBuffer", flags: int = 0) -> int:
        self._count()
        return super().send(data, flags)

    def sendall(self, data: "ReadableBuffer", flags: int = 0) -> None:
        self._count()
        super().sendall(data, flags)


class _SecureSocket(_Socket, ssl.SSLSocket):
    """The same over TLS."""


class _Connection(http.client.HTTPConnection):
    """A connection over such sockets, that notes when it stands."""

    _attempt: _Attempt

    def watched(self, attempt: _Attempt) -> Self:
        """The connection, bound to the time of an attempt."""
        self._attempt = attempt
        self._create_connection = self._dial  # http.client's own hook: the socket is bounded before a proxy's CONNECT
        return self

    def connect(self) -> None:
        super().connect()
        if isinstance(self.sock, _Socket):
            self.sock.attempt = self._attempt
        self._attempt.connected = True

    def _dial(self, address: tuple[str, int], *_: object) -> socket.socket:
        refused = OSError("the name has no address")
        for family, kind, protocol, _name, where in socket.getaddrinfo(*address, type=socket.SOCK_STREAM):
            sock = _Socket(family, kind, protocol)
            sock.attempt = self._attempt
            try:
                sock.settimeout(self._attempt.left())
                sock.connect(where)
            except OSError as error:
                sock.close()
                refused = error
            else:
                return sock
        raise refused


class _SecureConnection(_Connection, http.client.HTTPSConnection):
    """The same over TLS."""


class _Handler(urllib.request.AbstractHTTPHandler):
    """Opens http and https addresses for one attempt; urllib calls its methods by their names."""

    def __init__(self, attempt: _Attempt, trust: ssl.SSLContext) -> None:
        super().__init__()
        self._attempt, self._trust = attempt, trust

    http_request = https_request = urllib.request.AbstractHTTPHandler.do_request_

    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._plain, request)

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._secure, request)

    def _plain(self, host: str, /, *, timeout: float = 0.0, **_: object) -> _Connection:
        return _Connection(host, timeout=timeout).watched(self._attempt)

    def _secure(self, host: str, /, *, timeout: float = 0.0, **_: object) -> _SecureConnection:
        return _SecureConnection(host, timeout=timeout, context=self._trust).watched(self._attempt)
