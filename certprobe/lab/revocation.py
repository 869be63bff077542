"""CRLs and OCSP responses of the lab's authorities, right by default and wrong on request (RFC 5280 5, RFC 6960 4.2).

    crl(issuing, revoked(alice), scope=issuing_distribution_point("http://crl.test/1"))
    ocsp(issuing, good(server), revoked(alice), responder=responder)

Nothing is checked, so that any fault can be made. Times are written for the authority's `at` unless told otherwise.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple, TypedDict, Unpack

from cryptography.hazmat.primitives import hashes

from certprobe.lab.der import bit_string, integer, oid, sequence, time, tlv
from certprobe.lab.pki import (
    AUTHORITY_KEY_IDENTIFIER,
    Authority,
    Extension,
    Issued,
    Name,
    encoded_extension,
    key_identifier,
    name_der,
    sign,
    signature_algorithm,
)
from certprobe.pki.certificate import Certificate
from certprobe.pki.crl import CRL_NUMBER, DELTA_CRL_INDICATOR, ISSUING_DISTRIBUTION_POINT
from certprobe.pki.crl_entries import CrlReason
from certprobe.pki.distribution import CRL_DISTRIBUTION_POINTS, Contents, ReasonFlags
from certprobe.pki.ocsp import ID_PKIX_OCSP_BASIC, OcspResponseStatus

REASON_CODE: Final = "2.5.29.21"
CERTIFICATE_ISSUER: Final = "2.5.29.29"

Holder = Authority | Issued


class Status(NamedTuple):
    """What is told of one certificate; `at` None is two days before the authority's time, `issuer` the CRL's own."""

    serial_number: int
    tag: int
    at: datetime | None = None
    reason: CrlReason | None = None
    issuer: Name | None = None
    extensions: tuple[Extension, ...] = ()


def good(holder: Holder) -> Status:
    """An OCSP responder's status of a certificate that is not revoked."""
    return Status(_serial_number(holder), 0x80)


def revoked(
    holder: Holder,
    at: datetime | None = None,
    reason: CrlReason | None = None,
    issuer: Name | None = None,
    extensions: tuple[Extension, ...] = (),
) -> Status:
    """An entry of a CRL, or an OCSP responder's status, of a revoked certificate."""
    return Status(_serial_number(holder), 0xA1, at, reason, issuer, extensions)


def unknown(holder: Holder) -> Status:
    """An OCSP responder's status of a certificate of which it knows nothing."""
    return Status(_serial_number(holder), 0x82)


def _serial_number(holder: Holder) -> int:
    issued = holder.issued if isinstance(holder, Authority) else holder
    return Certificate(issued.der).serial_number


class CrlOptions(TypedDict, total=False):
    """What may be set, or set wrong, in one CRL.

    `issuer` is written instead of the authority's subject, `next_update` None leaves it out, `base` makes a delta.
    `extensions` are added last; one with the OID of an extension made here replaces it. `omit` leaves OIDs out.
    """

    issuer: Name
    this_update: datetime
    next_update: datetime | None
    number: int
    base: int
    scope: Extension
    extensions: Sequence[Extension]
    omit: Collection[str]
    version: int


def crl(authority: Authority, *entries: Status, **options: Unpack[CrlOptions]) -> bytes:
    """A CRL, signed by the authority."""
    at, key = authority.at, authority.issued.private_key
    digest = hashes.SHA256()
    algorithm = signature_algorithm(key, digest)
    this_update = options.get("this_update", at - timedelta(days=1))
    next_update = options.get("next_update", max(at, this_update) + timedelta(days=6))
    version = options.get("version", 2)
    tbs = sequence(
        integer(version - 1) if version > 1 else b"",
        algorithm,
        name_der(options.get("issuer", authority.issued.subject)),
        time(this_update),
        time(next_update) if next_update else b"",
        sequence(*(_entry(entry, at) for entry in entries)) if entries else b"",
        tlv(0xA0, sequence(*map(encoded_extension, _crl_extensions(authority, options)))) if version > 1 else b"",
    )
    return sequence(tbs, algorithm, bit_string(sign(key, digest, tbs)))


def _crl_extensions(authority: Authority, options: CrlOptions) -> list[Extension]:
    identifier = sequence(tlv(0x80, key_identifier(authority.issued.private_key)))
    made = [
        Extension(AUTHORITY_KEY_IDENTIFIER, identifier),
        Extension(CRL_NUMBER, integer(options.get("number", 1))),
    ]
    if "base" in options:
        made.append(Extension(DELTA_CRL_INDICATOR, integer(options["base"]), critical=True))
    if "scope" in options:
        made.append(options["scope"])
    by_oid = {extension.oid: extension for extension in (*made, *options.get("extensions", ()))}
    return [extension for oid, extension in by_oid.items() if oid not in options.get("omit", ())]


def _entry(entry: Status, at: datetime) -> bytes:
    extensions = list(entry.extensions)
    if entry.reason is not None:
        extensions.append(Extension(REASON_CODE, tlv(0x0A, bytes([entry.reason]))))
    if entry.issuer is not None:
        issuer = sequence(tlv(0xA4, name_der(entry.issuer)))
        extensions.append(Extension(CERTIFICATE_ISSUER, issuer, critical=True))
    return sequence(
        integer(entry.serial_number),
        time(entry.at or at - timedelta(days=2)),
        sequence(*map(encoded_extension, extensions)) if extensions else b"",
    )


