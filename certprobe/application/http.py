"""One HTTP/1.1 request and its answer, from both sides, sans-IO (RFC 9110, RFC 9112): the only importer of h11."""

from __future__ import annotations

import enum
from typing import Final, NamedTuple

import h11

from certprobe import __version__
from certprobe.application.recognise import ENOUGH, looks_like
from certprobe.errors import FailureKind, Party, ProtocolError

BODY_LIMIT: Final = 4096
HEADER_LIMIT: Final = 64 * 1024
_INFORMATIONAL_LIMIT: Final = 16
_SHOWN: Final = 16
_REQUEST_HEADER_FIELDS_TOO_LARGE: Final = 431

Headers = tuple[tuple[str, str], ...]
PLAIN_TEXT: Final[Headers] = (("Content-Type", "text/plain; charset=utf-8"),)


class BodyEnd(enum.Enum):
    """Why the body that was kept ends where it ends."""

    COMPLETE = "complete"
    EXCERPT = "excerpt"
    CUT_SHORT = "cut-short"
    UNFINISHED = "unfinished"


class HttpAnswered(NamedTuple):
    """The answer: names of `headers` in lower case, values as Latin-1 text; of `body` as much as was to be kept.

    `body_end` is EXCERPT if there may be more of it, CUT_SHORT if the server broke off or broke the framing, UNFINISHED
    if we did not wait for the rest.
    """

    status: int
    reason: str
    http_version: str
    headers: Headers
    body: bytes
    body_end: BodyEnd


class HttpRequested(NamedTuple):
    """A whole request, without its body."""

    method: str
    target: str
    headers: Headers


class HttpExchange:
    """A request, which is ready to be sent at once, and its answer, which is the one event.

    A GET request, with `post` a POST request with that body; `headers` are added to the usual ones. Of the answer's
    body at most `body_limit` octets are kept.
    """

    def __init__(
        self,
        host_header: str,
        target: str,
        *,
        headers: Headers = (),
        post: bytes | None = None,
        body_limit: int = BODY_LIMIT,
    ) -> None:
        self._connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEADER_LIMIT)
        self._outgoing = _request(self._connection, host_header, target, headers, post)
        self._body_limit = body_limit
        self._beginning = b""
        self._at_end = False
        self._informational = 0
        self._response: h11.Response | None = None
        self._body = bytearray()
        self._done = False

    @property
    def answer_so_far(self) -> HttpAnswered | None:
        """What there is of the answer when our patience ends, None before its headers are whole."""
        return self._answered(BodyEnd.UNFINISHED)

    def receive_data(self, data: bytes) -> None:
        """Take octets from the server; after the answer they are dropped."""
        if data and not (self._done or self._at_end):
            self._beginning += data[: _SHOWN - len(self._beginning)]
            self._connection.receive_data(data)

    def receive_eof(self) -> None:
        """The server closed its side."""
        self._at_end = True
        self._connection.receive_data(b"")

    def data_to_send(self) -> bytes:
        """Octets for the server, once."""
        data, self._outgoing = self._outgoing, b""
        return data

    def next_event(self) -> HttpAnswered | None:
        """The answer, as soon as its headers came, and of its body the end or as much as is kept.

        Informational answers (1xx) are passed over. Raises ProtocolError, caused by the peer: MALFORMED for what is not
        HTTP/1, TOO_MUCH_DATA, CLOSED when the stream ended before the headers did.
        """
        end = None if self._done else self._read()
        if end is None:
            return None
        self._done = True
        return self._answered(end)

    def _read(self) -> BodyEnd | None:
        if len(self._beginning) >= ENOUGH and not self._beginning.startswith(b"HTTP/"):
            raise self._failure(FailureKind.MALFORMED, f"what came is no HTTP/1 answer ({looks_like(self._beginning)})")
        while True:
            try:
                event = self._connection.next_event()
            except h11.RemoteProtocolError as error:
                if self._response is not None:
                    return BodyEnd.CUT_SHORT
                raise self._broken(error) from error
            match event:
                case h11.InformationalResponse():
                    self._pass_over()
                case h11.Response():
                    self._response = event
                case h11.Data():
                    self._body += event.data
                    if len(self._body) > self._body_limit:
                        return BodyEnd.EXCERPT
                case h11.EndOfMessage():
                    return BodyEnd.COMPLETE
                case _:
                    return BodyEnd.EXCERPT if len(self._body) == self._body_limit else None

    def _pass_over(self) -> None:
        self._informational += 1
        if self._informational > _INFORMATIONAL_LIMIT:
            words = f"the server sent more than {_INFORMATIONAL_LIMIT} informational answers"
            raise self._failure(FailureKind.TOO_MUCH_DATA, words)

    def _answered(self, end: BodyEnd) -> HttpAnswered | None:
        response = self._response
        if response is None:
            return None
        return HttpAnswered(
            response.status_code,
            response.reason.decode("latin-1"),
            response.http_version.decode("latin-1"),
            _headers(response),
            bytes(self._body[: self._body_limit]),
            end,
        )

    def _broken(self, error: h11.RemoteProtocolError) -> ProtocolError:
        if error.error_status_hint == _REQUEST_HEADER_FIELDS_TOO_LARGE:
            words = f"the server's headers are longer than {HEADER_LIMIT // 1024} KiB"
            return self._failure(FailureKind.TOO_MUCH_DATA, words)
        if self._at_end:
            where = "in the middle of its headers" if self._beginning else "instead of answering"
            return self._failure(FailureKind.CLOSED, f"the server closed the connection {where}")
        return self._failure(FailureKind.MALFORMED, f"the server's answer is no HTTP/1 ({error})")

    def _failure(self, kind: FailureKind, words: str) -> ProtocolError:
        self._done = True
        return ProtocolError(f"HTTP: {words}", kind=kind, party=Party.PEER)


