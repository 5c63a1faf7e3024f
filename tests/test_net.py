import gzip
import json
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import listener
from listener.errors import SourceError
from listener.net import Client
from listener.net.answers import Refusal, asked_to_wait, redacted, refused, understood

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
URL = "https://api.example.com/v1/posts?token=hush"


# What answers mean


@pytest.mark.parametrize(
    ("status", "permanent", "why"),
    [
        (401, True, "api.example.com answered 401: check FORUM_TOKEN"),
        (403, True, "api.example.com answered 403: check FORUM_TOKEN"),
        (404, True, "api.example.com answered 404: there is no /v1/posts"),
        (410, True, "api.example.com answered 410: /v1/posts is gone"),
        (407, True, "api.example.com answered 407: check the name and password in HTTPS_PROXY"),
        (301, False, "api.example.com answered 301: it has moved to another address"),
        (429, False, "api.example.com answered 429: it asks for fewer requests"),
        (503, False, 'api.example.com answered 503: "out for lunch"'),
        (400, False, 'api.example.com answered 400: "out for lunch"'),
    ],
)
def test_a_refusal_says_what_to_do_and_whether_trying_again_helps(status: int, permanent: bool, why: str) -> None:
    error = refused("forum", URL, Refusal(status, {}, b"<h1>out for\nlunch</h1>"), NOW, "FORUM_TOKEN")
    assert (error.permanent, error.why, error.code, error.wait) == (permanent, why, str(status), None)
    assert str(error) == f"forum: {why}" and "hush" not in str(error)


def test_a_refusal_without_a_secret_to_check_says_what_else_may_be_wrong() -> None:
    assert "HTTPS_PROXY, or whether the service blocks" in refused("forum", URL, Refusal(403, {}), NOW).why


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "17"}, 17.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": "-3"}, 0.0),
        ({"Retry-After": "9999999"}, 86_400.0),
        ({"Retry-After": format_datetime(NOW.replace(minute=2), usegmt=True)}, 120.0),
        ({"Retry-After": "Fri, 20 Nov 2026 12:00:30 GMT", "Date": "Fri, 20 Nov 2026 12:00:10 GMT"}, 20.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": ""}, None),
        ({}, None),
        ({"X-Ratelimit-Reset": "42.5"}, 42.5),
        ({"x-rate-limit-reset": str(int(NOW.timestamp()) + 60)}, 60.0),
        ({"X-RateLimit-Reset": "2026-11-20T12:05:00.000Z"}, 300.0),
        ({"Retry-After": "soon", "X-Ratelimit-Reset": "9"}, 9.0),
        ({"Retry-After": "5", "X-Ratelimit-Reset": "9"}, 5.0),
    ],
)
def test_the_wait_is_read_in_every_usual_form(headers: dict[str, str], wait: float | None) -> None:
    assert asked_to_wait(Refusal(429, headers), NOW) == wait


def test_a_rate_limit_counts_only_where_it_is_used_up() -> None:
    reset = {"X-Ratelimit-Reset": "42"}
    assert asked_to_wait(Refusal(503, reset), NOW) is None
    assert asked_to_wait(Refusal(403, reset | {"X-Ratelimit-Remaining": "0"}), NOW) == 42.0


@given(st.text(max_size=40), st.sampled_from(["Retry-After", "Date", "X-Ratelimit-Reset"]))
def test_no_header_is_too_odd(value: str, name: str) -> None:
    wait = asked_to_wait(Refusal(429, {name: value}), NOW)
    assert wait is None or 0 <= wait <= 86_400


@pytest.mark.parametrize(
    ("body", "code", "shown"),
    [
        (b"<!doctype html><title>Just a moment...</title><p>Verify you are human", "html", '"Just a moment...'),
        (b"\xef\xbb\xbf\n <html>maintenance</html>", "html", '"maintenance"'),
        (b'{"hits": [{"objectID": "1", "tit', "json", "ends early"),
        (b"", "json", "ends early"),
        (b"[" * 100_000, "json", "[[["),
    ],
)
def test_what_only_looks_like_an_answer_is_named(body: bytes, code: str, shown: str) -> None:
    with pytest.raises(SourceError) as caught:
        understood("forum", URL, body)
    assert (caught.value.code, caught.value.permanent) == (code, False)
    assert shown in caught.value.why and len(caught.value.why) < 300


