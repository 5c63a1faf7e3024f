"""slack_sdk's Socket Mode client, which here neither reconnects by itself nor works on two messages at once."""

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientNotConnectedError
from slack_sdk.socket_mode.builtin import SocketModeClient

from listener.channels.slack.api import SILENT
from listener.deadline import reason
from listener.errors import ChannelError
from listener.types import Json

Hear = Callable[["Socket", Json], None]
"""Called with each message of the other side, and the socket to answer by."""

_BUFFER = 65_536  # bytes read at once: slack_sdk calls itself once for each such piece of a message
LONGEST = 1_000_000  # bytes of a message: slack_sdk keeps a copy of its beginning for each piece


class Bounded:
    """A socket that breaks where a message is longer than any honest one."""

    def __init__(self, sock: socket.socket) -> None:
        self.whole, self._count = sock, 0

    def recv(self, size: int) -> bytes:
        """What has come; raises OSError where it is too much."""
        try:
            piece = self.whole.recv(size)
        except TimeoutError:
            self.begin()
            raise
        self._count += len(piece)
        if self._count > LONGEST:
            raise ConnectionError(f"a message of more than {LONGEST:,} bytes came")
        return piece

    def begin(self) -> None:
        """Another message may come."""
        self._count = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # all else is the socket's own
        return getattr(self.whole, name)


class Socket(SocketModeClient):
    """One connection; when it is lost, or Slack asks for another in time, its owner sees to that.

    Use `opened`; `is_connected` says whether it still stands.
    """

    def __init__(self, address: Callable[[], str], hear: Hear) -> None:
        super().__init__(
            app_token="",  # never needed: `address` has it
            logger=SILENT,
            web_client=WebClient(logger=SILENT),
            auto_reconnect_enabled=False,
            receive_buffer_size=_BUFFER,
            concurrency=1,
            on_message_listeners=[self._received],
            on_error_listeners=[self._failed],
        )
        self._address, self._error = address, ""
        self._sock: Bounded | None = None
        self.is_leaving = False  # Slack will end this connection soon
        self.message_listeners.append(lambda _client, message, _raw: hear(self, message))

    @classmethod
    def opened(cls, address: Callable[[], str], hear: Hear) -> "Socket":
        """Connect; raises `ChannelError`."""
        made = cls(address, hear)
        try:
            made.connect()
            made._bound()
        except BaseException:
            made.hang_up()
            raise
        return made

    def _bound(self) -> None:
        session = self.current_session
        if session is None or session.sock is None or self._error:
            raise ChannelError("slack", f"no socket came about: {self._error or 'it was refused'}", code="lost")
        self._sock = session.sock = Bounded(session.sock)  # type: ignore[assignment]  # it quacks

    def is_connected(self) -> bool:
        """Whether it stands; after an odd message nothing that follows can be read."""
        return not self._error and super().is_connected()

    def issue_new_wss_url(self) -> str:
        """Where slack_sdk asks for an address; it is not given away over a connection without TLS."""
        url = self._address()
        parts = urlsplit(url)
        if parts.scheme != "wss" or parts.port not in (None, 443):
            raise ChannelError("slack", "named an address for the socket that is none", code="lost")
        self.proxy = _proxy(parts.hostname or "")
        return url

    def connect_to_new_endpoint(self, force: bool = False) -> None:
        """What slack_sdk does where Slack says that the connection will end."""
        self.is_leaving = True

    def answer(self, message: Json) -> None:
        """Send a message; raises `ChannelError` where the connection is lost."""
        try:
            self.send_socket_mode_response(message)
        except (SlackClientNotConnectedError, OSError, AttributeError):
            raise ChannelError("slack", "the socket was lost", code="lost") from None

    def hang_up(self) -> None:
        """Close it, without waiting for what might still come."""
        if self._sock:
            with suppress(OSError):
                socket.socket.shutdown(self._sock.whole, socket.SHUT_RDWR)  # wakes the thread that reads
        self.closed = True
        self.message_queue.put(None)  # wakes the one that would wait a second for a message
        self.close()

    def _received(self, _: str) -> None:
        if self._sock:
            self._sock.begin()

    def _failed(self, error: Exception) -> None:
        # By kind: slack_sdk's own words may quote the proxy's password.
        self._error = reason(error) if isinstance(error, OSError | ssl.SSLError) else "the connection was refused"


def _proxy(host: str) -> str | None:
    """The proxy that the environment names for a host, by the rules that all of Listener goes by."""
    return None if proxy_bypass(host) else getproxies().get("https")
