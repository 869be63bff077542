"""What somebody who cannot log in reads in the first ten lines, against slapd, nginx and apache."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.command import Arguments, certprobe
from tests.peers.apache import Apache
from tests.peers.nginx import Nginx
from tests.peers.site import Identity, Site
from tests.peers.slapd import ALICE, Slapd

ALICE_SUBJECT = "CN=alice,OU=people,DC=lab,DC=test"
SERVERS = ("nginx", "apache", "slapd", "slapd-starttls")


class Place(NamedTuple):
    """A server that demands a certificate of the site's root, as the command line names it."""

    address: tuple[str, ...]
    turned_away: str
    """How it refuses who has no certificate."""
    refusal: str
    """How it refuses a certificate that it finds bad."""
    manner: str
    """The words for the latter."""


@pytest.fixture(params=SERVERS)
def place(request: pytest.FixtureRequest) -> Place:
    match request.param:
        case "nginx":
            port = request.getfixturevalue("nginx").on
            by_status = ("refused-by-http-status", "refused-by-http-status", "HTTP 400")
            return Place(("https", f"https://localhost:{port}/"), *by_status)
        case "apache":
            port = request.getfixturevalue("apache").require
            return Place(("https", f"https://localhost:{port}/"), "refused-by-alert", "refused-by-alert", "alert")
        case "slapd":
            port = request.getfixturevalue("slapd")("demand").ldaps
            address: tuple[str, ...] = ("ldap", f"ldaps://localhost:{port}")
        case _:
            port = request.getfixturevalue("slapd")("demand").ldap
            address = ("ldap", f"localhost:{port}", "--starttls")
    return Place(address, "refused-by-close", "refused-by-close", "closed the connection")


def pair(identity: Identity) -> tuple[Arguments, ...]:
    return ("--cert", identity.chain, "--key", identity.key)


def read(site: Site, place: tuple[str, ...], *arguments: Arguments) -> tuple[int, str, str, str]:
    """Exit code, outcome and first cause, and the first ten lines of the text."""
    common = (*place, "--trust", site.root_file, *arguments)
    text, json = certprobe(*common), certprobe(*common, "--format", "json")
    assert (text.stderr, json.stderr) == ("", "")
    assert text.exit_code == json.exit_code
    verdict = json.document["verdict"]
    return text.exit_code, verdict["outcome"], verdict["causes"][0]["code"], text.head


def test_the_right_certificate(site: Site, place: Place) -> None:
    code, outcome, cause, head = read(site, place.address, "--cert", site.store_file)
    assert (code, outcome, cause) == (0, "accepted", "accepted")
    assert head.startswith("OK ")
    assert f"the server accepted the client certificate {ALICE_SUBJECT}" in head
    assert ("HTTP 200" if place.address[0] == "https" else f"WhoAmI: dn:{ALICE}") in head


def test_no_certificate(site: Site, place: Place) -> None:
    code, outcome, cause, head = read(site, place.address)
    assert (code, outcome, cause) == (1, place.turned_away, "no-certificate")
    assert head.startswith("REFUSED ")
    assert "no client certificate was sent: none was given" in head
    assert "Change: Give a certificate with its key: --cert FILE." in head
    assert "The server lists: CN=Lab root,O=Lab,DC=lab,DC=test" in head


def test_certificate_of_a_wrong_ca(site: Site, place: Place) -> None:
    code, outcome, cause, head = read(site, place.address, *pair(site.clients.foreign))
    assert (code, outcome, cause) == (1, place.turned_away, "issuer-not-listed")
    assert f"no client certificate was sent: {ALICE_SUBJECT} is of a CA that the server does not list" in head
    assert "Issued by CN=Foreign root, which the server does not list; it lists CN=Lab root,O=Lab,DC=lab" in head
    assert "Change: Use a certificate issued by CN=Lab root,O=Lab,DC=lab,DC=test" in head
    assert "--select 1 sends it all the same." in head


def test_certificate_of_a_wrong_ca_sent_all_the_same(site: Site, place: Place) -> None:
    code, outcome, cause, head = read(site, place.address, *pair(site.clients.foreign), "--select", "1")
    assert (code, outcome, cause) == (1, place.refusal, "issuer-not-listed")
    assert f"the client certificate {ALICE_SUBJECT} is of a CA that the server does not list" in head
    assert place.manner in head


def test_expired_client_certificate(site: Site, place: Place) -> None:
    code, outcome, cause, head = read(site, place.address, *pair(site.clients.expired))
    assert (code, outcome, cause) == (1, place.turned_away, "not-time-valid")
    assert f"no client certificate was sent: {ALICE_SUBJECT} expired on " in head
    assert "1 day before" in head


def test_expired_client_certificate_sent_all_the_same(site: Site, place: Place) -> None:
    code, outcome, cause, head = read(site, place.address, *pair(site.clients.expired), "--select", "1")
    assert (code, outcome, cause) == (1, place.refusal, "CERT_E_EXPIRED")
    assert f"the client certificate {ALICE_SUBJECT} is not valid: expired at" in head
    assert "CERT_E_EXPIRED 0x800B0101 (-2146762495), chain 0, element 0" in head
    assert place.manner in head


def test_certificate_without_key(site: Site, place: Place) -> None:
    code, outcome, cause, head = read(site, place.address, "--cert", site.clients.alice.chain)
    assert (code, outcome, cause) == (1, place.turned_away, "no-private-key")
    assert f"no client certificate was sent: {ALICE_SUBJECT} has no private key beside it" in head
    assert "Change: Give its private key too." in head


def test_key_of_another_certificate(site: Site, place: Place) -> None:
    wrong = ("--cert", site.clients.alice.certificate, "--key", site.clients.foreign.key)
    code, outcome, cause, head = read(site, place.address, *wrong)
    assert (code, outcome, cause) == (1, place.turned_away, "key-does-not-fit")
    assert f"no client certificate was sent: {ALICE_SUBJECT} does not belong to the private key beside it" in head


