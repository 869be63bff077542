"""Certificates asked for after the first handshake: by a renegotiation until TLS 1.2, post-handshake in TLS 1.3."""

from __future__ import annotations

import pytest

from certprobe.errors import FailureKind, Party, ProtocolError
from certprobe.pki.credential import Credential
from certprobe.tls.conversation import HANDSHAKE_LIMIT
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
)
from certprobe.tls.openssl import Requirement
from tests.tls.wired import (
    ALICE,
    BEFORE_TLS13,
    BOB,
    NAMES,
    SERVER,
    TLS12,
    TLS13,
    VERSIONS,
    Told,
    Wire,
    acceptor,
    connected,
    ders,
    drain,
    failure,
    heard,
    kinds,
    same,
    session,
)


def late(version: ProtocolVersion) -> Phase:
    return Phase.POST_HANDSHAKE if version == TLS13 else Phase.RENEGOTIATION


def requests(told: Told) -> list[CertificateRequested]:
    return [event for event in told if isinstance(event, CertificateRequested)]


@pytest.mark.parametrize("who", [ALICE, BOB, None], ids=["with intermediates", "alone", "anonymous"])
@pytest.mark.parametrize("version", BEFORE_TLS13)
def test_renegotiation(version: ProtocolVersion, who: Credential | None) -> None:
    both = connected(version)
    both.server.request_certificate(Requirement.OPTIONAL)
    client, server = both.settle(who)
    (request,) = requests(client)
    assert (request.phase, request.request.certificate_authorities) == (Phase.RENEGOTIATION, NAMES)
    assert kinds(client[:1]) == ["ServerHello"]
    same(
        client[1:],
        PeerCertificates(ders(SERVER), ()),
        request,
        CertificateAwaited(),
        CertificateSent(ders(who)),
        HandshakeCompleted(Phase.RENEGOTIATION),
    )
    same(heard(server), PeerCertificates(ders(who), ()), HandshakeCompleted(Phase.RENEGOTIATION))


@pytest.mark.parametrize("who", [ALICE, BOB, None], ids=["with intermediates", "alone", "anonymous"])
def test_post_handshake(who: Credential | None) -> None:
    both = connected(TLS13)
    both.server.request_certificate(Requirement.OPTIONAL)
    client, server = both.settle(who)
    (request,) = requests(client)
    assert (request.phase, request.request.certificate_authorities) == (Phase.POST_HANDSHAKE, NAMES)
    assert len(request.request.context) == 32
    completed = HandshakeCompleted(Phase.POST_HANDSHAKE)
    same(client, request, CertificateAwaited(), CertificateSent(ders(who)), completed)
    same(heard(server), PeerCertificates(ders(who), ()), completed)


@pytest.mark.parametrize(
    "answers", [(ALICE, None), (None, ALICE), (BOB, ALICE), (ALICE, None, BOB, None), (ALICE,) * 4]
)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_request_has_its_own_answer(version: ProtocolVersion, answers: tuple[Credential | None, ...]) -> None:
    """What was sent once is not sent again without being asked for again."""
    both = connected(version, Requirement.OPTIONAL, answers[0])
    for answer in answers[1:]:
        both.server.request_certificate(Requirement.OPTIONAL)
        client, server = both.settle(answer)
        assert [request.phase for request in requests(client)] == [late(version)]
        same(client[-2:], CertificateSent(ders(answer)), HandshakeCompleted(late(version)))
        same(heard(server), PeerCertificates(ders(answer), ()), HandshakeCompleted(late(version)))


@pytest.mark.parametrize(
    ("version", "description"),
    [(TLS12, AlertDescription.handshake_failure), (TLS13, AlertDescription.certificate_required)],
)
def test_anonymous_where_a_late_certificate_is_required(
    version: ProtocolVersion, description: AlertDescription
) -> None:
    both = connected(version)
    both.server.request_certificate(Requirement.REQUIRED)
    client, _ = both.settle(None)
    same(client[-2:], AlertReceived(AlertLevel.fatal, description), PeerClosed(Closure.ALERT))
    assert HandshakeCompleted(late(version)) in client or version == TLS12


