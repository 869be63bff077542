"""Certificates for this room's tests, and a TBSCertificate whose every field may be set to any bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypedDict, Unpack

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certprobe.lab.der import bit_string, integer, oid, sequence, time, tlv
from certprobe.lab.pki import Authority, common_name_only

AT = datetime(2027, 3, 1, 12, tzinfo=UTC)
ROOT = Authority.root("Lab root", at=AT)
ISSUING = ROOT.intermediate("Lab issuing CA")

ECDSA_WITH_SHA256 = sequence(oid("1.2.840.10045.4.3.2"))
PUBLIC_KEY_INFO = ROOT.issued.private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


class Fields(TypedDict, total=False):
    """The encoded fields; b"" leaves one out."""

    version: bytes
    serial_number: bytes
    signature: bytes
    issuer: bytes
    validity: bytes
    subject: bytes
    subject_public_key_info: bytes
    extensions: bytes
    signature_algorithm: bytes
    signature_value: bytes
    behind: bytes


def encoded(**given: Unpack[Fields]) -> bytes:
    """A certificate without a true signature, right but for the fields given."""
    usual: Fields = {
        "version": tlv(0xA0, integer(2)),
        "serial_number": integer(5),
        "signature": ECDSA_WITH_SHA256,
        "issuer": common_name_only("issuer"),
        "validity": sequence(time(datetime(2027, 1, 1, tzinfo=UTC)), time(datetime(2028, 1, 1, tzinfo=UTC))),
        "subject": common_name_only("subject"),
        "subject_public_key_info": PUBLIC_KEY_INFO,
        "extensions": b"",
        "signature_algorithm": ECDSA_WITH_SHA256,
        "signature_value": bit_string(b"signature"),
        "behind": b"",
    }
    f: Fields = {**usual, **given}
    tbs = sequence(
        f["version"],
        f["serial_number"],
        f["signature"],
        f["issuer"],
        f["validity"],
        f["subject"],
        f["subject_public_key_info"],
        f["extensions"],
    )
    return sequence(tbs, f["signature_algorithm"], f["signature_value"]) + f["behind"]


def extension(dotted: str, value: bytes, critical: bytes = b"") -> bytes:
    """One encoded Extension."""
    return sequence(oid(dotted), critical, tlv(0x04, value))


def with_extensions(*encoded_extensions: bytes) -> bytes:
    """A certificate with these encoded Extensions."""
    return encoded(extensions=tlv(0xA3, sequence(*encoded_extensions)))
