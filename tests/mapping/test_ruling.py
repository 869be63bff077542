"""What a domain controller makes of certificate and account, and the event that it logs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeAlias

import pytest

from certprobe.mapping.accounts import Account, MappingRule
from certprobe.mapping.alt_security_identities import Strength
from certprobe.mapping.parsing import parse_alt_security_identity
from certprobe.mapping.ruling import Enforcement, Offer, Offering, Standing, candidates, offers, rulings
from certprobe.mapping.store import AccountStore
from certprobe.pki.certificate import Certificate
from tests.mapping.certificates import (
    NOW,
    OTHER_SID,
    REVERSED,
    SID,
    WINDOWS_CA,
    WINDOWS_SUBJECT,
    certificate,
    dns,
    sid_uri,
    upn,
)

STRONG = f"X509:<I>{WINDOWS_CA}<SR>{REVERSED}"
WEAK = f"X509:<I>{WINDOWS_CA}<S>{WINDOWS_SUBJECT}"
NOT_REVERSED = f"X509:<I>{WINDOWS_CA}<SR>2b0000000011ac0000000012"
UPN = "alice@contoso.com"
ISSUED = NOW - timedelta(days=1)

ALLOWED, REFUSED, DEPENDS = Standing
Ruled: TypeAlias = tuple[Standing, int | None]


def account(*mappings: str, sid: str | None = None, upn: str | None = None, created: datetime | None = None) -> Account:
    rules = tuple(MappingRule(line, parse_alt_security_identity(text)) for line, text in enumerate(mappings, 1))
    return Account("alice", sid, upn, when_created=created, alt_security_identities=rules)


def ruled(alice: Certificate, known: Account | None) -> list[Ruled]:
    """Full enforcement, then Compatibility mode."""
    candidate = None
    if known is not None:
        (candidate,) = candidates(alice, AccountStore([known]))
        assert candidate.matches
    found = rulings(alice, candidate)
    assert [each.enforcement for each in found] == [Enforcement.FULL, Enforcement.COMPATIBILITY]
    return [(each.standing, each.event) for each in found]


def test_what_a_certificate_offers() -> None:
    found = offers(certificate(dns("pc7.contoso.com"), upn(UPN), sid_uri(OTHER_SID), sid=SID))
    assert found == (
        Offer(Offering.SECURITY_EXTENSION, SID),
        Offer(Offering.TAG_URI, OTHER_SID),
        Offer(Offering.USER_PRINCIPAL_NAME, UPN),
        Offer(Offering.DNS_NAME, "pc7.contoso.com"),
    )
    assert [each.kind.strength for each in found] == [Strength.STRONG, Strength.STRONG, Strength.WEAK, Strength.WEAK]


@pytest.mark.parametrize(("alice", "known", "expected"), [
    (certificate(), account(STRONG), [(ALLOWED, None), (ALLOWED, None)]),
    (certificate(sid=OTHER_SID), account(STRONG, sid=SID), [(ALLOWED, None), (ALLOWED, None)]),
    (certificate(sid=SID), account(WEAK, sid=SID), [(ALLOWED, None), (ALLOWED, None)]),
    (certificate(sid_uri(SID)), account(WEAK, sid=SID), [(ALLOWED, None), (ALLOWED, None)]),
    (certificate(upn(UPN), sid=OTHER_SID), account(sid=SID, upn=UPN), [(REFUSED, 41), (REFUSED, 41)]),
    (certificate(sid_uri(OTHER_SID)), account(WEAK, sid=SID), [(REFUSED, 41), (REFUSED, 41)]),
    (certificate(sid_uri(SID), sid=OTHER_SID), account(WEAK, sid=SID), [(REFUSED, 41), (REFUSED, 41)]),
    (certificate(sid=SID), account(WEAK), [(DEPENDS, None), (DEPENDS, None)]),
    (certificate(), account(WEAK, created=ISSUED), [(REFUSED, 39), (ALLOWED, 39)]),
    (certificate(), account(WEAK, created=ISSUED + timedelta(minutes=10)), [(REFUSED, 39), (ALLOWED, 39)]),
    (certificate(), account(WEAK, created=ISSUED + timedelta(minutes=11)), [(REFUSED, 39), (REFUSED, 40)]),
    (certificate(), account(WEAK), [(REFUSED, 39), (DEPENDS, 39)]),
    (certificate(upn(UPN)), account(upn=UPN.upper(), created=ISSUED), [(REFUSED, 39), (ALLOWED, 39)]),
    (certificate(upn(UPN)), account(NOT_REVERSED, upn=UPN, created=ISSUED), [(REFUSED, 39), (ALLOWED, 39)]),
    (certificate(sid=SID), None, [(DEPENDS, None), (DEPENDS, None)]),
    (certificate(upn(UPN)), None, [(DEPENDS, 39), (DEPENDS, 39)]),
    (certificate(), None, [(DEPENDS, 39), (DEPENDS, 39)]),
], ids=["strong rule", "strong rule before sid", "sid", "sid of the uri", "sid of another",
        "uri with the sid of another", "extension before uri", "sid of the account unknown", "weak rule",
        "within the compensation", "older than the account", "age of the account unknown", "upn",
        "strong rule that does not fit", "nothing known and a sid", "nothing known and a upn",
        "nothing known and nothing offered"])  # fmt: skip
def test_ruling(alice: Certificate, known: Account | None, expected: list[Ruled]) -> None:
    assert ruled(alice, known) == expected


def test_candidates_are_those_that_fit_or_nearly_do() -> None:
    bob = account(f"X509:<I>{WINDOWS_CA}<SR>01", sid=OTHER_SID, upn="bob@contoso.com")
    near, fits = account(NOT_REVERSED, f"X509:<I>{WINDOWS_CA}<SR>02"), account(WEAK)
    found = candidates(certificate(upn(UPN), sid=SID), AccountStore([bob, near, fits]))
    assert [(each.account, each.matches) for each in found] == [(near, False), (fits, True)]
    assert [line for line, _ in found[0].rules] == [1]


def test_computer_is_found_by_its_name() -> None:
    pc7 = Account("pc7$", dns_host_name="PC7.contoso.com")
    (found,) = candidates(certificate(dns("pc7.contoso.com")), AccountStore([pc7]))
    assert found.offers == (Offer(Offering.DNS_NAME, "pc7.contoso.com"),)


def test_reasons_name_what_they_rest_on() -> None:
    (strong,) = candidates(certificate(), AccountStore([account(WEAK, STRONG)]))
    assert rulings(certificate(), strong)[0].reason == "line 2 maps it strongly"
    other = certificate(sid=OTHER_SID)
    (contradicted,) = candidates(other, AccountStore([account(WEAK, sid=SID)]))
    assert (
        rulings(other, contradicted)[0].reason == f"the SID in the certificate is {OTHER_SID}, the account's is {SID}"
    )
