"""Our client against `openssl s_server`, a peer that we did not write: every version, every way of asking."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from certprobe import transport
from certprobe.pki.credential import Credential
from certprobe.pki.name import DistinguishedName
from certprobe.tls.acceptor import ServerOptions
from certprobe.tls.enums import AlertDescription, AlertLevel, ProtocolVersion
from certprobe.tls.events import (
    AlertReceived,
    ApplicationData,
    CertificateAwaited,
    CertificateRequested,
    CertificateSent,
    Closure,
    HandshakeCompleted,
    PeerCertificates,
    PeerClosed,
    Phase,
    TlsEvent,
)
from certprobe.tls.messages import Announced
from certprobe.tls.openssl import Compatibility
from certprobe.tls.rehearsal import asking_like, differences
from certprobe.tls.session import ClientOptions, TlsSession
from tests.peers.process import HOST
from tests.peers.s_server import REQUEST, REQUIRE
from tests.peers.site import Identity, Site
from tests.selection.credentials import credential
from tests.tls.wired import TLS12, TLS13, at, ders

SECONDS = 20
OPTIONS = dict(zip(("-tls1", "-tls1_1", "-tls1_2", "-tls1_3"), ProtocolVersion, strict=True))
SServer = Callable[..., int]


def talk(
    port: int, version: ProtocolVersion, who: Credential | None, compatibility: Compatibility = Compatibility.MODERN
) -> list[TlsEvent]:
    """Every event up to the end of one HTTP exchange."""
    step = transport.Deadline(SECONDS, SECONDS).step("the exchange")
    channel = transport.dial(HOST, port, step)
    session = TlsSession(ClientOptions("localhost", versions=at(version), compatibility=compatibility))
    told: list[TlsEvent] = []
    events: Iterator[TlsEvent] = transport.pump(channel, session, step)
    try:
        for event in events:
            told.append(event)
            if isinstance(event, CertificateAwaited):
                session.send_certificate(who)
            elif isinstance(event, HandshakeCompleted):
                session.send(b"GET / HTTP/1.0\r\n\r\n")
            elif isinstance(event, PeerClosed):
                break
    finally:
        channel.close()
    return told


def sent(identity: Identity | None) -> Credential | None:
    return None if identity is None else credential(identity.issued)


def kinds(told: list[TlsEvent]) -> list[str]:
    """The types of the events, data in one piece."""
    names = [type(event).__name__ for event in told]
    return [
        name for name, before in zip(names, ["", *names], strict=False) if name != before or name != "ApplicationData"
    ]


def page(told: list[TlsEvent]) -> bytes:
    return b"".join(event.data for event in told if isinstance(event, ApplicationData))


@pytest.mark.parametrize("option", OPTIONS)
def test_not_asked(site: Site, s_server: SServer, option: str) -> None:
    told = talk(s_server(option), OPTIONS[option], None)
    assert kinds(told)[:3] == ["ServerHello", "PeerCertificates", "HandshakeCompleted"]
    good = site.servers.good.issued
    shown = told[1]
    assert isinstance(shown, PeerCertificates)
    assert (shown.certificates[0], shown.faults) == (good.der, ())
    assert set(good.chain) <= set(shown.certificates)
    assert page(told).startswith(b"HTTP/1.0 200")
    assert b"no client certificate available" in page(told)


@pytest.mark.parametrize("option", OPTIONS)
def test_accepted(site: Site, s_server: SServer, option: str) -> None:
    who = sent(site.clients.alice)
    told = talk(s_server(option, *REQUIRE), OPTIONS[option], who)
    (request,) = (event for event in told if isinstance(event, CertificateRequested))
    assert request.phase is Phase.INITIAL
    (name,) = request.request.certificate_authorities or ()
    assert DistinguishedName(name).rfc4514 == "CN=Lab root,O=Lab,DC=lab,DC=test"
    assert (request.request.signature_algorithms is None) == (OPTIONS[option] < TLS12)
    assert [event for event in told if isinstance(event, CertificateSent)] == [CertificateSent(ders(who))]
    assert page(told).startswith(b"HTTP/1.0 200")
    assert b"Client certificate" in page(told)


REFUSALS = {
    "foreign": AlertDescription.unknown_ca,
    "expired": AlertDescription.certificate_expired,
    None: None,
}


@pytest.mark.parametrize("name", REFUSALS)
@pytest.mark.parametrize("option", OPTIONS)
def test_refused(site: Site, s_server: SServer, option: str, name: str | None) -> None:
    """By number; in TLS 1.3 only after the handshake was complete for us."""
    version = OPTIONS[option]
    who = sent(None if name is None else getattr(site.clients, name))
    told = talk(s_server(option, *REQUIRE), version, who)
    without = AlertDescription.certificate_required if version == TLS13 else AlertDescription.handshake_failure
    assert told[-2:] == [AlertReceived(AlertLevel.fatal, REFUSALS[name] or without), PeerClosed(Closure.ALERT)]
    assert isinstance(told[-2], AlertReceived)
    assert ("HandshakeCompleted" in kinds(told)) == (version == TLS13)
    assert page(told) == b""


@pytest.mark.parametrize("option", OPTIONS)
def test_anonymous_where_nobody_must(s_server: SServer, option: str) -> None:
    told = talk(s_server(option, *REQUEST), OPTIONS[option], None)
    assert CertificateSent(()) in told
    assert page(told).startswith(b"HTTP/1.0 200")


@pytest.mark.parametrize(
    ("option", "announced"), [("-tls1_2", Announced.EMPTY_LIST), ("-tls1_3", Announced.EMPTY_LIST)]
)
def test_empty_list(s_server: SServer, option: str, announced: Announced) -> None:
    told = talk(s_server(option, "-no_ca_names", *REQUEST), OPTIONS[option], None)
    (request,) = (event.request for event in told if isinstance(event, CertificateRequested))
    assert (request.announced, request.certificate_authorities, request.faults) == (announced, (), ())


@pytest.mark.parametrize("option", OPTIONS)
def test_legacy(site: Site, s_server: SServer, option: str) -> None:
    told = talk(s_server(option, *REQUIRE), OPTIONS[option], sent(site.clients.alice), Compatibility.LEGACY)
    assert page(told).startswith(b"HTTP/1.0 200")


@pytest.mark.parametrize("more", [(), ("-no_ca_names",)], ids=["list", "empty"])
@pytest.mark.parametrize("option", OPTIONS)
def test_mirrored(site: Site, s_server: SServer, option: str, more: tuple[str, ...]) -> None:
    """OpenSSL 3 asks in TLS 1.3 for what OpenSSL 4 does not; everything else is the same."""
    told = talk(s_server(option, *more, *REQUEST), OPTIONS[option], None)
    (request,) = (event.request for event in told if isinstance(event, CertificateRequested))
    mirror = asking_like(request, ServerOptions(credential(site.servers.good.issued), versions=at(OPTIONS[option])))
    old = "ecdsa_sha224, ecdsa_sha1, rsa_pkcs1_sha224, rsa_pkcs1_sha1"
    allowed = {f"TLS 1.3: signature_algorithms: {old} left out"} if option == "-tls1_3" else set()
    assert set(differences(mirror, request)) <= allowed
