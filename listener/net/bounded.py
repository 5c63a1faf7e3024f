"""HTTP exchanges that end in time: a total deadline and a cap on the answer, for any client built on requests.

A client's own timeout counts each read, so that a server which drips a byte now and then can hold it for hours.
Reading may be repeated. Sending may not: `listener.deadline` tells whether anything was sent, without requests.
"""

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Event, Timer

import requests
from requests import exceptions
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import ConnectionPool, HTTPConnectionPool
from urllib3.exceptions import HTTPError

from listener import __version__
from listener.errors import SourceError
from listener.net.answers import host_of

FAILURES = (OSError, HTTPError, ValueError)
"""Whatever an exchange may raise: requests' own errors are OSErrors, a nonsensical address is a ValueError."""

_CONNECT = 10.0  # seconds
_BY_PROXY = ("Tunnel connection failed", "Failed to establish")  # what else befalls a tunnel is the host's doing
_PIECE = 8_192  # bytes as they come; a gzip bomb swells them a thousandfold at most, to 8 MB


class TooLong(exceptions.RequestException):
    """The answer is longer than any honest one."""


def session(deadline: float, cap: int) -> requests.Session:
    """A session whose exchanges end in time; it heeds the variables of proxies and certificates."""
    made = requests.Session()
    made.headers["User-Agent"] = f"listener/{__version__}"
    made.verify = _trusted()
    for scheme in ("https://", "http://"):
        made.mount(scheme, Bounded(deadline, cap))
    return made


def failure(name: str, url: str, error: Exception) -> SourceError:
    """The error for an exchange that came to no answer; never shows the address, which may hold secrets."""
    host = host_of(url)
    if isinstance(error, exceptions.ProxyError) and any(words in str(error) for words in _BY_PROXY):
        return SourceError(name, f"the proxy did not let us through to {host}: check HTTPS_PROXY", code="proxy")
    for kind, code, why in (
        (exceptions.Timeout, "timeout", f"no whole answer from {host} in time"),
        (TooLong, "too-long", f"{host} answered more than any honest answer holds"),
        (exceptions.SSLError, "tls", f"the certificate of {host} is not trusted: SSL_CERT_FILE can name its authority"),
        (exceptions.ConnectionError, "connection", f"cannot reach {host}, or it hung up"),
        (exceptions.ChunkedEncodingError, "cut", f"the answer of {host} broke off"),
        (exceptions.ContentDecodingError, "packed", f"the answer of {host} cannot be unpacked"),
    ):
        if isinstance(error, kind):
            return SourceError(name, why, code=code)
    return SourceError(name, f"{host} cannot be asked ({type(error).__name__})", code="request")


class Bounded(HTTPAdapter):
    """Ends an exchange after `deadline` seconds or `cap` bytes; for one exchange at a time.

    Bodies are read at once, those of redirects too. Mount it on the session of any client that takes one.
    """

    def __init__(self, deadline: float = 30.0, cap: int = 5_000_000) -> None:
        self.deadline, self.cap = deadline, cap
        self._late = Event()
        self._open: list[tuple[HTTPConnection, socket.socket]] = []  # each with a twin of its socket
        super().__init__(pool_maxsize=1)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """The whole answer; raises `requests.Timeout` when time is up, `TooLong` when the answer is."""
        with self._in_time():
            timeouts = (min(_CONNECT, self.deadline), self.deadline)
            answer = super().send(request, True, timeouts, verify, cert, proxies)
            answer._content = self._body(answer)
            return answer

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
        verify: bool | str | None,
        proxies: Mapping[str, str] | None = None,
        cert: tuple[str, str] | str | None = None,
    ) -> ConnectionPool:
        """A pool whose connections can be cut from outside."""
        pool = super().get_connection_with_tls_context(request, verify, proxies, cert)
        if isinstance(pool, HTTPConnectionPool) and "ConnectionCls" not in vars(pool):
            pool.ConnectionCls = _watched(pool.ConnectionCls, self)  # type: ignore[arg-type] # a plain one or a TLS one
        return pool

    def close(self) -> None:
        """Let go of all connections."""
        super().close()
        for _, twin in self._open:
            twin.close()
        self._open = []

    def admit(self, connection: HTTPConnection, sock: socket.socket) -> None:
        """Note a connection that was just made; what this raises ends it before a byte was sent."""
        self._open.append((connection, sock.dup()))
        if self._late.is_set():
            self._cut()

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        self._late.clear()
        timer = Timer(self.deadline, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        except FAILURES as error:
            if self._late.is_set():
                raise exceptions.Timeout from error
            raise
        finally:
            timer.cancel()
            self._tidy()
        if self._late.is_set():  # a body of unknown length that was cut looks whole
            raise exceptions.Timeout

    def _body(self, answer: requests.Response) -> bytes:
        pieces, size = [], 0
        for piece in answer.iter_content(_PIECE):
            size += len(piece)
            if size > self.cap:
                answer.close()
                raise TooLong
            pieces.append(piece)
        return b"".join(pieces)

    def _end(self) -> None:
        self._late.set()
        self._cut()

    def _cut(self) -> None:
        for _, twin in tuple(self._open):
            with suppress(OSError):  # it has ended by itself
                twin.shutdown(socket.SHUT_RDWR)

    def _tidy(self) -> None:
        ended = [entry for entry in self._open if entry[0].sock is None]
        self._open = [entry for entry in self._open if entry[0].sock is not None]
        for _, twin in ended:
            twin.close()


def _watched(kind: type[HTTPConnection], adapter: Bounded) -> type[HTTPConnection]:
    """The same kind of connection, which hands the adapter a twin of its socket: the twin outlives TLS and `close`."""

    class Watched(kind):  # type: ignore[misc, valid-type] # with or without TLS
        def _new_conn(self) -> socket.socket:
            sock: socket.socket = super()._new_conn()
            try:
                adapter.admit(self, sock)
            except FAILURES:
                sock.close()
                raise
            return sock

    return Watched


def _trusted() -> bool | str:
    # requests knows REQUESTS_CA_BUNDLE, which goes first, but not SSL_CERT_FILE.
    paths = ssl.get_default_verify_paths()
    return paths.cafile if paths.cafile and paths.cafile != paths.openssl_cafile else True
