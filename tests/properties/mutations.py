"""DER that somebody has tampered with: one value replaced, repeated or cut, and the lengths around it right again."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st

from certprobe.lab.der import tlv
from certprobe.pki import der

_DEEPEST = 30
_OCTETS_THAT_MAY_HOLD_DER = (der.OCTET_STRING, der.BIT_STRING)


class Place(NamedTuple):
    """A value and what it lies within, outermost first."""

    value: der.Tlv
    around: tuple[der.Tlv, ...]


def places(data: bytes) -> list[Place]:
    """Every value, also inside of strings that hold DER."""
    found: list[Place] = []

    def walk(offset: int, end: int, around: tuple[der.Tlv, ...]) -> None:
        while offset < end and len(around) < _DEEPEST:
            try:
                value = der.read(data, offset, end)
            except der.DerError:
                return
            found.append(Place(value, around))
            if value.tag & 0x20 or value.tag in _OCTETS_THAT_MAY_HOLD_DER:
                walk(value.value_start + (value.tag == der.BIT_STRING), value.end, (*around, value))
            offset = value.end

    walk(0, len(data), ())
    return found


def put(data: bytes, place: Place, new: bytes) -> bytes:
    """The data with `new` in that place, and every length around it corrected."""
    start, end = place.value.start, place.value.end
    for outer in reversed(place.around):
        inner = data[outer.value_start : start] + new + data[end : outer.end]
        new, start, end = tlv(outer.tag, inner), outer.start, outer.end
    return data[:start] + new + data[end:]


def _nested(depth: int) -> bytes:
    value = b""
    for _ in range(depth):
        value = tlv(0x30, value)
    return value


ODD = (
    b"",
    b"\x05\x00",
    b"\x30\x00",
    b"\x30\x80\x00\x00",
    b"\x30\x84\xff\xff\xff\xff",
    b"\x1f\xff\xff\xff\xff\x7f\x00",
    _nested(50),
    _nested(2000),
    *(tlv(0x02, octets) for octets in (b"", b"\xff", b"\x7f" * 1024, b"\x80" + bytes(2055), b"\x01" * 3000)),
    *(tlv(0x06, octets) for octets in (b"", b"\x80", b"\x88" * 127 + b"\x01", b"\x88" * 5000 + b"\x01")),
    *(tlv(0x01, octets) for octets in (b"", b"\x02", b"\xff\xff")),
    *(tlv(0x03, octets) for octets in (b"", b"\x00", b"\x07", b"\x08\xff")),
    *(
        tlv(0x17, text)
        for text in (b"990231000000Z", b"9912312359Z", b"991231235960Z", b"260101000000+9999", b"\xb2" * 12)
    ),
    *(
        tlv(0x18, text)
        for text in (b"20260101000000.5Z", b"20260101000000+2400", b"00000101000000Z", b"99991231235959-2359")
    ),
    tlv(0x0A, b"\xff"),
    tlv(0x0C, b"\xff\xfe"),
    tlv(0x13, b"a\x00b"),
    tlv(0x1C, b"\xff\xff\xff\xff"),
    tlv(0x1E, b"\xd8\x00"),
    tlv(0x31),
    tlv(0x82, b"xn--"),
    tlv(0x82, b"a" * 70_000),
    tlv(0x86, b"http://[::1"),
    tlv(0x87, b"1234567"),
    tlv(0x88),
    tlv(0xA0),
    tlv(0xA3),
    tlv(0xA4, b"\x05\x00"),
)


def tampered(data: bytes) -> st.SearchStrategy[bytes]:
    """One place or two that are not as they were."""
    where = st.sampled_from(places(data))
    once = st.one_of(
        st.builds(put, st.just(data), where, st.sampled_from(ODD)),
        st.builds(lambda into, which: put(data, into, der.element(data, which.value)), where, where),
        st.builds(
            lambda into, times: put(data, into, der.element(data, into.value) * times), where, st.integers(2, 60)
        ),
        st.builds(lambda into, tag: _overwritten(data, into.value.start, tag), where, st.integers(0, 255)),
        st.builds(lambda into, length: _overwritten(data, into.value.start + 1, length), where, st.integers(0, 255)),
        st.integers(0, len(data)).map(lambda end: data[:end]),
    )
    return once.flatmap(lambda made: st.one_of(st.just(made), _flipped(made)))


def _overwritten(data: bytes, offset: int, octet: int) -> bytes:
    return data[:offset] + bytes((octet,)) + data[offset + 1 :]


def _flipped(data: bytes) -> st.SearchStrategy[bytes]:
    if not data:
        return st.just(data)
    places = st.integers(0, len(data) - 1)
    return st.builds(lambda place, bit: _overwritten(data, place, data[place] ^ 1 << bit), places, st.integers(0, 7))
