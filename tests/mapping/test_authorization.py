"""Who a directory says we are, held against the subject and against accounts."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from certprobe.mapping.authorization import Relation, is_account, ldap_name, relation, types_without_schema
from certprobe.pki.name import DistinguishedName


def name(*rdns: list[tuple[x509.ObjectIdentifier, str]]) -> DistinguishedName:
    sequence = x509.Name(x509.RelativeDistinguishedName([x509.NameAttribute(*each) for each in rdn]) for rdn in rdns)
    return DistinguishedName(sequence.public_bytes())


RICH = name(
    [(NameOID.COUNTRY_NAME, "DE")],
    [(NameOID.STATE_OR_PROVINCE_NAME, "Bavaria")],
    [(NameOID.ORGANIZATION_NAME, "Corp,  Inc.")],
    [(NameOID.COMMON_NAME, "Alice Ångström"), (NameOID.USER_ID, "alice")],
    [(NameOID.EMAIL_ADDRESS, "Alice@Corp.example")],
)
# What slapd 2.5 answered for this subject.
OF_SLAPD = "email=alice@corp.example,cn=alice ångström+uid=alice,o=corp\\2C inc.,st=bavaria,c=de"


@pytest.mark.parametrize(("subject", "written"), [
    (RICH, OF_SLAPD),
    (name([(NameOID.DOMAIN_COMPONENT, "Lab")], [(NameOID.SERIAL_NUMBER, "12 3")], [(NameOID.POSTAL_CODE, "99")],
          [(NameOID.COMMON_NAME, "#al; e")]), "cn=\\23al\\3B e,postalCode=99,serialNumber=12 3,dc=lab"),
    (name([(NameOID.ORGANIZATION_NAME, " #lead")], [(NameOID.COMMON_NAME, "B\\C=D/e*(f)")]),
     "cn=b\\5Cc\\3Dd/e*(f),o=\\23lead"),
    (name([(NameOID.ORGANIZATION_NAME, "Co#rp")], [(NameOID.COMMON_NAME, "bob ")]), "cn=bob,o=co#rp"),
    (name([(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), "x")]), "1.3.6.1.4.1.99999.1=#0c0178"),
    (DistinguishedName(b"\x30\x00"), ""),
], ids=["rich", "types in camel case", "escapes", "blanks", "unknown type", "empty"])  # fmt: skip
def test_name_as_slapd_normalizes_it(subject: DistinguishedName, written: str) -> None:
    assert ldap_name(subject) == written


def test_types_that_slapd_has_no_schema_for() -> None:
    arc = x509.ObjectIdentifier("1.3.6.1.4.1.99999.1")
    odd = name([(arc, "x")], [(NameOID.ORGANIZATION_IDENTIFIER, "VATDE-1"), (NameOID.COMMON_NAME, "a")], [(arc, "y")])
    assert sorted(types_without_schema(odd)) == ["1.3.6.1.4.1.99999.1", "organizationIdentifier"]
    assert types_without_schema(RICH) == ()


@pytest.mark.parametrize(("authzid", "expected"), [
    (f"dn:{OF_SLAPD}", Relation.OWN_SUBJECT),
    (f"dn: {OF_SLAPD.upper().replace('EMAIL', 'emailAddress').replace(',', ', ')} ", Relation.OWN_SUBJECT),
    ("dn:uid=alice,ou=people,dc=lab", Relation.OTHER_ENTRY),
    (f"dn:{','.join(OF_SLAPD.split(',')[::-1])}", Relation.OTHER_ENTRY),
    ("dn:no name", Relation.OTHER_ENTRY),
    ("u:CORP\\alice", Relation.USER),
    ("", Relation.ANONYMOUS),
    ("  ", Relation.ANONYMOUS),
    ("dn:", Relation.ANONYMOUS),
    ("alice", Relation.UNKNOWN_FORM),
], ids=["slapd", "389", "an entry", "reversed", "no name", "active directory", "empty", "blank", "empty name",
        "no prefix"])  # fmt: skip
def test_relation_to_the_subject(authzid: str, expected: Relation) -> None:
    assert relation(authzid, RICH) is expected


@pytest.mark.parametrize(("authzid", "account", "same"), [
    ("u:CORP\\alice", "corp\\Alice", True),
    ("u:CORP\\alice", "alice", True),
    ("u:CORP\\alice", "LAB\\alice", False),
    ("u:CORP\\alice", "CORP\\bob", False),
    ("u:alice", "CORP\\alice", True),
    ("dn:uid=alice,dc=lab", "UID=alice, DC=lab", True),
    ("dn:uid=alice,dc=lab", "alice", False),
    ("", "alice", False),
    ("", "", False),
], ids=["case", "no domain in the file", "other domain", "other user", "no domain in the answer", "entry",
        "entry and user", "anonymous", "nothing"])  # fmt: skip
def test_account_that_an_identity_names(authzid: str, account: str, same: bool) -> None:
    assert is_account(authzid, account) is same
