"""What is asked of OpenSSL beyond its public face, and what it is kept from doing."""

from __future__ import annotations

import gc
import re
import weakref
from collections import deque
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.bindings.openssl.binding import Binding
from cryptography.hazmat.primitives import hashes
from OpenSSL import SSL, crypto

from certprobe.errors import FailureKind, ProtocolError
from certprobe.lab.pki import Authority, Extension, Issued, rsa_key
from certprobe.pki.certificate import Certificate
from certprobe.tls import openssl, openssl_server
from certprobe.tls.acceptor import TlsAcceptor
from certprobe.tls.enums import ProtocolVersion
from certprobe.tls.events import (
    CertificateSent,
    HandshakeCompleted,
    PeerCertificates,
    Phase,
    StapledOcsp,
)
from certprobe.tls.openssl import BindingError, Compatibility, Record, Requirement, VersionRange
from certprobe.tls.session import TlsSession
from tests.peers.tls_server import context
from tests.selection.credentials import AT, credential
from tests.tls.encoding import certificate_tls12
from tests.tls.forged import first_flight_of_tls12
from tests.tls.wired import (
    ALICE,
    BOB,
    ISSUING,
    OTHERS_KEY,
    ROOT,
    TLS10,
    TLS12,
    TLS13,
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
    wire,
)

# --- the binding ------------------------------------------------------------------------------------------------------


def test_every_private_name_is_listed() -> None:
    used: set[str] = set()
    for module in (openssl, openssl_server):
        assert module.__file__ is not None
        used |= set(re.findall(r"\blib\.(\w+)", Path(module.__file__).read_text()))
    assert used == set(openssl.PRIVATE_NAMES)


@pytest.mark.parametrize("name", openssl.PRIVATE_NAMES)
def test_private_name_exists(name: str) -> None:
    assert hasattr(Binding.lib, name)


@pytest.mark.parametrize("attribute", ["_raise_ssl_error", "set_context", "bio_write", "bio_read"])
def test_attribute_of_a_connection_exists(attribute: str) -> None:
    assert callable(getattr(SSL.Connection, attribute))


def test_missing_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openssl, "PRIVATE_NAMES", (*openssl.PRIVATE_NAMES, "SSL_gone", "SSL_gone_too"))
    openssl.require_private_names.cache_clear()
    with pytest.raises(BindingError) as missing:
        session()
    with pytest.raises(BindingError):
        acceptor()
    openssl.require_private_names.cache_clear()
    assert str(missing.value) == (
        "the installed pyOpenSSL and cryptography lack SSL_gone, SSL_gone_too; "
        "certprobe needs cryptography >= 50 and pyOpenSSL >= 26.4"
    )


# --- what a ClientHello offers ----------------------------------------------------------------------------------------


class ClientHello(NamedTuple):
    """RFC 8446 4.1.2, taken apart."""

    session_id: bytes
    cipher_suites: tuple[int, ...]
    extensions: dict[int, bytes]


SERVER_NAME, STATUS_REQUEST, SESSION_TICKET, PRE_SHARED_KEY, EARLY_DATA, POST_HANDSHAKE_AUTH = 0, 5, 35, 41, 42, 49


def client_hello(client: TlsSession) -> ClientHello:
    body = client.data_to_send()[5 + 4 :]
    after_id = 35 + body[34]
    after_suites = after_id + 2 + int.from_bytes(body[after_id : after_id + 2], "big")
    suites = body[after_id + 2 : after_suites]
    return ClientHello(
        body[35:after_id],
        tuple(int.from_bytes(suites[i : i + 2], "big") for i in range(0, len(suites), 2)),
        dict(_extensions(body[after_suites + 1 + body[after_suites] + 2 :])),
    )


def _extensions(block: bytes) -> Iterator[tuple[int, bytes]]:
    while block:
        end = 4 + int.from_bytes(block[2:4], "big")
        yield int.from_bytes(block[:2], "big"), block[4:end]
        block = block[end:]


@pytest.mark.parametrize("version", [None, TLS12, TLS13])
def test_no_resumption_is_offered(version: ProtocolVersion | None) -> None:
    for _ in range(2):
        client = session(version)
        hello = client_hello(client)
        assert not hello.extensions.keys() & {SESSION_TICKET, PRE_SHARED_KEY, EARLY_DATA}
        assert (hello.session_id == b"") == (version == TLS12)  # else of RFC 8446 D.4, random
        Wire(client, acceptor(version)).settle()


def test_server_name() -> None:
    assert client_hello(session()).extensions[SERVER_NAME] == b"\x00\x0c\x00\x00\x09localhost"
    assert SERVER_NAME not in client_hello(session(server_name=None)).extensions


