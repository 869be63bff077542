"""Records by their headers alone, in whatever pieces they come."""

from __future__ import annotations

import pytest

from certprobe.tls.records import RecordHeader, RecordHeaders
from tests.tls.wired import TLS12, TLS13

ALERT, HANDSHAKE, DATA = 21, 22, 23


def record(content_type: int, body: bytes) -> bytes:
    return bytes((content_type, 3, 3)) + len(body).to_bytes(2) + body


STREAM = record(HANDSHAKE, b"\0" * 300) + record(DATA, b"") + record(ALERT, b"\2\50")
HEADERS = [RecordHeader(HANDSHAKE, 300), RecordHeader(DATA, 0), RecordHeader(ALERT, 2)]


@pytest.mark.parametrize("piece", [1, 4, 5, 6, 305, 1000])
def test_headers_in_pieces(piece: int) -> None:
    headers = RecordHeaders()
    found = [header for start in range(0, len(STREAM), piece) for header in headers.feed(STREAM[start : start + piece])]
    assert found == HEADERS


def test_a_record_is_told_when_it_is_whole() -> None:
    headers = RecordHeaders()
    assert list(headers.feed(record(ALERT, b"\2\50")[:-1])) == []
    assert list(headers.feed(b"\50")) == [RecordHeader(ALERT, 2)]


@pytest.mark.parametrize(("content_type", "length", "version", "expected"), [
    (ALERT, 2, TLS12, True),
    (ALERT, 26, TLS12, True),
    (ALERT, 2, TLS13, True),
    (DATA, 19, TLS13, True),
    (DATA, 19, TLS12, False),
    (DATA, 18, TLS13, False),
    (DATA, 22, TLS13, False),
    (HANDSHAKE, 19, TLS13, False),
])  # fmt: skip
def test_alerts(content_type: int, length: int, version: int, expected: bool) -> None:
    assert RecordHeader(content_type, length).is_alert(version) is expected
