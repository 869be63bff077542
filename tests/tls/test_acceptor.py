"""What a server tells, in its order: what the client offers, what it chooses and asks, and what it gets."""

from __future__ import annotations

import pytest

from certprobe.errors import FailureKind, Party
from certprobe.tls.acceptor import ServerContext, ServerOptions, TlsAcceptor
from certprobe.tls.client_hello import ClientHello, parse_client_hello
from certprobe.tls.conversation import HANDSHAKE_LIMIT
from certprobe.tls.enums import AlertDescription, AlertLevel, NamedGroup, ProtocolVersion
from certprobe.tls.events import (
    AlertSent,
    ApplicationData,
    CertificateRequested,
    HandshakeCompleted,
    Negotiated,
    PeerCertificates,
    Phase,
)
from certprobe.tls.messages import ServerHello
from certprobe.tls.openssl import Requirement
from tests.peers.tls_server import message
from tests.tls.encoding import (
    certificate_tls12,
    client_hello,
    extension,
    handshake,
    supported_versions,
    uint16s,
    vector,
)
from tests.tls.forged import APPLICATION_DATA, HANDSHAKE, Tls12Client, second_flight_of_tls12
from tests.tls.wired import (
    ALICE,
    BEFORE_TLS13,
    BOB,
    NAMES,
    RSA_SERVER,
    SERVER,
    TLS12,
    TLS13,
    VERSIONS,
    Told,
    Wire,
    acceptor,
    at,
    connected,
    ders,
    drain,
    failure,
    kinds,
    same,
    session,
    wire,
)

KEY_SHARE = 51
X25519_SHARE = b"\x00\x1d" + vector(b"\x09" + bytes(31))
HELLO = handshake(1, client_hello(extension(0xFF01, b"\0")))
ASKED = ["ClientHello", "ServerHello", "CertificateRequested", "PeerCertificates", "HandshakeCompleted"]


def hellos(told: Told) -> list[ClientHello]:
    return [event for event in told if isinstance(event, ClientHello)]


def requests(told: Told) -> list[CertificateRequested]:
    return [event for event in told if isinstance(event, CertificateRequested)]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("who", [ALICE, None], ids=["alice", "anonymous"])
def test_asking(version: ProtocolVersion, who: object) -> None:
    """Both sides tell the same of what passed between them."""
    both = wire(version, Requirement.OPTIONAL)
    client, server = both.settle(who)  # type: ignore[arg-type]
    assert kinds(server) == ASKED
    assert hellos(server)[0].server_name == "localhost"
    same(server[1:2], *(event for event in client if isinstance(event, ServerHello)))
    same(requests(server), *requests(client))  # type: ignore[arg-type]
    assert requests(server)[0].request.certificate_authorities == NAMES
    same(server[3:], PeerCertificates(ders(who), ()), HandshakeCompleted(Phase.INITIAL))  # type: ignore[arg-type]


@pytest.mark.parametrize("version", VERSIONS)
def test_not_asking(version: ProtocolVersion) -> None:
    assert kinds(wire(version).settle()[1]) == ["ClientHello", "ServerHello", "HandshakeCompleted"]


@pytest.mark.parametrize("version", BEFORE_TLS13)
def test_renegotiation(version: ProtocolVersion) -> None:
    both = connected(version)
    both.server.request_certificate(Requirement.OPTIONAL)
    client, server = both.settle(ALICE)
    assert kinds(server) == ASKED
    same(requests(server), *requests(client))  # type: ignore[arg-type]
    assert requests(server)[0].phase is Phase.RENEGOTIATION


def test_post_handshake() -> None:
    both = connected(TLS13)
    both.server.request_certificate(Requirement.OPTIONAL)
    client, server = both.settle(ALICE)
    assert kinds(server) == ["CertificateRequested", "PeerCertificates", "HandshakeCompleted"]
    same(requests(server), *requests(client))  # type: ignore[arg-type]
    assert requests(server)[0].phase is Phase.POST_HANDSHAKE


def test_hello_retry_request() -> None:
    """RFC 8446 4.1.2: the client says it again, with a key share that the server can use."""
    server = acceptor(TLS13)
    offer = (
        supported_versions(TLS13),
        extension(10, uint16s((NamedGroup.x25519,))),
        extension(13, uint16s((0x0403, 0x0804))),
    )
    bodies = [client_hello(*offer, extension(KEY_SHARE, vector(each))) for each in (b"", X25519_SHARE)]
    server.receive_data(message(1, bodies[0]))
    same(drain(server), parse_client_hello(bodies[0]))
    assert server.negotiated == Negotiated(TLS13, 0x1301, NamedGroup.x25519)
    server.receive_data(message(1, bodies[1]))
    same(drain(server), parse_client_hello(bodies[1]), ServerHello(TLS13, 0x1301, NamedGroup.x25519))


@pytest.mark.parametrize("version", VERSIONS)
def test_negotiated(version: ProtocolVersion) -> None:
    server = acceptor(version, alpn=("http/1.1",))
    assert server.negotiated == Negotiated()
    both = Wire(session(version, alpn=("h2", "http/1.1")), server)
    both.settle()
    assert server.negotiated == both.client.negotiated
    assert (server.negotiated.version, server.negotiated.alpn) == (version, "http/1.1")
    assert None not in server.negotiated


# --- what breaks ------------------------------------------------------------------------------------------------------


