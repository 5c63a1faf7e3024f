import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.request import Request

import pytest

from listener.deadline import Http, Lost, NotSent, retry_after
from tests.channels.server import Handler, Server, answer, closed_port, drip, reset


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


def post(url: str) -> Request:
    return Request(url, b"{}", {"Authorization": "Bearer secret"}, method="POST")


@pytest.mark.parametrize("status", [200, 302, 404, 503])
def test_an_answer_comes_back_whatever_its_status(server: Server, status: int) -> None:
    server.script = [answer(b"body", status, X_Thing="yes", Location="http://elsewhere.example/")]
    reply = Http().send(post(server.url))
    assert (reply.status, reply.body, reply.headers["x-thing"]) == (status, b"body", "yes")
    assert len(server.seen) == 1  # no redirect followed, nothing tried again


@pytest.mark.parametrize(
    "start",
    [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"],
    ids=["status", "headers", "body"],
)
def test_a_dripping_answer_is_given_up_at_the_deadline(server: Server, start: bytes) -> None:
    server.script = [drip(start)]  # no single read ever waits for long
    with pytest.raises(Lost, match="no answer in time"):
        Http(timeout=5, deadline=0.3).send(post(server.url))


def test_a_silent_server_is_given_up_at_the_timeout(server: Server) -> None:
    def wait(_: Handler) -> None:
        server.ending.wait(5)

    server.script = [wait]
    with pytest.raises(Lost, match="no answer in time"):
        Http(timeout=0.1, deadline=60).send(post(server.url))


def test_a_reset_after_the_request_is_a_lost_answer(server: Server) -> None:
    server.script = [reset]
    with pytest.raises(Lost):
        Http().send(post(server.url))


def test_an_answer_that_breaks_off_is_lost(server: Server) -> None:
    def cut(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        handler.connection.shutdown(socket.SHUT_RDWR)

    server.script = [cut]
    with pytest.raises(Lost, match="broke off"):
        Http().send(post(server.url))


def test_nothing_was_sent_where_nobody_listens() -> None:
    with pytest.raises(NotSent, match="refused"):
        Http().send(post(f"http://127.0.0.1:{closed_port()}/"))


def test_nothing_was_sent_to_a_name_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NotSent, match="Name or service not known"):
        Http().send(post("http://nowhere.example/"))


def test_nothing_was_sent_where_a_proxy_refuses(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.script = [answer(b"no", 403)]
    monkeypatch.setenv("HTTPS_PROXY", server.url)
    with pytest.raises(NotSent, match="403"):
        Http().send(post("https://far.example/"))
    assert [seen.path for seen in server.seen] == ["far.example:443"]
    assert "authorization" not in server.seen[0].headers


def test_a_proxy_that_drips_is_given_up_at_the_deadline(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.script = [drip(b"HTTP/1.1 200 Established\r\nX: ")]
    monkeypatch.setenv("HTTPS_PROXY", server.url)
    with pytest.raises(NotSent, match="in time"):
        Http(timeout=5, deadline=0.3).send(post("https://far.example/"))


def test_nothing_was_sent_where_tls_fails(server: Server) -> None:
    server.script = [answer(b"this is no TLS")]
    with pytest.raises(NotSent):
        Http(timeout=1).send(post(server.url.replace("http:", "https:")))
    assert server.seen == []


def test_the_error_of_a_header_that_cannot_be_sent_does_not_quote_it(server: Server) -> None:
    with pytest.raises(NotSent) as caught:
        Http().send(Request(server.url, b"", {"Authorization": "Bearer se\ncret"}, method="POST"))
    assert "cret" not in repr(caught.value)
    assert caught.value.__suppress_context__


def test_certificates_are_checked() -> None:
    trust = Http()._trust
    assert trust.verify_mode is ssl.CERT_REQUIRED
    assert trust.check_hostname


NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "30"}, 30.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": format_datetime(NOON)}, None),
        ({"retry-after": format_datetime(NOON + timedelta(seconds=90)), "date": format_datetime(NOON)}, 90.0),
        ({"retry-after": format_datetime(NOON), "date": format_datetime(NOON + timedelta(1))}, 0.0),
    ],
)
def test_retry_after_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds
