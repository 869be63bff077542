"""A bounded, lenient reader of DER (X.690): enough to look inside certificates that strict parsers refuse.

It reads definite lengths only, accepts lengths that are not minimal, and never copies what it walks over. Every read
stays between the two bounds that the caller gives, so nesting in hostile data costs no more than the data is long.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
NULL: Final = 0x05
OBJECT_IDENTIFIER: Final = 0x06
ENUMERATED: Final = 0x0A
UTF8_STRING: Final = 0x0C
NUMERIC_STRING: Final = 0x12
PRINTABLE_STRING: Final = 0x13
TELETEX_STRING: Final = 0x14
IA5_STRING: Final = 0x16
UTC_TIME: Final = 0x17
GENERALIZED_TIME: Final = 0x18
VISIBLE_STRING: Final = 0x1A
UNIVERSAL_STRING: Final = 0x1C
BMP_STRING: Final = 0x1E
SEQUENCE: Final = 0x30
SET: Final = 0x31

_LONGEST_OID = 128
_LONGEST_INTEGER = 1024
_LONGEST_KEY_INTEGER = 2056


class DerError(ValueError):
    """Bytes are not the DER that was expected; the text says what and at which byte."""


class Tlv(NamedTuple):
    """Where one value lies: `start` of its tag, `value_start` of its contents, `end` behind it.

    `tag` is the identifier octets as a number (0x30 SEQUENCE, 0xA0 [0] constructed, 0x1F21 a tag of two octets).
    """

    tag: int
    start: int
    value_start: int
    end: int


def read(data: bytes, offset: int = 0, end: int | None = None) -> Tlv:
    """Read the identifier and length octets at `offset`; raise DerError if the value does not end before `end`."""
    bound = len(data) if end is None else end
    if offset + 2 > bound:
        raise DerError(f"data ends at byte {offset} where a value should begin")
    tag = data[offset]
    position = offset + 1
    if tag & 0x1F == 0x1F:
        tag, position = _long_tag(data, offset, bound)
    length = data[position]
    position += 1
    if length >= 0x80:
        octets = length & 0x7F
        if not 1 <= octets <= 4 or position + octets > bound:
            raise DerError(f"length at byte {position - 1} is not a definite one within the data")
        length = int.from_bytes(data[position : position + octets])
        position += octets
    if length > bound - position:
        raise DerError(f"value at byte {offset} claims {length} bytes, {bound - position} are left")
    return Tlv(tag, offset, position, position + length)


def _long_tag(data: bytes, offset: int, bound: int) -> tuple[int, int]:
    for position in range(offset + 1, min(offset + 4, bound - 1)):
        if data[position] < 0x80:
            return int.from_bytes(data[offset : position + 1]), position + 1
    raise DerError(f"tag at byte {offset} is too long")


def expect(data: bytes, tag: int, offset: int, end: int, what: str) -> Tlv:
    """Read a value that must have `tag`; `what` is the standard's name for it, for the error text."""
    try:
        found = read(data, offset, end)
    except DerError as error:
        raise DerError(f"{what}: {error}") from None
    if found.tag != tag:
        raise DerError(f"{what}: tag 0x{found.tag:02x} at byte {offset} where 0x{tag:02x} should be")
    return found


def whole(data: bytes, tag: int, what: str) -> Tlv:
    """Read a value that must have `tag` and fill `data` to its end."""
    found = expect(data, tag, 0, len(data), what)
    if found.end != len(data):
        raise DerError(f"{what}: {len(data) - found.end} bytes after its end")
    return found


def children(data: bytes, parent: Tlv, *, limit: int = 1000) -> Iterator[Tlv]:
    """Iterate over the values inside a constructed one; raise DerError at the first bad one and past `limit`."""
    offset = parent.value_start
    for _ in range(limit):
        if offset >= parent.end:
            return
        child = read(data, offset, parent.end)
        yield child
        offset = child.end
    if offset < parent.end:
        raise DerError(f"more than {limit} values inside the one at byte {parent.start}")


def members(data: bytes, parent: Tlv, least: int, *, limit: int = 1000) -> tuple[Tlv, ...]:
    """Return the values inside a constructed one; raise DerError also if there are fewer than `least`."""
    found = tuple(children(data, parent, limit=limit))
    if len(found) < least:
        raise DerError(f"{len(found)} values inside the one at byte {parent.start} where {least} should be")
    return found


def value(data: bytes, tlv: Tlv) -> bytes:
    """Return the contents octets."""
    return data[tlv.value_start : tlv.end]


def element(data: bytes, tlv: Tlv) -> bytes:
    """Return the whole encoding: identifier, length and contents octets."""
    return data[tlv.start : tlv.end]


@lru_cache(maxsize=1024)
def encoded(tag: int, *parts: bytes) -> bytes:
    """Return the value of that one-octet tag whose contents are the parts."""
    return header(tag, sum(map(len, parts))) + b"".join(parts)


