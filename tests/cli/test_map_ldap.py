"""--map-ldap as users see it: the accounts of a real slapd in https, ldap and inspect, and a lookup that fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from certprobe.lab.pki import Issued
from certprobe.mapping.sid import sid_octets
from tests.cli.command import Answer, Arguments, Document, certprobe, on_terminal, report
from tests.cli.listener import curl, listener
from tests.mapping.certificates import CA, NOW, REVERSED, SERIAL, SID, SUBJECT, WINDOWS_CA, security_extension, upn
from tests.peers.active_directory import schema, user
from tests.peers.process import HOST, free_port
from tests.peers.site import Site, write_identity
from tests.peers.slapd import ALICE, Slapd, slapd

_OCTETS = sid_octets(SID)
assert _OCTETS is not None
TWISTED = f"X509:<I>{WINDOWS_CA}<SR>2b0000000011ac0000000012"
ENTRIES = "".join(
    (
        user("Alice", [("sAMAccountName", "alice"), ("objectSid", _OCTETS), ("altSecurityIdentities", TWISTED)]),
        user(
            "Gone",
            [
                ("sAMAccountName", "gone\x1b[31m"),
                ("userAccountControl", "514"),
                ("altSecurityIdentities", "X509:<S>DC=test,DC=lab,OU=people,CN=alice"),
            ],
        ),
    )
)


@pytest.fixture(scope="module")
def accounts(site: Site) -> Iterator[Slapd]:
    """A slapd with accounts, which answers whom it knows only."""
    with slapd(site, "try", lines=("require authc", *schema()), entries=ENTRIES) as ports:
        yield ports


def place(accounts: Slapd) -> tuple[Arguments, ...]:
    return ("--map-ldap", f"ldaps://localhost:{accounts.ldaps}", "--map-user", ALICE)


PASSWORD = {"CERTPROBE_MAP_PASSWORD": "alice"}


def known(tmp_path: Path) -> Path:
    """A certificate that the directory has an account for."""
    extensions = (security_extension(SID),)
    issued: Issued = CA.client(
        "", subject=SUBJECT, serial_number=SERIAL, subject_alt_names=(upn("alice@lab.test"),), extensions=extensions
    )
    (tmp_path / "known.pem").write_bytes(issued.certificate_pem + issued.private_key_pem())
    return tmp_path / "known.pem"


def test_inspect_tells_the_account_of_the_directory(site: Site, accounts: Slapd, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("alice\n")
    ran = certprobe(
        *("inspect", known(tmp_path), "--at", NOW.isoformat(), *place(accounts)),
        *("--map-trust", site.root_file, "--map-password-file", tmp_path / "password"),
    )
    assert ran.stderr == ""
    lines = [line.removeprefix("     ") for line in ran.stdout.splitlines()]
    start = lines.index("Account       alice by its SID (strong), its UPN (weak)")
    assert lines[start + 1 : start + 5] == [
        "              cn=Alice,dc=lab,dc=test",
        "Windows       let in: the SID in the certificate is the account's",
        "              altSecurityIdentities value 1 means this certificate for alice, yet does not map it:",
        f"              <SR> has its bytes in the wrong order; it should be {REVERSED}",
    ]


def test_inspect_keeps_its_schema_and_has_no_password(site: Site, accounts: Slapd, tmp_path: Path) -> None:
    ran = certprobe(
        *("inspect", known(tmp_path), *place(accounts), "--map-trust", site.root_file, "--format", "json"), env=PASSWORD
    )
    (identity,) = json.loads(ran.stdout)["identities"]
    assert identity["mapping"]["directory"]["user"] == ALICE
    assert identity["mapping"]["directory"]["failure"] is None
    assert [each["distinguished_name"] for each in identity["mapping"]["accounts"]] == ["cn=Alice,dc=lab,dc=test"]
    assert identity["mapping"]["ds_mapper"]["account"] == "alice"


def test_https_tells_it_of_what_was_sent(site: Site, accounts: Slapd, optional: Callable[..., Document]) -> None:
    identity = site.clients.alice
    (attempt,) = optional("--cert", identity.chain, "--key", identity.key, *place(accounts), env=PASSWORD)["attempts"]
    (account,) = attempt["mapping"]["accounts"]
    assert (account["name"], account["enabled"]) == ("gone\x1b[31m", False)
    assert attempt["mapping"]["ds_mapper"]["cert_denied_by_mapper"] is True


def test_a_listener_asks_it_for_each_client(site: Site, accounts: Slapd, tmp_path: Path) -> None:
    issued = site.issuing.client("", subject=SUBJECT, extensions=(security_extension(SID),))
    (tmp_path / "new.pem").write_bytes(issued.chain_pem + issued.private_key_pem())
    (tmp_path / "password").write_text("alice\n")
    logs_in = ("--map-trust", site.root_file, "--map-password-file", tmp_path / "password", "--format", "json")
    with listener("https", "--ca", site.root_file, *place(accounts), *logs_in) as running:
        answers = [
            curl("--cert", certificate, "--key", key, running.url)[0]
            for certificate, key in (
                (tmp_path / "new.pem", tmp_path / "new.pem"),
                (site.clients.alice.chain, site.clients.alice.key),
                (site.clients.unmapped.chain, site.clients.unmapped.key),
            )
        ]
    assert answers == [200, 403, 403]
    assert [(each["visit"]["account"], each["verdict"]["causes"][0]["code"]) for each in running.reports] == [
        ("alice", "accepted"),
        (None, "account-refused"),
        (None, "not-mapped"),
    ]
    denied = [each["visit"]["client_cert_info"]["CertDeniedByMapper"] for each in running.reports]
    assert denied == [False, True, True]


def test_a_listener_tells_a_directory_that_does_not_answer(site: Site, tmp_path: Path) -> None:
    identity = site.clients.alice
    with listener("https", "--ca", site.root_file, "--map-ldap", f"ldaps://{HOST}:{free_port()}") as running:
        status, body = curl("--cert", identity.chain, "--key", identity.key, running.url)
    assert (status, json.loads(body)["visit"]["client_cert_info"]["CertDeniedByMapper"]) == (200, False)
    assert running.ended.stdout.startswith("PROBLEM  1  ")
    assert "the directory did not answer" in running.ended.stdout


def test_nothing_is_asked_where_nothing_was_sent(optional: Callable[..., Document]) -> None:
    (attempt,) = optional("--map-ldap", f"ldaps://{HOST}:9")["attempts"]
    assert attempt["mapping"] is None


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_text_of_ldap_is_harmless_at_any_width(
    site: Site, accounts: Slapd, slapd: Callable[..., Slapd], columns: int
) -> None:
    url, identity = f"ldaps://{HOST}:{slapd('demand').ldaps}", site.clients.alice
    ran = on_terminal(
        *("ldap", url, "--trust", site.root_file, "--cert", identity.chain, "--key", identity.key, *place(accounts)),
        answers=[Answer(f"Password of {ALICE} for the directory", "alice\n")],
        columns=columns,
        env={"NO_COLOR": "1"},
    )
    assert ran.exit_code == 0
    text = " ".join(ran.screen.split())
    assert "gone\\x1b[31m by altSecurityIdentities value 1 (X509SubjectOnly, weak)" in text
    assert "refused: the account is disabled (userAccountControl)" in text
    assert "not as the directory of --map-ldap has it" in text
    assert "\x1b[31m" not in ran.screen
    assert max(map(len, ran.screen.splitlines()[1:])) <= columns


def test_a_directory_that_fails_changes_nothing_else(
    site: Site, optional: Callable[..., Document], tmp_path: Path
) -> None:
    (tmp_path / "rules").write_text("LAB\\alice X509:<S>DC=test,DC=lab,OU=people,CN=alice\n")
    identity = site.clients.alice
    arguments = ("--cert", identity.chain, "--key", identity.key, "--map", tmp_path / "rules")
    alone = optional(*arguments)
    beside = optional(*arguments, "--map-ldap", f"ldap://{HOST}:9")
    assert beside["verdict"] == alone["verdict"]
    first, second = alone["attempts"][0]["mapping"], beside["attempts"][0]["mapping"]
    assert (first.pop("directory"), second.pop("directory")["failure"]["kind"]) == (None, "connection-refused")
    assert first == second


def test_a_directory_of_another_trust_is_told_no_password(site: Site, accounts: Slapd, tmp_path: Path) -> None:
    ran = certprobe(
        *("inspect", known(tmp_path), *place(accounts), "--map-trust", site.foreign_root_file, "--format", "json"),
        env=PASSWORD,
    )
    (identity,) = json.loads(ran.stdout)["identities"]
    assert identity["mapping"]["directory"]["failure"]["kind"] == "not-trusted"
    assert identity["mapping"]["accounts"] is None


@pytest.mark.parametrize(("arguments", "exit_code", "words"), [
    (("--map-ldap", "dc1.example"), 2, "names no scheme"),
    (("--map-user", "cn=x"), 2, "--map-user is for --map-ldap"),
    (("--map-trust", "none"), 2, "--map-trust is for --map-ldap"),
    (("--map-ldap", "ldaps://dc1.example", "--map-password-file", "x"), 2, "--map-password-file needs --map-user"),
    (("--map-ldap", "ldaps://dc1.example", "--map-user", ""), 2, "--map-user is empty"),
    (("--map-ldap", "ldaps://dc1.example", "--map-user", "cn=x"), 4, "set CERTPROBE_MAP_PASSWORD"),
    (("--map-ldap", "ldaps://dc1.example", "--map-user", "cn=x", "--map-password-file", "/dev/null"), 4, "is empty"),
    (("--map-ldap", "ldaps://dc1.example", "--map-trust", "/nowhere"), 4, "/nowhere"),
], ids=["scheme", "user", "trust", "password", "nobody", "no-password", "empty", "no-roots"])  # fmt: skip
def test_what_cannot_be_meant(tmp_path: Path, arguments: tuple[str, ...], exit_code: int, words: str) -> None:
    ran = certprobe("inspect", known(tmp_path), *arguments)
    assert (ran.exit_code, ran.stdout) == (exit_code, "")
    assert words in " ".join(ran.stderr.split())


def test_a_rule_that_is_shown_maps_in_slapd(site: Site, tmp_path: Path) -> None:
    rdns = (
        [(NameOID.ORGANIZATION_NAME, 'Corp (x), [a] {2} "Inc." $1 ^|?*+')],
        [(NameOID.COMMON_NAME, "a.b\\c"), (NameOID.USER_ID, "alice")],
    )
    name = x509.Name(x509.RelativeDistinguishedName([x509.NameAttribute(*each) for each in rdn]) for rdn in rdns)
    identity = write_identity(tmp_path, "odd", site.issuing.client("", subject=name))
    ran = certprobe("inspect", identity.chain, identity.key, "-v")
    (rule,) = [line.split("LDAP rule")[1] for line in ran.stdout.splitlines() if "LDAP rule" in line]
    directive = rule.partition("  maps it")[0].strip().replace("uid=ACCOUNT,ou=people,dc=example", ALICE)
    with slapd(site, "demand", lines=(directive,)) as ports:
        url = f"ldaps://{HOST}:{ports.ldaps}"
        told = report("ldap", url, "--trust", site.root_file, "--cert", identity.chain, "--key", identity.key)
    assert told["attempts"][0]["mapping"]["authorization"]["authzid"] == f"dn:{ALICE}"
