"""Writing DER (X.690), as much of it as certificates need; nothing is checked, so that wrong DER can be written too."""

from __future__ import annotations

import base64
from datetime import UTC, datetime


def tlv(tag: int, *parts: bytes) -> bytes:
    """One value with a one-byte tag, whose content is the parts one after the other."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def sequence(*parts: bytes) -> bytes:
    """A SEQUENCE."""
    return tlv(0x30, *parts)


def bit_string(content: bytes) -> bytes:
    """A BIT STRING of whole bytes."""
    return tlv(0x03, b"\x00", content)


def integer(value: int) -> bytes:
    """An INTEGER, negative ones too."""
    return tlv(0x02, value.to_bytes((value + (value < 0)).bit_length() // 8 + 1, "big", signed=True))


def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER from its dotted text."""
    first, second, *others = map(int, dotted.split("."))
    return tlv(0x06, *map(_base_128, (first * 40 + second, *others)))


def time(value: datetime) -> bytes:
    """A UTCTime from 1950 to 2049, else a GeneralizedTime (RFC 5280 4.1.2.5)."""
    moment = value.astimezone(UTC)
    text = f"{moment.year:04}{moment:%m%d%H%M%S}Z"
    return tlv(0x17, text[2:].encode()) if 1950 <= moment.year < 2050 else tlv(0x18, text.encode())


def pem(der: bytes, label: str = "CERTIFICATE") -> bytes:
    """A PEM block (RFC 7468)."""
    text = base64.b64encode(der).decode()
    lines = (text[start : start + 64] for start in range(0, len(text), 64))
    return "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", "")).encode()


def _base_128(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(0x80 | number & 0x7F)
    return bytes(reversed(digits))
