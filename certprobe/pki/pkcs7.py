"""PKCS#7 SignedData that carries nothing but certificates (RFC 5652 5.1)."""

from __future__ import annotations

from certprobe.errors import DecodeError
from certprobe.pki import ber, der
from certprobe.pki.certificate import Certificate

_MOST_CERTIFICATES = 100_000
_CERTIFICATES = 0xA0


def certificates(data: bytes) -> tuple[Certificate, ...]:
    """Return the certificates of a SignedData in order, no signature looked at; raises DecodeError, also for none."""
    try:
        found = _certificates(ber.definite(data))
    except der.DerError as error:
        raise DecodeError(f"PKCS#7: {error}") from None
    if not found:
        raise DecodeError("PKCS#7 without certificates")
    return found


def _certificates(data: bytes) -> tuple[Certificate, ...]:
    outer = der.whole(data, der.SEQUENCE, "ContentInfo")
    kind = der.expect(data, der.OBJECT_IDENTIFIER, outer.value_start, outer.end, "contentType")
    explicit = der.expect(data, 0xA0, kind.end, outer.end, "content")
    signed_data = der.expect(data, der.SEQUENCE, explicit.value_start, explicit.end, "SignedData")
    return tuple(
        Certificate(der.element(data, certificate))
        for field in der.children(data, signed_data, limit=6)
        if field.tag == _CERTIFICATES
        for certificate in der.children(data, field, limit=_MOST_CERTIFICATES)
        if certificate.tag == der.SEQUENCE
    )
