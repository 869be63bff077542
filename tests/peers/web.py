"""An HTTP server of the test: `with serving() as web`, pages that the test puts there, and the requests for them."""

from __future__ import annotations

import contextlib
import re
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple, TypeAlias

from tests.peers.process import HOST


class Request(NamedTuple):
    """A request as it came; names of header fields in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Answer(NamedTuple):
    """What is answered; the length of the body is told unless the headers tell another."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


# The base64 of a SEQUENCE of more than 64 octets.
_QUESTION = re.compile(r"/M[EF][0-9A-Za-z%]{80,}")
Page: TypeAlias = Callable[[Request], Answer]


class Web:
    """A running server; what has no page is answered with 404."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.pages: dict[str, Page] = {}
        self.requests: list[Request] = []

    def url(self, path: str) -> str:
        return self.base + path

    @property
    def asked(self) -> list[str]:
        """The paths of the requests, in order; that of a responder is without the question (RFC 6960 A.1)."""
        return [_QUESTION.sub("", request.path) for request in self.requests]

    def answer(self, request: Request) -> Answer:
        self.requests.append(request)
        page = self.pages.get(request.path) or self._responder(request.path)
        return page(request) if page is not None else Answer(status=404)

    def _responder(self, path: str) -> Page | None:
        """The page of which the rest of a path is a question (RFC 6960 A.1)."""
        return next((page for place, page in self.pages.items() if path.startswith(f"{place}/")), None)


def always(body: bytes, status: int = 200, *headers: tuple[str, str]) -> Page:
    """The same answer to everybody."""
    return lambda _: Answer(body, status, headers)


def redirect(location: str, status: int = 302) -> Page:
    return always(b"", status, ("Location", location))


def validated(body: bytes, etag: str) -> Page:
    """The body, or 304 to who names the entity tag."""
    fields = (("ETag", etag),)

    def page(request: Request) -> Answer:
        is_known = request.headers.get("if-none-match") == etag
        return Answer(b"", 304, fields) if is_known else Answer(body, 200, fields)

    return page


@contextlib.contextmanager
def serving(certificate: Path | None = None, key: Path | None = None) -> Iterator[Web]:
    """Serve on 127.0.0.1 to the end of the block; in TLS if there is a certificate."""
    server = ThreadingHTTPServer((HOST, 0), BaseHTTPRequestHandler)
    server.daemon_threads = True
    scheme = "http"
    if certificate is not None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate, key)
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    web = Web(f"{scheme}://{HOST}:{server.server_address[1]}")
    server.RequestHandlerClass = _handler(web)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(web: Web) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", "0")))
            answer = web.answer(Request(self.command, self.path, headers, body))
            self.send_response(answer.status)
            fields = {"Content-Length": str(len(answer.body)), **dict(answer.headers)}
            for name, value in fields.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the test's output is no access log."""

    return Handler
