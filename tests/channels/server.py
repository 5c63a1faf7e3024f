"""A web server on loopback that answers by script: what came, and what goes back, byte by byte where asked."""

import json
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Event, Thread
from typing import Any, Self
from urllib.parse import parse_qs

from msgspec import Struct


class Seen(Struct):
    """One request that arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, Any]:
        """The body as Slack's methods take it: JSON, or a form."""
        if "json" in self.headers["content-type"]:
            return dict(json.loads(self.body))
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


Answer = Callable[["Handler"], None]


def answer(body: Any = b"", status: int = 200, **headers: str) -> Answer:
    """An ordinary answer; anything but bytes goes out as JSON."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()

    def give(handler: "Handler") -> None:
        handler.send_response_only(status)
        for name, value in {"Content-Length": str(len(sent)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(sent)

    return give


def reset(handler: "Handler") -> None:
    """The connection breaks after the request was read."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def drip(*parts: bytes) -> Answer:
    """The parts, then a byte every 20 milliseconds until the client goes away or the server ends."""

    def give(handler: "Handler") -> None:
        for part in parts:
            handler.wfile.write(part)
        for _ in count():
            if handler.server.ending.wait(0.02):  # type: ignore[attr-defined] # ours, below
                return
            handler.wfile.write(b"x")

    return give


class Handler(BaseHTTPRequestHandler):
    """Reads a request, notes it and answers with what is next in the script."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.seen.append(Seen(self.path, {k.lower(): v for k, v in self.headers.items()}, body))  # type: ignore[attr-defined]
        with suppress(OSError):  # the client gave up, as it should
            self.server.next()(self)  # type: ignore[attr-defined]

    def do_CONNECT(self) -> None:
        self.do_POST()

    def log_message(self, *_: object) -> None:
        return


class Server(ThreadingHTTPServer):
    """`with Server() as server`: `server.script` holds the answers to come; the last one is repeated."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: list[Answer] = []
        self.seen: list[Seen] = []
        self.ending = Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def next(self) -> Answer:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def __enter__(self) -> Self:
        Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        return


def closed_port() -> int:
    """A port where nothing listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