@pytest.mark.parametrize("version", VERSIONS)
def test_plaintext_sent_while_a_late_request_rests(version: ProtocolVersion) -> None:
    """It waits for the end of the handshake, and is not lost."""
    both = connected(version)
    both.server.request_certificate(Requirement.OPTIONAL)
    client, _ = both.settle()
    assert kinds(client)[-1] == "CertificateAwaited"
    both.client.send(b"one")
    both.client.send(b"two" * 10_000)
    client, server = both.settle()
    assert (client, server) == ([], [])
    _, server = both.settle(ALICE)
    same(server[:2], PeerCertificates(ders(ALICE), ()), HandshakeCompleted(late(version)))
    assert (
        b"".join(event.data for event in server[2:] if isinstance(event, ApplicationData)) == b"one" + b"two" * 10_000
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_plaintext_sent_while_a_late_request_is_on_its_way(version: ProtocolVersion) -> None:
    both = connected(version)
    both.server.request_certificate(Requirement.OPTIONAL)
    asking = both.server.data_to_send()
    both.client.send(b"request")
    both.client.receive_data(asking)
    both.client.send(b"more")
    client, server = both.settle(ALICE)
    assert kinds(client)[-1] == "HandshakeCompleted"
    plaintext = [event.data for event in server if isinstance(event, ApplicationData)]
    assert plaintext == [b"request", b"more"]


@pytest.mark.parametrize("version", VERSIONS)
def test_plaintext_of_the_server_before_its_request(version: ProtocolVersion) -> None:
    both = connected(version)
    both.server.send(b"before")
    both.server.request_certificate(Requirement.OPTIONAL)
    client, _ = both.settle(ALICE)
    same(client[:1], ApplicationData(b"before"))
    assert kinds(client)[-1] == "HandshakeCompleted"


@pytest.mark.parametrize("version", VERSIONS)
def test_plaintext_of_the_server_after_its_request(version: ProtocolVersion) -> None:
    """In a renegotiation it comes between the messages, in TLS 1.3 after the answer; in both it comes through."""
    both = connected(version)
    both.server.request_certificate(Requirement.OPTIONAL)
    both.server.send(b"after")
    client, server = both.settle(ALICE)
    assert [event.data for event in client if isinstance(event, ApplicationData)] == [b"after"]
    assert HandshakeCompleted(late(version)) in client
    assert kinds(heard(server)) == ["PeerCertificates", "HandshakeCompleted"]
    both.client.send(b"on it goes")
    _, server = both.settle()
    same(server, ApplicationData(b"on it goes"))


@pytest.mark.parametrize("version", BEFORE_TLS13)
def test_plaintext_sent_while_a_renegotiation_is_put_off(version: ProtocolVersion) -> None:
    """Half a record stands behind the HelloRequest."""
    both = connected(version)
    both.server.request_certificate(Requirement.OPTIONAL)
    both.server.send(b"answer")
    asking = both.server.data_to_send()
    cut = len(asking) - 3
    both.client.receive_data(asking[:cut])
    both.client.send(b"request")
    both.client.receive_data(asking[cut:])
    client, server = both.settle(ALICE)
    assert [event.data for event in client if isinstance(event, ApplicationData)] == [b"answer"]
    assert [event.data for event in server if isinstance(event, ApplicationData)] == [b"request"]
    assert HandshakeCompleted(late(version)) in client


def test_plaintext_before_the_handshake_waits_for_it() -> None:
    both = Wire(session(TLS13), acceptor(TLS13))
    both.client.send(b"early")
    _, server = both.settle()
    same(heard(server), HandshakeCompleted(Phase.INITIAL), ApplicationData(b"early"))


def test_asking_twice_at_once() -> None:
    both = connected(TLS13)
    both.server.request_certificate(Requirement.OPTIONAL)
    with pytest.raises(ProtocolError, match="the client cannot be asked after the handshake: request "):
        both.server.request_certificate(Requirement.OPTIONAL)
    client, _ = both.settle(ALICE)
    assert kinds(client)[-1] == "HandshakeCompleted"


@pytest.mark.parametrize("version", [TLS12, TLS13])
def test_handshakes_without_end(version: ProtocolVersion) -> None:
    both = connected(version)
    for _ in range(HANDSHAKE_LIMIT - 1):
        both.server.request_certificate(Requirement.OPTIONAL)
        client, _ = both.settle(None)
        assert kinds(client)[-1] == "HandshakeCompleted"
    both.server.request_certificate(Requirement.OPTIONAL)
    client, _ = both.settle(None)
    too_many = failure(client)
    assert (too_many.kind, too_many.party) == (FailureKind.TOO_MUCH_DATA, Party.PEER)
    assert str(too_many) == f"the peer began more than {HANDSHAKE_LIMIT} handshakes on one connection"
    both.server.send(b"more")
    both.client.receive_data(both.server.data_to_send())
    assert drain(both.client) == []
