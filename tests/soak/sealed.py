"""Clients that say what no TLS library would, under the keys of a real handshake."""

from __future__ import annotations

import socket
import time

from OpenSSL import SSL

from tests.tls.forged import ALERT, APPLICATION_DATA, HANDSHAKE, Traffic

_OCTETS = 65536
_KEY_UPDATE = 24
_SECONDS = 10.0


class _Client:
    """A real client over a socket, past its handshake; `secrets` are those of its key log."""

    def __init__(self, connected: socket.socket, tls: SSL.Context) -> None:
        self.secrets: dict[str, bytes] = {}
        tls.set_keylog_callback(self._note_secret)
        connected.settimeout(_SECONDS)
        self._connected = connected
        self.connection = SSL.Connection(tls)
        self.connection.set_connect_state()
        self.shake_hands()

    def shake_hands(self) -> None:
        """Run the handshake to its end. Raises OSError."""
        while True:
            try:
                self.connection.do_handshake()
            except SSL.WantReadError:
                self.flush()
                self.hear()
            except SSL.Error as error:
                raise ConnectionError("the handshake was refused") from error
            else:
                return self.flush()

    def hear(self) -> None:
        if not (data := self._connected.recv(_OCTETS)):
            raise ConnectionError("it is over")
        self.connection.bio_write(data)

    def flush(self) -> None:
        """Send what is due."""
        try:
            while True:
                self._connected.sendall(self.connection.bio_read(_OCTETS))
        except SSL.WantReadError:
            return

    def _note_secret(self, _: SSL.Connection, line: bytes) -> None:
        label, _random, secret = line.decode().split()
        self.secrets[label] = bytes.fromhex(secret)


def renegotiations(connected: socket.socket) -> None:
    """Begin one handshake after the other, until it is ended."""
    tls = SSL.Context(SSL.TLS_CLIENT_METHOD)
    tls.set_max_proto_version(SSL.TLS1_2_VERSION)
    client = _Client(connected, tls)
    ends = time.monotonic() + _SECONDS
    while time.monotonic() < ends:
        client.connection.renegotiate()
        client.shake_hands()


def key_updates(connected: socket.socket, *, patience: float) -> None:
    """KeyUpdate messages (RFC 8446 4.6.3) that ask for one in turn, which is not read."""
    tls = SSL.Context(SSL.TLS_CLIENT_METHOD)
    tls.set_min_proto_version(SSL.TLS1_3_VERSION)
    tls.set_tls13_ciphersuites(b"TLS_AES_128_GCM_SHA256")
    traffic = Traffic(_Client(connected, tls).secrets["CLIENT_TRAFFIC_SECRET_0"])
    ends = time.monotonic() + _SECONDS
    while time.monotonic() < ends:
        flight = b""
        for _ in range(1000):
            flight += traffic.seal(HANDSHAKE, bytes((_KEY_UPDATE, 0, 0, 1, 1)))
            traffic = traffic.updated()
        connected.sendall(flight)
        time.sleep(patience)


def warnings_between_octets(connected: socket.socket, *, request: bytes) -> None:
    """Alerts of TLS 1.3 that end nothing (user_canceled), with an octet of a request between them."""
    tls = SSL.Context(SSL.TLS_CLIENT_METHOD)
    tls.set_min_proto_version(SSL.TLS1_3_VERSION)
    tls.set_tls13_ciphersuites(b"TLS_AES_128_GCM_SHA256")
    traffic = Traffic(_Client(connected, tls).secrets["CLIENT_TRAFFIC_SECRET_0"])
    connected.sendall(traffic.seal(APPLICATION_DATA, request[:-2] + b"X-Long: "))
    for _ in range(60):
        connected.sendall(
            b"".join(traffic.seal(ALERT, b"\x01\x5a") + traffic.seal(APPLICATION_DATA, b"x") for _ in range(1000))
        )