def test_lone_surrogates_and_raw_bytes_pass_to_be_mended_later() -> None:
    assert understood("forum", URL, b'\xef\xbb\xbf{"text": "\\ud83d \xff"}') == {"text": "\ud83d \ufffd"}
    assert understood("forum", URL, b'{"text": "caf\xc3\xa9"}') == {"text": "café"}


@pytest.mark.parametrize(
    "secret",
    [
        "Authorization: Bearer abc.def.ghi",
        "token=hunter2&x=1",
        '"api_key": "hunter2"',
        "ann.lee@example.com",
        "your address 203.0.113.9",
        "xoxb-1234567890-abcdefghijkl-ABCDEF",
    ],
)
def test_excerpts_hold_no_secrets(secret: str) -> None:
    shown = redacted(f"before {secret} after")
    assert not {"abc.def.ghi", "hunter2", "ann.lee", "203.0.113.9", "abcdefghijkl"} & set(
        shown.replace('"', " ").split()
    )
    assert "hunter2" not in shown and "xoxb" not in shown and "@" not in shown
    assert shown.startswith("before ") and shown.endswith(" after") and "***" in shown


def test_excerpts_are_one_short_line() -> None:
    assert len(redacted("many\nwords " * 1_000)) == 200 and "\n" not in redacted("a\nb")


# Exchanges


class Server(ThreadingHTTPServer):
    """Misbehaves as the path says, for 8 s at most."""

    daemon_threads, block_on_close = True, False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.agents: list[str] = []
        self.connections = 0
        self.stop = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def process_request(self, request: object, client_address: object) -> None:
        self.connections += 1
        super().process_request(request, client_address)  # type: ignore[arg-type]

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # clients hang up on purpose


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.agents.append(self.headers["User-Agent"])
        path, _, rest = self.path.removeprefix("http://forum.example").strip("/").partition("/")
        getattr(self, path.partition("?")[0])(rest)

    def answer(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def ok(self, rest: str) -> None:
        self.answer(json.dumps({"path": self.path}).encode())

    def status(self, rest: str) -> None:
        self.answer(b"{}", int(rest), Retry_After="7")

    def moved(self, rest: str) -> None:
        self.answer(b"{}", 302, Location="/ok")

    def drip(self, data: bytes) -> None:
        for byte in data:
            if self.server.stop.wait(0.02):
                break
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
        self.close_connection = True

    def drip_head(self, rest: str) -> None:
        self.drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 360 + b"\r\nContent-Length: 2\r\n\r\n{}")

    def drip_body(self, rest: str) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n")
        self.drip(b"{" + b" " * 398 + b"}")

    def drip_until_closed(self, rest: str) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}")
        self.drip(b" " * 400)

    def silent(self, rest: str) -> None:
        self.server.stop.wait(8)
        self.close_connection = True

    def reset(self, rest: str) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def cut(self, rest: str) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{")
        self.close_connection = True

    def big(self, rest: str) -> None:
        self.answer(b" " * 60_000 + b"{}")

    def bomb(self, rest: str) -> None:
        self.answer(gzip.compress(b" " * 5_000_000), Content_Encoding="gzip")

    def garbled(self, rest: str) -> None:
        self.answer(b"not gzip", Content_Encoding="gzip")

    def page(self, rest: str) -> None:
        self.answer(b"<html>captcha</html>")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.stop.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def client() -> Iterator[Client]:
    client = Client("forum", "FORUM_TOKEN", deadline=5, cap=50_000)
    yield client
    client.close()


def failing(client: Client, url: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        client.get(url, {}, NOW)
    assert "127.0.0.1" in caught.value.why and "token" not in caught.value.why.lower().replace("forum_token", "")
    return caught.value


def test_an_answer_is_decoded_and_the_connection_kept(server: Server, client: Client) -> None:
    answers = [client.get(f"{server.url}/ok", {"q": "a b", "n": 2}, NOW) for _ in range(3)]
    assert answers == [{"path": "/ok?q=a+b&n=2"}] * 3
    assert server.connections == 1
    assert set(server.agents) == {f"listener/{listener.__version__}"}


@pytest.mark.parametrize("path", ["drip_head", "drip_body", "drip_until_closed", "silent"])
def test_the_whole_exchange_has_a_deadline_however_slowly_bytes_drip(server: Server, path: str) -> None:
    client = Client("forum", deadline=0.3)
    error = failing(client, f"{server.url}/{path}?token=hush")
    assert (error.code, error.permanent) == ("timeout", False)
    assert client.get(f"{server.url}/ok", {}, NOW) == {"path": "/ok"}
    client.close()


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("reset", "connection"),
        ("cut", "cut"),
        ("big", "too-long"),
        ("bomb", "too-long"),
        ("garbled", "packed"),
        ("page", "html"),
        ("moved", "302"),
    ],
)
def test_a_broken_exchange_is_named_and_the_next_one_works(
    server: Server, client: Client, path: str, code: str
) -> None:
    error = failing(client, f"{server.url}/{path}?token=hush")
    assert (error.code, error.permanent, error.wait) == (code, False, None)
    assert client.get(f"{server.url}/ok", {}, NOW) == {"path": "/ok"}


