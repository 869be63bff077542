"""What maps a certificate: every form, its spelling, its strength."""

from __future__ import annotations

import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certprobe.mapping.alt_security_identities import (
    Form,
    Strength,
    alt_security_identities,
)
from certprobe.pki.certificate import Certificate
from tests.mapping.certificates import (
    CA,
    REVERSED,
    SID,
    WINDOWS_CA,
    WINDOWS_SUBJECT,
    certificate,
    mail,
)


def test_every_form_of_a_certificate() -> None:
    alice = certificate(mail("alice@contoso.com"), mail("al@contoso.com"), sid=SID)
    key = x509.load_der_x509_certificate(alice.der).public_key()
    identifier = x509.SubjectKeyIdentifier.from_public_key(key).digest.hex()
    info = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert [(each.form, each.text) for each in alt_security_identities(alice)] == [
        (Form.ISSUER_SUBJECT, f"X509:<I>{WINDOWS_CA}<S>{WINDOWS_SUBJECT}"),
        (Form.SUBJECT_ONLY, f"X509:<S>{WINDOWS_SUBJECT}"),
        (Form.RFC822, "X509:<RFC822>alice@contoso.com"),
        (Form.RFC822, "X509:<RFC822>al@contoso.com"),
        (Form.ISSUER_SERIAL_NUMBER, f"X509:<I>{WINDOWS_CA}<SR>{REVERSED}"),
        (Form.SKI, f"X509:<SKI>{identifier}"),
        (Form.SHA1_PUBLIC_KEY, f"X509:<SHA1-PUKEY>{hashlib.sha1(alice.der, usedforsecurity=False).hexdigest()}"),
        (Form.SHA1_PUBLIC_KEY, f"X509:<SHA1-PUKEY>{identifier}"),
        (Form.SHA1_PUBLIC_KEY, f"X509:<SHA1-PUKEY>{hashlib.sha1(info, usedforsecurity=False).hexdigest()}"),
        (Form.ISSUER_SID, f"X509:<I>{WINDOWS_CA}<SID>{SID}"),
    ]


def test_strong_and_weak_forms() -> None:
    weak = {Form.ISSUER_SUBJECT, Form.SUBJECT_ONLY, Form.RFC822}
    assert {form for form in Form if form.strength is Strength.WEAK} == weak


def test_forms_have_the_names_of_kb5014754() -> None:
    assert [form.value for form in Form][:6] == [
        "X509IssuerSubject",
        "X509SubjectOnly",
        "X509RFC822",
        "X509IssuerSerialNumber",
        "X509SKI",
        "X509SHA1PublicKey",
    ]


@pytest.mark.parametrize(("number", "written"), [
    (0xA1B2C3, "c3b2a100"),
    (0x01, "01"),
    (0x7F00, "007f"),
    (0xFF, "ff00"),
], ids=["first bit set", "one octet", "zero at the end", "one octet and first bit set"])  # fmt: skip
def test_octets_of_the_serial_number_are_reversed(number: int, written: str) -> None:
    found = [each.text for each in alt_security_identities(certificate(serial_number=number))]
    assert f"X509:<I>{WINDOWS_CA}<SR>{written}" in found


def test_what_the_certificate_lacks_has_no_form() -> None:
    nobody = Certificate(CA.issue(subject="", omit=("2.5.29.14",)).der)
    assert {each.form for each in alt_security_identities(nobody)} == {Form.ISSUER_SERIAL_NUMBER, Form.SHA1_PUBLIC_KEY}


def test_damaged_certificate_has_its_thumbprint_alone() -> None:
    assert {each.form for each in alt_security_identities(Certificate(b"\x30\x03junk"))} == {Form.SHA1_PUBLIC_KEY}
