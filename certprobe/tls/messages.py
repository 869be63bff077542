"""Handshake messages, read in full and leniently: what can be read is returned, and what cannot is named as a fault.

No function here raises on hostile bytes; each is linear in the length of the message.
"""

from __future__ import annotations

import enum
from typing import NamedTuple, TypedDict

from certprobe.tls.enums import ExtensionType, ProtocolVersion
from certprobe.tls.reader import Reader, Truncated, authorities, extensions, last_vector, uint16s

_HELLO_RETRY_REQUEST = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
_NAMED_CURVE = 3


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
        parse(Reader(body), version, fields, faults)
    except Truncated as fault:
        faults.append(str(fault))
    return CertificateRequest(version=version, size=len(body), faults=tuple(faults), **fields)


def _request_tls12(reader: Reader, version: int, fields: _Fields, faults: list[str]) -> None:
    fields["certificate_authorities"] = ()
    fields["certificate_types"] = tuple(reader.vector(1, "certificate_types"))
    if version >= ProtocolVersion.TLS_1_2:
        fields["signature_algorithms"] = uint16s(reader, "supported_signature_algorithms", faults)
    _read_authorities(reader, fields, faults)


def _request_tls13(reader: Reader, _: int, fields: _Fields, faults: list[str]) -> None:
    fields["context"] = reader.vector(1, "certificate_request_context")
    for kind, data in extensions(reader, faults):
        try:
            _read_extension(kind, data, fields, faults)
        except Truncated as fault:
            faults.append(str(fault))


def _read_extension(kind: int, data: Reader, fields: _Fields, faults: list[str]) -> None:
    match kind:
        case ExtensionType.certificate_authorities:
            fields["certificate_authorities"] = ()
            _read_authorities(data, fields, faults)
        case ExtensionType.signature_algorithms:
            fields["signature_algorithms"] = uint16s(data, "signature_algorithms", faults)
        case ExtensionType.signature_algorithms_cert:
            fields["signature_algorithms_cert"] = uint16s(data, "signature_algorithms_cert", faults)
        case ExtensionType.oid_filters:
            fields["oid_filters"] = _oid_filters(data, faults)
        case _:
            pass


def _read_authorities(reader: Reader, fields: _Fields, faults: list[str]) -> None:
    fields["certificate_authorities"], fields["certificate_authorities_size"] = authorities(reader, faults)


def _oid_filters(data: Reader, faults: list[str]) -> tuple[OidFilter, ...]:
    reader = Reader(data.vector(2, "oid_filters"))
    filters: list[OidFilter] = []
    try:
        while reader.left:
            oid = reader.vector(1, "oid_filters, certificate_extension_oid")
            filters.append(OidFilter(oid, reader.vector(2, "oid_filters, certificate_extension_values")))
    except Truncated as fault:
        faults.append(str(fault))
    return tuple(filters)


def parse_server_hello(body: bytes) -> ServerHello | None:
    """Read the body of a ServerHello; None where it breaks before the cipher suite."""
    reader = Reader(body)
    try:
        version = reader.integer(2, "legacy_version")
        random = reader.take(32, "random")
        reader.vector(1, "legacy_session_id_echo")
        cipher_suite = reader.integer(2, "cipher_suite")
    except Truncated:
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
    except Truncated:
        pass
    return ServerHello(version, cipher_suite, group, alpn, random == _HELLO_RETRY_REQUEST)


def parse_encrypted_extensions(body: bytes) -> str | None:
    """Return the ALPN protocol that EncryptedExtensions (RFC 8446 4.3.1) selects, if any."""
    try:
        for kind, data in _extensions(Reader(body)):
            if kind == ExtensionType.application_layer_protocol_negotiation:
                return _alpn(data)
    except Truncated:
        pass
    return None


def parse_server_key_exchange_group(body: bytes) -> int | None:
    """Return the named curve of an ECDHE ServerKeyExchange (RFC 8422 5.4); None for other key exchanges."""
    return int.from_bytes(body[1:3], "big") if len(body) >= 3 and body[0] == _NAMED_CURVE else None


def parse_certificate(body: bytes, version: int) -> CertificateMessage:
    """Read the body of a Certificate message; certificates before the first fault are kept."""
    reader = Reader(body)
    certificates: list[bytes] = []
    stapled: bytes | None = None
    faults: list[str] = []
    try:
        if version >= ProtocolVersion.TLS_1_3:
            reader.vector(1, "certificate_request_context")
        entries = Reader(last_vector(reader, "certificate_list", faults, width=3))
        while entries.left:
            certificates.append(entries.vector(3, f"certificate {len(certificates) + 1}"))
            if version >= ProtocolVersion.TLS_1_3:
                for kind, data in _extensions(entries):
                    if kind == ExtensionType.status_request and len(certificates) == 1:
                        stapled = parse_certificate_status(data.take(data.left, "status_request"))
    except Truncated as fault:
        faults.append(str(fault))
    return CertificateMessage(tuple(certificates), stapled, tuple(faults))


def parse_certificate_status(body: bytes) -> bytes | None:
    """Return the OCSPResponse of a CertificateStatus (RFC 6066 8), DER as it came; None if it is none."""
    reader = Reader(body)
    try:
        return reader.vector(3, "OCSPResponse") if reader.integer(1, "status_type") == 1 else None
    except Truncated:
        return None


def _extensions(reader: Reader) -> list[tuple[int, Reader]]:
    if not reader.left:
        return []
    block = Reader(reader.vector(2, "extensions"))
    found: list[tuple[int, Reader]] = []
    while block.left:
        kind = block.integer(2, "extension type")
        found.append((kind, Reader(block.vector(2, "extension"))))
    return found


def _alpn(data: Reader) -> str:
    return Reader(data.vector(2, "ProtocolNameList")).vector(1, "ProtocolName").decode("ascii", "backslashreplace")