def test_refusals_carry_their_wait_and_the_setting(server: Server, client: Client) -> None:
    assert failing(client, f"{server.url}/status/429").wait == 7.0
    refusal = failing(client, f"{server.url}/status/401")
    assert refusal.permanent and refusal.why.endswith("check FORUM_TOKEN")


def test_nobody_listening_is_named(client: Client) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        assert failing(client, f"http://127.0.0.1:{taken.getsockname()[1]}/").code == "connection"


def test_a_nonsensical_address_is_named(client: Client) -> None:
    with pytest.raises(SourceError, match="cannot be asked"):
        client.get("http://[nonsense", {}, NOW)


def test_the_proxy_that_the_environment_names_is_asked(
    server: Server, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.setenv("no_proxy", "")
    assert client.get("http://forum.example/ok", {}, NOW) == {"path": "http://forum.example/ok"}


@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "403 Forbidden"])
def test_a_proxy_that_lets_nobody_through_is_named(
    server: Server, client: Client, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    monkeypatch.setattr(
        Handler, "do_CONNECT", lambda self: self.wfile.write(f"HTTP/1.1 {status}\r\n\r\n".encode()), raising=False
    )
    monkeypatch.setenv("https_proxy", server.url)
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(SourceError, match="check HTTPS_PROXY") as caught:
        client.get("https://forum.example/ok", {}, NOW)
    assert caught.value.code == "proxy"


@pytest.mark.world
@pytest.mark.parametrize("path", ["drip_head", "drip_body", "drip_until_closed", "silent"])
def test_certificates_are_checked_and_the_deadline_holds_over_tls_too(
    server: Server, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.syspath_prepend(str(shared / "tools"))
    authority = pytest.importorskip("loopback.net", reason="needs the loopback world").Authority(tmp_path)
    server.socket = authority.context("localhost").wrap_socket(server.socket, server_side=True)
    client, url = Client("forum", deadline=0.3), server.url.replace("http://127.0.0.1", "https://localhost")
    with pytest.raises(SourceError, match="SSL_CERT_FILE can name its authority") as caught:
        client.get(f"{url}/ok", {}, NOW)
    assert caught.value.code == "tls"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.ca))
    with pytest.raises(SourceError) as caught:
        client.get(f"{url}/{path}", {}, NOW)
    assert caught.value.code == "timeout"
    assert client.get(f"{url}/ok", {}, NOW) == {"path": "/ok"}
    client.close()


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_an_authority_that_the_environment_names_is_trusted(variable: str) -> None:
    code = f"""
import os, sys
for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
    os.environ.pop(name, None)
os.environ["{variable}"] = sys.argv[1]
from listener.net.bounded import session
made = session(1, 1)
print(made.merge_environment_settings("https://example.com", {{}}, None, None, None)["verify"] == sys.argv[1])
"""
    done = subprocess.run([sys.executable, "-c", code, __file__], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_requests_is_imported_at_the_first_question_only() -> None:
    code = "import sys, listener.net; print('requests' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
