"""Which account a certificate maps to, as a document and in words."""

from __future__ import annotations

import enum
from typing import Any

import pytest

from certprobe.application.ldap import WhoAmIAnswered
from certprobe.application.ldap_results import LdapResult
from certprobe.mapping.accounts import parse_accounts
from certprobe.mapping.alt_security_identities import Form, Strength, Tag
from certprobe.mapping.authorization import Relation
from certprobe.mapping.comparison import Difference
from certprobe.mapping.ruling import (
    NO_STRONG_MAPPING,
    OLDER_THAN_THE_ACCOUNT,
    SID_OF_ANOTHER,
    Enforcement,
    Offering,
    Standing,
)
from certprobe.mapping.store import AccountStore
from certprobe.render.mapping import mapping_lines
from certprobe.render.verbosity import Verbosity
from certprobe.report import shape_mapping
from certprobe.report.mapping import mapping
from certprobe.report.model import LdapFacts
from tests.mapping.certificates import (
    OTHER_SID,
    REVERSED,
    SID,
    SUBJECT,
    WINDOWS_CA,
    WINDOWS_SUBJECT,
    certificate,
    dns,
    sid_uri,
    upn,
)
from tests.report import schemas

DEFINITIONS: dict[str, Any] = schemas.schema(schemas.REPORT)["$defs"]
STRONG = f"X509:<I>{WINDOWS_CA}<SR>{REVERSED}"
OK = LdapResult(0, "success", "", "", None)
UPN = "alice@contoso.com"


def store(*lines: str) -> AccountStore:
    return AccountStore(parse_accounts("\n".join(lines).encode()))


def who_am_i(authzid: str | None) -> LdapFacts:
    return LdapFacts(who_am_i_before=WhoAmIAnswered(OK, ""), who_am_i_after=WhoAmIAnswered(OK, authzid))


def lines(told: shape_mapping.Mapping, verbosity: Verbosity = Verbosity.NORMAL) -> list[tuple[str, str]]:
    return list(mapping_lines(told, verbosity))


@pytest.mark.parametrize(("definition", "field", "contract"), [
    ("offer", "kind", Offering),
    ("unfit", "tag", Tag),
    ("unfit", "difference", Difference),
    ("ruling", "enforcement", Enforcement),
    ("ruling", "standing", Standing),
    ("authorization", "relation", Relation),
])  # fmt: skip
def test_schema_closes_what_the_code_closes(definition: str, field: str, contract: type[enum.Enum]) -> None:
    assert DEFINITIONS[definition]["properties"][field]["enum"] == [member.value for member in contract]


def test_schema_closes_forms_strengths_and_events() -> None:
    assert DEFINITIONS["mapping_form"]["enum"] == [form.value for form in Form]
    assert DEFINITIONS["strength"]["enum"] == [strength.value for strength in Strength]
    events = [NO_STRONG_MAPPING, OLDER_THAN_THE_ACCOUNT, SID_OF_ANOTHER, None]
    assert DEFINITIONS["ruling"]["properties"]["event"]["enum"] == events


def test_without_rules_and_directory() -> None:
    told = mapping(certificate(upn(UPN), sid=SID), None)
    assert told["offers"] == [
        {"kind": "security-extension", "value": SID, "strength": "strong"},
        {"kind": "user-principal-name", "value": UPN, "strength": "weak"},
    ]
    assert told["ldap_name"] == SUBJECT.lower()
    assert (told["accounts"], told["authorization"]) == (None, None)
    assert [(each["form"], each["strength"]) for each in told["alt_security_identities"]] == [
        ("X509IssuerSubject", "weak"),
        ("X509SubjectOnly", "weak"),
        ("X509IssuerSerialNumber", "strong"),
        ("X509SKI", "strong"),
        ("X509SHA1PublicKey", "strong"),
        ("X509SHA1PublicKey", "strong"),
        ("X509SHA1PublicKey", "strong"),
        ("X509IssuerSID", "strong"),
    ]
    notes = [each["note"].partition(",")[0] for each in told["alt_security_identities"]]
    assert notes[4:7] == ["the certificate's hash", "the key's hash", "the key's hash with its algorithm"]
    assert {*notes[:4], notes[7]} == {""}


def test_an_account_that_maps_and_one_that_is_written_wrongly() -> None:
    rules = store(f"alice {STRONG}", f"bob X509:<I>{WINDOWS_CA}<SR>2b0000000011ac0000000012", "carol S-1-5-21-9")
    told = mapping(certificate(), rules)["accounts"]
    assert told is not None
    alice, bob = told
    assert alice["name"] == "alice"
    assert alice["rules"] == [
        {"form": "X509IssuerSerialNumber", "strength": "strong", "value": STRONG, "line": 1, "unfit": []}
    ]
    assert [(each["standing"], each["event"]) for each in alice["rulings"]] == [("allowed", None), ("allowed", None)]
    assert bob["rules"][0]["unfit"] == [{"tag": "SR", "difference": "bytes-reversed", "right": REVERSED}]
    assert bob["rulings"] == []


@pytest.mark.parametrize(("authzid", "relation", "rule", "as_mapped"), [
    (f"dn:{SUBJECT.lower()}", "own-subject", None, None),
    ("u:CONTOSO\\alice", "user", f"CONTOSO\\alice {STRONG}", True),
    ("u:CONTOSO\\bob", "user", f"CONTOSO\\alice {STRONG}", False),
    ("u:CONTOSO\\bob", "user", "CONTOSO\\bob S-1-5-21-9", None),
    ("", "anonymous", f"alice {STRONG}", False),
], ids=["no rules", "as the rules have it", "not as the rules have it", "rules map to nobody",
        "anonymous"])  # fmt: skip
