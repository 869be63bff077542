"""Handshake messages, read in full and leniently: what can be read is returned, and what cannot is named as a fault.

No function here raises on hostile bytes; each is linear in the length of the message.
"""

from __future__ import annotations

import enum
from typing import NamedTuple, TypedDict

from certprobe.tls.enums import ExtensionType, ProtocolVersion

_HELLO_RETRY_REQUEST = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
_NAMED_CURVE = 3


class _Truncated(Exception):
    """A vector says that it is longer than what is left."""


class _Reader:
    """A cursor over one message; every read is checked against what is left."""

    __slots__ = ("data", "position")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    @property
    def left(self) -> int:
        return len(self.data) - self.position

    def take(self, length: int, what: str) -> bytes:
        if length > self.left:
            raise _Truncated(f"{what}: {length} octets declared, {self.left} left")
        start, self.position = self.position, self.position + length
        return self.data[start : self.position]

    def integer(self, width: int, what: str) -> int:
        return int.from_bytes(self.take(width, what), "big")

    def vector(self, width: int, what: str) -> bytes:
        return self.take(self.integer(width, f"length of {what}"), what)


class Announced(enum.Enum):
    """What a CertificateRequest says of certificate authorities."""

    EXTENSION_ABSENT = "extension-absent"
    EMPTY_LIST = "empty-list"
    LIST = "list"


class OidFilter(NamedTuple):
    """OIDFilter, RFC 8446 4.2.5: the DER of an extension's OID and of the values asked for."""

    oid: bytes
    values: bytes


class CertificateRequest(NamedTuple):
    """CertificateRequest of TLS 1.0 to 1.2 (RFC 5246 7.4.4) and of TLS 1.3 (RFC 8446 4.3.2) in one shape.

    `certificate_authorities` holds DER names as they came, not checked for being names; `certificate_authorities_size`
    is the length of the list in octets. A field that the version does not have, or that was not sent, is None.
    """

    version: int
    size: int
    context: bytes = b""
    certificate_types: tuple[int, ...] | None = None
    certificate_authorities: tuple[bytes, ...] | None = None
    certificate_authorities_size: int = 0
    signature_algorithms: tuple[int, ...] | None = None
    signature_algorithms_cert: tuple[int, ...] | None = None
    oid_filters: tuple[OidFilter, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def announced(self) -> Announced:
        """Which of the three states the list is in; in TLS 1.2 the list is always there."""
        if self.certificate_authorities is None:
            return Announced.EXTENSION_ABSENT
        return Announced.LIST if self.certificate_authorities else Announced.EMPTY_LIST


class ServerHello(NamedTuple):
    """ServerHello, RFC 8446 4.1.3: the selected version, suite, and (TLS 1.3) group; `alpn` only before TLS 1.3."""

    version: int
    cipher_suite: int
    group: int | None = None
    alpn: str | None = None
    is_retry: bool = False


class CertificateMessage(NamedTuple):
    """Certificate, RFC 8446 4.4.2 and RFC 5246 7.4.2: DER as it came, not checked for being certificates."""

    certificates: tuple[bytes, ...]
    stapled_ocsp: bytes | None = None
    faults: tuple[str, ...] = ()


class _Fields(TypedDict, total=False):
    """The fields of a CertificateRequest that were read so far."""

    context: bytes
    certificate_types: tuple[int, ...]
    certificate_authorities: tuple[bytes, ...]
    certificate_authorities_size: int
    signature_algorithms: tuple[int, ...]
    signature_algorithms_cert: tuple[int, ...]
    oid_filters: tuple[OidFilter, ...]


def parse_certificate_request(body: bytes, version: int) -> CertificateRequest:
    """Read the body of a CertificateRequest; whatever can be told apart from a fault is kept."""
    parse = _request_tls13 if version >= ProtocolVersion.TLS_1_3 else _request_tls12
    fields = _Fields()
    faults: list[str] = []
    try:
        parse(_Reader(body), version, fields, faults)
    except _Truncated as fault:
        faults.append(str(fault))
    return CertificateRequest(version=version, size=len(body), faults=tuple(faults), **fields)


def _request_tls12(reader: _Reader, version: int, fields: _Fields, faults: list[str]) -> None:
    fields["certificate_authorities"] = ()
    fields["certificate_types"] = tuple(reader.vector(1, "certificate_types"))
    if version >= ProtocolVersion.TLS_1_2:
        fields["signature_algorithms"] = _uint16s(reader, "supported_signature_algorithms", faults)
    _read_authorities(reader, fields, faults)


def _request_tls13(reader: _Reader, _: int, fields: _Fields, faults: list[str]) -> None:
    fields["context"] = reader.vector(1, "certificate_request_context")
    extensions = _Reader(_last_vector(reader, "extensions", faults))
    seen: set[int] = set()
    while extensions.left:
        kind = extensions.integer(2, "extension type")
        data = _Reader(extensions.vector(2, f"extension {kind}"))
        if kind in seen:
            faults.append(f"extension {kind}: sent more than once, the rest is not read")
            return
        seen.add(kind)
        try:
            _read_extension(kind, data, fields, faults)
        except _Truncated as fault:
            faults.append(str(fault))


def _read_extension(kind: int, data: _Reader, fields: _Fields, faults: list[str]) -> None:
    match kind:
        case ExtensionType.certificate_authorities:
            fields["certificate_authorities"] = ()
            _read_authorities(data, fields, faults)
        case ExtensionType.signature_algorithms:
            fields["signature_algorithms"] = _uint16s(data, "signature_algorithms", faults)
        case ExtensionType.signature_algorithms_cert:
            fields["signature_algorithms_cert"] = _uint16s(data, "signature_algorithms_cert", faults)
        case ExtensionType.oid_filters:
            fields["oid_filters"] = _oid_filters(data, faults)
        case _:
            pass


def _read_authorities(reader: _Reader, fields: _Fields, faults: list[str]) -> None:
    names = _last_vector(reader, "certificate_authorities", faults)
    fields["certificate_authorities_size"] = len(names)
    fields["certificate_authorities"] = _distinguished_names(names, faults)


def _last_vector(reader: _Reader, what: str, faults: list[str], width: int = 2) -> bytes:
    """Read the vector that a message or extension ends with, also under a length that is too long or has wrapped."""
    declared = reader.integer(width, f"length of {what}")
    left = reader.left
    if declared != left:
        faults.append(f"{what}: {declared} octets declared, {left} follow")
    has_wrapped = declared == left % (1 << 8 * width)
    return reader.take(left if has_wrapped else min(declared, left), what)


def _distinguished_names(data: bytes, faults: list[str]) -> tuple[bytes, ...]:
    reader = _Reader(data)
    names: list[bytes] = []
    try:
        while reader.left:
            names.append(reader.vector(2, f"certificate_authorities, name {len(names) + 1}"))
    except _Truncated as fault:
        faults.append(str(fault))
    return tuple(names)


def _uint16s(reader: _Reader, what: str, faults: list[str]) -> tuple[int, ...]:
    data = reader.vector(2, what)
    if len(data) % 2:
        faults.append(f"{what}: odd length {len(data)}")
    return tuple(int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data) - 1, 2))


