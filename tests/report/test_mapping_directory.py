"""What a directory told of a certificate's accounts, as a document and in words, beside the rules."""

from __future__ import annotations

from certprobe.application.ldap import WhoAmIAnswered
from certprobe.application.ldap_results import LdapResult
from certprobe.errors import FailureKind, Party
from certprobe.mapping.accounts import Account, MappingRule, Source, parse_accounts
from certprobe.mapping.lookup import DirectoryFacts, Lookup, LookupFailure
from certprobe.mapping.parsing import parse_alt_security_identity
from certprobe.mapping.store import AccountStore
from certprobe.render.mapping import mapping_lines
from certprobe.render.verbosity import Verbosity
from certprobe.report import shape_mapping
from certprobe.report.mapping import mapping
from certprobe.report.model import LdapFacts
from tests.mapping.certificates import REVERSED, SID, WINDOWS_CA, certificate, upn

URL = "ldaps://dc1.contoso.com"
DN = "CN=Alice,DC=contoso,DC=com"
UPN = "alice@contoso.com"
ALICE = certificate(upn(UPN), sid=SID)
TWISTED = MappingRule(3, parse_alt_security_identity(f"X509:<I>{WINDOWS_CA}<SR>2b0000000011ac0000000012"))
STRONG = MappingRule(2, parse_alt_security_identity(f"X509:<I>{WINDOWS_CA}<SR>{REVERSED}"))
ENTRY = Account("alice", SID, UPN, source=Source.DIRECTORY, distinguished_name=DN, enabled=True)
FAILURE = LookupFailure("the search was not finished within 5 seconds", FailureKind.TIMEOUT, Party.PEER)


def told(
    answer: Lookup | LookupFailure, rules: str | None = None, who_am_i: str | None = None
) -> shape_mapping.Mapping:
    store = AccountStore(None if rules is None else parse_accounts(rules.encode()))
    known = store.with_directory(DirectoryFacts(URL, None, {ALICE: answer}))
    facts = LdapFacts(who_am_i_after=WhoAmIAnswered(LdapResult(0, "success", "", "", None), who_am_i))
    return mapping(ALICE, known, facts if who_am_i is not None else None)


def lines(said: shape_mapping.Mapping, verbosity: Verbosity = Verbosity.NORMAL) -> list[tuple[str, str]]:
    return list(mapping_lines(said, verbosity))


def test_an_account_of_the_directory() -> None:
    said = told(Lookup((ENTRY._replace(alt_security_identities=(STRONG, TWISTED)),)))
    assert said["directory"] == {"url": URL, "user": None, "references": [], "failure": None}
    assert said["ds_mapper"] == {
        "account": "alice",
        "cert_denied_by_mapper": False,
        "reason": "value 2 of altSecurityIdentities maps it strongly",
    }
    assert said["accounts"] is not None
    (account,) = said["accounts"]
    assert (account["name"], account["source"]) == ("alice", "directory")
    assert (account["distinguished_name"], account["enabled"]) == (DN, True)
    assert [rule["line"] for rule in account["rules"]] == [2, 3]
    assert lines(said) == [
        (
            "Account",
            "alice by its SID (strong), its UPN (weak), altSecurityIdentities value 2 (X509IssuerSerialNumber, strong)",
        ),
        ("", DN),
        ("Windows", "let in: value 2 of altSecurityIdentities maps it strongly"),
        ("", "altSecurityIdentities value 3 means this certificate for alice, yet does not map it:"),
        ("", f"<SR> has its bytes in the wrong order; it should be {REVERSED}"),
    ]


def test_a_disabled_account_is_said_to_be() -> None:
    said = told(Lookup((ENTRY._replace(enabled=False),)))
    assert lines(said)[2] == ("Windows", "refused: the account is disabled (userAccountControl)")
    assert said["ds_mapper"] is not None
    assert said["ds_mapper"]["cert_denied_by_mapper"] is True


