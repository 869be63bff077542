"""PKCS#7 SignedData that carries nothing but certificates (RFC 5652 5.1)."""

from __future__ import annotations

import warnings

from certprobe.errors import DecodeError
from certprobe.pki import der
from certprobe.pki.certificate import Certificate

_MOST_CERTIFICATES = 100_000
_CERTIFICATES = 0xA0


def certificates(data: bytes) -> tuple[Certificate, ...]:
    """Return the certificates of a SignedData in order, no signature looked at; raises DecodeError, also for none."""
    if data[1:2] == b"\x80":
        return _indefinite(data)
    try:
        found = tuple(_definite(data))
    except der.DerError as error:
        raise DecodeError(f"PKCS#7: {error}") from None
    if not found:
        raise DecodeError("PKCS#7 without certificates")
    return found


def _definite(data: bytes) -> list[Certificate]:
    outer = der.whole(data, der.SEQUENCE, "ContentInfo")
    kind = der.expect(data, der.OBJECT_IDENTIFIER, outer.value_start, outer.end, "contentType")
    explicit = der.expect(data, 0xA0, kind.end, outer.end, "content")
    signed_data = der.expect(data, der.SEQUENCE, explicit.value_start, explicit.end, "SignedData")
    return [
        Certificate(der.element(data, certificate))
        for field in der.children(data, signed_data, limit=6)
        if field.tag == _CERTIFICATES
        for certificate in der.children(data, field, limit=_MOST_CERTIFICATES)
        if certificate.tag == der.SEQUENCE
    ]


def _indefinite(data: bytes) -> tuple[Certificate, ...]:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of BER where DER should be
        try:
            found = pkcs7.load_der_pkcs7_certificates(data)
        except (ValueError, UnsupportedAlgorithm):
            raise DecodeError("PKCS#7 with indefinite lengths is damaged or holds no certificates") from None
    return tuple(Certificate(certificate.public_bytes(Encoding.DER)) for certificate in found)
