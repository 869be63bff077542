"""A real TLS server over memory, whose bytes may be delayed, cut or replaced on their way out."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeAlias, TypeVar

from OpenSSL import SSL, crypto

from certprobe.lab.pki import Issued
from tests.peers.channel import Channel

T = TypeVar("T")
Send: TypeAlias = Callable[[bytes], None]

TLS12 = SSL.TLS1_2_VERSION
TLS13 = SSL.TLS1_3_VERSION
HANDSHAKE = 22
_MOST_CONTENT = 16_384
_START_TLS = b"1.3.6.1.4.1.1466.20037"


def context(server: Issued, *, version: int | None = None, client_authorities: Iterable[Issued] = ()) -> SSL.Context:
    """A context that asks for a client certificate, takes any and none, and issues no tickets in TLS 1.2."""
    made = SSL.Context(SSL.TLS_SERVER_METHOD)
    if version is not None:
        made.set_min_proto_version(version)
        made.set_max_proto_version(version)
    with warnings.catch_warnings():
        # pyOpenSSL's own certificates are deprecated, but they take what `cryptography` refuses.
        warnings.simplefilter("ignore", DeprecationWarning)
        made.use_certificate(_openssl(server.der))
        for der in server.chain:
            made.add_extra_chain_cert(_openssl(der))
        for authority in client_authorities:
            made.add_client_ca(_openssl(authority.der))
    made.use_privatekey(server.private_key)
    made.set_verify(SSL.VERIFY_PEER, lambda *_: True)
    made.set_options(SSL.OP_NO_TICKET)
    return made


class TlsServer:
    """The server's end of one connection; `send` is given its bytes in whole records."""

    def __init__(self, channel: Channel, tls: SSL.Context, send: Send | None = None) -> None:
        self._channel = channel
        self._send = send or channel.send
        self._connection = SSL.Connection(tls)
        self._connection.set_accept_state()

    def handshake(self) -> None:
        """From the ClientHello to the last Finished."""
        self._connection.bio_write(client_hello(self._channel))
        self._complete(self._connection.do_handshake)

    def receive(self) -> bytes:
        """Some plaintext."""
        return self._complete(lambda: self._connection.recv(65536))

    def send(self, plaintext: bytes) -> None:
        """Plaintext, whole."""
        self._complete(lambda: self._connection.sendall(plaintext))

    def close_notify(self) -> None:
        self._complete(self._connection.shutdown)

    def _complete(self, step: Callable[[], T]) -> T:
        """Raises ConnectionError if the client gives up, by an alert or without."""
        while True:
            try:
                result = step()
            except SSL.WantReadError:
                self._flush()
                self._connection.bio_write(self._channel.receive())
            except (SSL.Error, SSL.ZeroReturnError) as error:
                self._flush()
                raise ConnectionAbortedError(f"TLS ended: {error!r}") from None
            else:
                self._flush()
                return result

    def _flush(self) -> None:
        outgoing = bytearray()
        while True:
            try:
                outgoing += self._connection.bio_read(65536)
            except SSL.WantReadError:
                break
        if outgoing:
            self._send(bytes(outgoing))


class Record(NamedTuple):
    """A TLS record, and in clear text the type of the handshake message in it (OpenSSL puts one into each)."""

    content_type: int
    message_type: int
    data: bytes


def records(data: bytes) -> Iterator[Record]:
    """The records that the data is made of; whole ones only."""
    offset = 0
    while offset < len(data):
        end = offset + 5 + int.from_bytes(data[offset + 3 : offset + 5], "big")
        yield Record(data[offset], data[offset + 5], data[offset:end])
        offset = end


def record(content_type: int, content: bytes) -> bytes:
    """The content in as many TLS 1.2 records as it needs."""
    pieces = (content[start : start + _MOST_CONTENT] for start in range(0, len(content), _MOST_CONTENT))
    return b"".join(bytes((content_type, 3, 3)) + len(piece).to_bytes(2, "big") + piece for piece in pieces)


def message(message_type: int, body: bytes) -> bytes:
    """A handshake message in clear text, in records."""
    return record(HANDSHAKE, bytes((message_type,)) + len(body).to_bytes(3, "big") + body)


def client_hello(channel: Channel) -> bytes:
    """The client's first bytes of TLS; a StartTLS request (RFC 4511 4.14) before them is granted."""
    data = channel.receive()
    if data[0] != 0x30 or _START_TLS not in data:
        return data
    start = 2 if data[1] < 0x80 else 2 + (data[1] & 0x7F)
    message_id = data[start : start + 2 + data[start + 1]]
    granted = message_id + b"\x78\x07\x0a\x01\x00\x04\x00\x04\x00"
    channel.send(bytes((0x30, len(granted))) + granted)
    return channel.receive()


def _openssl(der: bytes) -> crypto.X509:
    return crypto.load_certificate(crypto.FILETYPE_ASN1, der)
