"""Messages that no library sends: what they say is told, then the failure, and then nothing."""

from __future__ import annotations

import pytest

from certprobe.errors import FailureKind, Party
from certprobe.tls.conversation import HANDSHAKE_LIMIT, TRIFLE_LIMIT
from certprobe.tls.enums import AlertDescription, AlertLevel
from certprobe.tls.events import (
    AlertReceived,
    AlertSent,
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
from certprobe.tls.messages import parse_certificate, parse_certificate_request
from certprobe.tls.openssl import Requirement
from tests.peers import malformed
from tests.peers.tls_server import message
from tests.tls.encoding import (
    AUTHORITIES,
    FIRST,
    SECOND,
    SIGNATURE_ALGORITHMS,
    certificate_tls12,
    certificate_tls13,
    extension,
    handshake,
    request_tls12,
    request_tls13,
    uint16s,
    vectors,
)
from tests.tls.forged import ALERT, APPLICATION_DATA, HANDSHAKE, Tls13Server, alert, first_flight_of_tls12
from tests.tls.wired import (
    ALICE,
    BOB,
    SERVER,
    TLS12,
    TLS13,
    Told,
    acceptor,
    ders,
    drain,
    failure,
    kinds,
    same,
    session,
)

CERTIFICATE, CERTIFICATE_REQUEST, KEY_UPDATE = 11, 13, 24
ALGORITHMS = extension(SIGNATURE_ALGORITHMS, uint16s((0x0403, 0x0804)))
GOOD = request_tls13(ALGORITHMS, extension(AUTHORITIES, vectors((FIRST, SECOND))), context=b"first")
OTHER = request_tls13(ALGORITHMS, context=b"second")
SERVERS_DER = SERVER.certificate.der


def ended(told: Told, description: int) -> None:
    """It ends with our alert and our reason, which blames the peer, and no end by the peer is told."""
    broken = failure(told)
    same(told[-2:-1], AlertSent(AlertLevel.fatal, description))
    assert (broken.kind, broken.party) == (FailureKind.MALFORMED, Party.PEER)
    assert str(broken).startswith("TLS library: ")
    assert "PeerClosed" not in kinds(told)


TOLERATED_BY_OPENSSL = "types-none"
# The message is sound, and what is listed is no name; we show it as it came.
NO_NAMES = ("authority-empty", "authority-not-der")


@pytest.mark.parametrize("name", [name for name in malformed.CERTIFICATE_REQUESTS if name != TOLERATED_BY_OPENSSL])
def test_malformed_request_tls12(name: str) -> None:
    _, body = malformed.CERTIFICATE_REQUESTS[name]
    client = session(TLS12)
    told = first_flight_of_tls12(client, CERTIFICATE_REQUEST, body, requirement=Requirement.OPTIONAL)
    request = parse_certificate_request(body, TLS12)
    assert bool(request.faults) == (name not in NO_NAMES)
    assert kinds(told[:1]) == ["ServerHello"]
    same(told[1:3], PeerCertificates(ders(SERVER), ()), CertificateRequested(request, Phase.INITIAL))
    is_odd = name == "algorithms-odd"
    ended(told, AlertDescription.internal_error if is_odd else AlertDescription.decode_error)
    assert drain(client) == []


def test_request_without_certificate_types() -> None:
    _, body = malformed.CERTIFICATE_REQUESTS[TOLERATED_BY_OPENSSL]
    told = first_flight_of_tls12(session(TLS12), CERTIFICATE_REQUEST, body, requirement=Requirement.OPTIONAL)
    request = parse_certificate_request(body, TLS12)
    assert (request.certificate_types, request.faults) == ((), ())
    same(told[2:], CertificateRequested(request, Phase.INITIAL), CertificateAwaited())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00\x00",
        b"\x00\x00\x09\x00",
        request_tls13(extension(AUTHORITIES, vectors((FIRST,))) + b"\x00\x2f\x01\x00" + FIRST),
        request_tls13(ALGORITHMS, extension(AUTHORITIES, b"\x00\xff" + FIRST)),
    ],
)
def test_malformed_request_tls13(body: bytes) -> None:
    client = session(TLS13)
    told = Tls13Server(client).first_flight(CERTIFICATE_REQUEST, body)
    assert kinds(told[:1]) == ["ServerHello"]
    request = parse_certificate_request(body, TLS13)
    assert request.faults
    same(told[1:2], CertificateRequested(request, Phase.INITIAL))
    assert kinds(told[2:]) == ["AlertSent", "ProtocolError"]
    assert drain(client) == []


def test_malformed_request_post_handshake() -> None:
    client = session(TLS13)
    traffic = Tls13Server(client).connected()
    body = request_tls13(ALGORITHMS, extension(AUTHORITIES, vectors((FIRST,)) + b"\x00"), context=b"c")
    client.receive_data(traffic.seal(HANDSHAKE, handshake(CERTIFICATE_REQUEST, body)))
    told = drain(client)
    request = parse_certificate_request(body, TLS13)
    assert request.certificate_authorities == (FIRST,)
    assert len(request.faults) == 1
    same(told[:1], CertificateRequested(request, Phase.POST_HANDSHAKE))
    ended(told, AlertDescription.decode_error)


