"""The account of the client certificate as users see it: in inspect, https and ldap, with and without rules."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from certprobe.lab.pki import Issued
from tests.cli.command import Arguments, Document, certprobe, report
from tests.mapping.certificates import CA, NOW, REVERSED, SERIAL, SID, SUBJECT, WINDOWS_CA, security_extension, upn
from tests.peers.process import HOST
from tests.peers.site import Site, write_identity
from tests.peers.slapd import ALICE, Slapd

UPN = "alice@contoso.com"
RULES = f"""# Contoso
CONTOSO\\alice  X509:<I>{WINDOWS_CA}<SR>2b0000000011ac0000000012
CONTOSO\\alice  {SID}
"""


def write(directory: Path, issued: Issued, rules: str = RULES) -> None:
    (directory / "alice.pem").write_bytes(issued.certificate_pem + issued.private_key_pem())
    (directory / "rules").write_text(rules)


def alice(*, sid: str | None = None) -> Issued:
    extensions = () if sid is None else (security_extension(sid),)
    return CA.client("", subject=SUBJECT, serial_number=SERIAL, subject_alt_names=(upn(UPN),), extensions=extensions)


def inspected(directory: Path, *arguments: Arguments) -> list[str]:
    """The lines of an identity from its fingerprint to its chain."""
    ran = certprobe("inspect", "alice.pem", "--at", NOW.isoformat(), *arguments, cwd=directory)
    assert ran.stderr == ""
    found = ran.stdout.splitlines()
    first = next(number for number, line in enumerate(found) if line.lstrip().startswith("SHA-256"))
    last = next(number for number, line in enumerate(found) if line.lstrip().startswith("Issued by"))
    return [line.removeprefix("     ") for line in found[first + 1 : last]]


def test_inspect_says_it_in_a_line(tmp_path: Path) -> None:
    write(tmp_path, alice())
    assert inspected(tmp_path) == [
        f"Windows       maps only weakly, to the UPN {UPN}: refused (event 39) unless altSecurityIdentities maps it"
        " strongly (-v shows the values)"
    ]


def test_inspect_says_how_a_rule_would_match(tmp_path: Path) -> None:
    write(tmp_path, alice())
    assert inspected(tmp_path, "--map", "rules") == [
        "Account       none: nothing in the rules maps the certificate",
        "              line 2 means this certificate for CONTOSO\\alice, yet does not map it:",
        f"              <SR> has its bytes in the wrong order; it should be {REVERSED}",
    ]


def test_inspect_maps_by_the_sid(tmp_path: Path) -> None:
    write(tmp_path, alice(sid=SID))
    told = inspected(tmp_path, "--map", "rules")
    assert told[:2] == [
        "Account       CONTOSO\\alice by its SID (strong)",
        "Windows       let in: the SID in the certificate is the account's",
    ]


def test_inspect_with_v_shows_what_to_paste(tmp_path: Path) -> None:
    write(tmp_path, alice())
    assert f"Strong        X509IssuerSerialNumber  X509:<I>{WINDOWS_CA}<SR>{REVERSED}" in inspected(tmp_path, "-v")


def test_what_inspect_shows_can_be_pasted_into_rules(tmp_path: Path) -> None:
    write(tmp_path, alice(sid=SID))
    ran = certprobe("inspect", "alice.pem", "--format", "json", cwd=tmp_path)
    values = [each["value"] for each in json.loads(ran.stdout)["identities"][0]["mapping"]["alt_security_identities"]]
    (tmp_path / "rules").write_text("".join(f"CONTOSO\\alice {value}\n" for value in values))
    ran = certprobe("inspect", "alice.pem", "--map", "rules", "--format", "json", cwd=tmp_path)
    (account,) = json.loads(ran.stdout)["identities"][0]["mapping"]["accounts"]
    assert [(rule["line"], rule["unfit"]) for rule in account["rules"]] == [
        (number, []) for number in range(1, len(values) + 1)
    ]


def test_certificate_of_a_server_is_no_accounts(tmp_path: Path) -> None:
    write(tmp_path, CA.server("www.contoso.com"))
    assert inspected(tmp_path) == []


def test_rules_that_are_wrong_are_told_with_file_and_line(tmp_path: Path) -> None:
    write(tmp_path, alice(), "alice X509:<SKI>\n")
    ran = certprobe("inspect", "alice.pem", "--map", "rules", cwd=tmp_path)
    assert (ran.exit_code, ran.stdout) == (4, "")
    assert ran.stderr == "certprobe: rules: line 1: nothing follows <SKI>\n"


def test_https_says_it_of_the_certificate_that_was_sent(optional: Callable[..., Document], site: Site) -> None:
    (attempt,) = optional("--cert", site.clients.alice.chain, "--key", site.clients.alice.key)["attempts"]
    assert attempt["mapping"]["ldap_name"] == "cn=alice,ou=people,dc=lab,dc=test"
    assert attempt["mapping"]["accounts"] is None
    assert attempt["mapping"]["authorization"] is None
    values = [each["value"] for each in attempt["mapping"]["alt_security_identities"]]
    assert "X509:<S>DC=test,DC=lab,OU=people,CN=alice" in values


def test_https_holds_it_against_rules(optional: Callable[..., Document], site: Site, tmp_path: Path) -> None:
    (tmp_path / "rules").write_text("LAB\\alice X509:<S>DC=test,DC=lab,OU=people,CN=alice\n")
    identity = site.clients.alice
    (attempt,) = optional("--cert", identity.chain, "--key", identity.key, "--map", tmp_path / "rules")["attempts"]
    (account,) = attempt["mapping"]["accounts"]
    full, compatible = account["rulings"]
    assert account["name"] == "LAB\\alice"
    assert (full["enforcement"], full["standing"], full["event"]) == ("full", "refused", 39)
    assert (compatible["standing"], compatible["event"]) == ("depends", 39)


def test_nothing_sent_maps_to_nothing(optional: Callable[..., Document]) -> None:
    assert optional()["attempts"][0]["mapping"] is None


def rich(site: Site, directory: Path) -> tuple[Arguments, ...]:
    """An identity whose subject slapd writes quite differently: types, cases, blanks, escapes, several in an RDN."""
    rdns = (
        [(NameOID.COUNTRY_NAME, "DE")],
        [(NameOID.ORGANIZATION_NAME, "Corp,  Inc.")],
        [(NameOID.COMMON_NAME, "Alice Ångström"), (NameOID.USER_ID, "alice")],
        [(NameOID.EMAIL_ADDRESS, "Alice@Corp.example")],
    )
    subject = x509.Name(x509.RelativeDistinguishedName([x509.NameAttribute(*each) for each in rdn]) for rdn in rdns)
    identity = write_identity(directory, "rich", site.issuing.client("", subject=subject))
    return ("--cert", identity.chain, "--key", identity.key)


def test_ldap_compares_with_whoami(slapd: Callable[..., Slapd], site: Site, tmp_path: Path) -> None:
    ports = slapd("demand")
    url = f"ldaps://{HOST}:{ports.ldaps}"
    unmapped = report("ldap", url, "--trust", site.root_file, *rich(site, tmp_path))
    (attempt,) = unmapped["attempts"]
    authorization, name = attempt["mapping"]["authorization"], attempt["mapping"]["ldap_name"]
    assert authorization == {"authzid": f"dn:{name}", "relation": "own-subject", "as_mapped": None}
    assert unmapped["verdict"]["outcome"] == "accepted-not-mapped"


@pytest.mark.parametrize(
    ("account", "as_mapped"), [(ALICE, True), ("uid=bob,dc=lab,dc=test", False)], ids=["as", "not"]
)
def test_ldap_compares_with_rules(
    slapd: Callable[..., Slapd], site: Site, tmp_path: Path, account: str, as_mapped: bool
) -> None:
    (tmp_path / "rules").write_text(f"{account} X509:<S>DC=test,DC=lab,OU=people,CN=alice\n")
    url, identity = f"ldaps://{HOST}:{slapd('demand').ldaps}", site.clients.alice
    told = report(
        *("ldap", url, "--trust", site.root_file, "--map", tmp_path / "rules"),
        *("--cert", identity.chain, "--key", identity.key),
    )
    authorization = told["attempts"][0]["mapping"]["authorization"]
    assert authorization == {"authzid": f"dn:{ALICE}", "relation": "other-entry", "as_mapped": as_mapped}


def test_slapd_without_the_schema_of_a_subject(slapd: Callable[..., Slapd], site: Site, tmp_path: Path) -> None:
    attributes = ((NameOID.ORGANIZATION_IDENTIFIER, "VATDE-1"), (NameOID.COMMON_NAME, "alice"))
    subject = x509.Name([x509.NameAttribute(*each) for each in attributes])
    identity = write_identity(tmp_path, "corp", site.issuing.client("", subject=subject))
    url = f"ldaps://{HOST}:{slapd('demand').ldaps}"
    told = report("ldap", url, "--trust", site.root_file, "--cert", identity.chain, "--key", identity.key)
    assert told["verdict"]["outcome"] == "tls-terminator"
    (cause, *_) = told["verdict"]["causes"]
    assert cause["detail"].endswith("attribute types that its schema lacks: maybe organizationIdentifier.")


def test_text_of_ldap(slapd: Callable[..., Slapd], site: Site) -> None:
    url, identity = f"ldaps://{HOST}:{slapd('demand').ldaps}", site.clients.unmapped
    ran = certprobe("ldap", url, "--trust", site.root_file, "--cert", identity.chain, "--key", identity.key)
    section = ran.stdout.partition("Account of the client certificate\n")[2].partition("\n\n")[0].splitlines()
    assert section == [
        "  Windows        no SID, UPN or dNSName in it: only altSecurityIdentities of an account can map it"
        " (-v shows the values)",
        "  WhoAmI         dn:cn=unmapped,ou=machines,dc=lab,dc=test  the certificate's own subject: no rule of the"
        " directory maps it to an account",
    ]