def test_no_account_in_the_directory() -> None:
    said = told(Lookup((), ("ldap://dc2.contoso.com/DC=other",)))
    assert said["accounts"] == []
    assert lines(said) == [
        ("Account", "none: neither the directory nor any rule maps the certificate"),
        ("", f"{URL} refers to ldap://dc2.contoso.com/DC=other for more, which was not asked"),
    ]


def test_a_failure_is_told_and_nothing_is_known() -> None:
    said = told(FAILURE)
    assert (said["accounts"], said["ds_mapper"]) == (None, None)
    assert said["directory"] is not None
    assert said["directory"]["failure"] == {"detail": FAILURE.detail, "kind": "timeout", "party": "peer"}
    assert lines(said) == [
        ("Windows", f"maps strongly to the account of the SID {SID} (security extension)"),
        ("Directory", f"{URL} told nothing: {FAILURE.detail}"),
    ]


def test_a_failure_takes_nothing_from_the_rules() -> None:
    said = told(FAILURE, f"bob {SID}\n")
    assert lines(said) == [
        ("Account", "bob by its SID (strong)"),
        ("Windows", "let in: the SID in the certificate is the account's"),
        ("Directory", f"{URL} told nothing: {FAILURE.detail}"),
    ]


def test_accounts_of_both() -> None:
    said = told(Lookup((ENTRY,)), f"CONTOSO\\alice {SID}\n")
    assert said["accounts"] is not None
    assert [each["source"] for each in said["accounts"]] == ["rules", "directory"]
    assert said["ds_mapper"] is not None
    assert said["ds_mapper"]["account"] == "alice"
    assert not any("several accounts" in text for _, text in lines(said))


def test_several_accounts_of_the_directory() -> None:
    other = Account("bob", user_principal_name=UPN, source=Source.DIRECTORY, distinguished_name="CN=Bob")
    said = told(Lookup((ENTRY, other)))
    assert lines(said)[-1][1].startswith("several accounts")
    assert said["ds_mapper"] == {
        "account": None,
        "cert_denied_by_mapper": True,
        "reason": "the certificate maps to more than one account: alice, bob",
    }


def test_whoami_by_the_name_of_the_entry() -> None:
    said = told(Lookup((ENTRY,)), who_am_i="dn:cn=alice,dc=contoso,dc=com")
    assert said["authorization"] is not None
    assert said["authorization"]["as_mapped"] is True
    assert lines(said)[-1] == ("", "as the directory of --map-ldap has it")
    said = told(Lookup((ENTRY,)), f"alice {SID}\n", who_am_i="dn:cn=bob")
    assert lines(said)[-1] == ("", "not as the rules or the directory of --map-ldap have it")


def test_everything_with_v() -> None:
    said = lines(told(Lookup((ENTRY,))), Verbosity.VERBOSE)
    assert ("Directory", f"{URL}, searched anonymously") in said
    assert (
        "http.sys",
        "with the DS mapper a Token of alice, CertDeniedByMapper FALSE: the SID in the certificate is the account's",
    ) in said
    rule = f'authz-regexp "^cn=alice,ou=users,dc=contoso,dc=com$" "{DN}"  maps it to an entry, in slapd.conf'
    assert ("LDAP rule", rule) in said
    denied = lines(told(Lookup(())), Verbosity.VERBOSE)
    assert (
        "http.sys",
        "with the DS mapper no Token, CertDeniedByMapper TRUE: the certificate maps to no account",
    ) in denied


def test_what_was_not_asked_for_is_not_told() -> None:
    known = AccountStore(None).with_directory(DirectoryFacts(URL, None, {}))
    assert mapping(ALICE, known)["directory"] is None
    assert mapping(ALICE, known)["accounts"] is None


def test_every_source_has_words() -> None:
    from certprobe.render import mapping as words

    assert set(words._SOURCES) == set(words._PLACES) == {each.value for each in Source}