def test_what_the_directory_says(authzid: str, relation: str, rule: str | None, as_mapped: bool | None) -> None:
    told = mapping(certificate(), None if rule is None else store(rule), who_am_i(authzid))
    assert told["authorization"] == {"authzid": authzid, "relation": relation, "as_mapped": as_mapped}


def test_first_answer_counts_where_the_bind_is_the_connection() -> None:
    facts = LdapFacts(who_am_i_before=WhoAmIAnswered(OK, "u:CONTOSO\\alice"), who_am_i_after=None)
    authorization = mapping(certificate(), None, facts)["authorization"]
    assert authorization is not None
    assert authorization["authzid"] == "u:CONTOSO\\alice"


def test_a_directory_that_does_not_say_is_not_anonymous() -> None:
    assert mapping(certificate(), None, LdapFacts(who_am_i_after=WhoAmIAnswered(OK, None)))["authorization"] is None


@pytest.mark.parametrize(("names", "sid", "line"), [
    ((), SID, f"maps strongly to the account of the SID {SID} (security extension)"),
    ((sid_uri(SID),), None,
     f"maps strongly to the account of the SID {SID} (tag URI, which Windows Server 2019 and newer read)"),
    ((upn(UPN),), None, f"maps only weakly, to the UPN {UPN}: refused (event 39) unless altSecurityIdentities maps it"
     " strongly (-v shows the values)"),
    ((dns("pc7.contoso.com"),), None, "maps only weakly, to the computer pc7.contoso.com (dNSName): refused (event 39)"
     " unless altSecurityIdentities maps it strongly (-v shows the values)"),
    ((), None, "no SID, UPN or dNSName in it: only altSecurityIdentities of an account can map it"
     " (-v shows the values)"),
], ids=["sid", "tag uri", "upn", "computer", "nothing"])  # fmt: skip
def test_one_line_without_rules(names: tuple[bytes, ...], sid: str | None, line: str) -> None:
    assert lines(mapping(certificate(*names, sid=sid), None)) == [("Windows", line)]


def test_lines_of_a_good_rule() -> None:
    assert lines(mapping(certificate(), store(f"alice {STRONG}"))) == [
        ("Account", "alice by line 1 (X509IssuerSerialNumber, strong)"),
        ("Windows", "let in: line 1 maps it strongly"),
    ]


def test_lines_of_several_accounts_one_of_which_contradicts() -> None:
    rules = store(
        f"alice userPrincipalName: {UPN}",
        f"alice {OTHER_SID}",
        f"bob X509:<I>{WINDOWS_CA}<S>{WINDOWS_SUBJECT}",
        f"bob {SID}",
    )
    assert lines(mapping(certificate(upn(UPN), sid=SID), rules)) == [
        ("Account", "alice by its UPN (weak)"),
        ("Windows", f"refused (event 41): the SID in the certificate is {SID}, the account's is {OTHER_SID}"),
        ("Account", "bob by its SID (strong), line 3 (X509IssuerSubject, weak)"),
        ("Windows", "let in: the SID in the certificate is the account's"),
        ("", "several accounts: a domain controller looks for that of the UPN, then in altSecurityIdentities"),
    ]


def test_lines_of_a_rule_that_is_written_wrongly() -> None:
    rules = store("alice X509:<I>CN=CONTOSO-DC-CA,DC=contoso,DC=com<SR>2b:00:00:00:00:11:ac:00:00:00:00:12")
    assert lines(mapping(certificate(), rules)) == [
        ("Account", "none: nothing in the rules maps the certificate"),
        ("", "line 1 means this certificate for alice, yet does not map it:"),
        ("", f"<I> begins at the wrong end of the name; it should be {WINDOWS_CA}"),
        ("", f"<SR> has its bytes in the wrong order; it should be {REVERSED}"),
    ]


def test_lines_of_whoami() -> None:
    told = mapping(certificate(), store(f"bob {STRONG}"), who_am_i(f"dn:{SUBJECT.lower()}"))
    assert lines(told)[2:] == [
        (
            "WhoAmI",
            f"dn:{SUBJECT.lower()}  the certificate's own subject: no rule of the directory maps it to an account",
        ),
        ("", "not as the rules have it"),
    ]


def test_everything_is_told_with_v() -> None:
    told = lines(mapping(certificate(upn(UPN)), None), Verbosity.VERBOSE)
    assert told[0][1].endswith("unless altSecurityIdentities maps it strongly")
    assert ("Names", f"the UPN {UPN}: weak") in told
    assert [text.partition(":")[0] for label, text in told if label == "Login"] == [
        "full enforcement",
        "Compatibility mode, until September 2025",
    ]
    assert ("LDAP name", f"{SUBJECT.lower()}  as slapd answers to WhoAmI where no rule maps it") in told
    assert ("Strong", f"X509IssuerSerialNumber  {STRONG}") in told
    assert ("Weak", f"X509SubjectOnly  X509:<S>{WINDOWS_SUBJECT}") in told


@pytest.mark.parametrize("difference", [each for each in Difference if each.value not in ("absent", "other")])
def test_every_near_miss_has_words(difference: Difference) -> None:
    from certprobe.render.mapping import _DIFFERENCES

    assert _DIFFERENCES[difference.value]


def test_every_offer_standing_and_relation_has_words() -> None:
    from certprobe.render import mapping as words

    assert set(words._OFFERS) == set(words._BY) == {each.value for each in Offering}
    assert set(words._STANDINGS) == {each.value for each in Standing}
    assert set(words._MODES) == {each.value for each in Enforcement}
    assert set(words._RELATIONS) == {each.value for each in Relation}
    assert set(words._STRENGTHS) == {each.value for each in Strength}
