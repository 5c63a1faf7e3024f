"""A site on this machine that gives out feeds, remembers who asked for what, and can be made to refuse."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

RSS = "<rss version='2.0'><channel><title>{}</title>{}</channel></rss>"
ITEM = (
    "<item><guid isPermaLink='false'>{0}</guid><title>Post {0}</title><link>https://shop.example/{0}</link>"
    "<description>{1}</description><pubDate>Fri, 20 Nov 2026 11:{0:0>2}:00 GMT</pubDate></item>"
)


def rss(*numbers: int, title: str = "Shop", text: str = "Where do I buy lamp {}?") -> bytes:
    """A feed with these entries, in this order."""
    return RSS.format(title, "".join(ITEM.format(n, text.format(n)) for n in numbers)).encode()


class Site:
    """`pages` are bodies, or (status, headers, body), by path; bodies have an ETag."""

    def __init__(self) -> None:
        self.base = ""
        self.pages: dict[str, bytes | tuple[int, Mapping[str, str], bytes]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.refusal: tuple[int, Mapping[str, str]] | None = None

    def url(self, path: str) -> str:
        return f"{self.base}/{path}"

    def refuse(self, status: int, headers: Mapping[str, str]) -> None:
        self.refusal = (status, headers)

    def answer(self, path: str, headers: dict[str, str]) -> tuple[int, Mapping[str, str], bytes]:
        self.asked.append((path, headers))
        page = self.pages.get(path, (404, {}, b""))
        if self.refusal:
            return (*self.refusal, b"")
        if isinstance(page, tuple):
            return page
        tag = f'"{sha256(page).hexdigest()[:8]}"'
        if headers.get("if-none-match") == tag:
            return 304, {"ETag": tag}, b""
        return 200, {"ETag": tag, "Content-Type": "application/rss+xml"}, page


@contextmanager
def serving() -> Iterator[Site]:
    """The site, for as long as the block lasts."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version, wbufsize = "HTTP/1.1", -1

        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            status, headers, body = site.answer(self.path[1:], {k.lower(): v for k, v in self.headers.items()})
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    site.base = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
