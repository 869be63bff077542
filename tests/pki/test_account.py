"""Which account a certificate is of: UPN and SID, by the extension that AD CS writes and by the tag URI."""

from __future__ import annotations

import pytest

from certprobe.lab.der import oid, sequence, tlv
from certprobe.lab.pki import Extension
from certprobe.pki.account import security_identifiers, user_principal_names
from certprobe.pki.certificate import Certificate
from tests.pki.certificates import ISSUING

SID = "S-1-5-21-3623811015-3361044348-30300820-1013"
UPN = "1.3.6.1.4.1.311.20.2.3"
URI = b"tag:microsoft.com,2022-09-14:sid:"


def other_name(kind: str, value: bytes) -> bytes:
    return tlv(0xA0, oid(kind), tlv(0xA0, value))


def certificate(*names: bytes, security: bytes | None = None) -> Certificate:
    extensions = () if security is None else (Extension("1.3.6.1.4.1.311.25.2", security),)
    return Certificate(ISSUING.client("alice", subject_alt_names=names, extensions=extensions).der)


def object_sid(value: bytes, kind: str = "1.3.6.1.4.1.311.25.2.1") -> bytes:
    return other_name(kind, tlv(0x04, value))


def test_user_principal_names() -> None:
    both = certificate(
        other_name(UPN, tlv(0x0C, "älice@corp.test".encode())),
        other_name("1.2.3", tlv(0x0C, b"no@corp.test")),
        tlv(0x82, b"corp.test"),
        other_name(UPN, tlv(0x0C, b"second@corp.test")),
    )
    assert user_principal_names(both) == ("älice@corp.test", "second@corp.test")
    assert user_principal_names(certificate()) == ()


@pytest.mark.parametrize(("names", "security", "expected"), [
    ((), None, ()),
    ((), sequence(object_sid(SID.encode())), (SID,)),
    ((), sequence(object_sid(b"x", "1.2.3"), object_sid(SID.encode())), (SID,)),
    ((tlv(0x86, URI + SID.encode()),), None, (SID,)),
    ((tlv(0x86, URI + b"S-1-1"), tlv(0x86, b"http://x/")), sequence(object_sid(SID.encode())), (SID, "S-1-1")),
    ((), sequence(object_sid(b"\xff\x1b")), (r"\xff" + "\x1b",)),
    ((), sequence(other_name("1.3.6.1.4.1.311.25.2.1", tlv(0x0C, b"S-1"))), ()),
    ((), b"garbage", ()),
    ((), b"", ()),
], ids=["none", "extension", "second", "uri", "both", "odd", "string", "garbage", "empty"])  # fmt: skip
def test_security_identifiers(names: tuple[bytes, ...], security: bytes | None, expected: tuple[str, ...]) -> None:
    assert security_identifiers(certificate(*names, security=security)) == expected
