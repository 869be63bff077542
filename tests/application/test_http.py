"""The HTTP client against our responder in memory, and against octets written by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certprobe import __version__
from certprobe.application.http import (
    BODY_LIMIT,
    HEADER_LIMIT,
    BodyEnd,
    HttpAnswered,
    HttpExchange,
    HttpRequested,
    HttpResponder,
)
from certprobe.errors import FailureKind, Party, ProtocolError

OK = b"HTTP/1.1 200 OK\r\n"


def read(data: bytes) -> HttpAnswered | None:
    exchange = HttpExchange("host", "/")
    exchange.receive_data(data)
    return exchange.next_event()


def read_to_the_end(data: bytes) -> HttpAnswered | None:
    exchange = HttpExchange("host", "/")
    exchange.receive_data(data)
    early = exchange.next_event()
    exchange.receive_eof()
    return early or exchange.next_event()


def test_the_request() -> None:
    exchange = HttpExchange("host:8443", "/p?q")
    assert exchange.data_to_send() == (
        b"GET /p?q HTTP/1.1\r\nHost: host:8443\r\nUser-Agent: certprobe/" + __version__.encode() + b"\r\n"
        b"Accept: */*\r\nConnection: close\r\n\r\n"
    )
    assert exchange.data_to_send() == b""


def test_a_request_with_a_body_and_more_headers() -> None:
    exchange = HttpExchange("host", "/ocsp", headers=(("Content-Type", "a/b"),), post=b"\x30\0")
    head, _, body = exchange.data_to_send().partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert (lines[0], lines[-2:], body) == (
        b"POST /ocsp HTTP/1.1",
        [b"Content-Type: a/b", b"Content-Length: 2"],
        b"\x30\0",
    )


@pytest.mark.parametrize(("limit", "kept"), [(4, (b"1234", BodyEnd.EXCERPT)), (6, (b"12345", BodyEnd.COMPLETE))])
def test_as_much_of_the_body_as_is_asked_for(limit: int, kept: tuple[bytes, BodyEnd]) -> None:
    exchange = HttpExchange("host", "/", body_limit=limit)
    exchange.receive_data(OK + b"Content-Length: 5\r\n\r\n12345")
    answer = exchange.next_event()
    assert answer is not None
    assert (answer.body, answer.body_end) == kept


def test_both_sides() -> None:
    client, server = HttpExchange("host", "/p"), HttpResponder()
    server.receive_data(client.data_to_send())
    headers = (("host", "host"), ("user-agent", f"certprobe/{__version__}"), ("accept", "*/*"), ("connection", "close"))
    assert server.next_event() == HttpRequested("GET", "/p", headers)
    assert server.next_event() is None
    server.answer(403, "Forbidden", b"no certificate")
    client.receive_data(server.data_to_send())
    fields = (
        ("content-type", "text/plain; charset=utf-8"),
        ("content-length", "14"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("connection", "close"),
    )
    answer = HttpAnswered(403, "Forbidden", "1.1", fields, b"no certificate", BodyEnd.COMPLETE)
    assert client.next_event() == answer
    client.receive_data(b"more")
    assert client.next_event() is None


ANSWERS = [
    (OK + b"Content-Length: 2\r\n\r\nok", b"ok", BodyEnd.COMPLETE),
    (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", b"ok", BodyEnd.COMPLETE),
    (OK + b"\r\nok", b"ok", BodyEnd.COMPLETE),
    (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nok",
        b"ok",
        BodyEnd.COMPLETE,
    ),
    (b"HTTP/1.0 200\r\n\r\nok", b"ok", BodyEnd.COMPLETE),
    (b"HTTP/1.1 204 No Content\r\n\r\n", b"", BodyEnd.COMPLETE),
    (OK + b"Content-Length: %d\r\n\r\n" % BODY_LIMIT + b"x" * BODY_LIMIT, b"x" * BODY_LIMIT, BodyEnd.COMPLETE),
    (OK + b"Content-Length: 5000\r\n\r\n" + b"x" * BODY_LIMIT, b"x" * BODY_LIMIT, BodyEnd.EXCERPT),
    (OK + b"Content-Length: 9000\r\n\r\n" + b"x" * 8000, b"x" * BODY_LIMIT, BodyEnd.EXCERPT),
    (OK + b"Content-Length: 5\r\n\r\nok", b"ok", BodyEnd.CUT_SHORT),
    (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nokgarbage", b"ok", BodyEnd.CUT_SHORT),
    (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nok", b"ok", BodyEnd.CUT_SHORT),
]


@pytest.mark.parametrize(("data", "body", "end"), ANSWERS)
def test_bodies(data: bytes, body: bytes, end: BodyEnd) -> None:
    answer = read_to_the_end(data)
    assert answer is not None
    assert (answer.status, answer.body, answer.body_end) == (204 if b" 204 " in data else 200, body, end)


def test_an_endless_body_is_not_waited_for() -> None:
    exchange = HttpExchange("host", "/")
    exchange.receive_data(OK + b"Server: x\r\n\r\n")
    assert exchange.next_event() is None
    exchange.receive_data(b"data: 1\n\n")
    assert exchange.next_event() is None
    assert exchange.answer_so_far == HttpAnswered(
        200, "OK", "1.1", (("server", "x"),), b"data: 1\n\n", BodyEnd.UNFINISHED
    )


def test_nothing_so_far() -> None:
    exchange = HttpExchange("host", "/")
    exchange.receive_data(OK)
    assert exchange.next_event() is None
    assert exchange.answer_so_far is None


def test_odd_octets_in_headers_are_latin_1() -> None:
    answer = read(b"HTTP/1.1 400 Schl\xe4cht\r\nServer: \xff\x1b[31m\r\nContent-Length: 0\r\n\r\n")
    assert answer is not None
    assert (answer.reason, answer.headers[0]) == ("Schl\xe4cht", ("server", "\xff\x1b[31m"))


FAILURES = [
    (b"SSH-2.0-OpenSSH_9\r\n", FailureKind.MALFORMED, "it looks like SSH"),
    (b"\x30\x0c\x02\x01\x01\x78\x07", FailureKind.MALFORMED, "it looks like LDAP"),
    (b"\x00\x00\x12\x04\x00\x00", FailureKind.MALFORMED, "it looks like HTTP/2 frames"),
    (b"garbage", FailureKind.MALFORMED, "it begins with b'garbage'"),
    (b"HTTP/1.1 abc\r\n\r\n", FailureKind.MALFORMED, "illegal status line"),
    (b"HTTP/1.1 101 Switching\r\n\r\n", FailureKind.MALFORMED, "the server's answer is no HTTP/1"),
    (OK + b"no header\r\n\r\n", FailureKind.MALFORMED, "illegal header line"),
    (OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", FailureKind.MALFORMED, "conflicting Content-Length"),
    (OK + b"A: " + b"a" * HEADER_LIMIT, FailureKind.TOO_MUCH_DATA, "headers are longer than 64 KiB"),
    (b"HTTP/1.1 100 Go on\r\n\r\n" * 17, FailureKind.TOO_MUCH_DATA, "more than 16 informational answers"),
    (b"", FailureKind.CLOSED, "the server closed the connection instead of answering"),
    (OK + b"Server: x\r\n", FailureKind.CLOSED, "the server closed the connection in the middle of its headers"),
]


@pytest.mark.parametrize(("data", "kind", "words"), FAILURES)
def test_no_answer(data: bytes, kind: FailureKind, words: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        read_to_the_end(data)
    assert (caught.value.kind, caught.value.party) == (kind, Party.PEER)
    assert words in str(caught.value)


@pytest.mark.parametrize("data", [b"\x16\x03\x01\x02\x00", b"GET / HTTP/1.1\r\nno header\r\n\r\n"])
def test_a_client_that_speaks_no_http_is_told_so(data: bytes) -> None:
    server = HttpResponder()
    server.receive_data(data)
    with pytest.raises(ProtocolError) as caught:
        server.next_event()
    assert caught.value.kind is FailureKind.MALFORMED
    assert server.data_to_send().startswith(b"HTTP/1.1 400 Bad Request\r\n")


@given(st.binary(max_size=200), st.booleans())
def test_no_octets_do_more_than_end_the_exchange(data: bytes, after_headers: bool) -> None:
    try:
        read_to_the_end(OK + b"Transfer-Encoding: chunked\r\n\r\n" + data if after_headers else b"HTTP/1.1 " + data)
    except ProtocolError as error:
        assert error.party is Party.PEER
