"""What CAs publish, as their servers and people's files give it: CRLs, OCSP responses and issuers, in DER or PEM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.errors import DecodeError
from certprobe.pki import der, pem
from certprobe.pki.certificate import Certificate
from certprobe.pki.crl import CertificateList
from certprobe.pki.ocsp import OcspResponse

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_BLOCKS: Final = 1000
_CRL_LABELS: Final = ("X509 CRL", "CRL")
_OCSP_LABELS: Final = ("OCSP RESPONSE",)
_CERTIFICATE_LABELS: Final = ("CERTIFICATE", "X509 CERTIFICATE")
_PKCS7_LABELS: Final = ("PKCS7", "CMS")


class Published(NamedTuple):
    """What one file or answer held."""

    certificates: tuple[Certificate, ...] = ()
    crls: tuple[CertificateList, ...] = ()
    ocsp_responses: tuple[OcspResponse, ...] = ()


def decode_crls(data: bytes) -> Published:
    """Read one CRL in DER, or any number in PEM; raises DecodeError for none, and for what has no issuer and date."""
    crls = tuple(CertificateList(found) for found in _found(data, "CRL", _CRL_LABELS))
    for crl in crls:
        if crl.this_update is None:
            raise DecodeError(f"no CRL: {crl.fault or 'it has no readable thisUpdate'}")
    return Published(crls=crls)


def decode_ocsp_responses(data: bytes) -> Published:
    """Read one OCSP response in DER, or any number in PEM; raises DecodeError for none, and for what has no status."""
    responses = tuple(OcspResponse(found) for found in _found(data, "OCSP response", _OCSP_LABELS))
    for response in responses:
        if response.status is None:
            raise DecodeError(f"no OCSP response: {response.fault}")
    return Published(ocsp_responses=responses)


def decode_issuers(data: bytes) -> Published:
    """Read what caIssuers leads to (RFC 5280 4.2.2.1): a certificate, or several in PKCS#7; raises DecodeError."""
    if not pem.is_pem(data):
        return Published(_pkcs7(data) if _is_pkcs7(data) else (_certificate(data),))
    certificates: list[Certificate] = []
    for block in _blocks(data):
        if block.label in _CERTIFICATE_LABELS:
            certificates.append(_certificate(block.der))
        elif block.label in _PKCS7_LABELS:
            certificates += _pkcs7(block.der)
    if not certificates:
        raise DecodeError("PEM without a certificate")
    return Published(tuple(certificates))


def _found(data: bytes, what: str, labels: tuple[str, ...]) -> list[bytes]:
    if not pem.is_pem(data):
        return [_one_value(data, what)]
    found = [block.der for block in _blocks(data) if block.label in labels]
    if not found:
        raise DecodeError(f"PEM without {labels[0]}")
    return found


def _one_value(data: bytes, what: str) -> bytes:
    """Cut off what follows the one DER value, as the line end that some servers add."""
    try:
        return data[: der.expect(data, der.SEQUENCE, 0, len(data), "the outermost value").end]
    except der.DerError as error:
        raise DecodeError(f"no {what}: {f'neither PEM nor DER: {error}' if data else 'it is empty'}") from None


def _blocks(data: bytes) -> Iterator[pem.PemBlock]:
    for block in pem.split(data):
        if block.fault:
            raise DecodeError(f"PEM block {block.number} {block.fault}")
        if block.number > _MOST_BLOCKS:
            raise DecodeError(f"more than {_MOST_BLOCKS} PEM blocks")
        yield block


def _certificate(data: bytes) -> Certificate:
    certificate = Certificate(_one_value(data, "certificate"))
    if certificate.layout.subject_public_key_info is None:
        raise DecodeError(f"no certificate: {certificate.layout.fault}")
    return certificate


def _is_pkcs7(data: bytes) -> bool:
    """ContentInfo begins with an OBJECT IDENTIFIER, with BER's indefinite length too; a certificate does not."""
    try:
        outer = der.expect(data, der.SEQUENCE, 0, len(data), "ContentInfo")
        return data[outer.value_start : outer.value_start + 1] == b"\x06"
    except der.DerError:
        return data[:3] == b"\x30\x80\x06"


def _pkcs7(data: bytes) -> tuple[Certificate, ...]:
    from certprobe.pki import pkcs7

    return pkcs7.certificates(data)
