"""From BER with indefinite lengths and strings in pieces (X.690 8.1.3), as NSS and Windows write it, to DER."""

from __future__ import annotations

from certprobe.pki import der

_DEEPEST = 32
_MOST_VALUES = 100_000
_INDEFINITE = 0x80
_CONSTRUCTED = 0x20
_CONSTRUCTED_OCTET_STRING = der.OCTET_STRING | _CONSTRUCTED


def definite(data: bytes) -> bytes:
    """Return the one value of `data` with definite lengths; what has them is not touched, nor looked into.

    Octet strings in pieces are put together. Raises DerError where a value ends nowhere, and past 32 levels or 100,000
    values.
    """
    if not is_indefinite(data, 0):
        return data
    return _Reader(data).value(0, _DEEPEST)[0]


def is_indefinite(data: bytes, offset: int) -> bool:
    """Whether the value there begins as one of indefinite length; its tag has one octet."""
    return len(data) > offset + 1 and bool(data[offset] & _CONSTRUCTED) and data[offset + 1] == _INDEFINITE


def octets(data: bytes, string: der.Tlv) -> bytes:
    """Return the contents of an octet string, also of one in pieces, whatever its (implicit) tag; raise DerError."""
    if not string.tag & _CONSTRUCTED:
        return der.value(data, string)
    pieces = der.children(data, string, limit=_MOST_VALUES)
    return b"".join(der.value(data, piece) for piece in pieces if _is_piece(piece))


def _is_piece(value: der.Tlv) -> bool:
    if value.tag != der.OCTET_STRING:
        raise der.DerError(f"tag 0x{value.tag:02x} at byte {value.start} inside an octet string")
    return True


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._values = 0

    def value(self, offset: int, levels: int) -> tuple[bytes, int]:
        """Return the value at `offset` in DER, and where it ends."""
        self._values += 1
        if not levels or self._values > _MOST_VALUES:
            raise der.DerError(f"BER of more than {_DEEPEST} levels or {_MOST_VALUES} values")
        data = self._data
        if not is_indefinite(data, offset):
            found = der.read(data, offset)
            return _whole_string(der.element(data, found)), found.end
        parts: list[bytes] = []
        position = offset + 2
        while data[position : position + 2] != b"\x00\x00":
            part, position = self.value(position, levels - 1)
            parts.append(part)
        contents = b"".join(parts)
        return _whole_string(der.header(data[offset], len(contents)) + contents), position + 2


def _whole_string(value: bytes) -> bytes:
    if value[0] != _CONSTRUCTED_OCTET_STRING:
        return value
    contents = octets(value, der.read(value))
    return der.header(der.OCTET_STRING, len(contents)) + contents
