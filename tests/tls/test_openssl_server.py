"""What the server's side decides: the alert for a certificate, the virtual host, the staple, how weak it may be."""

from __future__ import annotations

import pytest

from certprobe.errors import FailureKind, ProtocolError
from certprobe.lab.pki import rsa_key
from certprobe.lab.revocation import ocsp_without_success
from certprobe.pki.ocsp import OcspResponseStatus
from certprobe.tls.acceptor import ServerOptions, TlsAcceptor
from certprobe.tls.enums import AlertDescription, ProtocolVersion
from certprobe.tls.events import AlertReceived, CertificateRequested, PeerCertificates, StapledOcsp
from certprobe.tls.openssl import Compatibility, Requirement
from certprobe.tls.openssl_server import ALERTS, Judge
from tests.selection.credentials import credential
from tests.tls.wired import (
    ALICE,
    BOB,
    ISSUING,
    RSA_SERVER,
    SERVER,
    TLS12,
    TLS13,
    Told,
    Wire,
    acceptor,
    at,
    connected,
    ders,
    kinds,
    session,
    wire,
)

BOTH = pytest.mark.parametrize("version", [TLS12, TLS13], ids=lambda version: version.name)


def refuse(*chains: tuple[bytes, ...], with_alert: AlertDescription) -> Judge:
    return lambda certificates: with_alert if certificates in chains else None


def alerts(told: Told) -> list[int]:
    return [event.description for event in told if isinstance(event, AlertReceived)]


def chains(told: Told) -> list[tuple[bytes, ...]]:
    return [event.certificates for event in told if isinstance(event, PeerCertificates)]


@BOTH
@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_judge_chooses_the_alert(alert: AlertDescription, version: ProtocolVersion) -> None:
    server = wire(version, Requirement.REQUIRED, judge=refuse(ders(ALICE), with_alert=alert))
    client_told, server_told = server.settle(ALICE)
    assert alerts(client_told) == [alert]
    assert "HandshakeCompleted" not in kinds(server_told)


@BOTH
def test_alert_that_openssl_has_no_error_for(version: ProtocolVersion) -> None:
    judge = refuse(ders(ALICE), with_alert=AlertDescription.access_denied)
    client_told, _ = wire(version, Requirement.REQUIRED, judge=judge).settle(ALICE)
    assert alerts(client_told) == [AlertDescription.certificate_unknown]


@BOTH
def test_judge_lets_others_through(version: ProtocolVersion) -> None:
    judge = refuse(ders(ALICE), with_alert=AlertDescription.unknown_ca)
    client_told, server_told = wire(version, Requirement.REQUIRED, judge=judge).settle(BOB)
    assert alerts(client_told) == []
    assert "HandshakeCompleted" in kinds(server_told)


@BOTH
def test_judge_is_asked_about_a_certificate_that_comes_late(version: ProtocolVersion) -> None:
    shown: list[tuple[bytes, ...]] = []

    def judge(certificates: tuple[bytes, ...]) -> AlertDescription:
        shown.append(certificates)
        return AlertDescription.certificate_revoked

    late = wire(version, judge=judge)
    late.settle()
    assert shown == []
    late.server.request_certificate(Requirement.REQUIRED)
    client_told, _ = late.settle(ALICE)
    assert alerts(client_told) == [AlertDescription.certificate_revoked]
    assert set(shown) == {ders(ALICE)}


@BOTH
def test_what_a_judge_raises_is_not_lost(version: ProtocolVersion) -> None:
    def judge(_: tuple[bytes, ...]) -> AlertDescription:
        raise RuntimeError("no opinion")

    with pytest.raises(RuntimeError, match="no opinion"):
        wire(version, Requirement.REQUIRED, judge=judge).settle(ALICE)


@BOTH
def test_virtual_host_has_its_own_certificate_and_request(version: ProtocolVersion) -> None:
    judge = refuse(ders(BOB), with_alert=AlertDescription.unknown_ca)
    host = ServerOptions(RSA_SERVER, Requirement.REQUIRED, (ISSUING.issued.subject,), judge=judge)
    hosts = (("private.lab.test", host),)

    def told(name: str | None, *answers: object) -> Told:
        both = Wire(session(version, server_name=name), acceptor(version, virtual_hosts=hosts))
        return both.settle(*answers)[0]  # type: ignore[arg-type]

    for name in (None, "localhost"):
        usual = told(name)
        assert chains(usual) == [ders(SERVER)]
        assert "CertificateRequested" not in kinds(usual)
    asked = told("private.lab.test", ALICE)
    assert chains(asked) == [ders(RSA_SERVER)]
    (request,) = (event.request for event in asked if isinstance(event, CertificateRequested))
    assert request.certificate_authorities == (ISSUING.issued.subject,)
    assert alerts(asked) == []
    assert alerts(told("private.lab.test", BOB)) == [AlertDescription.unknown_ca]


@BOTH
def test_staple_is_sent(version: ProtocolVersion) -> None:
    response = ocsp_without_success(OcspResponseStatus.tryLater)
    client_told, _ = wire(version, stapled_ocsp=response).settle()
    assert [event.response for event in client_told if isinstance(event, StapledOcsp)] == [response]
    assert "StapledOcsp" not in kinds(connected(version).settle()[0])


def test_weak_certificates_are_shown_on_request() -> None:
    options = ServerOptions(credential(ISSUING.server("localhost", key=rsa_key(768))), versions=at(TLS12))
    weak = Wire(session(TLS12), TlsAcceptor(options._replace(compatibility=Compatibility.LEGACY)))
    assert len(chains(weak.settle()[0])) == 1
    with pytest.raises(ProtocolError) as failure:
        TlsAcceptor(options)
    assert failure.value.kind is FailureKind.CREDENTIAL_UNUSABLE
