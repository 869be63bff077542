"""BER with indefinite lengths and strings in pieces becomes DER; what has definite lengths is not touched."""

from __future__ import annotations

import pytest

from certprobe.lab.der import integer, sequence, tlv
from certprobe.pki import ber, der

END = b"\x00\x00"
ODD = b"\x30\x81\x03\x02\x01\x05"  # a length longer than it need be

CASES = {
    "definite": (ODD, ODD),
    "definite-with-trailing-bytes": (sequence(integer(1)) + b"x", sequence(integer(1)) + b"x"),
    "indefinite": (b"\x30\x80" + integer(5) + END, sequence(integer(5))),
    "indefinite-inside": (
        b"\x30\x80\xa0\x80" + integer(5) + END + integer(6) + END,
        sequence(tlv(0xA0, integer(5)), integer(6)),
    ),
    "inside-definite-is-left": (b"\x30\x80" + ODD + END, tlv(0x30, ODD)),
    "string-in-pieces": (
        b"\x30\x80\x24\x80" + tlv(0x04, b"one ") + tlv(0x04, b"two") + END + END,
        sequence(tlv(0x04, b"one two")),
    ),
    "string-in-pieces-of-pieces": (
        b"\x30\x80\x24\x80\x24\x80" + tlv(0x04, b"one ") + END + tlv(0x04, b"two") + END + END,
        sequence(tlv(0x04, b"one two")),
    ),
    "string-in-pieces-of-definite-length": (
        b"\x30\x80" + tlv(0x24, tlv(0x04, b"one "), tlv(0x04, b"two")) + END,
        sequence(tlv(0x04, b"one two")),
    ),
    "long": (b"\x30\x80" + tlv(0x04, bytes(70_000)) + END, sequence(tlv(0x04, bytes(70_000)))),
    "empty": (b"", b""),
}


@pytest.mark.parametrize(("data", "expected"), CASES.values(), ids=CASES)
def test_definite(data: bytes, expected: bytes) -> None:
    assert ber.definite(data) == expected


BROKEN = {
    "ends-nowhere": (b"\x30\x80" + integer(5), "data ends at byte 5 where a value should begin"),
    "piece-of-another-type": (
        b"\x30\x80\x24\x80" + integer(5) + END + END,
        "tag 0x02 at byte 2 inside an octet string",
    ),
    "deep": (b"\x30\x80" * 33 + END * 33, "BER of more than 32 levels or 100000 values"),
    "wide": (b"\x30\x80" + integer(1) * 100_000 + END, "BER of more than 32 levels or 100000 values"),
}


@pytest.mark.parametrize(("data", "message"), BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_read(data: bytes, message: str) -> None:
    with pytest.raises(der.DerError) as caught:
        ber.definite(data)
    assert str(caught.value) == message


def test_implicit_strings() -> None:
    """encryptedContent is [0] IMPLICIT OCTET STRING (RFC 5652 6.1), in one piece or in several."""
    for encoded in (tlv(0x80, b"one two"), tlv(0xA0, tlv(0x04, b"one "), tlv(0x04, b"two"))):
        assert ber.octets(encoded, der.read(encoded)) == b"one two"
