"""Mappings held against a certificate: what fits, and what would if it were written rightly."""

from __future__ import annotations

import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certprobe.mapping.alt_security_identities import Tag, alt_security_identities
from certprobe.mapping.comparison import Comparison, Difference, Unfit, compare
from certprobe.mapping.parsing import parse_alt_security_identity
from certprobe.pki.certificate import Certificate
from tests.mapping.certificates import REVERSED, SID, WINDOWS_CA, WINDOWS_SUBJECT, certificate, mail

ALICE = certificate(mail("alice@contoso.com"), sid=SID)
KEY = x509.load_der_x509_certificate(ALICE.der).public_key()
IDENTIFIER = x509.SubjectKeyIdentifier.from_public_key(KEY).digest
FORWARD = "2b0000000011ac0000000012"


def compared(text: str, other: Certificate = ALICE) -> Comparison:
    return compare(parse_alt_security_identity(text), other)


def test_everything_that_is_offered_fits() -> None:
    assert all(compare(identity, ALICE).matches for identity in alt_security_identities(ALICE))


@pytest.mark.parametrize("text", [
    f"X509:<I>{WINDOWS_CA.lower()}<SR>{REVERSED.upper()}",
    f"X509:<SKI>{IDENTIFIER.hex().upper()}",
    "X509:<RFC822>Alice@CONTOSO.com",
    f"X509:<I>{WINDOWS_CA}<SID>{SID.lower()}",
], ids=["issuer and serial number", "ski", "rfc822", "sid"])  # fmt: skip
def test_case_does_not_count(text: str) -> None:
    assert compared(text).matches


def test_zero_octet_of_a_serial_number_may_be_left_out() -> None:
    high = certificate(serial_number=0xF1B2C3)
    assert compared(f"X509:<I>{WINDOWS_CA}<SR>c3b2f100", high).matches
    assert compared(f"X509:<I>{WINDOWS_CA}<SR>c3b2f1", high).matches


@pytest.mark.parametrize(("text", "tag", "difference", "right"), [
    (f"X509:<I>{WINDOWS_CA}<SR>{FORWARD}", Tag.SERIAL_NUMBER, Difference.BYTES_REVERSED, REVERSED),
    (f"X509:<I>{WINDOWS_CA}<SR>{FORWARD[::-1]}", Tag.SERIAL_NUMBER, Difference.DIGITS_REVERSED, REVERSED),
    (f"X509:<I>{WINDOWS_CA}<SR>{':'.join(REVERSED[i:i + 2] for i in range(0, 24, 2))}", Tag.SERIAL_NUMBER,
     Difference.SEPARATORS, REVERSED),
    (f"X509:<I>{WINDOWS_CA}<SR>{FORWARD[:2]} {FORWARD[2:]}", Tag.SERIAL_NUMBER, Difference.BYTES_REVERSED, REVERSED),
    (f"X509:<I>{WINDOWS_CA}<SR>0{REVERSED}", Tag.SERIAL_NUMBER, Difference.OTHER, REVERSED),
    (f"X509:<I>CN=CONTOSO-DC-CA,DC=contoso,DC=com<SR>{REVERSED}", Tag.ISSUER, Difference.NAME_REVERSED, WINDOWS_CA),
    (f"X509:<I>DC=com, DC=contoso, CN=CONTOSO-DC-CA<SR>{REVERSED}", Tag.ISSUER, Difference.NAME_SPELLED_OTHERWISE,
     WINDOWS_CA),
    (f"X509:<I>DC=com,DC=contoso,CN=Other CA<SR>{REVERSED}", Tag.ISSUER, Difference.OTHER, WINDOWS_CA),
    (f"X509:<I>Contoso<SR>{REVERSED}", Tag.ISSUER, Difference.OTHER, WINDOWS_CA),
    ("X509:<S>CN=Alice,OU=Users,DC=contoso,DC=com", Tag.SUBJECT, Difference.NAME_REVERSED, WINDOWS_SUBJECT),
    (f"X509:<SKI>{IDENTIFIER[::-1].hex()}", Tag.SUBJECT_KEY_IDENTIFIER, Difference.BYTES_REVERSED, IDENTIFIER.hex()),
    (f"X509:<SKI>{IDENTIFIER.hex(' ')}", Tag.SUBJECT_KEY_IDENTIFIER, Difference.SEPARATORS, IDENTIFIER.hex()),
    ("X509:<SKI>no digits", Tag.SUBJECT_KEY_IDENTIFIER, Difference.OTHER, IDENTIFIER.hex()),
    (f"X509:<SHA1-PUKEY>{ALICE.thumbprint.upper()[::-1]}", Tag.SHA1_PUBLIC_KEY, Difference.OTHER, ALICE.thumbprint),
    ("X509:<RFC822>bob@contoso.com", Tag.RFC822, Difference.OTHER, "alice@contoso.com"),
    (f"X509:<I>{WINDOWS_CA}<SID>{SID}0", Tag.SID, Difference.OTHER, SID),
], ids=["serial not reversed", "digits reversed", "colons", "blank and not reversed", "a digit more", "issuer reversed",
        "blanks in issuer", "other issuer", "no name", "subject reversed", "ski reversed", "ski with blanks", "no ski",
        "hash of another", "other mail", "other sid"])  # fmt: skip
def test_one_part_that_does_not_fit(text: str, tag: Tag, difference: Difference, right: str) -> None:
    found = compared(text)
    assert found.unfit == (Unfit(tag, difference, right),)
    assert not found.matches
    assert found.nearly_matches is (difference is not Difference.OTHER)


def test_all_that_is_wrong_is_told() -> None:
    found = compared(f"X509:<I>CN=CONTOSO-DC-CA,DC=contoso,DC=com<SR>{FORWARD}")
    assert [each.difference for each in found.unfit] == [Difference.NAME_REVERSED, Difference.BYTES_REVERSED]
    assert found.nearly_matches


def test_names_in_other_words_of_the_same_types() -> None:
    bob = certificate(subject="1.2.840.113549.1.9.1=b@x.test,CN=Bob,ST=Bavaria,C=DE")
    found = compared("X509:<S>C=DE,ST=Bavaria,CN=Bob,emailAddress=b@x.test", bob)
    assert found.unfit == (Unfit(Tag.SUBJECT, Difference.NAME_SPELLED_OTHERWISE, "C=DE,S=Bavaria,CN=Bob,E=b@x.test"),)


def test_what_the_certificate_lacks() -> None:
    found = compared("X509:<RFC822>alice@contoso.com", certificate())
    assert found.unfit == (Unfit(Tag.RFC822, Difference.ABSENT, ""),)
    assert not found.nearly_matches


def test_a_palindrome_fits_both_ways() -> None:
    assert compared(f"X509:<I>{WINDOWS_CA}<SR>2b002b", certificate(serial_number=0x2B002B)).matches


def test_every_hash_that_sources_take_for_the_keys_fits() -> None:
    info = KEY.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for digest in (ALICE.thumbprint, IDENTIFIER.hex(), hashlib.sha1(info, usedforsecurity=False).hexdigest()):
        assert compared(f"X509:<SHA1-PUKEY>{digest}").matches
