"""The entries of a CRL (RFC 5280 5.1.2.6 and 5.3): each is walked over once, and decoded when somebody asks for it."""

from __future__ import annotations

import enum
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.pki import der, extensions, fields

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from certprobe.pki.extensions import GeneralName


class CrlReason(enum.IntEnum):
    """CRLReason (RFC 5280 5.3.1)."""

    unspecified = 0
    keyCompromise = 1
    cACompromise = 2
    affiliationChanged = 3
    superseded = 4
    cessationOfOperation = 5
    certificateHold = 6
    removeFromCRL = 8
    privilegeWithdrawn = 9
    aACompromise = 10


class RevokedCertificate(NamedTuple):
    """One entry; a date is None if there is no such day.

    `certificate_issuer` is the one in effect there, None being the issuer of the CRL (RFC 5280 5.3.3).
    """

    serial_number: int
    revocation_date: datetime | None
    reason: CrlReason
    invalidity_date: datetime | None
    certificate_issuer: tuple[GeneralName, ...] | None


class EntryIndex:
    """Where the entries of each serial number begin, and from which offset on which certificateIssuer is in effect."""

    def __init__(self) -> None:
        self.fault: str | None = None
        self.count = 0
        self.unknown_critical: dict[str, None] = {}
        self._first: dict[bytes, int] = {}
        self._further: dict[bytes, list[int]] = {}
        self._issuer_starts: list[int] = []
        self._issuers: list[tuple[GeneralName, ...]] = []

    def find(self, data: bytes, serial_number: int) -> Iterator[RevokedCertificate]:
        """Iterate over the entries of a serial number in `data`, from which the index was made."""
        key = _serial_key(serial_number)
        if key in self._first:
            for offset in (self._first[key], *self._further.get(key, ())):
                place = bisect_right(self._issuer_starts, offset) - 1
                yield _entry(data, offset, self._issuers[place] if place >= 0 else None)

    def add(self, serial: bytes, offset: int) -> None:
        """Note an entry by the octets of its serial number."""
        # Negative numbers and padding by lax encoders are rare, and so are two entries of one number.
        key = _minimal(serial) if serial[:1] in _SIGN_OCTETS else serial
        if self._first.setdefault(key, offset) != offset:
            self._further.setdefault(key, []).append(offset)
        self.count += 1

    def note(self, found: _EntryExtensions, offset: int) -> None:
        """Note what an entry's extensions say of this and the following entries."""
        if found.unknown_critical:
            self.unknown_critical.update(dict.fromkeys(found.unknown_critical))
        if found.certificate_issuer is not None:
            self._issuer_starts.append(offset)
            self._issuers.append(found.certificate_issuer)


_SIGN_OCTETS: Final = (b"\x00", b"\xff")


def index_entries(data: bytes, revoked: der.Tlv | None, version: int) -> EntryIndex:
    """Walk over revokedCertificates as far as it is well-formed."""
    index = EntryIndex()
    offset, end = (revoked.value_start, revoked.end) if revoked else (0, 0)
    try:
        while offset < end:
            bounds = _plain_entry(data, offset, end) or _any_entry(data, offset, end)
            if bounds.time_end != bounds.end:
                if version == 1:
                    raise der.DerError("crlEntryExtensions in a v1 CRL")
                index.note(_entry_extensions(data[bounds.time_end : bounds.end]), offset)
            index.add(data[bounds.serial_start : bounds.serial_end], offset)
            offset = bounds.end
    except der.DerError as error:
        index.fault = f"revokedCertificates: {error}"
    return index


class _Bounds(NamedTuple):
    serial_start: int
    serial_end: int
    time_end: int
    end: int