def test_no_version_in_common() -> None:
    _, server = Wire(session(TLS12), acceptor(TLS13)).settle()
    assert kinds(server) == ["ClientHello", "AlertSent", "ProtocolError"]
    same(server[1:2], AlertSent(AlertLevel.fatal, AlertDescription.protocol_version))


@pytest.mark.parametrize("version", [TLS12, TLS13])
def test_no_cipher_suite_in_common(version: ProtocolVersion) -> None:
    server = acceptor(version)
    offer = client_hello(supported_versions(version), cipher_suites=(0x0005, 0x3A3A))
    server.receive_data(message(1, offer))
    told = drain(server)
    assert kinds(told) == ["ClientHello", "AlertSent", "ProtocolError"]
    assert hellos(told)[0].cipher_suites == (0x0005, 0x3A3A)
    assert failure(told).party is Party.PEER


@pytest.mark.parametrize(
    "body", [b"", bytes(2), client_hello()[:40], client_hello() + b"\x00\x09\x00"], ids=["none", "two", "cut", "long"]
)
def test_malformed_client_hello(body: bytes) -> None:
    server = acceptor()
    server.receive_data(message(1, body))
    told = drain(server)
    assert kinds(told) == ["ClientHello", "AlertSent", "ProtocolError"]
    assert hellos(told)[0].size == len(body)
    assert hellos(told)[0].faults


# --- how much ---------------------------------------------------------------------------------------------------------


def too_much(told: Told) -> str:
    too_long = failure(told)
    assert (too_long.kind, too_long.party) == (FailureKind.TOO_MUCH_DATA, Party.PEER)
    return str(too_long)


def test_certificates_longer_than_openssl_takes() -> None:
    certificates = (ALICE.certificate.der,) * 300
    told = second_flight_of_tls12(certificate_tls12(*certificates))
    assert kinds(told) == ["AlertSent", "ProtocolError"]
    assert too_much(told) == (
        "a handshake message of the peer's is longer than the TLS library takes (100 KiB for a list of certificates or "
        "of CAs), so that what it holds cannot be shown (TLS library: excessive message size)"
    )


def test_many_certificates() -> None:
    certificates = (ALICE.certificate.der,) * 100
    told = second_flight_of_tls12(certificate_tls12(*certificates))
    assert PeerCertificates(certificates, ()) in told


@pytest.mark.parametrize("version", BEFORE_TLS13)
def test_a_clients_renegotiation_is_refused(version: ProtocolVersion) -> None:
    """A server's own is not: see above. The client takes the refusal for the end."""
    both = connected(version)
    renegotiate(both)
    _, server = both.settle()
    assert kinds(server[:1]) == ["ClientHello"]
    same(server[1:2], AlertSent(AlertLevel.warning, AlertDescription.no_renegotiation))


def test_a_client_that_does_not_stop_to_renegotiate() -> None:
    client = Tls12Client(server := acceptor(TLS12))
    drain(server)
    for _ in range(HANDSHAKE_LIMIT - 1):
        server.receive_data(client.seal(HANDSHAKE, HELLO))
        refused = AlertSent(AlertLevel.warning, AlertDescription.no_renegotiation)
        same(drain(server), parse_client_hello(HELLO[4:]), refused)
    server.data_to_send()
    server.send(b"and so are we")
    assert server.data_to_send()
    server.receive_data(client.seal(APPLICATION_DATA, b"still there"))
    same(drain(server), ApplicationData(b"still there"))
    server.receive_data(client.seal(HANDSHAKE, HELLO))
    told = drain(server)
    assert too_much(told) == f"the peer began more than {HANDSHAKE_LIMIT} handshakes on one connection"


def renegotiate(both: Wire) -> None:
    both.client._engine.connection.renegotiate()
    both.client._engine.handshake()


# --- one context for all ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_connections_that_share_a_context(version: ProtocolVersion) -> None:
    """None is touched by what another did: the host that it named, the certificate that it showed, how it ended."""
    private = ServerOptions(RSA_SERVER, Requirement.REQUIRED, NAMES, versions=at(version))
    hosts = (("private.lab.test", private), ("mirror.lab.test", private._replace(signature_algorithms=(0x0403,))))
    shared = ServerContext(ServerOptions(SERVER, versions=at(version), virtual_hosts=hosts))
    names = ("localhost", "private.lab.test", "mirror.lab.test", "localhost")
    wires = [Wire(session(version, server_name=name), TlsAcceptor(shared)) for name in names]
    told = [each.settle(*(ALICE for _ in range(name != "localhost"))) for each, name in zip(wires, names, strict=True)]
    asked = [len(requests(server)) for _, server in told]
    assert asked == [0, 1, 1, 0]
    for each in wires:
        each.server.request_certificate(Requirement.REQUIRED)
    late = [each.settle(who) for each, who in zip(wires, (ALICE, BOB, ALICE, BOB), strict=True)]
    shown = [event for _, server in late for event in server if isinstance(event, PeerCertificates)]
    assert shown == [PeerCertificates(ders(who), ()) for who in (ALICE, BOB, ALICE, BOB)]
    algorithms = [requests(server)[0].request.signature_algorithms for _, server in late]
    assert [each == (0x0403,) for each in algorithms] == [False, False, version >= TLS12, False]


def test_a_context_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="not a DER name"):
        ServerContext(ServerOptions(SERVER, certificate_authorities=(b"\x30\x05cut",)))
