"""LDAPMessages cut out of a byte stream, bounded and checked before any library decodes them (RFC 4511 5.1, X.690)."""

from __future__ import annotations

from typing import Final, NamedTuple

from certprobe.application.recognise import ENOUGH, looks_like

MESSAGE_LIMIT: Final = 1024 * 1024
_DEPTH_LIMIT: Final = 8
_NUMBER_LIMIT: Final = 4  # octets of an INTEGER: maxInt is 2^31 - 1 (RFC 4511 4.1.1)

_INTEGER: Final = 0x02
_OCTET_STRING: Final = 0x04
_ENUMERATED: Final = 0x0A
_SEQUENCE: Final = 0x30
_CONSTRUCTED: Final = 0x20
_RESPONSE_NAME: Final = 0x8A
_RESULTS: Final = frozenset({0x61, 0x65, 0x78})  # bindResponse, searchResDone, extendedResp


class FramingError(ValueError):
    """The octets are no LDAPMessage."""


class MessageTooLarge(FramingError):
    """The octets may be an LDAPMessage, but larger than any honest one."""


class LdapFraming:
    """Octets in, whole LDAPMessages out."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def rest(self) -> bytes:
        """What came after the last whole message."""
        return bytes(self._buffer)

    def receive_data(self, data: bytes) -> None:
        """Take octets from the peer."""
        self._buffer += data

    def next_message(self) -> bytes | None:
        """The next message, readable for a strict decoder, or None if there is no whole one.

        Its controls are gone, since none was asked for; a matchedDN or diagnosticMessage that is not UTF-8, as RFC 4511
        4.1.2 has it, was taken for Latin-1. Raises FramingError.
        """
        if not self._buffer or (self._buffer[0] != _SEQUENCE and len(self._buffer) < ENOUGH):
            return None
        if self._buffer[0] != _SEQUENCE:
            raise FramingError(looks_like(self.rest))
        header = _header(self._buffer, 0)
        if header is not None and header.end > MESSAGE_LIMIT:
            raise MessageTooLarge(f"it announces {header.end} octets, where {MESSAGE_LIMIT} are more than enough")
        if header is None or header.end > len(self._buffer):
            return None
        message = bytes(self._buffer[: header.end])
        del self._buffer[: header.end]
        return _readable(message)


class _Header(NamedTuple):
    tag: int
    value: int
    end: int


class _Element(NamedTuple):
    tag: int
    content: bytes | tuple[_Element, ...]


def _header(data: bytes | bytearray, start: int) -> _Header | None:
    """Tag and extent of the element at `start`; None if not even that is whole."""
    if len(data) < start + 2:
        return None
    tag, length, value = data[start], data[start + 1], start + 2
    if tag & 0x1F == 0x1F:
        raise FramingError("it has a BER tag number that LDAP does not use")
    if length & 0x80:
        octets = length & 0x7F
        if not 0 < octets <= _NUMBER_LIMIT:
            raise FramingError("it has a BER length in a form that LDAP does not use (RFC 4511 5.1)")
        if len(data) < value + octets:
            return None
        length = int.from_bytes(data[value : value + octets], "big")
        value += octets
    return _Header(tag, value, value + length)


def _readable(message: bytes) -> bytes:
    ((_, content),) = _decode(message, 0, len(message), 0)
    if isinstance(content, bytes) or len(content) < 2 or content[0].tag != _INTEGER:
        raise FramingError("it is a BER sequence, but no LDAPMessage")
    identifier, operation, *rest = content
    # MS-ADTS 3.1.1.3.1.12: Active Directory puts the name of its notice of disconnection beside the operation.
    names = tuple(element for element in rest if element.tag == _RESPONSE_NAME)
    return _encode(_Element(_SEQUENCE, (identifier, _with_utf8(operation), *names)))


def _decode(data: bytes, start: int, end: int, depth: int) -> tuple[_Element, ...]:
    if depth > _DEPTH_LIMIT:
        raise FramingError(f"it has BER elements more than {_DEPTH_LIMIT} deep")
    elements = []
    while start < end:
        header = _header(data, start)
        if header is None or header.end > end:
            raise FramingError("it has a BER element that is cut off")
        tag, value, start = header
        if tag in (_INTEGER, _ENUMERATED) and not 0 < start - value <= _NUMBER_LIMIT:
            raise FramingError(f"it has a number of {start - value} octets")
        nested = tag & _CONSTRUCTED
        elements.append(_Element(tag, _decode(data, value, start, depth + 1) if nested else data[value:start]))
    return tuple(elements)


def _with_utf8(operation: _Element) -> _Element:
    if operation.tag not in _RESULTS or isinstance(operation.content, bytes):
        return operation
    return _Element(operation.tag, tuple(map(_utf8, operation.content)))


def _utf8(element: _Element) -> _Element:
    if element.tag != _OCTET_STRING or not isinstance(element.content, bytes):
        return element
    try:
        element.content.decode()
    except UnicodeDecodeError:
        return _Element(_OCTET_STRING, element.content.decode("latin-1").encode())
    return element


def _encode(element: _Element) -> bytes:
    content = element.content if isinstance(element.content, bytes) else b"".join(map(_encode, element.content))
    if len(content) < 0x80:
        return bytes([element.tag, len(content)]) + content
    return bytes([element.tag, 0x84]) + len(content).to_bytes(4, "big") + content