def header(tag: int, size: int) -> bytes:
    """Return the identifier and length octets of a value of that one-octet tag with so many contents octets."""
    if size < 0x80:
        return bytes((tag, size))
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length


@lru_cache(maxsize=1024)
def object_identifier(contents: bytes) -> str:
    """Decode the contents octets of an OBJECT IDENTIFIER to dotted text, arcs of any size."""
    if not contents or contents[-1] & 0x80 or len(contents) > _LONGEST_OID:
        raise DerError(f"OBJECT IDENTIFIER of {len(contents)} bytes is empty, cut off or too long")
    arcs: list[int] = []
    arc = 0
    for octet in contents:
        arc = arc << 7 | octet & 0x7F
        if octet < 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def boolean(contents: bytes) -> bool:
    """Decode the contents octets of a BOOLEAN; anything but zero is TRUE, as in BER."""
    if len(contents) != 1:
        raise DerError(f"BOOLEAN of {len(contents)} bytes")
    return contents != b"\x00"


def integer(contents: bytes) -> int:
    """Decode the contents octets of an INTEGER, minimal or not, up to 1024: longer ones Python does not write."""
    return _integer(contents, _LONGEST_INTEGER)


def key_integer(contents: bytes) -> int:
    """Decode the contents octets of an INTEGER that belongs to a key, up to an RSA modulus of 16,384 bits."""
    return _integer(contents, _LONGEST_KEY_INTEGER)


def _integer(contents: bytes, most: int) -> int:
    if not 1 <= len(contents) <= most:
        raise DerError(f"INTEGER of {len(contents)} bytes")
    return int.from_bytes(contents, signed=True)


def bit_string(contents: bytes) -> bytes:
    """Return the octets of a BIT STRING whose bits fill whole octets, as keys and signatures do."""
    if not contents or contents[0] != 0:
        raise DerError("BIT STRING does not fill whole octets")
    return contents[1:]


def string(tag: int, contents: bytes) -> str | None:
    """Decode a character string of any of the ASN.1 types that names use; None for other tags.

    TeletexString is read as ISO 8859-1, as everybody writes it. PrintableString, IA5String and their like are read as
    UTF-8, else as ISO 8859-1, when they hold more than ASCII. Raises DerError for invalid UTF-8, UCS-2 or UCS-4.
    """
    decoder = _STRING_DECODERS.get(tag)
    try:
        return decoder(contents) if decoder else None
    except UnicodeDecodeError as error:
        raise DerError(f"string of type 0x{tag:02x} cannot be decoded: {error.reason}") from None


def _loose_ascii(contents: bytes) -> str:
    try:
        return contents.decode("utf-8")
    except UnicodeDecodeError:
        return contents.decode("latin-1")


_STRING_DECODERS: Final[dict[int, Callable[[bytes], str]]] = {
    UTF8_STRING: lambda contents: contents.decode("utf-8"),
    NUMERIC_STRING: _loose_ascii,
    PRINTABLE_STRING: _loose_ascii,
    IA5_STRING: _loose_ascii,
    VISIBLE_STRING: _loose_ascii,
    TELETEX_STRING: lambda contents: contents.decode("latin-1"),
    BMP_STRING: lambda contents: contents.decode("utf-16-be"),
    UNIVERSAL_STRING: lambda contents: contents.decode("utf-32-be"),
}


def time(tag: int, contents: bytes) -> datetime:
    """Decode UTCTime or GeneralizedTime to an aware UTC datetime (RFC 5280 4.1.2.5).

    Seconds may be missing, fractions are dropped, and an offset is taken instead of Z, as BER allows.
    """
    text = contents.decode("latin-1")
    digits, offset = _split_zone(text)
    digits = digits.partition(".")[0].partition(",")[0]
    if tag == UTC_TIME and len(digits) in (10, 12):
        digits = ("20" if digits < "50" else "19") + digits
    elif tag != GENERALIZED_TIME or len(digits) not in (10, 12, 14):
        raise DerError(f"time {text[:32]!r} is neither UTCTime nor GeneralizedTime")
    try:
        if not (digits.isascii() and digits.isdigit()):
            raise ValueError
        fields = [int(digits[i : i + 2]) for i in range(4, len(digits), 2)]
        # ISO 8601 has a year 0000, which is a long time ago anyhow.
        return datetime(max(int(digits[:4]), 1), *fields, tzinfo=UTC) - offset  # type: ignore[misc,arg-type]
    except (ValueError, OverflowError):
        raise DerError(f"time {text[:32]!r} does not exist") from None


def _split_zone(text: str) -> tuple[str, timedelta]:
    if text.endswith("Z"):
        return text[:-1], timedelta()
    sign, zone = text[-5:-4], text[-4:]
    if sign in ("+", "-") and zone.isascii() and zone.isdigit():
        ahead = timedelta(hours=int(zone[:2]), minutes=int(zone[2:]))
        return text[:-5], ahead if sign == "+" else -ahead
    return text, timedelta()
