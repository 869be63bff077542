"""`certprobe ldap --ntauth directory`: the CAs that a directory lets vouch for its users."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from certprobe.application.ldap_server import ROOT_DSE, LdapResponder
from certprobe.lab.pki import Authority
from certprobe.pki.certificate import Certificate
from tests.cli.command import Arguments, Document, certprobe, report
from tests.cli.judged import GOOD, answers, only
from tests.peers.channel import Channel, listening
from tests.peers.process import HOST
from tests.peers.site import Site
from tests.peers.slapd import Slapd
from tests.peers.slapd import slapd as running_slapd
from tests.peers.tls_server import TlsServer, context

CONFIGURATION = "CN=Configuration,DC=lab,DC=test"
SERVICES = ("CN=Configuration", "CN=Services", "CN=Public Key Services", "CN=NTAuthCertificates")
STORE = f"CN=NTAuthCertificates,CN=Public Key Services,CN=Services,{CONFIGURATION}"
NOT_ITS = ("CERT_E_UNTRUSTEDCA", 0, 1)


def ldap(site: Site, url: str, *arguments: Arguments) -> Document:
    alice = site.clients.alice
    identity = ("--cert", alice.chain, "--key", alice.key)
    return report("ldap", url, "--trust", site.root_file, *identity, *arguments)


def ldif(*authorities: Authority) -> str:
    """The path to the NTAuth store, and the store itself."""
    entries, name = "", "dc=lab,dc=test"
    for each in SERVICES:
        name = f"{each},{name}"
        entries += f"\ndn: {name}\nobjectClass: device\n"
    values = [base64.b64encode(authority.issued.der).decode() for authority in authorities]
    return entries + "objectClass: pkiCA\n" + "".join(f"cACertificate;binary:: {value}\n" for value in values)


def naming_configuration(file: Path) -> tuple[str, ...]:
    """Lines of slapd.conf by which its root DSE names a configurationNamingContext, as Active Directory's does."""
    file.write_text(f"dn:\nconfigurationNamingContext: {CONFIGURATION}\n")
    distinguished_name = "1.3.6.1.4.1.1466.115.121.1.12"
    return (
        f"attributetype ( 1.3.6.1.4.1.55555.1 NAME 'configurationNamingContext' SYNTAX {distinguished_name} )",
        f"rootDSE {file}",
    )


def holding(site: Site, which: str) -> tuple[Authority, ...]:
    return {"issuing": (site.issuing,), "root": (site.root,), "both": (site.root, site.issuing)}[which]


@pytest.fixture(params=["issuing", "root", "both"])
def directory(request: pytest.FixtureRequest, site: Site, tmp_path: Path) -> Iterator[tuple[str, Slapd]]:
    lines = naming_configuration(tmp_path / "root.ldif")
    with running_slapd(site, lines=lines, entries=ldif(*holding(site, request.param))) as ports:
        yield request.param, ports


def test_slapd_with_an_nt_auth_store(site: Site, directory: tuple[str, Slapd]) -> None:
    which, ports = directory
    document = ldap(site, f"ldaps://localhost:{ports.ldaps}", "--policy", "nt-auth", "--ntauth", "directory")
    attempt = only(document)
    store = attempt["ldap"]["nt_auth"]
    expected = holding(site, which)
    assert store["name"] == STORE
    assert store["answer"]["result"] == {"name": "success", "code": 0}
    assert {each["thumbprint"] for each in store["certificates"]} == {
        Certificate(each.issued.der).thumbprint for each in expected
    }
    assert answers(attempt["client"])["nt-auth"] == (NOT_ITS if which == "root" else GOOD)
    assert attempt["client"]["deciding"]["policy"] == "nt-auth"
    assert document["verdict"]["exit_code"] == int(which == "root")


def test_slapd_without_a_configuration(site: Site, slapd: Callable[..., Slapd]) -> None:
    alice = site.clients.alice
    url = f"ldap://localhost:{slapd('demand').ldap}"
    attempt = only(ldap(site, url, "--ntauth", "directory"))
    text = certprobe("ldap", url, "--trust", site.root_file, "--cert", alice.chain, "--key", alice.key, "--ntauth")
    assert attempt["ldap"]["nt_auth"] == {"name": None, "answer": None, "certificates": []}
    assert set(answers(attempt["client"])) == {"base", "ssl"}
    assert attempt["conclusion"]["outcome"] == "accepted"
    assert "  NTAuth         the root DSE names no configurationNamingContext\n" in text.stdout