def _oid_filters(data: _Reader, faults: list[str]) -> tuple[OidFilter, ...]:
    reader = _Reader(data.vector(2, "oid_filters"))
    filters: list[OidFilter] = []
    try:
        while reader.left:
            oid = reader.vector(1, "oid_filters, certificate_extension_oid")
            filters.append(OidFilter(oid, reader.vector(2, "oid_filters, certificate_extension_values")))
    except _Truncated as fault:
        faults.append(str(fault))
    return tuple(filters)


def parse_server_hello(body: bytes) -> ServerHello | None:
    """Read the body of a ServerHello; None where it breaks before the cipher suite."""
    reader = _Reader(body)
    try:
        version = reader.integer(2, "legacy_version")
        random = reader.take(32, "random")
        reader.vector(1, "legacy_session_id_echo")
        cipher_suite = reader.integer(2, "cipher_suite")
    except _Truncated:
        return None
    group: int | None = None
    alpn: str | None = None
    try:
        reader.take(1, "legacy_compression_method")
        for kind, data in _extensions(reader):
            match kind:
                case ExtensionType.supported_versions:
                    version = data.integer(2, "selected_version")
                case ExtensionType.key_share:
                    group = data.integer(2, "group")
                case ExtensionType.application_layer_protocol_negotiation:
                    alpn = _alpn(data)
                case _:
                    pass
    except _Truncated:
        pass
    return ServerHello(version, cipher_suite, group, alpn, random == _HELLO_RETRY_REQUEST)


def parse_encrypted_extensions(body: bytes) -> str | None:
    """Return the ALPN protocol that EncryptedExtensions (RFC 8446 4.3.1) selects, if any."""
    try:
        for kind, data in _extensions(_Reader(body)):
            if kind == ExtensionType.application_layer_protocol_negotiation:
                return _alpn(data)
    except _Truncated:
        pass
    return None


def parse_server_key_exchange_group(body: bytes) -> int | None:
    """Return the named curve of an ECDHE ServerKeyExchange (RFC 8422 5.4); None for other key exchanges."""
    return int.from_bytes(body[1:3], "big") if len(body) >= 3 and body[0] == _NAMED_CURVE else None


def parse_certificate(body: bytes, version: int) -> CertificateMessage:
    """Read the body of a Certificate message; certificates before the first fault are kept."""
    reader = _Reader(body)
    certificates: list[bytes] = []
    stapled: bytes | None = None
    faults: list[str] = []
    try:
        if version >= ProtocolVersion.TLS_1_3:
            reader.vector(1, "certificate_request_context")
        entries = _Reader(_last_vector(reader, "certificate_list", faults, width=3))
        while entries.left:
            certificates.append(entries.vector(3, f"certificate {len(certificates) + 1}"))
            if version >= ProtocolVersion.TLS_1_3:
                for kind, data in _extensions(entries):
                    if kind == ExtensionType.status_request and len(certificates) == 1:
                        stapled = parse_certificate_status(data.take(data.left, "status_request"))
    except _Truncated as fault:
        faults.append(str(fault))
    return CertificateMessage(tuple(certificates), stapled, tuple(faults))


def parse_certificate_status(body: bytes) -> bytes | None:
    """Return the OCSPResponse of a CertificateStatus (RFC 6066 8), DER as it came; None if it is none."""
    reader = _Reader(body)
    try:
        return reader.vector(3, "OCSPResponse") if reader.integer(1, "status_type") == 1 else None
    except _Truncated:
        return None


def _extensions(reader: _Reader) -> list[tuple[int, _Reader]]:
    if not reader.left:
        return []
    block = _Reader(reader.vector(2, "extensions"))
    found: list[tuple[int, _Reader]] = []
    while block.left:
        kind = block.integer(2, "extension type")
        found.append((kind, _Reader(block.vector(2, "extension"))))
    return found


def _alpn(data: _Reader) -> str:
    return _Reader(data.vector(2, "ProtocolNameList")).vector(1, "ProtocolName").decode("ascii", "backslashreplace")
