"""`certprobe listen` and real clients: what each sends, what http.sys would say of it, what a person has to change."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.command import Document
from tests.cli.judged import only
from tests.cli.listening import Listening, listening
from tests.peers.clients import CLIENTS
from tests.peers.clients.visit import Client, HoldsBack, LateRequest, Outcome, Protocol, Version, Visit
from tests.peers.process import started_once
from tests.peers.site import Identity, Site

SLOW = ("java", "chromium")
VERSIONS: tuple[Version, ...] = ("1.2", "1.3")
EACH = pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
EACH_OF_THE_WEB = pytest.mark.parametrize(
    "client", [each for each in CLIENTS if each.protocol is Protocol.HTTPS], ids=lambda client: client.name
)
IN_BOTH_VERSIONS = pytest.mark.parametrize("version", VERSIONS)

# Who judges the server's certificate after the handshake, and closes without an alert: outcome and cause.
WITHOUT_A_WORD: dict[tuple[str, Version], tuple[str, str]] = {
    ("node", "1.2"): ("accepted", "no-request"),
    ("node", "1.3"): ("refused-by-client", "refused-by-client"),
    ("ldapwhoami", "1.2"): ("accepted", "no-request"),
    ("ldapwhoami", "1.3"): ("accepted", "no-request"),
    ("ldapwhoami-ZZ", "1.2"): ("accepted", "tls-broken"),
    ("ldapwhoami-ZZ", "1.3"): ("accepted", "tls-broken"),
}


class Certificate(NamedTuple):
    """A certificate, the CertFlags that it gets, and the clients that keep it to themselves; `announce` is the list."""

    name: str
    flags: str | None
    identity: Callable[[Site], Identity | None]
    held_back_by: tuple[HoldsBack, ...] = ()
    is_listed: bool = True


NONE = Certificate("none", None, lambda site: None)
CERTIFICATES = (
    NONE,
    Certificate("good", "ERROR_SUCCESS", lambda site: site.clients.alice),
    Certificate(
        "wrong-CA",
        "CERT_E_UNTRUSTEDROOT",
        lambda site: site.clients.foreign,
        (HoldsBack.NOT_LISTED, HoldsBack.NOT_LISTED_OR_UNFIT),
    ),
    Certificate("wrong-CA-no-list", "CERT_E_UNTRUSTEDROOT", lambda site: site.clients.foreign, is_listed=False),
    Certificate("expired", "CERT_E_EXPIRED", lambda site: site.clients.expired, (HoldsBack.NOT_LISTED_OR_UNFIT,)),
    Certificate(
        "wrong-usage", "CERT_E_WRONG_USAGE", lambda site: site.clients.wrong_usage, (HoldsBack.NOT_LISTED_OR_UNFIT,)
    ),
)
# The slow clients do the same in both versions; what depends on the version is tried with them as well.
CELLS = [
    pytest.param(client, version, certificate, id=f"{client.name}-{version or 'any'}-{certificate.name}")
    for client in CLIENTS
    for version in ((None,) if client.name in SLOW else VERSIONS)
    for certificate in CERTIFICATES
]


@pytest.fixture(scope="module")
def listener(site: Site) -> Iterator[Callable[..., Listening]]:
    """`listener(Protocol.HTTPS, "--request", "always")`: one that trusts and names the site's root."""

    def start(protocol: Protocol, *options: str) -> AbstractContextManager[Listening]:
        application = "https" if protocol is Protocol.HTTPS else "ldap"
        server = () if "--cert" in options else ("--cert", site.servers.good.chain, "--key", site.servers.good.key)
        return listening(application, "--ca", site.root_file, *server, *options)

    with started_once(start) as once:
        yield once


class Came(NamedTuple):
    """What a client saw; the reports of its connections with a Certificate message, be it empty, and of the others."""

    saw: Outcome
    answered: list[Document]
    others: list[Document]


def visited(
    listener: Listening,
    client: Client,
    identity: Identity | None,
    site: Site,
    home: Path,
    version: Version | None = None,
    path: str = "/",
) -> Came:
    saw = client.visit(Visit(listener.port, identity, site.root_file, home, version, path))
    reports = listener.visits()
    answered = [each for each in reports if sent_something(each)]
    return Came(saw, answered, [each for each in reports if each not in answered])


def sent_something(report: Document) -> bool:
    """Whether a Certificate message came, be it an empty one."""
    tls = only(report)["tls"]
    return tls is not None and any(request["sent"] is not None for request in tls["certificate_requests"])


def result(report: Document) -> tuple[str | None, str, str]:
    """CertFlags, how the login went, and the first cause."""
    info, verdict = report["visit"]["client_cert_info"], report["verdict"]
    return (info and info["CertFlags"]["symbol"], verdict["outcome"], verdict["causes"][0]["code"])


def the_only_result(came: Came) -> tuple[str | None, str, str]:
    """Chromium comes more than once (for the icon of the page), Java again where it was refused: to the same effect."""
    (found,) = {result(each) for each in came.answered}
    return found