def issuing_distribution_point(
    *names: str | bytes, contents: Contents = Contents.NONE, reasons: ReasonFlags | None = None
) -> Extension:
    """The scope of a CRL; names are URIs as text or GeneralNames as DER."""
    parts = [tlv(0xA0, tlv(0xA0, *map(_general_name, names)))] if names else []
    tags = ((0x81, Contents.onlyContainsUserCerts), (0x82, Contents.onlyContainsCACerts))
    parts += (tlv(tag, b"\xff") for tag, switch in tags if switch in contents)
    if reasons is not None:
        parts.append(tlv(0x83, _reasons(reasons)))
    tags = ((0x84, Contents.indirectCRL), (0x85, Contents.onlyContainsAttributeCerts))
    parts += (tlv(tag, b"\xff") for tag, switch in tags if switch in contents)
    return Extension(ISSUING_DISTRIBUTION_POINT, sequence(*parts), critical=True)


def distribution_point(
    *names: str | bytes, crl_issuer: Name | None = None, reasons: ReasonFlags | None = None
) -> bytes:
    """One DistributionPoint; names are URIs as text or GeneralNames as DER."""
    return sequence(
        tlv(0xA0, tlv(0xA0, *map(_general_name, names))) if names else b"",
        tlv(0x81, _reasons(reasons)) if reasons is not None else b"",
        tlv(0xA2, tlv(0xA4, name_der(crl_issuer))) if crl_issuer is not None else b"",
    )


def distribution_points(*points: bytes) -> Extension:
    """The cRLDistributionPoints of a certificate."""
    return Extension(CRL_DISTRIBUTION_POINTS, sequence(*points))


def _general_name(name: str | bytes) -> bytes:
    return name if isinstance(name, bytes) else tlv(0x86, name.encode())


def _reasons(reasons: ReasonFlags) -> bytes:
    return bytes([0, reasons & 0xFF, reasons >> 8])


class ResponderId(enum.Enum):
    """The choices of ResponderID."""

    BY_NAME = 0xA1
    BY_KEY = 0xA2


class OcspOptions(TypedDict, total=False):
    """What may be set, or set wrong, in one OCSP response.

    `responder` signs and is sent along instead of the authority. `single_extensions` go into each SingleResponse.
    """

    responder: Issued
    responder_id: ResponderId
    hash_name: str
    produced_at: datetime
    this_update: datetime
    next_update: datetime | None
    extensions: Sequence[Extension]
    single_extensions: Sequence[Extension]
    certificates: Sequence[bytes]


def ocsp(authority: Authority, *statuses: Status, **options: Unpack[OcspOptions]) -> bytes:
    """A successful OCSPResponse on certificates of the authority."""
    signer = options.get("responder", authority.issued)
    digest = hashes.SHA256()
    responder_id = options.get("responder_id", ResponderId.BY_NAME)
    names = {
        ResponderId.BY_NAME: signer.subject,
        ResponderId.BY_KEY: tlv(0x04, key_identifier(signer.private_key)),
    }
    tbs = sequence(
        tlv(responder_id.value, names[responder_id]),
        _generalized(options.get("produced_at", authority.at - timedelta(hours=1))),
        sequence(*(_single(authority, status, options) for status in statuses)),
        _explicit(0xA1, options.get("extensions", ())),
    )
    sent = options.get("certificates", (signer.der,) if "responder" in options else ())
    basic = sequence(
        tbs,
        signature_algorithm(signer.private_key, digest),
        bit_string(sign(signer.private_key, digest, tbs)),
        tlv(0xA0, sequence(*sent)) if sent else b"",
    )
    return sequence(tlv(0x0A, b"\x00"), tlv(0xA0, sequence(oid(ID_PKIX_OCSP_BASIC), tlv(0x04, basic))))


def ocsp_without_success(status: OcspResponseStatus) -> bytes:
    """An OCSPResponse that says why there is none."""
    return sequence(tlv(0x0A, bytes([status])))


def _single(authority: Authority, status: Status, options: OcspOptions) -> bytes:
    name = options.get("hash_name", "sha1")
    issuer = Certificate(authority.issued.der)
    cert_id = sequence(
        sequence(oid(_HASHES[name]), b"\x05\x00"),
        tlv(0x04, hashlib.new(name, authority.issued.subject).digest()),
        tlv(0x04, hashlib.new(name, issuer.public_key.subject_public_key).digest()),
        integer(status.serial_number),
    )
    this_update = options.get("this_update", authority.at - timedelta(days=1))
    next_update = options.get("next_update", max(authority.at, this_update) + timedelta(days=6))
    return sequence(
        cert_id,
        tlv(status.tag, _revoked_info(status, authority.at) if status.tag == 0xA1 else b""),
        _generalized(this_update),
        tlv(0xA0, _generalized(next_update)) if next_update else b"",
        _explicit(0xA1, options.get("single_extensions", ())),
    )


_HASHES: Final = {"sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1"}


def _revoked_info(status: Status, at: datetime) -> bytes:
    reason = b"" if status.reason is None else tlv(0xA0, tlv(0x0A, bytes([status.reason])))
    return _generalized(status.at or at - timedelta(days=2)) + reason


def _explicit(tag: int, extensions: Sequence[Extension]) -> bytes:
    return tlv(tag, sequence(*map(encoded_extension, extensions))) if extensions else b""


def _generalized(at: datetime) -> bytes:
    """OCSP writes every time as a GeneralizedTime."""
    return tlv(0x18, f"{at.astimezone(UTC):%Y%m%d%H%M%S}Z".encode())
