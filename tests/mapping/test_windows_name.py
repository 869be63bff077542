"""Names as altSecurityIdentities has them: their order, the names of their types, and what is quoted."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID, ObjectIdentifier

from certprobe.lab.pki import name_der
from certprobe.mapping.windows_name import windows_name
from certprobe.pki.name import DistinguishedName

UID = NameOID.USER_ID
ARC = ObjectIdentifier("1.3.6.1.4.1.99999.1")


def windows(*rdns: list[tuple[ObjectIdentifier, str]]) -> str:
    name = x509.Name(x509.RelativeDistinguishedName([x509.NameAttribute(*each) for each in rdn]) for rdn in rdns)
    return windows_name(DistinguishedName(name.public_bytes()))


@pytest.mark.parametrize(("rfc4514", "written"), [
    ("CN=Contoso CA,DC=contoso,DC=com", "DC=com,DC=contoso,CN=Contoso CA"),
    ("CN=Alice,OU=Sales,O=Contoso,L=Berlin,ST=Berlin,C=DE", "C=DE,S=Berlin,L=Berlin,O=Contoso,OU=Sales,CN=Alice"),
    ("1.2.840.113549.1.9.1=a@contoso.com,CN=Alice", "CN=Alice,E=a@contoso.com"),
    ("STREET=Main St 1,CN=x", "CN=x,STREET=Main St 1"),
    ("", ""),
], ids=["order", "usual types", "mail", "street", "empty"])  # fmt: skip
def test_order_and_types(rfc4514: str, written: str) -> None:
    assert windows_name(DistinguishedName(name_der(rfc4514))) == written


@pytest.mark.parametrize(("kind", "key"), [
    (NameOID.TITLE, "T"),
    (NameOID.GIVEN_NAME, "G"),
    (NameOID.INITIALS, "I"),
    (NameOID.SURNAME, "SN"),
    (NameOID.SERIAL_NUMBER, "SERIALNUMBER"),
    (NameOID.POSTAL_CODE, "PostalCode"),
    (UID, "OID.0.9.2342.19200300.100.1.1"),
    (NameOID.PSEUDONYM, "OID.2.5.4.65"),
    (ARC, "OID.1.3.6.1.4.1.99999.1"),
], ids=["title", "given name", "initials", "surname", "serial number", "postal code", "uid", "pseudonym",
        "unknown"])  # fmt: skip
def test_type_of_certnametostr(kind: ObjectIdentifier, key: str) -> None:
    assert windows([(kind, "x")]) == f"{key}=x"


def test_several_attributes_of_an_rdn_are_separated_by_a_blank() -> None:
    assert windows([(NameOID.COMMON_NAME, "JANE DOE"), (UID, "47001")]) in (
        "CN=JANE DOE OID.0.9.2342.19200300.100.1.1=47001",
        "OID.0.9.2342.19200300.100.1.1=47001 CN=JANE DOE",
    )


@pytest.mark.parametrize(("value", "written"), [
    ("Contoso, Inc.", '"Contoso, Inc."'),
    ("a+b", '"a+b"'),
    ("a=b", '"a=b"'),
    ("a;b", '"a;b"'),
    ("<a>", '"<a>"'),
    ("a#b", '"a#b"'),
    ("a\nb", '"a\nb"'),
    (' a', '" a"'),
    ('a ', '"a "'),
    ('say "a"', '"say ""a"""'),
    ("a  b", "a  b"),
    ("a'b\\c/d", "a'b\\c/d"),
], ids=["comma", "plus", "equals", "semicolon", "angles", "number sign", "line feed", "blank before", "blank after",
        "quotation marks", "blanks within", "others"])  # fmt: skip
def test_quoting(value: str, written: str) -> None:
    assert windows([(NameOID.ORGANIZATION_NAME, value)]) == f"O={written}"


def test_malformed_name_is_empty() -> None:
    assert windows_name(DistinguishedName(b"\x30\x05junk")) == ""
