"""What http.sys makes of the accounts: a token, or a denial with its reason."""

from __future__ import annotations

import pytest

from certprobe.mapping.accounts import Account, MappingRule, Source
from certprobe.mapping.mapper import MapperAnswer, ds_mapper
from certprobe.mapping.parsing import parse_alt_security_identity
from certprobe.mapping.ruling import candidates
from certprobe.mapping.store import AccountStore
from tests.mapping.certificates import OTHER_SID, REVERSED, SID, WINDOWS_CA, certificate, upn

UPN = "alice@contoso.com"
STRONG = (MappingRule(1, parse_alt_security_identity(f"X509:<I>{WINDOWS_CA}<SR>{REVERSED}")),)
ALICE = Account("alice", SID, UPN, source=Source.DIRECTORY, distinguished_name="CN=Alice,DC=contoso,DC=com")


def answer(*accounts: Account, sid: str | None = SID) -> MapperAnswer:
    alice = certificate(upn(UPN), sid=sid)
    return ds_mapper(alice, candidates(alice, AccountStore(accounts)))


def test_one_account_gets_its_token() -> None:
    assert answer(ALICE) == MapperAnswer("alice", False, "the SID in the certificate is the account's")
    strong = ALICE._replace(object_sid=None, alt_security_identities=STRONG)
    assert answer(strong, sid=None) == MapperAnswer("alice", False, "value 1 of altSecurityIdentities maps it strongly")


def test_an_account_of_which_too_little_is_known_is_not_denied() -> None:
    told = answer(ALICE._replace(object_sid=None))
    assert told == MapperAnswer("alice", False, f"{SID} must be the SID of the account (event 41 if not)")


@pytest.mark.parametrize(("accounts", "sid", "reason"), [
    ((), SID, "the certificate maps to no account"),
    ((Account("bob", OTHER_SID),), SID, "the certificate maps to no account"),
    ((ALICE, Account("bob", alt_security_identities=STRONG)), SID,
     "the certificate maps to more than one account: alice, bob"),
    ((ALICE,), None, "alice: no SID in the certificate and no strong mapping in altSecurityIdentities"),
    ((ALICE,), OTHER_SID, f"alice: the SID in the certificate is {OTHER_SID}, the account's is {SID}"),
    ((ALICE._replace(enabled=False),), SID, "alice: the account is disabled (userAccountControl)"),
    ((ALICE._replace(enabled=False, alt_security_identities=STRONG),), SID,
     "alice: the account is disabled (userAccountControl)"),
], ids=["none", "another", "two", "weak", "sid", "disabled", "disabled-though-strong"])  # fmt: skip
def test_denied(accounts: tuple[Account, ...], sid: str | None, reason: str) -> None:
    assert answer(*accounts, sid=sid) == MapperAnswer(None, True, reason)


@pytest.mark.parametrize(
    "known",
    [Account("CONTOSO\\alice", SID), Account("CONTOSO\\Alice", user_principal_name=UPN),
     Account("cn=alice, dc=contoso, dc=com", user_principal_name=UPN)],
    ids=["sid", "name", "distinguished-name"],
)  # fmt: skip
def test_who_is_in_the_rules_and_in_the_directory_is_one(known: Account) -> None:
    assert answer(known, ALICE).account == "alice"


def test_whose_sids_differ_are_two() -> None:
    assert answer(Account("alice", OTHER_SID, UPN), ALICE).account is None