def test_slapd_without_the_entry(site: Site, tmp_path: Path) -> None:
    with running_slapd(site, lines=naming_configuration(tmp_path / "root.ldif")) as ports:
        attempt = only(ldap(site, f"ldaps://localhost:{ports.ldaps}", "--ntauth", "directory"))
    store = attempt["ldap"]["nt_auth"]
    assert (store["name"], store["answer"]["result"]["name"]) == (STORE, "noSuchObject")
    assert store["certificates"] == []
    assert set(answers(attempt["client"])) == {"base", "ssl"}


# --- a directory of our own, which says what it is told to ------------------------------------------------------------


@contextlib.contextmanager
def saying(site: Site, values: tuple[bytes, ...]) -> Iterator[str]:
    """An LDAPS server whose NTAuth store holds these values; gives its URL."""
    entry = (("cn", (b"NTAuthCertificates",)), ("cACertificate", values))
    root_dse = (*ROOT_DSE, ("configurationNamingContext", (CONFIGURATION,)))
    tls = context(site.servers.good.issued)

    def serve(channel: Channel) -> None:
        connection = TlsServer(channel, tls)
        connection.handshake()
        responder = LdapResponder(root_dse, entries=((STORE, entry),))
        responder.secured("dn:cn=alice")
        while responder.next_event() is None:
            if answer := responder.data_to_send():
                connection.send(answer)
            responder.receive_data(connection.receive())
        connection.close_notify()
        channel.close()

    with listening(serve) as port:
        yield f"ldaps://{HOST}:{port}"


def test_values_without_the_binary_option_and_what_is_no_certificate(site: Site) -> None:
    """Active Directory writes the attribute without `;binary`; every value is shown, whatever it is."""
    with saying(site, (b"no certificate", site.issuing.issued.der, site.issuing.issued.der)) as url:
        attempt = only(ldap(site, url, "--ntauth", "directory"))
        ran = certprobe("ldap", url, "--trust", site.root_file, "--cert", site.store_file, "--ntauth")
    store = attempt["ldap"]["nt_auth"]
    assert [each["subject"] for each in store["certificates"]] == ["", "CN=Lab issuing CA,O=Lab,DC=lab,DC=test"]
    assert answers(attempt["client"])["nt-auth"] == GOOD
    assert "  NTAuth         2 CAs\n" in ran.stdout
    assert STORE in ran.stdout
    assert "  CN=Lab issuing CA,O=Lab,DC=lab,DC=test  until" in ran.stdout


def test_a_large_store_is_read_whole(site: Site) -> None:
    """Some forests have hundreds of CAs."""
    certificates = tuple(bytes([n >> 8, n & 255]) * 700 for n in range(400))
    with saying(site, (*certificates, site.issuing.issued.der)) as url:
        attempt = only(ldap(site, url, "--ntauth", "directory"))
    assert len(attempt["ldap"]["nt_auth"]["certificates"]) == 401
    assert answers(attempt["client"])["nt-auth"] == GOOD


def test_a_store_without_limits_is_not(site: Site) -> None:
    with saying(site, tuple(n.to_bytes(2) for n in range(5000))) as url:
        document = ldap(site, url, "--ntauth", "directory")
    attempt = only(document)
    assert attempt["ldap"]["nt_auth"] == {"name": STORE, "answer": None, "certificates": []}
    assert attempt["stages"][-1]["kind"] == "too-much-data"
    assert attempt["ldap"]["root_dse"]["result"]["name"] == "success"


def test_the_store_is_not_read_unasked(site: Site) -> None:
    with saying(site, (site.issuing.issued.der,)) as url:
        attempt = only(ldap(site, url))
    assert attempt["ldap"]["nt_auth"] is None
    assert "nt-auth" not in answers(attempt["client"])


def test_a_file_still_is_one(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "ntauth.pem"
    file.write_bytes(site.root.issued.certificate_pem)
    with saying(site, (site.issuing.issued.der,)) as url:
        attempt = only(ldap(site, url, "--ntauth", file))
    assert attempt["ldap"]["nt_auth"] is None
    assert answers(attempt["client"])["nt-auth"] == NOT_ITS
