"""Values of altSecurityIdentities read from text, and what is wrong with those that are none."""

from __future__ import annotations

import pytest

from certprobe.errors import DecodeError
from certprobe.mapping.alt_security_identities import AltSecurityIdentity, Form, alt_security_identities
from certprobe.mapping.parsing import parse_alt_security_identity
from tests.mapping.certificates import SID, certificate, mail


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