def test_asked_for_in_every_hello() -> None:
    extensions = client_hello(session()).extensions
    assert extensions[STATUS_REQUEST] == b"\x01\x00\x00\x00\x00"
    assert extensions[POST_HANDSHAKE_AUTH] == b""


def is_anonymous(suite: int) -> bool:
    """DH_anon and ECDH_anon, of RFC 5246 A.5, RFC 8422 6 and their additions."""
    ranges = (range(0x17, 0x1C), range(0xC015, 0xC01A), range(0xBF, 0xC6, 6))
    return suite in {0x34, 0x3A, 0x46, 0x6C, 0x6D, 0x89, 0x9B, 0xA6, 0xA7} or any(suite in each for each in ranges)


def test_anonymous_suites_are_never_offered() -> None:
    """A server that takes one shows no certificate and may ask for none."""
    offers = [client_hello(session(compatibility=each)).cipher_suites for each in Compatibility]
    assert len(offers[1]) > len(offers[0])
    assert not any(is_anonymous(suite) for offer in offers for suite in offer)


# --- what OpenSSL is kept from judging --------------------------------------------------------------------------------

DAY = timedelta(days=1)
LOCALHOST = ("localhost",)
RSA_ROOT = Authority.root("Old root", at=AT, key=rsa_key(1024))
SERVERS = {
    "expired": ISSUING.server(*LOCALHOST, not_after=AT - 4000 * DAY),
    "not yet valid": ISSUING.server(*LOCALHOST, not_before=AT + 40_000 * DAY),
    "another name": ISSUING.server("other.lab.test"),
    "client only": ISSUING.client("not a server"),
    "self-signed": Authority.root("localhost", at=AT, key_usage=["digitalSignature"]).issued,
    "signature broken": ISSUING.server(*LOCALHOST).with_broken_signature(),
    "critical extension": ISSUING.server(*LOCALHOST, extensions=(Extension("1.2.3", b"?", critical=True),)),
    "refused by cryptography": ISSUING.server(*LOCALHOST, version=9),
    "1024 bits": ISSUING.server(*LOCALHOST, key=rsa_key(1024)),
    "signed with SHA-1": RSA_ROOT.server(*LOCALHOST, signature_hash=hashes.SHA1()),
    "signed with MD5": RSA_ROOT.server(*LOCALHOST, signature_hash=hashes.MD5()),
}


def lenient_acceptor(version: ProtocolVersion, issued: Issued) -> TlsAcceptor:
    """A server that shows what OpenSSL would not, at the level of TLS 1.0."""
    return acceptor(credential=credential(issued), versions=VersionRange(TLS10, version))


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("version", [TLS12, TLS13])
def test_server_certificates_are_not_judged(version: ProtocolVersion, name: str) -> None:
    server = SERVERS[name]
    client, _ = Wire(session(version), lenient_acceptor(version, server)).settle()
    shown = PeerCertificates((server.der, *server.chain), ())
    same(client[1:], shown, HandshakeCompleted(Phase.INITIAL))


CLIENTS = {
    "expired": ISSUING.client("alice", not_after=AT - 4000 * DAY),
    "server only": ISSUING.server("not a client"),
    "self-signed": ROOT.issued,
    "refused by cryptography": ISSUING.client("alice", version=9),
    "signed with SHA-1": RSA_ROOT.client("alice", signature_hash=hashes.SHA1()),
}


@pytest.mark.parametrize("name", CLIENTS)
@pytest.mark.parametrize("version", [TLS12, TLS13])
def test_client_certificates_are_sent_as_they_are(version: ProtocolVersion, name: str) -> None:
    who = credential(CLIENTS[name], alone="so that only the certificate itself is looked at")
    client, server = wire(version, Requirement.REQUIRED).settle(who)
    same(client[-2:], CertificateSent(ders(who)), HandshakeCompleted(Phase.INITIAL))
    same(heard(server), PeerCertificates(ders(who), ()), HandshakeCompleted(Phase.INITIAL))


def test_cryptography_refuses_what_openssl_sends() -> None:
    assert Certificate(CLIENTS["refused by cryptography"].der).strict_fault is not None


def test_no_issuer_is_added(monkeypatch: pytest.MonkeyPatch) -> None:
    """Left alone, OpenSSL completes what it sends from the store that it trusts."""
    plain = openssl.credential_context

    def trusting(*args: Any) -> SSL.Context:
        made = plain(*args)
        store = made.get_cert_store()
        assert store is not None
        for authority in (ISSUING, ROOT):
            store.add_cert(crypto.load_certificate(crypto.FILETYPE_ASN1, authority.issued.der))
        return made

    monkeypatch.setattr(openssl, "credential_context", trusting)
    client, _ = wire(TLS13, Requirement.REQUIRED).settle(BOB)
    assert CertificateSent(ders(BOB)) in client
    assert len(ders(BOB)) == 1