def _plain_entry(data: bytes, offset: int, end: int) -> _Bounds | None:
    """Read an entry as nearly all are, short and with a UTCTime, without taking it apart; big CRLs have a million."""
    if offset + 20 > end:
        return None
    tag, length, serial_tag, serial_length = data[offset : offset + 4]
    entry_end = offset + 2 + length
    time = offset + 4 + serial_length
    if (
        tag == der.SEQUENCE
        and length < 0x80
        and serial_tag == der.INTEGER
        and 0 < serial_length < 0x80
        and time + 15 <= entry_end <= end
        and data[time : time + 2] == b"\x17\x0d"
        and data[time + 2 : time + 14].isdigit()
        and data[time + 14] == 0x5A
    ):
        return _Bounds(offset + 4, time, time + 15, entry_end)
    return None


def _any_entry(data: bytes, offset: int, end: int) -> _Bounds:
    entry = der.expect(data, der.SEQUENCE, offset, end, "entry")
    serial = der.expect(data, der.INTEGER, entry.value_start, entry.end, "userCertificate")
    der.integer(der.value(data, serial))
    time = der.read(data, serial.end, entry.end)
    der.time(time.tag, der.value(data, time))
    return _Bounds(serial.value_start, serial.end, time.end, entry.end)


def _minimal(contents: bytes) -> bytes:
    """Drop leading octets that only repeat the sign, as lax encoders write them."""
    while len(contents) > 1 and contents[0] in (0x00, 0xFF) and (contents[0] ^ contents[1]) < 0x80:
        contents = contents[1:]
    return contents


def _serial_key(serial_number: int) -> bytes:
    # One bit more than bit_length for the sign; ~n has as many bits as the negative n.
    bits = (serial_number if serial_number >= 0 else ~serial_number).bit_length()
    return serial_number.to_bytes(bits // 8 + 1, signed=True)


class _EntryExtensions(NamedTuple):
    reason: CrlReason
    invalidity_date: datetime | None
    certificate_issuer: tuple[GeneralName, ...] | None
    unknown_critical: tuple[str, ...]


@lru_cache(maxsize=256)
def _entry_extensions(data: bytes) -> _EntryExtensions:
    """Decode crlEntryExtensions; a CRL repeats the same few of them many times."""
    found = fields.extension_list(data, der.Tlv(der.SEQUENCE, 0, 0, len(data)))
    if found.fault:
        raise der.DerError(found.fault)
    der.whole(data, der.SEQUENCE, "crlEntryExtensions")
    reason, invalidity_date, certificate_issuer = CrlReason.unspecified, None, None
    unknown = []
    for extension in found.value:
        match extension.oid:
            case "2.5.29.21":
                reason = decode_crl_reason(extension.value)
            case "2.5.29.24":
                time = der.read(extension.value)
                invalidity_date = der.time(time.tag, der.value(extension.value, time))
            case "2.5.29.29":
                certificate_issuer = extensions.decode_general_names(extension.value)
            case oid if extension.critical:
                unknown.append(oid)
    return _EntryExtensions(reason, invalidity_date, certificate_issuer, tuple(unknown))


def decode_crl_reason(data: bytes) -> CrlReason:
    """Decode CRLReason; a code that does not exist must not hide a revocation, and is taken as unspecified."""
    code = der.integer(der.value(data, der.whole(data, der.ENUMERATED, "CRLReason")))
    return CrlReason(code) if code in _REASON_CODES else CrlReason.unspecified


_REASON_CODES: Final = frozenset(CrlReason)


def _entry(data: bytes, offset: int, certificate_issuer: tuple[GeneralName, ...] | None) -> RevokedCertificate:
    entry = der.read(data, offset)
    serial, time, *_ = der.members(data, entry, 2, limit=3)
    rest = data[time.end : entry.end]
    found = _entry_extensions(rest) if rest else _EntryExtensions(CrlReason.unspecified, None, None, ())
    try:
        revocation_date = der.time(time.tag, der.value(data, time))
    except der.DerError:
        revocation_date = None
    return RevokedCertificate(
        der.integer(der.value(data, serial)), revocation_date, found.reason, found.invalidity_date, certificate_issuer
    )