def test_key_without_certificate(site: Site, place: Place) -> None:
    code, outcome, cause, head = read(site, place.address, "--cert", site.clients.alice.key)
    assert (code, outcome, cause) == (1, place.turned_away, "no-certificate")
    without = f"{site.clients.alice.key} #1: private key without the certificate that it belongs to"
    assert f"no client certificate was sent: {without}" in head


# --- the server's own chain -------------------------------------------------------------------------------------------


@pytest.fixture(params=SERVERS)
def shown_by(request: pytest.FixtureRequest, site: Site) -> Callable[[str], tuple[str, ...]]:
    """`shown_by("expired")`: a server that asks for no certificate and shows that one of its own."""

    def address(name: str) -> tuple[str, ...]:
        if request.param in ("nginx", "apache"):
            ports: Nginx | Apache = request.getfixturevalue(request.param)
            return ("https", f"https://localhost:{getattr(ports, name)}/")
        slapd: Slapd = request.getfixturevalue("slapd")("never", server=getattr(site.servers, name))
        if request.param == "slapd":
            return ("ldap", f"ldaps://localhost:{slapd.ldaps}")
        return ("ldap", f"ldap://localhost:{slapd.ldap}")

    return address


@pytest.mark.parametrize(
    ("name", "cause", "words"),
    [
        ("expired", "CERT_E_EXPIRED", ("the server's certificate is not valid: expired at", "1 day before", "Renew")),
        (
            "untrusted",
            "CERT_E_UNTRUSTEDROOT",
            (
                "the server's certificate is not trusted: ",
                "CN=Foreign root",
                "if it is a root, add it to what is trusted",
            ),
        ),
        (
            "wrong_name",
            "CERT_E_CN_NO_MATCH",
            (
                "the server's certificate is not valid: it names other.lab.test, not localhost",
                "Change: Connect by a name",
            ),
        ),
    ],
)
def test_bad_server(
    site: Site, shown_by: Callable[[str], tuple[str, ...]], name: str, cause: str, words: tuple[str, ...]
) -> None:
    code, outcome, first_cause, head = read(site, shown_by(name))
    assert (code, outcome, first_cause) == (1, "not-asked", cause)
    assert head.startswith("PROBLEM ")
    assert cause in head
    assert "the server did not ask for a client certificate" in head
    for word in words:
        assert word in head


def test_root_that_is_not_trusted_here(site: Site, place: Place) -> None:
    code, outcome, cause, head = read(site, place.address, "--cert", site.store_file, "--trust", "none")
    assert (code, outcome, cause) == (1, "accepted", "CERT_E_UNTRUSTEDROOT")
    assert "the server's certificate is not trusted: " in head
    assert "the server accepted the client certificate" in head


# --- per-path requests ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "phase"), [("location_tls12", "in a renegotiation"), ("location_tls13", "after the handshake")]
)
def test_one_path_asks(site: Site, apache: Apache, host: str, phase: str) -> None:
    url = f"https://localhost:{getattr(apache, host)}/"
    common = ("https", url, "--path", "/", "--path", "/secret/", "--trust", site.root_file)
    ran = certprobe(*common)
    assert ran.exit_code == 1
    assert ran.head.startswith("REFUSED ")
    assert "/secret/: no client certificate was sent: none was given" in ran.head
    assert "/: the server did not ask for a client certificate" in ran.head
    assert phase in ran.stdout
    ran = certprobe(*common, "--cert", site.store_file)
    assert ran.exit_code == 0
    assert f"/secret/: the server accepted the client certificate {ALICE_SUBJECT}" in ran.head
    assert "/: the server did not ask for a client certificate, so none was sent" in ran.head


def test_nginx_asks_one_virtual_host_only(site: Site, nginx: Nginx) -> None:
    url = f"https://127.0.0.1:{nginx.by_name}/"
    silent = certprobe("https", url, "--trust", site.root_file, "--cert", site.store_file)
    assert silent.exit_code == 0
    assert "the server did not ask for a client certificate, so none was sent" in silent.head
    assert "--sni" in silent.head
    named = certprobe("https", url, "--sni", "dc1.lab.test", "--trust", site.root_file, "--cert", site.store_file)
    assert named.exit_code == 0
    assert f"the server accepted the client certificate {ALICE_SUBJECT}" in named.head


def test_nginx_asks_on_every_path(site: Site, nginx: Nginx) -> None:
    paths = ("--path", "/a", "--path", "/b")
    ran = certprobe("https", f"https://localhost:{nginx.on}/", *paths, "--trust", site.root_file)
    assert ran.exit_code == 1
    assert "/a, /b: no client certificate was sent: none was given" in ran.head


def test_slapd_asks_in_every_handshake(site: Site, slapd: Callable[..., Slapd]) -> None:
    """LDAP knows no paths: what differs is the way in, and both ask."""
    ports = slapd("demand")
    for url in (f"ldaps://localhost:{ports.ldaps}", f"ldap://localhost:{ports.ldap}"):
        ran = certprobe("ldap", url, "--trust", site.root_file, "--cert", site.store_file)
        assert ran.exit_code == 0
        assert f"the server accepted the client certificate {ALICE_SUBJECT}" in ran.head


def test_path_is_relative_to_nothing(site: Site, nginx: Nginx, tmp_path: Path) -> None:
    ran = certprobe("https", f"localhost:{nginx.anonymous}", "--path", "x?y=1", "--trust", site.root_file, cwd=tmp_path)
    assert ran.exit_code == 0
    assert "HTTP           200 OK  for /x?y=1" in ran.stdout
