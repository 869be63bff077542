"""DER as X.690 and RFC 5280 want it, byte by byte."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from certprobe.lab.der import integer, oid, pem, time, tlv


@pytest.mark.parametrize(
    ("size", "header"),
    [(0, "0400"), (127, "047f"), (128, "048180"), (255, "0481ff"), (256, "04820100"), (65536, "0483010000")],
)
def test_length_is_minimal(size: int, header: str) -> None:
    assert tlv(0x04, bytes(size)) == bytes.fromhex(header) + bytes(size)


@pytest.mark.parametrize(
    ("value", "content"),
    [(0, "00"), (127, "7f"), (128, "0080"), (256, "0100"), (-1, "ff"), (-128, "80"), (-129, "ff7f")],
)
def test_integer_is_minimal(value: int, content: str) -> None:
    assert integer(value) == tlv(0x02, bytes.fromhex(content))


@pytest.mark.parametrize(
    ("dotted", "content"), [("2.5.4.3", "550403"), ("1.2.840.113549", "2a864886f70d"), ("2.999", "8837")]
)
def test_oid(dotted: str, content: str) -> None:
    assert oid(dotted) == tlv(0x06, bytes.fromhex(content))


@pytest.mark.parametrize(
    ("year", "tag", "text"),
    [
        (1949, 0x18, b"19490102030405Z"),
        (1950, 0x17, b"500102030405Z"),
        (2049, 0x17, b"490102030405Z"),
        (2050, 0x18, b"20500102030405Z"),
        (9999, 0x18, b"99990102030405Z"),
    ],
)
def test_time(year: int, tag: int, text: bytes) -> None:
    assert time(datetime(year, 1, 2, 3, 4, 5, tzinfo=UTC)) == tlv(tag, text)


def test_pem_lines_hold_64_characters() -> None:
    assert pem(bytes(50), "X").split(b"\n") == [b"-----BEGIN X-----", b"A" * 64, b"AAA=", b"-----END X-----", b""]
