"""An OCSP response as its DER, read leniently (RFC 6960 4.2)."""

from __future__ import annotations

import enum
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.pki import algorithms, der, fields
from certprobe.pki.certificate import Certificate
from certprobe.pki.crl_entries import CrlReason, decode_crl_reason
from certprobe.pki.name import DistinguishedName

if TYPE_CHECKING:
    from datetime import datetime

    from certprobe.pki.extensions import Extension
    from certprobe.pki.fields import AlgorithmIdentifier

ID_PKIX_OCSP_BASIC: Final = "1.3.6.1.5.5.7.48.1.1"
ID_PKIX_OCSP_NONCE: Final = "1.3.6.1.5.5.7.48.1.2"
ID_PKIX_OCSP_NOCHECK: Final = "1.3.6.1.5.5.7.48.1.5"

_UNDERSTOOD: Final = {
    ID_PKIX_OCSP_NONCE,
    "1.3.6.1.5.5.7.48.1.3",  # id-pkix-ocsp-crl
    "1.3.6.1.5.5.7.48.1.6",  # id-pkix-ocsp-archive-cutoff
    "1.3.6.1.5.5.7.48.1.9",  # id-pkix-ocsp-extended-revoke
    "1.3.6.1.4.1.11129.2.4.5",  # signed certificate timestamps (RFC 6962 3.3), which say nothing of revocation
}
_MOST_RESPONSES: Final = 10_000
_MOST_CERTIFICATES: Final = 100


class OcspResponseStatus(enum.IntEnum):
    """OCSPResponseStatus (RFC 6960 4.2.1)."""

    successful = 0
    malformedRequest = 1
    internalError = 2
    tryLater = 3
    sigRequired = 5
    unauthorized = 6


class CertStatus(enum.Enum):
    """CertStatus; the values are its context tags."""

    good = 0
    revoked = 1
    unknown = 2


class CertId(NamedTuple):
    """CertID: which certificate is meant, its issuer given by hashes; `hash_algorithm` dotted."""

    hash_algorithm: str
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    serial_number: int

    def names(self, certificate: Certificate, issuer: Certificate) -> bool:
        """Say whether this is the CertID of a certificate of that issuer; hashes other than SHA-1 and SHA-2 never."""
        name = algorithms.HASHES.get(self.hash_algorithm)
        if name not in _HASHES or self.serial_number != certificate.serial_number:
            return False
        from hashlib import new

        name_hash = new(name, certificate.issuer.der, usedforsecurity=False).digest()
        key_hash = new(name, issuer.public_key.subject_public_key, usedforsecurity=False).digest()
        return (name_hash, key_hash) == (self.issuer_name_hash, self.issuer_key_hash)


_HASHES: Final = ("sha1", "sha224", "sha256", "sha384", "sha512")


class SingleResponse(NamedTuple):
    """SingleResponse; the revocation's time and reason are None unless revoked."""

    cert_id: CertId
    status: CertStatus
    revocation_time: datetime | None
    reason: CrlReason | None
    this_update: datetime
    next_update: datetime | None
    extensions: tuple[Extension, ...]

    @property
    def unknown_critical_extensions(self) -> tuple[str, ...]:
        """The OIDs of critical extensions that this module does not know."""
        return _unknown_critical(self.extensions)


class ResponseData(NamedTuple):
    """ResponseData; the responder is known by its name, or by the SHA-1 of its key."""

    responder_name: DistinguishedName | None
    responder_key_hash: bytes | None
    produced_at: datetime
    responses: tuple[SingleResponse, ...]
    extensions: tuple[Extension, ...]

    @property
    def unknown_critical_extensions(self) -> tuple[str, ...]:
        """The OIDs of critical extensions that this module does not know."""
        return _unknown_critical(self.extensions)

    @property
    def nonce(self) -> bytes | None:
        """The octets of the nonce extension (RFC 9654 2.1), or what stands there instead."""
        value = next((each.value for each in self.extensions if each.oid == ID_PKIX_OCSP_NONCE), None)
        if value is None:
            return None
        try:
            return der.value(value, der.whole(value, der.OCTET_STRING, "Nonce"))
        except der.DerError:
            return value


