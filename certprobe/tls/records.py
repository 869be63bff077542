"""TLS records from outside: what can be told of them without a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.tls.enums import ContentType, ProtocolVersion

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER_SIZE: Final = 5
_TLS13_ALERT_SIZE: Final = 2 + 1 + 16
"""Level and description, the content type inside, and the tag of the AEAD (RFC 8446 5.2)."""


class RecordHeader(NamedTuple):
    """The header of a TLSPlaintext or TLSCiphertext (RFC 8446 5.1, RFC 5246 6.2); `length` counts what follows it."""

    content_type: int
    length: int

    def is_alert(self, version: int) -> bool:
        """Whether the record holds an alert in the clear or encrypted.

        TLS 1.3 hides the type, but nothing else is as short: two octets of application data apart, no peer of ours
        sends any. An alert that is padded is not recognised.
        """
        if self.content_type == ContentType.alert:
            return True
        hidden = version >= ProtocolVersion.TLS_1_3 and self.content_type == ContentType.application_data
        return hidden and self.length == _TLS13_ALERT_SIZE


class RecordHeaders:
    """Follows a stream of records, from the beginning of one, in bounded memory."""

    def __init__(self) -> None:
        self._header = b""
        self._body_left = 0

    def feed(self, data: bytes) -> Iterator[RecordHeader]:
        """Take octets in, and yield each header as soon as its record is whole; iterate to the end."""
        while data:
            missing = _HEADER_SIZE - len(self._header)
            self._header, data = self._header + data[:missing], data[missing:]
            if len(self._header) < _HEADER_SIZE:
                return
            if missing > 0:
                self._body_left = int.from_bytes(self._header[3:])
            taken = min(self._body_left, len(data))
            data, self._body_left = data[taken:], self._body_left - taken
            if not self._body_left:
                yield RecordHeader(self._header[0], int.from_bytes(self._header[3:]))
                self._header = b""
