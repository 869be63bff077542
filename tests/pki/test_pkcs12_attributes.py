"""Attributes of certificates and keys in PKCS#12 files: names, what ties keys to certificates, Java's and Windows'."""

from __future__ import annotations

import re

import pytest

from certprobe.lab.der import integer, oid, tlv
from certprobe.pki.certificate import Certificate
from certprobe.pki.decode import Contents, FoundCertificate, FoundKey, decode
from tests.pki import pfx
from tests.pki.certificates import ISSUING

ALICE = ISSUING.client("alice")


def read(data: bytes) -> Contents:
    return decode(data, source="file", password=None)


LONG = "n" * 1025
ATTRIBUTES = {
    "none": ((), (None, None, False), None),
    "friendly-name": ((pfx.friendly_name("Zoë €"),), ("Zoë €", None, False), None),
    "friendly-name-of-1024-characters": ((pfx.friendly_name(LONG[1:]),), (LONG[1:], None, False), None),
    "friendly-name-in-utf-8": (
        (pfx.attribute(pfx.FRIENDLY_NAME, tlv(0x0C, "Zoë".encode())),),
        ("Zoë", None, False),
        None,
    ),
    "empty-friendly-name": ((pfx.friendly_name(""),), (None, None, False), None),
    "overlong-friendly-name": (
        (pfx.local_key_id(b"1"), pfx.friendly_name(LONG)),
        (None, b"1", False),
        "friendlyName of 2050 bytes",
    ),
    "half-a-surrogate": (
        (pfx.attribute(pfx.FRIENDLY_NAME, tlv(0x1E, b"\xd8\x00")),),
        (None, None, False),
        "string of type 0x1e cannot be decoded: unexpected end of data",
    ),
    "friendly-name-of-no-string": (
        (pfx.attribute(pfx.FRIENDLY_NAME, integer(1)),),
        (None, None, False),
        "friendlyName: tag 0x02",
    ),
    "local-key-id": ((pfx.local_key_id(b"\x01"),), (None, b"\x01", False), None),
    "local-key-id-of-no-octets": (
        (pfx.attribute(pfx.LOCAL_KEY_ID, integer(1)),),
        (None, None, False),
        "localKeyID: tag 0x02, 1 bytes",
    ),
    "nothing-in-an-attribute": (
        (pfx.attribute(pfx.FRIENDLY_NAME),),
        (None, None, False),
        re.compile("0 values inside the one at byte [0-9]+ where 1 should be"),
    ),
    "trusted": ((pfx.attribute("2.16.840.1.113894.746875.1.1", oid("2.5.29.37.0")),), (None, None, True), None),
    "unknown": ((pfx.attribute("1.2.3", integer(1)),), (None, None, False), None),
}


@pytest.mark.parametrize(("attributes", "expected", "fault"), ATTRIBUTES.values(), ids=ATTRIBUTES)
def test_attributes(
    attributes: tuple[bytes, ...], expected: tuple[str | None, bytes | None, bool], fault: str | re.Pattern[str] | None
) -> None:
    contents = read(pfx.pfx(pfx.safe(pfx.cert_bag(ALICE, *attributes))))
    assert contents.found_certificates == (FoundCertificate(Certificate(ALICE.der), "file #1", *expected),)
    if fault is None:
        assert contents.notes == ()
    else:
        (note,) = contents.notes
        prefix = "file #1: attribute is not used: "
        assert note.startswith(prefix)
        assert re.fullmatch(fault if isinstance(fault, re.Pattern) else re.escape(fault), note[len(prefix) :])


def test_the_name_of_a_windows_container_is_no_friendly_name() -> None:
    name = "Microsoft Software Key Storage Provider".encode("utf-16-be")
    provider, machine = pfx.attribute("1.3.6.1.4.1.311.17.1", tlv(0x1E, name)), pfx.attribute("1.3.6.1.4.1.311.17.2")
    data = pfx.pfx(
        pfx.safe(pfx.key_bag(ALICE, pfx.friendly_name("te-4711"), provider, machine, pfx.local_key_id(b"1")))
    )
    contents = read(data)
    assert contents.found_keys == (FoundKey(contents.private_keys[0], "file #1", None, b"1"),)
    assert contents.notes == ()
