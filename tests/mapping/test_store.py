"""Accounts looked up: all that fit or nearly do, in the file's order, and little else."""

from __future__ import annotations

import pytest

from certprobe.mapping.accounts import parse_accounts
from certprobe.mapping.alt_security_identities import alt_security_identities
from certprobe.mapping.comparison import compare
from certprobe.mapping.store import AccountStore
from tests.mapping.certificates import OTHER_SID, REVERSED, SID, WINDOWS_CA, WINDOWS_SUBJECT, certificate, mail

ALICE = certificate(mail("alice@contoso.com"), sid=SID)
THUMBPRINT = ALICE.thumbprint


def lines_found(*rules: str, names: tuple[str, ...] = ()) -> list[tuple[str, list[int]]]:
    store = AccountStore(parse_accounts("\n".join(rules).encode()))
    found = store.look_up(names, alt_security_identities(ALICE))
    return [(account.name, [rule.line for rule in rules]) for account, rules in found]


@pytest.mark.parametrize("rule", [
    f"X509:<I>{WINDOWS_CA}<SR>{REVERSED}",
    f"X509:<I>{WINDOWS_CA}<SR>2B:00:00:00:00:11:AC:00:00:00:00:12",
    f"X509:<I>{WINDOWS_CA}<SR>{REVERSED[::-1]}",
    f"X509:<I>any CA<SR>{REVERSED}",
    f"X509:<I>{WINDOWS_CA}<S>{WINDOWS_SUBJECT}",
    "X509:<S>cn=alice, ou=users, dc=contoso, dc=com",
    f"X509:<S>{WINDOWS_SUBJECT.upper()}",
    "X509:<RFC822>ALICE@contoso.com",
    f"X509:<SHA1-PUKEY>{THUMBPRINT.upper()}",
    f"X509:<I>{WINDOWS_CA}<SID>{SID}",
], ids=["serial", "not reversed with colons", "digits reversed", "other issuer", "issuer and subject",
        "subject reversed", "subject in capitals", "mail", "hash", "sid"])  # fmt: skip
def test_rules_that_fit_or_nearly_do(rule: str) -> None:
    assert lines_found("bob X509:<RFC822>bob@contoso.com", f"alice {rule}") == [("alice", [2])]


def test_what_has_nothing_to_do_with_it_is_not_even_compared() -> None:
    others = [f"u{number} X509:<I>{WINDOWS_CA}<SR>{number:024x}" for number in range(100)]
    assert lines_found(*others) == []


def test_accounts_and_rules_come_in_the_files_order() -> None:
    rules = (
        "bob S-1-5-21-7",
        f"alice X509:<S>{WINDOWS_SUBJECT}",
        "bob X509:<RFC822>alice@contoso.com",
        f"alice X509:<I>{WINDOWS_CA}<SR>{REVERSED}",
        "carol userPrincipalName: Carol@contoso.com",
        f"dora {OTHER_SID}",
    )
    found = lines_found(*rules, names=(OTHER_SID, "carol@CONTOSO.com"))
    assert found == [("bob", [3]), ("alice", [2, 4]), ("carol", []), ("dora", [])]


def test_every_near_miss_is_found_that_comparing_knows() -> None:
    written = (
        f"X509:<I>CN=CONTOSO-DC-CA,DC=contoso,DC=com<SR>{REVERSED}",
        "X509:<S>CN=Alice,OU=Users,DC=contoso,DC=com",
        f"X509:<SHA1-PUKEY>{bytes.fromhex(THUMBPRINT)[::-1].hex(':')}",
    )
    store = AccountStore(parse_accounts("\n".join(f"alice {each}" for each in written).encode()))
    ((_, rules),) = store.look_up((), alt_security_identities(ALICE))
    assert [compare(rule.identity, ALICE).nearly_matches for rule in rules] == [True, True, True]
