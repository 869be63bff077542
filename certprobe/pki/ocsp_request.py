"""An OCSP request (RFC 6960 4.1)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from certprobe.pki import der

if TYPE_CHECKING:
    from certprobe.pki.certificate import Certificate

_SHA1: Final = bytes.fromhex("300906052b0e03021a0500")


def ocsp_request(certificate: Certificate, issuer: Certificate) -> bytes:
    """Return the DER of an OCSPRequest for one certificate, unsigned.

    Its CertID is by SHA-1, which every responder knows. There is no nonce (RFC 9654): most responders sign in advance
    and would not repeat it. The same question always is the same octets. Serial numbers that a CA must not give, as
    negative ones, are asked for all the same, which `cryptography` would not do.
    """
    cert_id = der.encoded(
        der.SEQUENCE,
        _SHA1,
        der.encoded(der.OCTET_STRING, _sha1(certificate.issuer.der)),
        der.encoded(der.OCTET_STRING, _sha1(issuer.public_key.subject_public_key)),
        der.encoded(der.INTEGER, _integer(certificate.serial_number)),
    )
    request_list = der.encoded(der.SEQUENCE, der.encoded(der.SEQUENCE, cert_id))
    return der.encoded(der.SEQUENCE, der.encoded(der.SEQUENCE, request_list))


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()


def _integer(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1, signed=True)