def alert_sent(report: Document) -> str | None:
    """The alert by which the listener refused."""
    alerts = (each for each in only(report)["tls"]["alerts"] if each["by"] == "ourselves")
    return next((each["description"]["name"] for each in alerts), None)


def told(protocol: Protocol, flags: str | None) -> tuple[str | None, str, str]:
    """What the listener has to say about a certificate that gets these flags."""
    if flags is None:
        return (None, "accepted-anonymously", "no-certificate")
    if flags == "ERROR_SUCCESS":
        return (flags, "accepted", "accepted")
    return (flags, "refused-by-http-status" if protocol is Protocol.HTTPS else "refused-by-ldap-result", flags)


def assert_seen(client: Client, saw: Outcome, flags: str | None) -> None:
    """The client was answered accordingly: a status and the reason over HTTP, a bind over LDAP."""
    if client.protocol is not Protocol.HTTPS:
        assert (saw.exit_status == 0) == (flags == "ERROR_SUCCESS"), saw
        return
    assert saw.exit_status == 0, saw
    assert (flags or "no-certificate") in saw.output, saw
    if (status := re.search(r"HTTP(?:/1\.1)? (\d{3})", saw.output)) is not None:
        assert status[1] == ("200" if flags in (None, "ERROR_SUCCESS") else "403")
    else:
        assert client.name == "chromium", saw


@pytest.mark.parametrize(("client", "version", "certificate"), CELLS)
def test_client_and_certificate(
    client: Client,
    version: Version | None,
    certificate: Certificate,
    listener: Callable[..., Listening],
    site: Site,
    tmp_path: Path,
) -> None:
    options = () if certificate.is_listed else ("--announce", "none")
    running = listener(client.protocol, "--request", "optional", *options)
    came = visited(running, client, certificate.identity(site), site, tmp_path, version)

    flags = None if client.holds_back in certificate.held_back_by else certificate.flags
    assert the_only_result(came) == told(client.protocol, flags)
    assert_seen(client, came.saw, flags)


@IN_BOTH_VERSIONS
@EACH
def test_without_a_certificate_where_one_is_required(
    client: Client, version: Version, listener: Callable[..., Listening], site: Site, tmp_path: Path
) -> None:
    running = listener(client.protocol, "--request", "always")
    came = visited(running, client, None, site, tmp_path, version)

    assert the_only_result(came) == (None, "refused-by-alert", "no-certificate")
    alert = {"1.2": "handshake_failure", "1.3": "certificate_required"}[version]
    assert {alert_sent(each) for each in came.answered} == {alert}
    assert "HTTP/1.1" not in came.saw.output
    if client.name == "java":
        assert len(came.answered) == {"1.2": 1, "1.3": 2}[version]


@EACH
def test_with_a_certificate_where_one_is_required(
    client: Client, listener: Callable[..., Listening], site: Site, tmp_path: Path
) -> None:
    running = listener(client.protocol, "--request", "always")
    came = visited(running, client, site.clients.alice, site, tmp_path)

    assert the_only_result(came) == told(client.protocol, "ERROR_SUCCESS")
    assert_seen(client, came.saw, "ERROR_SUCCESS")


@IN_BOTH_VERSIONS
@EACH_OF_THE_WEB
def test_asked_when_the_request_is_there(
    client: Client, version: Version, listener: Callable[..., Listening], site: Site, tmp_path: Path
) -> None:
    """In TLS 1.2 all renegotiate; in TLS 1.3 the client must have offered it in its ClientHello."""
    running = listener(client.protocol, "--request", "post-handshake")
    came = visited(running, client, site.clients.alice, site, tmp_path, version)

    if version == "1.2" or client.late_request is LateRequest.IN_BOTH_VERSIONS:
        assert the_only_result(came) == told(client.protocol, "ERROR_SUCCESS")
        assert_seen(client, came.saw, "ERROR_SUCCESS")
    else:
        assert came.answered == []
        assert {result(each) for each in came.others if each["visit"]["requested"]} == {
            (None, "refused-by-http-status", "post-handshake-not-offered")
        }


@IN_BOTH_VERSIONS
@EACH
def test_server_that_is_not_trusted(
    client: Client, version: Version, listener: Callable[..., Listening], site: Site, tmp_path: Path
) -> None:
    server = site.servers.untrusted
    running = listener(client.protocol, "--request", "optional", "--cert", server.chain, "--key", server.key)
    came = visited(running, client, site.clients.alice, site, tmp_path, version)

    reports = (*came.answered, *came.others)
    if client.distrust is not None:
        # Of two connections that Chromium opens at once it may drop one without a word.
        reports = tuple(each for each in reports if only(each)["tls"] is not None and only(each)["tls"]["alerts"])
        expected = ("refused-by-client", client.distrust.name)
    else:
        expected = WITHOUT_A_WORD[client.name, version]
    assert {(each["verdict"]["outcome"], cause_of(each)) for each in reports} == {expected}


def cause_of(report: Document) -> str:
    """The first cause that is not about the client's certificate, which is good."""
    return next(code for code in codes(report) if code != "accepted")


def codes(report: Document) -> list[str]:
    return [cause["code"] for cause in report["verdict"]["causes"]]
