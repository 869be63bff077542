"""Listed names: compared as RFC 5280 7.1 says, among many, broken, or none at all."""

from __future__ import annotations

import pytest

from certprobe.lab import der
from certprobe.lab.pki import (
    KEY_USAGE,
    Authority,
    Issued,
    name_der,
    rsa_key,
)
from certprobe.selection.cells import Reason
from certprobe.tls.enums import ProtocolVersion

from .credentials import AT, ISSUING, credential, judge, oid_filter, refused, tls13

RSA_KEY = rsa_key()
ALICE = ISSUING.client("alice")
SELF_SIGNED = Authority.root("alice", at=AT, basic_constraints=None, key_usage=["digitalSignature"]).issued
CLIENT_AUTH_DER = der.oid("1.3.6.1.5.5.7.3.2")
DIGITAL_SIGNATURE_DER = b"\x03\x02\x07\x80"


def rdn(*attributes: tuple[str, int, bytes]) -> bytes:
    members = sorted(der.sequence(der.oid(oid), der.tlv(tag, value)) for oid, tag, value in attributes)
    return der.tlv(0x31, *members)


CN, O, DC = "2.5.4.3", "2.5.4.10", "0.9.2342.19200300.100.1.25"  # noqa: E741
UTF8, PRINTABLE, IA5, TELETEX, BMP = 0x0C, 0x13, 0x16, 0x14, 0x1E

SAME_NAMES = [
    ("PrintableString and UTF8String", rdn((CN, PRINTABLE, b"Lab CA")), rdn((CN, UTF8, b"Lab CA"))),
    ("case and blanks", rdn((CN, UTF8, b"Lab  CA ")), rdn((CN, PRINTABLE, b"lab ca"))),
    ("BMPString", rdn((CN, UTF8, b"Lab CA")), rdn((CN, BMP, "Lab CA".encode("utf-16-be")))),
    ("commas", rdn((O, UTF8, b"Lab, Inc.")), rdn((O, PRINTABLE, b"Lab, Inc."))),
    (
        "DC=",
        rdn((DC, IA5, b"test")) + rdn((DC, IA5, b"lab")) + rdn((CN, UTF8, b"CA")),
        rdn((DC, IA5, b"TEST")) + rdn((DC, IA5, b"Lab")) + rdn((CN, PRINTABLE, b"CA")),
    ),
    (
        "multi-valued RDN, other type and order",
        rdn((CN, UTF8, b"CA"), (O, UTF8, b"Lab")),
        rdn((O, PRINTABLE, b"Lab"), (CN, UTF8, b"CA")),
    ),
    ("TeletexString, byte for byte", rdn((CN, TELETEX, b"Lab \xe4")), rdn((CN, TELETEX, b"Lab \xe4"))),
]
OTHER_NAMES = [
    ("another value", rdn((CN, UTF8, b"Lab CA")), rdn((CN, UTF8, b"Lab CA 2"))),
    ("another attribute", rdn((CN, UTF8, b"Lab")), rdn((O, UTF8, b"Lab"))),
    (
        "DC= in another order",
        rdn((DC, IA5, b"test")) + rdn((DC, IA5, b"lab")),
        rdn((DC, IA5, b"lab")) + rdn((DC, IA5, b"test")),
    ),
    (
        "two RDNs instead of a multi-valued one",
        rdn((CN, UTF8, b"CA"), (O, UTF8, b"Lab")),
        rdn((CN, UTF8, b"CA")) + rdn((O, UTF8, b"Lab")),
    ),
    ("a part of the name", rdn((O, UTF8, b"Lab")) + rdn((CN, UTF8, b"CA")), rdn((CN, UTF8, b"CA"))),
]


@pytest.mark.parametrize(
    ("issuer", "listed", "expected"),
    [(*names[1:], []) for names in SAME_NAMES] + [(*names[1:], [Reason.ISSUER_NOT_LISTED]) for names in OTHER_NAMES],
    ids=[names[0] for names in SAME_NAMES + OTHER_NAMES],
)
def test_names_are_compared_as_rfc_5280_says(issuer: bytes, listed: bytes, expected: list[Reason]) -> None:
    authority = Authority.root("unused", at=AT, subject=der.sequence(issuer))
    request = tls13("CN=Somebody else", der.sequence(listed))
    assert refused(judge(credential(authority.client("alice")), request)) == expected


def test_a_name_among_six_hundred() -> None:
    names = [f"CN=CA {number},O=Lab\\, Inc.,DC=lab,DC=test" for number in range(600)]
    assert refused(judge(credential(ALICE), tls13(*names))) == [Reason.ISSUER_NOT_LISTED]
    assert refused(judge(credential(ALICE), tls13(*names[:300], "CN=LAB  ROOT", *names[300:]))) == []


def test_listed_names_that_are_no_names() -> None:
    request = tls13()._replace(certificate_authorities=(b"", b"\x30\x05\x31", b"\xff" * 40))
    assert refused(judge(credential(ALICE), request)) == [Reason.ISSUER_NOT_LISTED]


@pytest.mark.parametrize("garbage", [b"", b"\x30\x80", b"\x30\x03\x02\x01", ALICE.der[:200], b"\xff" * 100])
@pytest.mark.parametrize("version", list(ProtocolVersion))
def test_garbage_is_refused_and_nothing_raises(garbage: bytes, version: ProtocolVersion) -> None:
    issued = Issued(garbage, ALICE.private_key, (), b"", b"")
    request = oid_filter(KEY_USAGE, DIGITAL_SIGNATURE_DER)._replace(
        version=version, certificate_types=(1, 64), certificate_authorities=(name_der("CN=Lab root"),)
    )
    assert Reason.CERTIFICATE_UNREADABLE in refused(judge(credential(issued), request))
