"""`certprobe listen`: what its options make of it for a client, over HTTPS and LDAP."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from certprobe.pki.certificate import Certificate
from tests.cli.listener import curl, listener, run, s_client
from tests.peers.process import HOST, program
from tests.peers.site import Site

LEAF = "CN=alice,OU=people,DC=lab,DC=test"


# --- what is asked ----------------------------------------------------------------------------------------------------


def test_what_is_announced(site: Site, tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("CN=Another CA,O=Lab\n")
    directory = tmp_path / "cas"
    directory.mkdir()
    (directory / "one.pem").write_bytes(site.root_file.read_bytes())
    (directory / "two.pem").write_bytes(site.foreign_root_file.read_bytes())
    for options, listed in (
        (("--ca", site.root_file), {"CN = Lab root"}),
        (("--ca", directory), {"CN = Lab root", "CN = Foreign root"}),
        (("--ca", site.root_file, "--ca", site.foreign_root_file), {"CN = Lab root", "CN = Foreign root"}),
        (("--ca", site.root_file, "--announce", names), {"CN = Another CA"}),
        (("--ca", site.root_file, "--announce", site.foreign_root_file), {"CN = Foreign root"}),
        (("--ca", site.root_file, "--announce", "none"), set()),
    ):
        with listener("https", *options) as running:
            seen = s_client(running.port)
        assert set(re.findall(r"CN = (?:Lab root|Foreign root|Another CA)", seen)) == listed, options
        assert ("No client certificate CA names sent" in seen) == (not listed)


def test_trust_goes_by_the_cas_and_not_by_what_is_announced(site: Site) -> None:
    alice = site.clients.alice
    with listener("https", "--ca", site.root_file, "--announce", site.foreign_root_file) as running:
        assert curl("--cert", alice.chain, "--key", alice.key, running.url)[0] == 200
    with listener("https", "--ca", site.foreign_root_file, "--announce", site.root_file) as running:
        status, body = curl("--cert", alice.chain, "--key", alice.key, running.url)
    assert (status, json.loads(body)["visit"]["client_cert_info"]["CertFlags"]["symbol"]) == (
        403,
        "CERT_E_UNTRUSTEDROOT",
    )


def test_paths_that_ask(site: Site) -> None:
    alice = site.clients.alice
    with listener("https", "--ca", site.root_file, "--request", "per-path", "/admin", "--format", "json") as running:
        for path in ("", "admin/users"):
            identity = ("--cert", alice.chain, "--key", alice.key)
            assert curl("--tls-max", "1.2", *identity, running.url + path)[0] == 200
        assert curl("--tls-max", "1.2", running.url + "admin")[0] == 403
    phases = [
        [request["phase"] for request in report["attempts"][0]["tls"]["certificate_requests"]]
        for report in running.reports
    ]
    assert phases == [[], ["renegotiation"], ["renegotiation"]]


@pytest.mark.parametrize("version", ["1", "1_1", "1_2", "1_3"], ids=["first", "second", "third", "fourth"])
def test_versions(site: Site, version: str) -> None:
    weak = ("-cipher", "DEFAULT:@SECLEVEL=0") if version in ("1", "1_1") else ()
    with listener("https", "--ca", site.root_file, "--legacy") as running:
        assert "HTTP/1.1 200 OK" in s_client(running.port, f"-tls{version}", *weak)


# --- what is printed --------------------------------------------------------------------------------------------------


def test_a_report_is_there_as_soon_as_the_client_has_gone(site: Site) -> None:
    alice = site.clients.alice
    with listener("https", "--ca", site.root_file) as running:
        assert running.process.stdout is not None
        assert curl("--cert", alice.chain, "--key", alice.key, running.url)[0] == 200
        first = running.process.stdout.readline().decode()
    assert first.startswith("OK ")
    assert LEAF in first


def test_a_browser_gets_a_page_and_a_program_the_document(site: Site) -> None:
    with listener("https", "--ca", site.root_file) as running:
        _, page = curl("-H", "Accept: text/html,application/xhtml+xml,*/*;q=0.8", running.url)
        status, document = curl(running.url)
    assert page.startswith("<!DOCTYPE html>")
    assert (status, json.loads(document)["verdict"]["outcome"]) == (200, "accepted-anonymously")


def test_time_and_revocation_and_nt_auth_are_judged_by(site: Site, tmp_path: Path) -> None:
    alice = site.clients.alice
    identity = ("--cert", alice.chain, "--key", alice.key)
    for options, symbol in (
        (("--at", "2001-01-01"), "CERT_E_EXPIRED"),
        (("--ntauth", site.foreign_root_file), "ERROR_SUCCESS"),
        (("--revocation", "--offline"), "CRYPT_E_REVOCATION_OFFLINE"),
    ):
        with listener("https", "--ca", site.root_file, *options) as running:
            status, body = curl(*identity, running.url)
        document = json.loads(body)
        assert document["visit"]["client_cert_info"]["CertFlags"]["symbol"] == symbol
        assert status == 403, options
    assert document["attempts"][0]["client"]["deciding"]["policy"] == "ssl"


def test_an_account_is_found_by_rules(site: Site, tmp_path: Path) -> None:
    rules = tmp_path / "rules.txt"
    issuer = "DC=test,DC=lab,O=Lab,CN=Lab issuing CA"
    number = Certificate(site.clients.alice.issued.der).serial_number
    octets = number.to_bytes((number.bit_length() + 8) // 8, "big")[::-1].hex()
    rules.write_text(f"LAB\\alice X509:<I>{issuer}<SR>{octets}\n")
    env = client_files(site, "alice")
    with listener("ldap", "--ca", site.root_file, "--map", rules, "--format", "json") as running:
        seen = run(whoami(), "-Q", "-Y", "EXTERNAL", "-H", f"ldaps://{HOST}:{running.port}", env=env)
        unmapped = client_files(site, "unmapped")
        denied = run(whoami(), "-Q", "-Y", "EXTERNAL", "-H", f"ldaps://{HOST}:{running.port}", env=unmapped)
    assert seen.stdout == "u:LAB\\alice\n"
    assert "the certificate maps to no account" in denied.stderr
    accounts = [report["visit"]["account"] for report in running.reports]
    assert accounts == ["LAB\\alice", None]


# --- LDAP -------------------------------------------------------------------------------------------------------------


def whoami() -> str:
    return program("ldapwhoami", package="ldap-utils")


def client_files(site: Site, name: str) -> dict[str, str | Path]:
    identity = getattr(site.clients, name)
    return {"LDAPTLS_REQCERT": "never", "LDAPTLS_CERT": identity.chain, "LDAPTLS_KEY": identity.key}


@pytest.mark.parametrize("start_tls", [(), ("-ZZ",)], ids=["ldaps", "StartTLS"])
def test_a_directory(site: Site, start_tls: tuple[str, ...]) -> None:
    with listener("ldap", "--ca", site.root_file) as running:
        url = f"{'ldap' if start_tls else 'ldaps'}://{HOST}:{running.port}"
        alice = client_files(site, "alice")
        bound = run(whoami(), *start_tls, "-Q", "-Y", "EXTERNAL", "-H", url, env=alice)
        anonymous = run(whoami(), *start_tls, "-x", "-H", url, env=alice)
        search = program("ldapsearch", package="ldap-utils")
        root_dse = run(search, *start_tls, "-LLL", "-x", "-b", "", "-s", "base", "-H", url, "vendorName", env=alice)
        refused = run(whoami(), *start_tls, "-Q", "-Y", "EXTERNAL", "-H", url, env=client_files(site, "expired"))
    assert bound.stdout == f"dn:{LEAF.lower()}\n"
    assert anonymous.stdout == "anonymous\n"
    assert root_dse.stdout == "dn:\nvendorName: certprobe\n\n"
    assert "ldap_sasl_interactive_bind: Invalid credentials (49)" in refused.stderr
    assert "CERT_E_EXPIRED" in refused.stderr
