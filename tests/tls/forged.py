"""Servers that say what no TLS library would: real ones, whose messages are replaced or added on their way out."""

from __future__ import annotations

import contextlib
import hmac
from collections.abc import Iterator
from functools import partial

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from OpenSSL import SSL

from certprobe.tls.acceptor import TlsAcceptor
from certprobe.tls.openssl import Requirement
from certprobe.tls.session import TlsSession
from tests.peers.tls_server import TLS13, context, message, records
from tests.tls.encoding import vector
from tests.tls.wired import ALICE, ISSUING, ROOT, Told, acceptor, drain, wire

ALERT, HANDSHAKE, APPLICATION_DATA = 21, 22, 23
_CERTIFICATE = 11
_OCTETS = 65536


def split(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """The handshake messages of a stream, each with its type and as a whole."""
    while stream:
        end = 4 + int.from_bytes(stream[1:4], "big")
        yield stream[0], stream[:end]
        stream = stream[end:]


def alert(level: int, description: int) -> bytes:
    """An alert in clear text."""
    return bytes((ALERT, 3, 3, 0, 2, level, description))


def first_flight_of_tls12(client: TlsSession, replaced: int, body: bytes, **options: object) -> Told:
    """What the client tells of a TLS 1.2 server's first flight in which one message has another body."""
    server = acceptor(0x0303, **options)  # type: ignore[arg-type]
    server.receive_data(client.data_to_send())
    for each in records(server.data_to_send()):
        client.receive_data(message(replaced, body) if each.message_type == replaced else each.data)
    return drain(client)


def second_flight_of_tls12(certificate: bytes) -> Told:
    """What a TLS 1.2 server tells of a client's answer in which the Certificate message has this body."""
    both = wire(0x0303, Requirement.OPTIONAL)  # type: ignore[arg-type]
    both.settle()
    both.client.send_certificate(ALICE)
    for each in records(both.client.data_to_send()):
        is_replaced = each.content_type == HANDSHAKE and each.message_type == _CERTIFICATE
        both.server.receive_data(message(_CERTIFICATE, certificate) if is_replaced else each.data)
    return drain(both.server)


class Tls12Client:
    """A real client of TLS 1.2, past its handshake with `server`, whose place is taken by who has its keys.

    TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 (RFC 5246 6.3, RFC 5288 3).
    """

    def __init__(self, server: TlsAcceptor) -> None:
        self._sequence = 1  # Finished was the first
        tls = SSL.Context(SSL.TLS_CLIENT_METHOD)
        tls.set_max_proto_version(SSL.TLS1_2_VERSION)
        tls.set_cipher_list(b"ECDHE-ECDSA-AES128-GCM-SHA256")
        tls.set_keylog_callback(lambda _, line: self._note_secret(line))
        connection = SSL.Connection(tls)
        connection.set_connect_state()
        for _ in range(2):
            with contextlib.suppress(SSL.WantReadError):
                connection.do_handshake()
            server.receive_data(connection.bio_read(_OCTETS))
            connection.bio_write(server.data_to_send())
        connection.do_handshake()
        randoms = (connection.server_random() or b"") + (connection.client_random() or b"")
        block = _prf(self._master_secret, b"key expansion" + randoms, 2 * 16 + 4)
        self._key, self._salt = block[:16], block[32:]

    def seal(self, content_type: int, content: bytes) -> bytes:
        header = bytes((content_type, 3, 3))
        explicit = self._sequence.to_bytes(8, "big")
        authenticated = explicit + header + len(content).to_bytes(2, "big")
        sealed = explicit + AESGCM(self._key).encrypt(self._salt + explicit, content, authenticated)
        self._sequence += 1
        return header + vector(sealed)

    def _note_secret(self, line: bytes) -> None:
        self._master_secret = bytes.fromhex(line.decode().split()[2])


def _prf(secret: bytes, seed: bytes, length: int) -> bytes:
    """P_SHA256 (RFC 5246 5)."""
    output, chained = b"", seed
    while len(output) < length:
        chained = hmac.digest(secret, chained, "sha256")
        output += hmac.digest(secret, chained + seed, "sha256")
    return output[:length]


class Traffic:
    """Records of one direction under TLS_AES_128_GCM_SHA256 (RFC 8446 5.2, 7.3)."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._key, self._iv = _expand(secret, "key", 16), _expand(secret, "iv", 12)
        self._sequence = 0

    def open(self, record: bytes) -> bytes:
        """The inner plaintext, its type last. Raises InvalidTag where the record is not under these keys."""
        plaintext = AESGCM(self._key).decrypt(self._nonce(), record[5:], record[:5])
        self._sequence += 1
        return plaintext.rstrip(b"\0")

    def seal(self, content_type: int, content: bytes) -> bytes:
        inner = content + bytes((content_type,))
        header = bytes((APPLICATION_DATA, 3, 3)) + (len(inner) + 16).to_bytes(2, "big")
        sealed = AESGCM(self._key).encrypt(self._nonce(), inner, header)
        self._sequence += 1
        return header + sealed

    def updated(self) -> Traffic:
        """The keys after a KeyUpdate (RFC 8446 7.2)."""
        return Traffic(_expand(self._secret, "traffic upd", 32))

    def _nonce(self) -> bytes:
        return (int.from_bytes(self._iv, "big") ^ self._sequence).to_bytes(12, "big")


class Tls13Server:
    """A real server of TLS 1.3 whose place can be taken by whoever has its keys."""

    def __init__(self, client: TlsSession) -> None:
        self._client = client
        self._secrets: dict[str, bytes] = {}
        tls = context(ISSUING.server("localhost"), version=TLS13, client_authorities=(ROOT.issued,))
        tls.set_tls13_ciphersuites(b"TLS_AES_128_GCM_SHA256")
        tls.set_keylog_callback(self._note_secret)
        self._connection = SSL.Connection(tls)
        self._connection.set_accept_state()

    def first_flight(self, replaced: int, body: bytes) -> Told:
        """What the client tells of the first flight, in which one message behind the ServerHello has another body."""
        clear = [each for each in records(self._exchange()) if each.content_type != APPLICATION_DATA]
        # Having answered, the server has sealed under its handshake keys; the same messages are sealed anew here.
        sealed = [each for each in records(self._sent) if each.content_type == APPLICATION_DATA]
        theirs, ours = (
            self._traffic("SERVER_HANDSHAKE_TRAFFIC_SECRET"),
            self._traffic("SERVER_HANDSHAKE_TRAFFIC_SECRET"),
        )
        stream = b"".join(theirs.open(each.data)[:-1] for each in sealed)
        for each in clear:
            self._client.receive_data(each.data)
        for kind, whole in split(stream):
            forged = bytes((kind,)) + vector(body, 3) if kind == replaced else whole
            for start in range(0, len(forged), 16_000):
                self._client.receive_data(ours.seal(HANDSHAKE, forged[start : start + 16_000]))
        return drain(self._client)

    def connected(self) -> Traffic:
        """Shake hands, the client answering anonymously, and return the server's keys for what comes after it."""
        self._client.receive_data(self._exchange())
        self._client.send_certificate(None)
        self._client.receive_data(self._exchange())
        drain(self._client)
        traffic = self._traffic("SERVER_TRAFFIC_SECRET_0")
        for each in records(self._sent):
            _try_open(traffic, each.data)
        return traffic

    def _exchange(self) -> bytes:
        """Carry the client's octets to the server, and return the server's."""
        self._connection.bio_write(self._client.data_to_send())
        for step in (self._connection.do_handshake, partial(self._connection.recv, _OCTETS)):
            try:
                step()
            except SSL.WantReadError:
                break
        self._sent = self._connection.bio_read(_OCTETS)
        return self._sent

    def _traffic(self, label: str) -> Traffic:
        return Traffic(self._secrets[label])

    def _note_secret(self, _: SSL.Connection, line: bytes) -> None:
        label, _random, secret = line.decode().split()
        self._secrets[label] = bytes.fromhex(secret)


def _try_open(traffic: Traffic, record: bytes) -> None:
    """Count the record, if it is one of these keys: the tickets that the server sends after the handshake."""
    if record[0] == APPLICATION_DATA:
        try:
            traffic.open(record)
        except InvalidTag:
            return


def _expand(secret: bytes, label: str, length: int) -> bytes:
    """HKDF-Expand-Label with an empty context (RFC 8446 7.1)."""
    info = length.to_bytes(2, "big") + vector(b"tls13 " + label.encode(), 1) + b"\0"
    return HKDFExpand(hashes.SHA256(), length, info).derive(secret)
