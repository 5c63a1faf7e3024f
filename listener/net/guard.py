"""Fetching addresses that strangers wrote: who may be connected to, where redirects may lead, how long and large.

A name may be resolved to anything, and to something else a moment later. So what counts is the address at the other
end of the connection, looked at before a byte is sent. Behind a proxy names are not resolved here: then only the name
and addresses written as such can be looked at.
"""

import socket
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from time import monotonic
from urllib.parse import urljoin

import requests
from msgspec import Struct
from requests.utils import select_proxy
from urllib3.connection import HTTPConnection
from urllib3.util import parse_url

from listener.net.bounded import Bounded, session

REDIRECTS = 3
"""Most redirects that are followed."""

_PORTS = (None, 80, 443)
_INSIDE = ("localhost", "localdomain", "local", "internal", "intranet", "private", "corp", "home", "lan", "home.arpa")
_NAT64 = IPv6Network("64:ff9b::/96")  # its last four bytes are an address of IPv4

Address = IPv4Address | IPv6Address


class Forbidden(ValueError):
    """An address that may not be asked; its text says why, and which setting would permit it."""

    def __init__(self, why: str, cure: str = "") -> None:
        super().__init__(why + cure)
        self.why = why


class Answer(Struct, frozen=True):
    """An answer with any status but a redirect."""

    url: str  # where it came from in the end
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes


def get(
    url: str, headers: Mapping[str, str], *, allow_private: bool = False, deadline: float = 8.0, cap: int = 5_000_000
) -> Answer:
    """The answer at the end of at most three redirects, all within `deadline` seconds and `cap` bytes, unpacked.

    Raises `Forbidden`, or any of `bounded.FAILURES`.
    """
    ends = monotonic() + deadline
    adapter = Guarded(deadline, cap, allow_private=allow_private)
    with session(deadline, cap) as asking:
        for scheme in ("https://", "http://"):
            asking.mount(scheme, adapter)
        for hop in range(REDIRECTS + 1):
            adapter.deadline = ends - monotonic()
            if adapter.deadline <= 0:
                raise requests.Timeout
            try:
                check(url, allow_private=allow_private)
                answer = asking.get(url, headers=headers, allow_redirects=False)
            except Forbidden as error:
                if hop == 0:
                    raise
                raise Forbidden(f"is redirected: it {error.why}") from None  # a stranger's wish needs no cure
            target = asking.get_redirect_target(answer)
            if target is None:
                low = {name.lower(): value for name, value in answer.headers.items()}
                return Answer(url, answer.status_code, low, answer.content)
            url = urljoin(url, target)
    raise Forbidden(f"redirects more than {REDIRECTS} times")


class Guarded(Bounded):
    """Connects to public addresses only, unless `allow_private`; for one exchange at a time."""

    def __init__(self, deadline: float, cap: int, *, allow_private: bool = False) -> None:
        self._allow_private, self._is_direct = allow_private, True
        super().__init__(deadline, cap)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """The whole answer; raises `Forbidden`, and what `Bounded` raises."""
        url = request.url or ""
        check(url, allow_private=self._allow_private)  # as it is asked: other ways of writing it are undone by now
        self._is_direct = select_proxy(url, dict(proxies or {})) is None
        return super().send(request, stream, timeout, verify, cert, proxies)

    def admit(self, connection: HTTPConnection, sock: socket.socket) -> None:
        """Look at who is at the other end; a proxy may be anywhere."""
        if self._is_direct and not self._allow_private:
            _require_public(sock.getpeername()[0])
        super().admit(connection, sock)


def check(url: str, *, allow_private: bool = False) -> None:
    """Look at an address by what is written there; raises `Forbidden`."""
    try:
        parts = parse_url(url)
    except ValueError:
        raise Forbidden("is no address") from None
    if parts.scheme not in ("http", "https"):
        raise Forbidden(f"leads to {parts.scheme or 'no'}://, and only http and https are read")
    host = (parts.host or "").lower().rstrip(".")
    if not host:
        raise Forbidden("names no host")
    if allow_private:
        return
    if parts.port not in _PORTS:
        raise Forbidden(f"leads to port {parts.port}, and only 80 and 443 are asked", _PERMIT)
    if _literal(host):
        _require_public(host)
    elif "." not in host or host.endswith(tuple(f".{name}" for name in _INSIDE)):
        raise Forbidden(f"leads to {host}, which is a name of a private network", _PERMIT)


_PERMIT = " (allow_private = true would permit it)"


def is_public(address: Address) -> bool:
    """Whether it belongs to the internet, and not to a network, machine or group of its own."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner:
            return is_public(inner)
    return address.is_global and not address.is_multicast


def _require_public(host: str) -> None:
    address = _literal(host)
    if address is None or not is_public(address):
        raise Forbidden(f"leads to {address or host}, a private address", _PERMIT)


def _literal(host: str) -> Address | None:
    """The address that a host is written as, in any way that a resolver takes: 127.1 and 0x7f000001 are 127.0.0.1."""
    try:
        return ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None