class HttpResponder:
    """Reads one request, of whose body nothing is kept, and gives one answer."""

    def __init__(self) -> None:
        self._connection = h11.Connection(h11.SERVER, max_incomplete_event_size=HEADER_LIMIT)
        self._outgoing = b""
        self._has_body = True

    def receive_data(self, data: bytes) -> None:
        """Take octets from the client."""
        if data:
            self._connection.receive_data(data)

    def receive_eof(self) -> None:
        """The client closed its side."""
        self._connection.receive_data(b"")

    def data_to_send(self) -> bytes:
        """Octets for the client, once."""
        data, self._outgoing = self._outgoing, b""
        return data

    def next_event(self) -> HttpRequested | None:
        """The request, as soon as its headers came, or None; raises ProtocolError after a 400 or 431 was made ready."""
        try:
            event = self._connection.next_event()
            while isinstance(event, h11.Data):
                event = self._connection.next_event()
        except h11.RemoteProtocolError as error:
            raise self._broken(error) from error
        if isinstance(event, h11.Request):
            self._has_body = event.method != b"HEAD"
            return HttpRequested(event.method.decode("ascii"), event.target.decode("latin-1"), _headers(event))
        return None

    def answer(self, status: int, reason: str, body: bytes, headers: Headers = PLAIN_TEXT) -> None:
        """Answer; the client is told that the connection closes. To HEAD the body is not sent (RFC 9110 9.3.2).

        `headers` say what the body is, and how it is to be treated.
        """
        fields = [
            *headers,
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("Connection", "close"),
        ]
        self._send(h11.Response(status_code=status, reason=reason.encode("ascii"), headers=fields))
        if self._has_body:
            self._send(h11.Data(data=body))
        self._send(h11.EndOfMessage())

    def _broken(self, error: h11.RemoteProtocolError) -> ProtocolError:
        too_large = error.error_status_hint == _REQUEST_HEADER_FIELDS_TOO_LARGE
        if self._connection.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            status, reason = (431, "Request Header Fields Too Large") if too_large else (400, "Bad Request")
            self.answer(status, reason, b"")
        kind = FailureKind.TOO_MUCH_DATA if too_large else FailureKind.MALFORMED
        return ProtocolError(f"the client sent no HTTP/1 request: {error}", kind=kind, party=Party.PEER)

    def _send(self, event: h11.Event) -> None:
        self._outgoing += self._connection.send(event) or b""


def _request(connection: h11.Connection, host_header: str, target: str, headers: Headers, post: bytes | None) -> bytes:
    fields = [
        ("Host", host_header),
        ("User-Agent", f"certprobe/{__version__}"),
        ("Accept", "*/*"),
        ("Connection", "close"),
        *headers,
    ]
    method = "GET" if post is None else "POST"
    if post is not None:
        fields.append(("Content-Length", str(len(post))))
    request = connection.send(h11.Request(method=method, target=target, headers=fields))
    return request + connection.send(h11.Data(data=post or b"")) + connection.send(h11.EndOfMessage())


def _headers(message: h11.Request | h11.Response) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in message.headers)
