"""What maps a certificate: every form, its spelling, its strength; and reading such values again."""

from __future__ import annotations

import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certprobe.errors import DecodeError
from certprobe.mapping.alt_security_identities import (
    AltSecurityIdentity,
    Form,
    Strength,
    alt_security_identities,
    parse_alt_security_identity,
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


def test_what_is_written_is_read_again() -> None:
    for identity in alt_security_identities(certificate(mail("alice@contoso.com"), sid=SID)):
        assert parse_alt_security_identity(identity.text) == identity


@pytest.mark.parametrize(("text", "identity"), [
    ("x509:<ski>AB", AltSecurityIdentity(Form.SKI, ("AB",))),
    ("  X509: <RFC822> a@b.test ", AltSecurityIdentity(Form.RFC822, ("a@b.test",))),
    ('X509:<S>O="a <b>"', AltSecurityIdentity(Form.SUBJECT_ONLY, ('O="a <b>"',))),
], ids=["case", "blanks", "angle brackets in a name"])  # fmt: skip
def test_lenient_reading(text: str, identity: AltSecurityIdentity) -> None:
    assert parse_alt_security_identity(text) == identity


@pytest.mark.parametrize(("text", "message"), [
    ("", "a certificate mapping begins with X509:, not ''"),
    ("Kerberos:alice@EXAMPLE.COM", "a certificate mapping begins with X509:, not 'Kerberos:alice@EXAMP'"),
    ("X509:", "after X509: comes one of <I> <S> <SR> <SKI> <SHA1-PUKEY> <RFC822> <SID>, not ''"),
    ("X509:<PN>a@b.test", "after X509: comes one of <I> <S> <SR> <SKI> <SHA1-PUKEY> <RFC822> <SID>, not <PN>"),
    ("X509:junk<S>CN=x", "after X509: comes one of <I> <S> <SR> <SKI> <SHA1-PUKEY> <RFC822> <SID>, not 'junk'"),
    ("X509:<I>CN=x<S>CN=y<SR>01", "<I><S><SR> is no form of a mapping; there are <I><S>, <S>, <RFC822>, <I><SR>, <SKI>,"
     " <SHA1-PUKEY>, <I><SID>"),
    ("X509:<I>CN=x", "<I> is no form of a mapping; there are <I><S>, <S>, <RFC822>, <I><SR>, <SKI>, <SHA1-PUKEY>,"
     " <I><SID>"),
    ("X509:<I>CN=x<SR>", "nothing follows <SR>"),
    ("X509:<S>" + "x" * 70_000, "a mapping of 70008 characters is none: 'X509:<S>xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'..."),
], ids=["empty", "kerberos", "nothing", "of entra", "junk", "three parts", "issuer alone", "empty part",
        "long"])  # fmt: skip
def test_what_is_no_mapping_says_why(text: str, message: str) -> None:
    with pytest.raises(DecodeError) as raised:
        parse_alt_security_identity(text)
    assert str(raised.value) == message