def test_the_one_judgement_that_cannot_be_turned_off() -> None:
    """RFC 8422 5.3: a certificate with an EC key and a keyUsage without digitalSignature, until TLS 1.2."""
    good = ISSUING.server("localhost")
    not_for_signing = ISSUING.server("localhost", key=good.private_key, key_usage=["keyAgreement"])
    body = certificate_tls12(not_for_signing.der, *not_for_signing.chain)
    told = first_flight_of_tls12(session(TLS12), 11, body, credential=credential(good))
    same(told[1:2], PeerCertificates((not_for_signing.der, *not_for_signing.chain), ()))
    assert str(failure(told)) == "TLS library: bad ecc cert: ecc cert not for signing"


# OCSPResponse (RFC 6960 4.2.1) with nothing but this status, which Apache staples when its responder is away.
TRY_LATER = bytes.fromhex("30030a0103")


@pytest.mark.parametrize("version", [TLS12, TLS13])
def test_stapled_ocsp(version: ProtocolVersion) -> None:
    """Passed on as it came, whatever it is."""
    tls = context(ISSUING.server("localhost"), version=version)
    tls.set_ocsp_server_callback(lambda _connection, _data: TRY_LATER)
    server, client = SSL.Connection(tls), session(version)
    server.set_accept_state()
    server.bio_write(client.data_to_send())
    with pytest.raises(SSL.WantReadError):
        server.do_handshake()
    client.receive_data(server.bio_read(65536))
    told = drain(client)
    place = kinds(told).index("PeerCertificates")
    same(told[place + 1 : place + 2], StapledOcsp(TRY_LATER))


# --- what comes in between --------------------------------------------------------------------------------------------


class Interrupted(deque[Record]):
    """Ctrl-C comes while a handshake message is taken note of, inside a callback of OpenSSL's."""

    def append(self, item: Record, /) -> None:
        raise KeyboardInterrupt


@pytest.mark.parametrize("version", [TLS12, TLS13])
def test_an_interrupt_inside_a_callback_is_not_lost(
    version: ProtocolVersion, capfd: pytest.CaptureFixture[str]
) -> None:
    both = wire(version)
    both.client._engine.records = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        both.settle()
    both.client._engine.records = deque()
    drain(both.client)
    assert capfd.readouterr().err == "", "it is raised once, and printed nowhere"


# --- what is left behind ----------------------------------------------------------------------------------------------


def test_errors_of_others_are_not_taken_for_ours() -> None:
    """OpenSSL keeps one queue of errors for each thread; 20 and 152 are its numbers for too long a message."""
    both = connected(TLS13)
    both.server.send(b"data")
    broken = both.server.data_to_send()[:-1] + b"?"
    for piece in (broken[:9], broken[9:]):
        Binding.lib.ERR_put_error(20, 0, 152, b"somewhere else", 1)
        both.client.receive_data(piece)
    ours = failure(drain(both.client))
    assert (ours.kind, str(ours)) == (
        FailureKind.MALFORMED,
        "TLS library: record layer failure: decryption failed or bad record mac",
    )


def test_errors_of_others_are_not_taken_for_the_credentials() -> None:
    both = wire(TLS13, Requirement.OPTIONAL)
    both.settle()
    Binding.lib.ERR_put_error(20, 0, 152, b"somewhere else", 1)
    with pytest.raises(ProtocolError, match="key values mismatch"):
        both.client.send_certificate(OTHERS_KEY)


def test_engines_are_freed() -> None:
    both = connected(TLS12, Requirement.REQUIRED, ALICE)
    engines = [weakref.ref(both.client._engine), weakref.ref(both.server._engine)]
    assert all(engine() is not None for engine in engines)
    del both
    gc.collect()
    assert all(engine() is None for engine in engines)


def test_a_thousand_connections_leave_nothing() -> None:
    connected(TLS13, Requirement.OPTIONAL, ALICE)
    before = _living()
    for number in range(1000):
        connected(TLS13 if number % 2 else TLS12, Requirement.OPTIONAL, ALICE if number % 10 == 0 else None)
    assert _living() == before


def _living() -> tuple[int, int, int]:
    """How many contexts, connections and engines there are; the contexts of clients are kept, one for each use."""
    for version in (TLS12, TLS13):
        session(version)
    gc.collect()
    alive = [type(each) for each in gc.get_objects()]
    return alive.count(SSL.Context), sum(issubclass(each, SSL.Connection) for each in alive), len(openssl._engines)