class OcspResponse:
    """An OCSPResponse; any bytes will do, and every property answers.

    What cannot be read is None or empty, and `fault` says where reading broke. Equality and hash are by DER.
    Nothing is judged here: no signature, no time, no responder.
    """

    def __init__(self, der: bytes) -> None:
        self.der = der

    def __eq__(self, other: object) -> bool:
        return self.der == other.der if isinstance(other, OcspResponse) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.der)

    def __repr__(self) -> str:
        return f"<OcspResponse {self.status_name} of {len(self.der)} octets>"

    @property
    def fault(self) -> str | None:
        """Why the response could not be read whole, or None; one without success is whole without response data."""
        return self._read.fault

    @property
    def status(self) -> int | None:
        """The code of OCSPResponseStatus; None if undecodable."""
        return self._read.status

    @property
    def status_name(self) -> str:
        """The name of the status, else its number."""
        return _STATUS_NAMES.get(self.status, f"status {self.status}")

    @property
    def data(self) -> ResponseData | None:
        """What is signed; None without success, for a response that is not a basic one, and if undecodable."""
        return self._read.data

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """The certificates sent along, the responder's among them."""
        return self._read.certificates

    @property
    def signed_octets(self) -> bytes:
        """The DER of ResponseData; b"" if missing."""
        return self._read.signed_octets

    @property
    def signature_algorithm_oid(self) -> str:
        """The dotted OID of signatureAlgorithm; empty if missing."""
        return self._read.signature_algorithm.oid

    @property
    def signature_parameters(self) -> bytes:
        """The DER of signatureAlgorithm's parameters; b"" if there are none."""
        return self._read.signature_algorithm.parameters

    @property
    def signature_value(self) -> bytes:
        """The signature's octets; b"" if missing."""
        return self._read.signature_value

    @cached_property
    def _read(self) -> _Read:
        read = _Read()
        try:
            _read_response(self.der, read)
        except der.DerError as error:
            read.fault = str(error)
        return read


_STATUS_NAMES: Final[dict[int | None, str]] = {status.value: status.name for status in OcspResponseStatus}


class _Read:
    """What was found before `fault`."""

    def __init__(self) -> None:
        self.fault: str | None = None
        self.status: int | None = None
        self.data: ResponseData | None = None
        self.certificates: tuple[Certificate, ...] = ()
        self.signed_octets = b""
        self.signature_algorithm: AlgorithmIdentifier = fields.NO_ALGORITHM
        self.signature_value = b""


def _read_response(data: bytes, read: _Read) -> None:
    whole = der.whole(data, der.SEQUENCE, "OCSPResponse")
    status = der.expect(data, der.ENUMERATED, whole.value_start, whole.end, "responseStatus")
    read.status = der.integer(der.value(data, status))
    if read.status not in _STATUS_NAMES:
        raise der.DerError(f"responseStatus {read.status} does not exist")
    if status.end == whole.end:
        if read.status == OcspResponseStatus.successful:
            raise der.DerError("OCSPResponse: successful, but without responseBytes")
        return
    outer = der.expect(data, 0xA0, status.end, whole.end, "responseBytes")
    response_bytes = der.expect(data, der.SEQUENCE, outer.value_start, outer.end, "ResponseBytes")
    kind = der.expect(data, der.OBJECT_IDENTIFIER, response_bytes.value_start, response_bytes.end, "responseType")
    response = der.expect(data, der.OCTET_STRING, kind.end, response_bytes.end, "response")
    oid = der.object_identifier(der.value(data, kind))
    if oid != ID_PKIX_OCSP_BASIC:
        raise der.DerError(f"responseType {oid} is not the basic one")
    _read_basic(der.value(data, response), read)


def _read_basic(data: bytes, read: _Read) -> None:
    whole = der.whole(data, der.SEQUENCE, "BasicOCSPResponse")
    tbs = der.expect(data, der.SEQUENCE, whole.value_start, whole.end, "tbsResponseData")
    algorithm = der.expect(data, der.SEQUENCE, tbs.end, whole.end, "signatureAlgorithm")
    signature = der.expect(data, der.BIT_STRING, algorithm.end, whole.end, "signature")
    read.signed_octets = der.element(data, tbs)
    read.signature_algorithm = fields.algorithm_identifier(data, algorithm)
    read.signature_value = der.bit_string(der.value(data, signature))
    if signature.end != whole.end:
        outer = der.expect(data, 0xA0, signature.end, whole.end, "certs")
        certificates = der.expect(data, der.SEQUENCE, outer.value_start, outer.end, "certs")
        found = der.children(data, certificates, limit=_MOST_CERTIFICATES)
        read.certificates = tuple(Certificate(der.element(data, each)) for each in found)
    read.data = _response_data(data, tbs)


