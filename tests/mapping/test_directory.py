"""What a directory is searched for, and how its entries are read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certprobe.mapping.accounts import Account, MappingRule, Source
from certprobe.mapping.alt_security_identities import alt_security_identities
from certprobe.mapping.directory import ATTRIBUTES, MOST_ASSERTIONS, account, assertions, domain_of
from certprobe.mapping.lookup import DirectoryFacts
from certprobe.mapping.parsing import parse_alt_security_identity
from certprobe.mapping.ruling import candidates
from certprobe.mapping.sid import sid_octets
from certprobe.mapping.store import AccountStore
from tests.mapping.certificates import (
    OTHER_SID,
    REVERSED,
    SID,
    WINDOWS_CA,
    WINDOWS_SUBJECT,
    certificate,
    dns,
    mail,
    sid_uri,
    upn,
)

DOMAIN = "contoso.com"
UPN = "alice@contoso.com"
DN = "CN=Alice,OU=Users,DC=contoso,DC=com"


@pytest.mark.parametrize(
    ("context", "domain"),
    [
        ("DC=corp,DC=contoso,DC=com", "corp.contoso.com"),
        ("dc=lab, dc=test", "lab.test"),
        ("o=Contoso", None),
        ("ou=people,dc=lab,dc=test", None),
        ("", None),
        ("no name", None),
    ],
    ids=["three", "blanks", "organization", "below", "empty", "none"],
)
def test_domain_of_a_naming_context(context: str, domain: str | None) -> None:
    assert domain_of(context) == domain


def test_names_and_sids_are_searched_each_in_its_attribute() -> None:
    alice = certificate(upn(UPN), dns("pc7.contoso.com"), sid_uri(OTHER_SID), sid=SID)
    found = [pair for pair in assertions(alice, DOMAIN) if pair[0] != "altSecurityIdentities"]
    assert found == [
        ("objectSid", sid_octets(SID)),
        ("objectSid", sid_octets(OTHER_SID)),
        ("userPrincipalName", UPN.encode()),
        ("sAMAccountName", b"alice"),
        ("dNSHostName", b"pc7.contoso.com"),
        ("sAMAccountName", b"pc7$"),
    ]


@pytest.mark.parametrize("domain", ["other.example", None], ids=["another", "unknown"])
def test_sam_account_name_is_of_its_own_domain_only(domain: str | None) -> None:
    asked = dict(assertions(certificate(upn(UPN), dns("pc7.contoso.com")), domain))
    assert "sAMAccountName" not in asked
    assert {"userPrincipalName", "dNSHostName"} < set(asked)


def test_every_value_that_maps_is_searched_before_what_is_written_wrongly() -> None:
    alice = certificate(mail(UPN), sid=SID)
    asked = [value.decode() for kind, value in assertions(alice, DOMAIN) if kind == "altSecurityIdentities"]
    right = [identity.text for identity in alt_security_identities(alice)]
    assert asked[: len(right)] == right
    assert len(right) == 9


@pytest.mark.parametrize("value", [
    f"X509:<I>{WINDOWS_CA}<SR>2b0000000011ac0000000012",
    f"X509:<I>{WINDOWS_CA}<SR>{REVERSED[::-1]}",
    f"X509:<I>CN=CONTOSO-DC-CA,DC=contoso,DC=com<SR>{REVERSED}",
    "X509:<I>CN=CONTOSO-DC-CA, DC=contoso, DC=com<SR>2b0000000011ac0000000012",
    "X509:<I>CN=CONTOSO-DC-CA,DC=contoso,DC=com<S>CN=Alice,OU=Users,DC=contoso,DC=com",
    f"X509:<I>{WINDOWS_CA}<S>{WINDOWS_SUBJECT}",
], ids=["bytes", "digits", "name", "both", "names", "right"])  # fmt: skip
def test_usual_mistakes_are_searched_too(value: str) -> None:
    assert ("altSecurityIdentities", value.encode()) in assertions(certificate(), DOMAIN)


def test_a_serial_number_with_its_first_bit_set_is_searched_with_and_without_the_zero() -> None:
    asked = dict.fromkeys(value for _, value in assertions(certificate(serial_number=0x8001), DOMAIN))
    assert {f"X509:<I>{WINDOWS_CA}<SR>{text}".encode() for text in ("018000", "0180", "008001", "8001")} < set(asked)


def test_little_is_asked_of_an_honest_certificate_and_a_bound_of_any_other() -> None:
    assert len(assertions(certificate(upn(UPN), mail(UPN), sid=SID), DOMAIN)) < 64
    many = assertions(certificate(*(upn(f"{n}@contoso.com") for n in range(1000)), sid=SID), DOMAIN)
    assert len(many) == MOST_ASSERTIONS
    assert many[0] == ("objectSid", sid_octets(SID))


def test_an_entry_is_an_account() -> None:
    strong = f"X509:<I>{WINDOWS_CA}<SR>{REVERSED}"
    octets = sid_octets(SID)
    assert octets is not None
    entry = (
        ("cn", (b"Alice",)),
        ("sAMAccountName", (b"alice",)),
        ("objectSid", (octets,)),
        ("userPrincipalName", (UPN.encode(),)),
        ("whenCreated", (b"20240531080000.0Z",)),
        ("altSecurityIdentities;range=0-1499", (b"Kerberos:alice@CONTOSO.COM", strong.encode(), b"X509:<SKI>")),
        ("userAccountControl", (b"66048",)),
    )
    assert account(DN, entry, DOMAIN) == Account(
        "alice",
        SID,
        UPN,
        None,
        datetime(2024, 5, 31, 8, tzinfo=UTC),
        (MappingRule(2, parse_alt_security_identity(strong)),),
        Source.DIRECTORY,
        DN,
        "alice",
        DOMAIN,
        True,
    )


@pytest.mark.parametrize(
    ("kind", "name"), [("uid", "alice"), ("cn", "alice"), ("mail", DN)], ids=["uid", "cn", "distinguished-name"]
)
def test_the_name_of_an_account(kind: str, name: str) -> None:
    assert account(DN, ((kind, (b"alice",)),), None).name == name


@pytest.mark.parametrize("entry", [
    (),
    (("sAMAccountName", ()), ("objectSid", (b"\1\2",)), ("whenCreated", (b"20241399000000Z",))),
    (("objectSid", (b"",)), ("userAccountControl", (b"9" * 5000,)), ("altSecurityIdentities", (b"\xff",))),
    (("whenCreated", (b"yesterday",)), ("userPrincipalName", (b"",)), ("userAccountControl", (b"0x2",))),
    (("whenCreated", (b"00010101000000+9959",)),),
], ids=["nothing", "short", "long", "words", "before-all-time"])  # fmt: skip
def test_what_cannot_be_read_is_not_there(entry: tuple[tuple[str, tuple[bytes, ...]], ...]) -> None:
    read = account(DN, entry, None)
    assert read._replace(enabled=None) == Account(DN, source=Source.DIRECTORY, distinguished_name=DN)


VALUES = st.lists(st.binary(max_size=40) | st.text("S-15X509:<>IKR0Z.+", max_size=40).map(str.encode)).map(tuple)


@given(st.text(max_size=20), st.lists(st.tuples(st.sampled_from((*ATTRIBUTES, ";", "CN;x")), VALUES), max_size=9))
def test_nothing_in_an_entry_is_an_error(name: str, entry: list[tuple[str, tuple[bytes, ...]]]) -> None:
    read = account(name, entry, DOMAIN)
    assert read.distinguished_name == name
    assert AccountStore([read]).with_directory(DirectoryFacts("", None, {})).has_rules


@given(st.text(max_size=60))
def test_any_name_may_be_a_naming_context(text: str) -> None:
    domain_of(text)


def test_a_sid_may_stand_there_as_text() -> None:
    assert account(DN, (("objectSid", (SID.lower().encode(),)),), None).object_sid == SID


@pytest.mark.parametrize(
    ("text", "time"),
    [
        (b"20240531080000Z", datetime(2024, 5, 31, 8, tzinfo=UTC)),
        (b"20240531080000,123Z", datetime(2024, 5, 31, 8, tzinfo=UTC)),
        (b"20240531080000+0230", datetime(2024, 5, 31, 5, 30, tzinfo=UTC)),
        (b"20240531080000-02", datetime(2024, 5, 31, 10, tzinfo=UTC)),
    ],
    ids=["seconds", "fraction", "east", "west"],
)
def test_times(text: bytes, time: datetime) -> None:
    assert account(DN, (("whenCreated", (text,)),), None).when_created == time


@pytest.mark.parametrize(("flags", "enabled"), [(b"512", True), (b"514", False), (b"66050", False)])
def test_disabled(flags: bytes, enabled: bool) -> None:
    assert account(DN, (("userAccountControl", (flags,)),), None).enabled is enabled


def named(name: str, *, upn: str | None = None, domain: str = DOMAIN) -> Account:
    attributes = [("sAMAccountName", (name.encode(),))]
    if upn is not None:
        attributes.append(("userPrincipalName", (upn.encode(),)))
    return account(f"CN={name}", attributes, domain)


def mapped(*accounts: Account, names: tuple[bytes, ...] = (upn(UPN),)) -> list[str]:
    return [each.account.name for each in candidates(certificate(*names), AccountStore(accounts)) if each.matches]


def test_a_name_and_its_domain_are_a_user_principal_name() -> None:
    assert mapped(named("Alice")) == ["Alice"]
    assert mapped(named("alice", upn="other@contoso.com")) == ["alice"]
    assert mapped(named("alice", domain="other.example")) == []


def test_what_is_a_user_principal_name_is_no_others_name_and_domain() -> None:
    assert mapped(named("alice"), named("bob", upn=UPN)) == ["bob"]


def test_a_computer_is_named_by_its_account() -> None:
    names = (dns("PC7.contoso.com"),)
    assert mapped(named("pc7$"), named("pc7"), named("pc70$"), names=names) == ["pc7$"]
