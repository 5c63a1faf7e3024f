"""Who may be connected to, whatever a stranger writes into an address."""

import socket
import threading
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from urllib3.util import connection

from listener.net import guard
from listener.net.bounded import TooLong
from listener.net.guard import Forbidden, check, get, is_public
from tests.sources.rss.site import Site, serving

PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
]
PRIVATE += ["255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]
PRIVATE += ["2002:7f00:1::", "::ffff:169.254.169.254"]


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_known_in_all_their_forms(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8"])
def test_public_addresses_are(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "host",
    [
        *("127.1", "0x7f000001", "2130706433", "017700000001", "[::1]", "[fe80::1%25eth0]", "[::ffff:10.0.0.1]"),
        *(
            "127.0.0.1.",
            "localhost",
            "LOCALHOST.",
            "feeds.localhost",
            "printer.local",
            "metadata.google.internal",
            "wiki",
        ),
    ],
)
def test_private_hosts_are_refused_however_they_are_written(host: str) -> None:
    with pytest.raises(Forbidden, match=r"private .*allow_private = true would permit it"):
        check(f"http://{host}/feed")
    check(f"http://{host}/feed", allow_private=True)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("file:///etc/passwd", "leads to file://, and only http and https are read"),
        ("gopher://feeds.example/", "leads to gopher://"),
        ("//feeds.example/", "leads to no://"),
        ("http://", "names no host"),
        ("http://[", "is no address"),
        ("http://１２７.0.0.1/", "is no address"),
        ("http://feeds.example:22/", r"leads to port 22, and only 80 and 443 are asked \(allow_private"),
    ],
)
def test_other_schemes_and_ports_are_refused(url: str, why: str) -> None:
    with pytest.raises(Forbidden, match=f"^{why}"):
        check(url)


@given(st.text(max_size=40))
def test_any_address_is_refused_or_fine(text: str) -> None:
    for url in (text, f"http://{text}/", f"https://feeds.example/{text}"):
        try:
            check(url)
        except Forbidden as forbidden:
            assert str(forbidden)


def test_a_name_that_turns_into_a_private_address_is_refused_before_a_byte_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            peer, _ = server.accept()
            with peer:
                heard.append(peer.recv(100))

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        real, port = connection.create_connection, server.getsockname()[1]

        def rebound(address: tuple[str, int], *rest: Any, **more: Any) -> socket.socket:
            assert address == ("feeds.example", 80)
            return real(("127.0.0.1", port), *rest, **more)

        monkeypatch.setattr(connection, "create_connection", rebound)
        with pytest.raises(Forbidden, match=r"leads to 127\.0\.0\.1, a private address"):
            get("http://feeds.example/feed", {})
        thread.join()
    assert heard == [b""]


def test_behind_a_proxy_the_name_decides_and_the_proxy_may_be_anywhere(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", site.base)
    site.pages["ttp://feeds.example/feed"] = b"<rss/>"  # a proxy is asked for the whole address
    assert get("http://feeds.example/feed", {}).body == b"<rss/>"
    with pytest.raises(Forbidden, match="a private address"):
        get("http://169.254.169.254/latest", {})
    assert [path for path, _ in site.asked] == ["ttp://feeds.example/feed"]


def test_redirects_are_followed_three_times_and_each_is_looked_at(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.pages |= {f"{n}": (302, {"Location": f"/{n + 1}"}, b"") for n in range(5)} | {"3": b"<rss/>"}
    answer = get(site.url("0"), {}, allow_private=True)
    assert (answer.url, answer.body) == (site.url("3"), b"<rss/>")
    site.pages["3"] = (302, {"Location": "/4"}, b"")
    with pytest.raises(Forbidden, match="redirects more than 3 times"):
        get(site.url("0"), {}, allow_private=True)
    monkeypatch.setenv("http_proxy", site.base)
    site.pages["ttp://feeds.example/"] = (302, {"Location": "http://10.0.0.1/"}, b"")
    with pytest.raises(Forbidden) as caught:
        get("http://feeds.example/", {})
    assert str(caught.value) == "is redirected: it leads to 10.0.0.1, a private address"


def test_a_redirect_to_a_file_is_refused_even_where_private_addresses_are_not(site: Site) -> None:
    site.pages["a"] = (302, {"Location": "file:///etc/passwd"}, b"")
    with pytest.raises(Forbidden, match="is redirected: it leads to file://"):
        get(site.url("a"), {}, allow_private=True)


def test_the_time_is_for_all_redirects_together(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 0.0, 7.0, 9.0])
    monkeypatch.setattr(guard, "monotonic", lambda: next(times))
    site.pages |= {f"{n}": (302, {"Location": f"/{n + 1}"}, b"") for n in range(3)}
    with pytest.raises(requests.Timeout):
        get(site.url("0"), {}, allow_private=True, deadline=8.0)
    assert len(site.asked) == 2


def test_an_answer_that_is_too_long_is_cut_off(site: Site) -> None:
    site.pages["a"] = b"x" * 1_001
    with pytest.raises(requests.RequestException) as caught:
        get(site.url("a"), {}, allow_private=True, cap=1_000)
    assert isinstance(caught.value, TooLong)
    assert get(site.url("a"), {}, allow_private=True, cap=1_001).status == 200
