"""A certification request (PKCS#10, RFC 2986 4): whose key is to be certified, and under which name."""

from __future__ import annotations

from typing import NamedTuple

from certprobe.pki import der, fields
from certprobe.pki.fields import PublicKeyInfo
from certprobe.pki.name import DistinguishedName


class CertificationRequest(NamedTuple):
    """The subject that is asked for, and the public key; the signature is not verified."""

    subject: DistinguishedName
    public_key: PublicKeyInfo


def decode_certification_request(data: bytes) -> CertificationRequest:
    """Decode CertificationRequest; raise DerError for anything else."""
    info, _, _ = der.members(data, der.whole(data, der.SEQUENCE, "CertificationRequest"), 3, limit=3)
    version = der.expect(data, der.INTEGER, info.value_start, info.end, "version")
    subject = der.expect(data, der.SEQUENCE, version.end, info.end, "subject")
    key = der.expect(data, der.SEQUENCE, subject.end, info.end, "subjectPKInfo")
    if key.end < info.end:
        der.expect(data, 0xA0, key.end, info.end, "attributes")
    public_key = fields.public_key_info(data, key)
    if public_key.fault:
        raise der.DerError(public_key.fault)
    return CertificationRequest(DistinguishedName(der.element(data, subject)), public_key.value)
