"""How conversations begin and end: what is no TLS, whose alert it was, and what comes at the wrong moment."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from certprobe.errors import FailureKind, Party, ProtocolError
from certprobe.tls.conversation import TlsConversation
from certprobe.tls.enums import AlertDescription, AlertLevel, ProtocolVersion
from certprobe.tls.events import (
    AlertReceived,
    AlertSent,
    ApplicationData,
    CertificateSent,
    Closure,
    HandshakeCompleted,
    PeerClosed,
    Phase,
)
from certprobe.tls.openssl import Requirement
from tests.tls.forged import alert
from tests.tls.wired import (
    ALICE,
    TLS12,
    TLS13,
    VERSIONS,
    Wire,
    acceptor,
    connected,
    ders,
    drain,
    failure,
    kinds,
    same,
    session,
    wire,
)

CLOSE_NOTIFY = (AlertLevel.warning, AlertDescription.close_notify)
HTTP_METHODS = ("GET", "POST", "HEAD", "PUT", "OPTIONS", "DELETE", "PATCH")
LDAP_NOTICE = bytes.fromhex("30240201007820")


def begins_with(machine: TlsConversation, data: bytes, *, piece: int = 1 << 20) -> ProtocolError:
    for start in range(0, len(data), piece):
        machine.receive_data(data[start : start + piece])
    told = drain(machine)
    assert kinds(told) == ["ProtocolError"]
    machine.receive_data(data)
    machine.receive_eof()
    assert drain(machine) == []
    return failure(told)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n", "looks like HTTP without TLS"),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "looks like SSH"),
        (b"220 mail.lab.test ESMTP\r\n", "looks like SMTP or FTP"),
        (b"+OK ready\r\n", "looks like POP3"),
        (b"* OK IMAP4rev1\r\n", "looks like IMAP"),
        (LDAP_NOTICE, "looks like LDAP without TLS"),
        (b"\x00" * 50, "begins with 00 00 00 00 00 00 00 00"),
        (b"\xff", "begins with ff"),
        (b"H", "begins with 48"),
        (b"\x16\x02\x00\x00", "begins with 16 02 00 00"),
        (b"\x17\x03\x03\x00\x01\x00", "begins with 17 03 03 00 01 00"),
    ],
)
def test_no_tls(data: bytes, words: str) -> None:
    no_tls = begins_with(session(), data)
    assert (no_tls.kind, no_tls.party) == (FailureKind.NOT_TLS, Party.PEER)
    assert str(no_tls) == f"the port does not speak TLS: its answer {words}"


HTTP_CLIENT = "the client speaks HTTP without TLS: it has http:// where this port wants https://"
PROXY_PROTOCOL = "the PROXY protocol of a load balancer comes before TLS: it has to be turned off for this port"
LDAP_BIND = bytes.fromhex("300c020101600702010304008000")
START_TLS = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        *((f"{method} / HTTP/1.1\r\nHost: lab.test\r\n\r\n".encode(), HTTP_CLIENT) for method in HTTP_METHODS),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", HTTP_CLIENT),
        (
            b"CONNECT lab.test:443 HTTP/1.1\r\n\r\n",
            "the client takes this port for an HTTP proxy: it sends CONNECT, without TLS",
        ),
        (
            LDAP_BIND,
            "the client speaks LDAP without TLS, on a port where TLS comes first: it has ldap:// where it needs ldaps://",
        ),
        (
            START_TLS,
            "the client asks for StartTLS, on a port where TLS comes first: it needs ldaps://, or another port",
        ),
        (b"PROXY TCP4 192.0.2.1 192.0.2.2 5000 443\r\n", PROXY_PROTOCOL),
        (bytes.fromhex("0d0a0d0a000d0a515549540a21"), PROXY_PROTOCOL),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "the client speaks SSH, not TLS"),
        (
            bytes.fromhex("802e0103010015000000100000350000"),
            "the client begins with a ClientHello in the format of SSL 2.0, which TLS libraries no longer read",
        ),
        (b"\x00" * 50, "the client does not speak TLS: it begins with 00 00 00 00 00 00 00 00"),
        (b"\x16\x02\x00\x00", "the client does not speak TLS: it begins with 16 02 00 00"),
        (b"\xff", "the client does not speak TLS: it begins with ff"),
    ],
    ids=[
        *HTTP_METHODS,
        "HTTP2",
        "CONNECT",
        "LDAP",
        "StartTLS",
        "PROXY1",
        "PROXY2",
        "SSH",
        "SSL2",
        "zeros",
        "record",
        "octet",
    ],
)
def test_client_without_tls(data: bytes, words: str) -> None:
    no_tls = begins_with(acceptor(), data)
    assert (no_tls.kind, no_tls.party, str(no_tls)) == (FailureKind.NOT_TLS, Party.PEER, words)


@pytest.mark.parametrize("machine", [session, acceptor])
def test_no_tls_octet_by_octet(machine: Callable[[], TlsConversation]) -> None:
    assert begins_with(machine(), b"\x16\x02\x00\x00", piece=1).kind is FailureKind.NOT_TLS
    assert begins_with(machine(), b"\x15HTTP", piece=1).kind is FailureKind.NOT_TLS


@pytest.mark.parametrize("first", [b"\x16", b"\x15", b"\x16\x03", b"\x15\x03"])
def test_first_octets_that_may_be_tls(first: bytes) -> None:
    client = session()
    client.receive_data(first)
    assert drain(client) == []
    client.receive_eof()
    same(drain(client), PeerClosed(Closure.WITHOUT_ALERT))


def test_no_data() -> None:
    client = session()
    client.receive_data(b"")
    assert drain(client) == []


def test_record_that_is_no_tls_later() -> None:
    both = connected(TLS12)
    both.client.receive_data(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    told = drain(both.client)
    assert kinds(told) == ["AlertSent", "ProtocolError"]
    assert failure(told).kind is FailureKind.MALFORMED


# --- ends -------------------------------------------------------------------------------------------------------------


def test_end_before_anything() -> None:
    client = session()
    client.receive_eof()
    client.receive_eof()
    same(drain(client), PeerClosed(Closure.WITHOUT_ALERT))


@pytest.mark.parametrize("version", VERSIONS)
def test_close_notify(version: ProtocolVersion) -> None:
    both = connected(version)
    both.server.send(b"last words")
    both.server.close()
    same(drain(both.server), AlertSent(*CLOSE_NOTIFY))
    client, _ = both.settle()
    same(client, ApplicationData(b"last words"), AlertReceived(*CLOSE_NOTIFY), PeerClosed(Closure.CLOSE_NOTIFY))
    both.client.receive_eof()
    both.client.receive_data(b"\x16\x03\x03 whatever comes now")
    both.client.send(b"nobody listens")
    assert drain(both.client) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_end_without_alert(version: ProtocolVersion) -> None:
    both = connected(version)
    both.server.send(b"last words")
    both.client.receive_data(both.server.data_to_send())
    both.client.receive_eof()
    same(drain(both.client), ApplicationData(b"last words"), PeerClosed(Closure.WITHOUT_ALERT))
    # OpenSSL would say decode_error now; nobody is to take that for the server's.
    assert both.client.data_to_send() == b""


@pytest.mark.parametrize("version", VERSIONS)
def test_our_close_notify(version: ProtocolVersion) -> None:
    both = connected(version)
    both.client.close()
    same(drain(both.client), AlertSent(*CLOSE_NOTIFY))
    _, server = both.settle()
    same(server, AlertReceived(*CLOSE_NOTIFY), PeerClosed(Closure.CLOSE_NOTIFY))


def test_nothing_to_close_before_the_handshake_is_done() -> None:
    client = session()
    client.data_to_send()
    client.close()
    assert drain(client) == []
    assert client.data_to_send() == b""


@pytest.mark.parametrize("description", [*AlertDescription, 99, 255])
def test_fatal_alert_by_number(description: int) -> None:
    """Whatever it is called, and be it one that nobody has heard of."""
    client = session(TLS12)
    client.receive_data(alert(AlertLevel.fatal, description))
    closure = Closure.CLOSE_NOTIFY if description == AlertDescription.close_notify else Closure.ALERT
    same(drain(client), AlertReceived(AlertLevel.fatal, description), PeerClosed(closure))


def test_alert_of_ours_is_never_the_peers() -> None:
    both = connected(TLS12)
    both.server.send(b"x")
    broken = bytearray(both.server.data_to_send())
    broken[-1] ^= 1
    both.client.receive_data(bytes(broken))
    told = drain(both.client)
    same(told[:1], AlertSent(AlertLevel.fatal, AlertDescription.bad_record_mac))
    assert kinds(told) == ["AlertSent", "ProtocolError"]
    _, server = both.settle()
    same(server, AlertReceived(AlertLevel.fatal, AlertDescription.bad_record_mac), PeerClosed(Closure.ALERT))


# --- at the wrong moment ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [TLS12, TLS13])
def test_alert_and_end_while_the_handshake_rests(version: ProtocolVersion) -> None:
    """A server that grows tired of waiting says so; it is told when the handshake goes on."""
    both = wire(version, Requirement.OPTIONAL)
    told, _ = both.settle()
    assert kinds(told)[-1] == "CertificateAwaited"
    if version == TLS12:
        both.client.receive_data(alert(AlertLevel.fatal, AlertDescription.handshake_failure))
    else:
        both.server.close()
        both.client.receive_data(both.server.data_to_send())
    both.client.receive_eof()
    assert drain(both.client) == []
    both.client.send_certificate(ALICE)
    after = drain(both.client)
    same(after[:1], CertificateSent(ders(ALICE)))
    if version == TLS12:
        tired = AlertReceived(AlertLevel.fatal, AlertDescription.handshake_failure)
        same(after[1:], tired, PeerClosed(Closure.ALERT))
    else:
        same(after[1:], HandshakeCompleted(Phase.INITIAL), PeerClosed(Closure.WITHOUT_ALERT))


def test_end_while_the_handshake_rests() -> None:
    both = wire(TLS12, Requirement.OPTIONAL)
    both.settle()
    both.client.receive_eof()
    assert drain(both.client) == []
    both.client.send_certificate(None)
    same(drain(both.client), CertificateSent(()), PeerClosed(Closure.WITHOUT_ALERT))


def test_data_while_the_handshake_rests() -> None:
    both = connected(TLS13)
    both.server.request_certificate(Requirement.OPTIONAL)
    both.settle()
    both.server.send(b"one")
    both.server.send(b"two")
    client, _ = both.settle()
    assert client == []
    client, _ = both.settle(ALICE)
    assert kinds(client) == ["CertificateSent", "HandshakeCompleted", "ApplicationData", "ApplicationData"]


def test_events_before_a_failure_come_first() -> None:
    """And then nothing, however often one asks."""
    both = Wire(session(TLS12), acceptor(TLS12))
    both.server.receive_data(both.client.data_to_send())
    both.client.receive_data(both.server.data_to_send() + b"\x16\x03\x03\x00\x04\xff\x00\x00\x00")
    assert kinds(drain(both.client)) == ["ServerHello", "PeerCertificates", "AlertSent", "ProtocolError"]
    assert drain(both.client) == []
    assert both.client.next_event() is None
