"""Handshakes between our client and our server: what is asked, what is sent, and what is told in which order."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

from certprobe.errors import FailureKind, Party, ProtocolError
from certprobe.lab.pki import rsa_key
from certprobe.pki.credential import Credential, KeyStatus
from certprobe.tls.enums import AlertDescription, AlertLevel, ProtocolVersion
from certprobe.tls.events import (
    AlertReceived,
    AlertSent,
    ApplicationData,
    CertificateAwaited,
    CertificateRequested,
    CertificateSent,
    Closure,
    HandshakeCompleted,
    Negotiated,
    PeerCertificates,
    PeerClosed,
    Phase,
)
from certprobe.tls.messages import ServerHello
from certprobe.tls.openssl import Compatibility, Requirement, VersionRange
from tests.peers.tls_server import context
from tests.selection.credentials import credential
from tests.tls.wired import (
    ALICE,
    BEFORE_TLS13,
    BOB,
    ISSUING,
    NAMES,
    OTHERS_KEY,
    ROOT,
    RSA_SERVER,
    SERVER,
    TLS10,
    TLS12,
    TLS13,
    VERSIONS,
    Told,
    Wire,
    acceptor,
    connected,
    ders,
    drain,
    heard,
    kinds,
    same,
    session,
    wire,
)

INITIAL = HandshakeCompleted(Phase.INITIAL)
SERVER_SHOWN = PeerCertificates(ders(SERVER), ())


def hello(told: Told) -> ServerHello:
    assert isinstance(told[0], ServerHello)
    return told[0]


def requested(told: Told) -> CertificateRequested:
    return next(event for event in told if isinstance(event, CertificateRequested))


@pytest.mark.parametrize("version", VERSIONS)
def test_not_asked(version: ProtocolVersion) -> None:
    client, server = wire(version).settle()
    assert hello(client).version == version
    same(client[1:], SERVER_SHOWN, INITIAL)
    same(heard(server), INITIAL)


@pytest.mark.parametrize("requirement", [Requirement.OPTIONAL, Requirement.REQUIRED])
@pytest.mark.parametrize("who", [ALICE, BOB], ids=["with intermediates", "alone"])
@pytest.mark.parametrize("version", VERSIONS)
def test_credential(version: ProtocolVersion, requirement: Requirement, who: Credential) -> None:
    """Exactly the certificate and its intermediates go out, no root and none that OpenSSL found by itself."""
    client, server = wire(version, requirement).settle(who)
    request = requested(client)
    # The server's certificates come after the request in TLS 1.3 (RFC 8446 4.3.2), and before it until then.
    asked = (request, SERVER_SHOWN) if version == TLS13 else (SERVER_SHOWN, request)
    same(client[1:], *asked, CertificateAwaited(), CertificateSent(ders(who)), INITIAL)
    same(heard(server), PeerCertificates(ders(who), ()), INITIAL)


@pytest.mark.parametrize("version", VERSIONS)
def test_anonymous(version: ProtocolVersion) -> None:
    client, server = wire(version, Requirement.OPTIONAL).settle(None)
    same(client[-3:], CertificateAwaited(), CertificateSent(()), INITIAL)
    same(heard(server), PeerCertificates((), ()), INITIAL)


def test_anonymous_where_a_certificate_is_required_in_tls12() -> None:
    client, server = wire(TLS12, Requirement.REQUIRED).settle(None)
    alert = (AlertLevel.fatal, AlertDescription.handshake_failure)
    same(client[-3:], CertificateSent(()), AlertReceived(*alert), PeerClosed(Closure.ALERT))
    same(heard(server)[:2], PeerCertificates((), ()), AlertSent(*alert))
    assert isinstance(heard(server)[2], ProtocolError)


def test_anonymous_where_a_certificate_is_required_in_tls13() -> None:
    """The handshake is complete for the client before the server has judged its certificate."""
    client, server = wire(TLS13, Requirement.REQUIRED).settle(None)
    alert = (AlertLevel.fatal, AlertDescription.certificate_required)
    same(client[-4:], CertificateSent(()), INITIAL, AlertReceived(*alert), PeerClosed(Closure.ALERT))
    same(heard(server)[:2], PeerCertificates((), ()), AlertSent(*alert))


@pytest.mark.parametrize("names", [NAMES, (), (b"\x30\x00",), (NAMES[0],) * 1200], ids=["two", "none", "empty", "1200"])
@pytest.mark.parametrize("version", VERSIONS)
def test_names_arrive_as_announced(version: ProtocolVersion, names: tuple[bytes, ...]) -> None:
    client, _ = wire(version, Requirement.OPTIONAL, certificate_authorities=names).settle(None)
    request = requested(client).request
    absent = version == TLS13 and not names
    assert request.certificate_authorities == (None if absent else names)
    assert request.certificate_authorities_size == sum(len(name) + 2 for name in names)
    assert (request.version, request.faults) == (version, ())
    assert (request.certificate_types is None) == (version == TLS13)
    assert (request.signature_algorithms is None) == (version < TLS12)


@pytest.mark.parametrize("version", VERSIONS)
def test_octet_by_octet(version: ProtocolVersion) -> None:
    whole, pieces = wire(version, Requirement.REQUIRED), wire(version, Requirement.REQUIRED)
    pieces = Wire(pieces.client, pieces.server, piece=1)
    expected, told = whole.settle(ALICE), pieces.settle(ALICE)
    assert [kinds(side) for side in told] == [kinds(side) for side in expected]
    pieces.client.send(b"request")
    pieces.server.send(b"answer")
    client, server = pieces.settle()
    same(client, ApplicationData(b"answer"))
    same(server, ApplicationData(b"request"))


@pytest.mark.parametrize("version", [TLS12, TLS13])
def test_large_plaintext(version: ProtocolVersion) -> None:
    both, plaintext = connected(version), b"0123456789abcdef" * 20_000
    both.client.send(plaintext)
    _, server = both.settle()
    assert set(kinds(server)) == {"ApplicationData"}
    assert b"".join(event.data for event in server if isinstance(event, ApplicationData)) == plaintext


@pytest.mark.parametrize("version", VERSIONS)
def test_alpn(version: ProtocolVersion) -> None:
    client = session(version, alpn=("h2", "http/1.1"))
    both = Wire(client, acceptor(version, alpn=("http/1.1",)))
    told, _ = both.settle()
    assert client.negotiated.alpn == "http/1.1"
    assert hello(told).alpn == (None if version == TLS13 else "http/1.1")
    # A renegotiation does not repeat it.
    both.server.request_certificate(Requirement.OPTIONAL)
    both.settle(None)
    assert client.negotiated.alpn == "http/1.1"


@pytest.mark.parametrize("version", [TLS12, TLS13])
def test_alpn_without_a_name_in_common(version: ProtocolVersion) -> None:
    client = session(version, alpn=("h2",))
    told, _ = Wire(client, acceptor(version, alpn=("http/1.1",))).settle()
    assert kinds(told)[-1] == "HandshakeCompleted"
    assert client.negotiated.alpn is None


def test_negotiated() -> None:
    assert session().negotiated == Negotiated()
    both = connected(TLS12)
    assert both.client.negotiated == Negotiated(TLS12, 0xC02C, 29, None)
    both = connected(TLS13)
    assert both.client.negotiated == Negotiated(TLS13, 0x1302, 0x11EC, None)


def test_hello_retry_request() -> None:
    """RFC 8446 4.1.4: the server wants another group; that is no ServerHello."""
    tls = context(ISSUING.server("localhost"), version=TLS13)
    tls.set_tmp_ecdh(ec.SECP521R1())
    server, client = SSL.Connection(tls), session(TLS13)
    server.set_accept_state()
    for told, group in (
        ([], 25),
        (["ServerHello", "CertificateRequested", "PeerCertificates", "CertificateAwaited"], 25),
    ):
        server.bio_write(client.data_to_send())
        with pytest.raises(SSL.WantReadError):
            server.do_handshake()
        client.receive_data(server.bio_read(65536))
        assert kinds(drain(client)) == told
        assert (client.negotiated.version, client.negotiated.group) == (TLS13, group)


@pytest.mark.parametrize("version", BEFORE_TLS13)
def test_older_versions_need_no_compatibility(version: ProtocolVersion) -> None:
    """Whoever lowers the minimum wants to reach such a server, legacy or not."""
    both = Wire(session(versions=VersionRange(TLS10, TLS13)), acceptor(version, credential=RSA_SERVER))
    client, _ = both.settle()
    assert (hello(client).version, kinds(client)[-1]) == (version, "HandshakeCompleted")


def test_no_version_in_common() -> None:
    client, server = Wire(session(TLS13), acceptor(TLS12)).settle()
    same(client, AlertReceived(AlertLevel.fatal, AlertDescription.protocol_version), PeerClosed(Closure.ALERT))
    same(heard(server)[:1], AlertSent(AlertLevel.fatal, AlertDescription.protocol_version))


# --- what the library refuses to send ---------------------------------------------------------------------------------

WEAK = credential(ISSUING.client("weak", key=rsa_key(1024)))
GARBAGE = credential(ISSUING.client("garbage").with_broken_signature())
NO_KEY = credential(ISSUING.client("no key"), KeyStatus.ABSENT)
OTHER_KIND_OF_KEY = Credential(
    ALICE.certificate, (), RSA_SERVER.private_key, KeyStatus.DOES_NOT_FIT, None, "store.pem #3"
)


@pytest.mark.parametrize(
    ("who", "words"),
    [
        (WEAK, "the TLS library refuses the certificate of store.pem #1: ee key too small"),
        (NO_KEY, "the TLS library refuses the certificate of store.pem #1: it has no private key"),
        (OTHERS_KEY, "the TLS library refuses the certificate of store.pem #2: key values mismatch"),
        (OTHER_KIND_OF_KEY, "the TLS library refuses the certificate of store.pem #3: no certificate assigned"),
    ],
)
@pytest.mark.parametrize("version", [TLS12, TLS13])
def test_unusable_credential(version: ProtocolVersion, who: Credential, words: str) -> None:
    """The handshake still rests, so that another answer can be given."""
    both = wire(version, Requirement.OPTIONAL)
    both.settle()
    with pytest.raises(ProtocolError) as refusal:
        both.client.send_certificate(who)
    assert str(refusal.value) == words
    assert (refusal.value.kind, refusal.value.party) == (FailureKind.CREDENTIAL_UNUSABLE, Party.OURSELVES)
    assert drain(both.client) == []
    both.client.send_certificate(None)
    client, server = both.settle()
    same(client, CertificateSent(()), INITIAL)
    same(heard(server), PeerCertificates((), ()), INITIAL)


def test_weak_credential_is_sent_in_legacy() -> None:
    both = Wire(session(TLS12, compatibility=Compatibility.LEGACY), acceptor(TLS12, requirement=Requirement.REQUIRED))
    client, _ = both.settle(WEAK)
    same(client[-2:], CertificateSent(ders(WEAK)), INITIAL)


@pytest.mark.parametrize("version", [TLS12, TLS13])
def test_weak_intermediate(version: ProtocolVersion) -> None:
    """OpenSSL looks at the intermediates when it sends them: that is our failure, not the server's."""
    weak = ROOT.intermediate("weak", key=rsa_key(1024))
    client, _ = wire(version, Requirement.OPTIONAL).settle(credential(weak.client("alice")))
    assert isinstance(client[-1], ProtocolError)
    assert (client[-1].kind, client[-1].party) == (FailureKind.CREDENTIAL_UNUSABLE, Party.OURSELVES)
    assert str(client[-1]) == "a certificate of the credential is too weak (TLS library: ca key too small)"
    same(client[-2:-1], AlertSent(AlertLevel.fatal, AlertDescription.internal_error))


def test_broken_certificate_is_sent_where_openssl_can() -> None:
    client, server = wire(TLS13, Requirement.OPTIONAL).settle(GARBAGE)
    same(client[-2:], CertificateSent(ders(GARBAGE)), INITIAL)
    same(heard(server), PeerCertificates(ders(GARBAGE), ()), INITIAL)


def test_an_answer_that_nobody_asked_for() -> None:
    """It would be the answer to the next request."""
    both = connected(TLS13)
    with pytest.raises(RuntimeError, match="no certificate is awaited"):
        both.client.send_certificate(ALICE)
    both.server.request_certificate(Requirement.OPTIONAL)
    client, server = both.settle()
    assert kinds(client) == ["CertificateRequested", "CertificateAwaited"]
    assert heard(server) == []