@pytest.mark.parametrize(
    "body",
    [
        certificate_tls12(b"\xde\xad\xbe\xef" * 64),
        certificate_tls12(SERVERS_DER, b"\x30\x03abc"),
        certificate_tls12(SERVERS_DER[: len(SERVERS_DER) // 2]),
        certificate_tls12(b""),
        b"\xff\xff\xff" + certificate_tls12(SERVERS_DER)[3:],
        certificate_tls12(),
    ],
)
def test_garbage_certificates_tls12(body: bytes) -> None:
    told = first_flight_of_tls12(session(TLS12), CERTIFICATE, body)
    shown = parse_certificate(body, TLS12)
    same(told[1:2], PeerCertificates(shown.certificates, shown.faults))
    assert kinds(told) == ["ServerHello", "PeerCertificates", "AlertSent", "ProtocolError"]


@pytest.mark.parametrize(
    "body",
    [certificate_tls13((b"\xde\xad" * 99, b"\0\0")), certificate_tls13((SERVERS_DER, b"\0\x09")), b"\0\xff\xff\xff"],
)
def test_garbage_certificates_tls13(body: bytes) -> None:
    told = Tls13Server(session(TLS13)).first_flight(CERTIFICATE, body)
    shown = parse_certificate(body, TLS13)
    same(told[2:3], PeerCertificates(shown.certificates, shown.faults))
    assert kinds(told) == ["ServerHello", "CertificateRequested", "PeerCertificates", "AlertSent", "ProtocolError"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (CERTIFICATE_REQUEST, request_tls12((1, 64), (0x0403,), (FIRST,) * 3000)),
        (CERTIFICATE, certificate_tls12(*(SERVERS_DER,) * 300)),
    ],
)
def test_message_longer_than_openssl_takes(kind: int, body: bytes) -> None:
    assert len(body) > 100 * 1024
    told = first_flight_of_tls12(session(TLS12), kind, body, requirement=Requirement.OPTIONAL)
    too_long = failure(told)
    assert (too_long.kind, too_long.party) == (FailureKind.TOO_MUCH_DATA, Party.PEER)
    assert str(too_long) == (
        "a handshake message of the peer's is longer than the TLS library takes (100 KiB for a list of certificates "
        "or of CAs), so that what it holds cannot be shown (TLS library: excessive message size)"
    )
    same(told[-2:-1], AlertSent(AlertLevel.fatal, AlertDescription.illegal_parameter))


# --- alerts and records in between ------------------------------------------------------------------------------------


@pytest.mark.parametrize("description", [AlertDescription.unrecognized_name, AlertDescription.user_canceled, 99])
def test_warning_before_server_hello_ends_nothing(description: int) -> None:
    client, server = session(TLS12), acceptor(TLS12)
    server.receive_data(client.data_to_send())
    client.receive_data(alert(AlertLevel.warning, description) + server.data_to_send())
    told = drain(client)
    same(told[:1], AlertReceived(AlertLevel.warning, description))
    assert kinds(told[1:]) == ["ServerHello", "PeerCertificates"]
    server.receive_data(client.data_to_send())
    client.receive_data(server.data_to_send())
    same(drain(client), HandshakeCompleted(Phase.INITIAL))


def test_user_canceled_is_no_end_in_tls13() -> None:
    """Java's TLS 1.3 says it before every close_notify."""
    client = session(TLS13)
    traffic = Tls13Server(client).connected()
    client.receive_data(traffic.seal(ALERT, b"\x01\x5a") + traffic.seal(APPLICATION_DATA, b"on it goes"))
    client.receive_data(traffic.seal(ALERT, b"\x01\x00"))
    same(
        drain(client),
        AlertReceived(AlertLevel.warning, AlertDescription.user_canceled),
        ApplicationData(b"on it goes"),
        AlertReceived(AlertLevel.warning, AlertDescription.close_notify),
        PeerClosed(Closure.CLOSE_NOTIFY),
    )


@pytest.mark.parametrize("description", [AlertDescription.no_renegotiation, AlertDescription.unknown_ca, 99])
def test_every_other_warning_is_an_end_in_tls13(description: int) -> None:
    """RFC 8446 6.2: the level means nothing."""
    client = session(TLS13)
    traffic = Tls13Server(client).connected()
    client.receive_data(traffic.seal(ALERT, bytes((1, description))))
    same(drain(client), AlertReceived(AlertLevel.warning, description), PeerClosed(Closure.ALERT))


def test_alert_of_an_unknown_level() -> None:
    client, server = session(TLS12), acceptor(TLS12)
    server.receive_data(client.data_to_send())
    client.receive_data(alert(7, AlertDescription.unknown_ca))
    told = drain(client)
    same(told[:1], AlertReceived(7, AlertDescription.unknown_ca))
    ended(told, AlertDescription.illegal_parameter)


def test_warnings_without_end() -> None:
    client, server = session(TLS12), acceptor(TLS12)
    server.receive_data(client.data_to_send())
    client.receive_data(alert(AlertLevel.warning, AlertDescription.unrecognized_name) * 1000)
    told = drain(client)
    assert len(told) < 10
    ended(told, AlertDescription.unexpected_message)


def test_key_update() -> None:
    """RFC 8446 4.6.3, with a request to update in turn: reading goes on, and so does writing."""
    client = session(TLS13)
    traffic = Tls13Server(client).connected()
    client.receive_data(
        traffic.seal(APPLICATION_DATA, b"old") + traffic.seal(HANDSHAKE, handshake(KEY_UPDATE, b"\x01"))
    )
    client.receive_data(traffic.updated().seal(APPLICATION_DATA, b"new"))
    same(drain(client), ApplicationData(b"old"), ApplicationData(b"new"))
    client.data_to_send()
    client.send(b"request")
    records_sent = client.data_to_send()
    assert len(records_sent) >= len(b"request") + 22
    assert drain(client) == []


def test_warnings_between_data_without_end() -> None:
    """OpenSSL counts those alone that follow each other."""
    client = session(TLS13)
    traffic = Tls13Server(client).connected()
    for _ in range(1000):
        client.receive_data(traffic.seal(ALERT, b"\x01\x5a") + traffic.seal(APPLICATION_DATA, b"on it goes"))
    told = drain(client)
    warned = AlertReceived(AlertLevel.warning, AlertDescription.user_canceled)
    same(told[:-1], *(warned, ApplicationData(b"on it goes")) * (TRIFLE_LIMIT + 1))
    assert (failure(told).kind, failure(told).party) == (FailureKind.TOO_MUCH_DATA, Party.PEER)


def test_key_updates_without_end() -> None:
    """Each costs the peer 27 octets, and whoever obeys new keys."""
    client = session(TLS13)
    traffic = Tls13Server(client).connected()
    for count in range(1000):
        client.receive_data(traffic.seal(HANDSHAKE, handshake(KEY_UPDATE, b"\x01")))
        traffic = traffic.updated()
        if count == TRIFLE_LIMIT - 1:
            assert drain(client) == []
    told = drain(client)
    assert len(told) == 1
    assert (failure(told).kind, failure(told).party) == (FailureKind.TOO_MUCH_DATA, Party.PEER)


def test_hello_request_is_unexpected_in_tls13() -> None:
    client = session(TLS13)
    traffic = Tls13Server(client).connected()
    client.receive_data(traffic.seal(HANDSHAKE, handshake(0, b"")))
    ended(drain(client), AlertDescription.unexpected_message)


# --- several requests in flight (RFC 8446 4.6.2) ----------------------------------------------------------------------


def test_two_requests_in_flight() -> None:
    """Asked at once, with data behind; each is told when its turn comes, and has its own answer."""
    client = session(TLS13)
    traffic = Tls13Server(client).connected()
    asked = [traffic.seal(HANDSHAKE, handshake(CERTIFICATE_REQUEST, body)) for body in (GOOD, OTHER)]
    client.receive_data(b"".join(asked) + traffic.seal(APPLICATION_DATA, b"data"))
    completed = HandshakeCompleted(Phase.POST_HANDSHAKE)
    first, second = (
        CertificateRequested(parse_certificate_request(body, TLS13), Phase.POST_HANDSHAKE) for body in (GOOD, OTHER)
    )
    same(drain(client), first, CertificateAwaited())
    client.send(b"waits")
    client.send_certificate(ALICE)
    same(drain(client), CertificateSent(ders(ALICE)), completed, second, CertificateAwaited())
    client.send_certificate(BOB)
    same(drain(client), CertificateSent(ders(BOB)), completed, ApplicationData(b"data"))


def test_requests_without_end() -> None:
    client = session(TLS13)
    traffic = Tls13Server(client).connected()
    asked = (traffic.seal(HANDSHAKE, handshake(CERTIFICATE_REQUEST, GOOD)) for _ in range(200))
    client.receive_data(b"".join(asked))
    questions = 0
    while kinds(told := drain(client))[-1:] == ["CertificateAwaited"]:
        questions += 1
        client.send_certificate(None)
    assert questions == HANDSHAKE_LIMIT
    assert failure(told).kind is FailureKind.TOO_MUCH_DATA


def test_message_cut_short() -> None:
    """The rest never comes: nothing of it is told, and the end is the peer's."""
    client, server = session(TLS12), acceptor(TLS12)
    server.receive_data(client.data_to_send())
    server.data_to_send()
    client.receive_data(message(2, bytes(60))[:30])
    assert drain(client) == []
    client.receive_eof()
    same(drain(client), PeerClosed(Closure.WITHOUT_ALERT))