def _response_data(data: bytes, tbs: der.Tlv) -> ResponseData:
    field = der.read(data, tbs.value_start, tbs.end)
    if field.tag == 0xA0:
        version = der.expect(data, der.INTEGER, field.value_start, field.end, "version")
        if der.value(data, version) != b"\x00":
            raise der.DerError("ResponseData: not version 1")
        field = der.read(data, field.end, tbs.end)
    name = key_hash = None
    match field.tag:
        case 0xA1:
            name = DistinguishedName(der.value(data, field))
        case 0xA2:
            key = der.expect(data, der.OCTET_STRING, field.value_start, field.end, "KeyHash")
            key_hash = der.value(data, key)
        case other:
            raise der.DerError(f"ResponderID: unexpected tag 0x{other:02x}")
    produced = der.expect(data, der.GENERALIZED_TIME, field.end, tbs.end, "producedAt")
    responses = der.expect(data, der.SEQUENCE, produced.end, tbs.end, "responses")
    return ResponseData(
        name,
        key_hash,
        der.time(produced.tag, der.value(data, produced)),
        tuple(_single_response(data, each) for each in der.children(data, responses, limit=_MOST_RESPONSES)),
        _extensions(data, responses.end, tbs.end, 0xA1),
    )


def _single_response(data: bytes, single: der.Tlv) -> SingleResponse:
    cert_id = der.expect(data, der.SEQUENCE, single.value_start, single.end, "certID")
    status_field = der.read(data, cert_id.end, single.end)
    status = _STATUS_TAGS.get(status_field.tag)
    if status is None:
        raise der.DerError(f"CertStatus: unexpected tag 0x{status_field.tag:02x}")
    revocation_time = reason = None
    if status is CertStatus.revoked:
        revocation_time, reason = _revoked_info(data, status_field)
    this_update = der.expect(data, der.GENERALIZED_TIME, status_field.end, single.end, "thisUpdate")
    next_update, offset = None, this_update.end
    if offset < single.end and (field := der.read(data, offset, single.end)).tag == 0xA0:
        time = der.expect(data, der.GENERALIZED_TIME, field.value_start, field.end, "nextUpdate")
        next_update, offset = der.time(time.tag, der.value(data, time)), field.end
    return SingleResponse(
        _cert_id(data, cert_id),
        status,
        revocation_time,
        reason,
        der.time(this_update.tag, der.value(data, this_update)),
        next_update,
        _extensions(data, offset, single.end, 0xA1),
    )


_STATUS_TAGS: Final = {0x80: CertStatus.good, 0xA1: CertStatus.revoked, 0x82: CertStatus.unknown}


def _revoked_info(data: bytes, field: der.Tlv) -> tuple[datetime, CrlReason]:
    time = der.expect(data, der.GENERALIZED_TIME, field.value_start, field.end, "revocationTime")
    reason = CrlReason.unspecified
    if time.end != field.end:
        outer = der.expect(data, 0xA0, time.end, field.end, "revocationReason")
        reason = decode_crl_reason(der.value(data, outer))
    return der.time(time.tag, der.value(data, time)), reason


def _cert_id(data: bytes, field: der.Tlv) -> CertId:
    algorithm = der.expect(data, der.SEQUENCE, field.value_start, field.end, "hashAlgorithm")
    name_hash = der.expect(data, der.OCTET_STRING, algorithm.end, field.end, "issuerNameHash")
    key_hash = der.expect(data, der.OCTET_STRING, name_hash.end, field.end, "issuerKeyHash")
    serial = der.expect(data, der.INTEGER, key_hash.end, field.end, "serialNumber")
    return CertId(
        fields.algorithm_identifier(data, algorithm).oid,
        der.value(data, name_hash),
        der.value(data, key_hash),
        der.integer(der.value(data, serial)),
    )


def _extensions(data: bytes, offset: int, end: int, tag: int) -> tuple[Extension, ...]:
    if offset == end:
        return ()
    found = fields.extension_list(data, der.expect(data, tag, offset, end, "extensions"))
    if found.fault:
        raise der.DerError(found.fault)
    return found.value


def _unknown_critical(extensions: tuple[Extension, ...]) -> tuple[str, ...]:
    return tuple(each.oid for each in extensions if each.critical and each.oid not in _UNDERSTOOD)
