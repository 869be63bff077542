"""What hostile peers do to one connection; `tests.peers.hostile` gives each deed its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import repeat
from typing import NoReturn, TypeAlias

from certprobe.lab.pki import Authority, Issued
from tests.peers.channel import Channel
from tests.peers.malformed import HTTP_OK, many_authorities, named
from tests.peers.site import Site
from tests.peers.tls_server import HANDSHAKE, TLS12, Send, TlsServer, client_hello, context, message, record, records

_CERTIFICATE = 11
HangUp: TypeAlias = Callable[[Channel], None]

# More than any client may take in, and still an end if it takes everything in.
_ENDLESS = 256 * 1024 * 1024


# Below TLS.


def silent(channel: Channel, _: Site) -> None:
    channel.wait_for_the_end()


def silent_after_client_hello(channel: Channel, _: Site) -> None:
    client_hello(channel)
    channel.wait_for_the_end()


def hang_up(channel: Channel, _: Site, *, how: HangUp) -> None:
    how(channel)


def hang_up_on_client_hello(channel: Channel, _: Site, *, how: HangUp) -> None:
    client_hello(channel)
    how(channel)


def say_at_once(channel: Channel, _: Site, *, text: bytes) -> None:
    channel.send(text)
    channel.wait_for_the_end()


def answer(channel: Channel, _: Site, *, text: bytes) -> None:
    channel.receive()
    channel.send(text)
    channel.close()


def answer_client_hello(channel: Channel, _: Site, *, text: bytes) -> None:
    client_hello(channel)
    channel.send(text)
    channel.wait_for_the_end()


def answer_without_end(channel: Channel, _: Site, *, first: bytes = b"", then: bytes) -> None:
    client_hello(channel)
    channel.send(first)
    for piece in _without_end(then):
        channel.send(piece)


# In the handshake.


def slow(channel: Channel, site: Site) -> None:
    def send(data: bytes) -> None:
        for byte in data:
            channel.send(bytes((byte,)))
            channel.wait(1.0)

    _handshake(channel, site, send=send)


def cut_after_bytes(channel: Channel, site: Site, *, count: int, how: HangUp) -> None:
    def send(data: bytes) -> None:
        channel.send(data[:count])
        _leave(channel, how)

    _handshake(channel, site, send=send)


def cut_after_record(channel: Channel, site: Site, *, version: int, count: int, how: HangUp) -> None:
    sent = 0

    def send(data: bytes) -> None:
        nonlocal sent
        for each in records(data):
            channel.send(each.data)
            sent += 1
            if sent == count:
                _leave(channel, how)

    _handshake(channel, site, version=version, send=send)


def cut_after_client_flight(channel: Channel, site: Site, *, version: int, how: HangUp) -> None:
    flights = 0

    def send(data: bytes) -> None:
        nonlocal flights
        flights += 1
        if flights == 2:
            _leave(channel, how)
        channel.send(data)

    _handshake(channel, site, version=version, send=send)


def replace_message(channel: Channel, site: Site, *, message_type: int, replacement: bytes) -> None:
    """A TLS 1.2 handshake in which one message of the server, told by its type, is another one."""

    def send(data: bytes) -> None:
        for each in records(data):
            replaced = each.content_type == HANDSHAKE and each.message_type == message_type
            channel.send(message(message_type, replacement) if replaced else each.data)

    _handshake(channel, site, version=TLS12, send=send)


def replace_certificates(channel: Channel, site: Site, *, list_of: Callable[[bytes], bytes]) -> None:
    """The same for the Certificate message, from the good server certificate."""
    replacement = list_of(site.servers.good.issued.der)
    replace_message(channel, site, message_type=_CERTIFICATE, replacement=replacement)


def certificate_without_end(channel: Channel, site: Site) -> None:
    """A TLS 1.2 handshake whose Certificate message announces 16 MiB, and more comes after them."""

    def send(data: bytes) -> None:
        for each in records(data):
            if each.message_type == _CERTIFICATE:
                channel.send(record(HANDSHAKE, bytes((_CERTIFICATE, 0xFF, 0xFF, 0xFF))))
                for piece in _without_end(record(HANDSHAKE, bytes(16_384))):
                    channel.send(piece)
            channel.send(each.data)

    _handshake(channel, site, version=TLS12, send=send)


def cut_within(channel: Channel, site: Site, *, message_type: int, replacement: bytes, how: HangUp) -> None:
    """A TLS 1.2 handshake that ends in the middle of one message of the server."""

    def send(data: bytes) -> None:
        for each in records(data):
            if each.message_type == message_type:
                whole = message(message_type, replacement)
                channel.send(whole[: len(whole) // 2])
                _leave(channel, how)
            channel.send(each.data)

    _handshake(channel, site, version=TLS12, send=send)


# After the handshake.


def silent_after_handshake(channel: Channel, site: Site) -> None:
    _handshake(channel, site)
    channel.wait_for_the_end()


def hang_up_after_handshake(channel: Channel, site: Site, *, how: HangUp) -> None:
    _handshake(channel, site)
    how(channel)


def hang_up_after_request(channel: Channel, site: Site, *, how: HangUp) -> None:
    _handshake(channel, site).receive()
    how(channel)


def close_notify_after_handshake(channel: Channel, site: Site) -> None:
    _handshake(channel, site).close_notify()
    channel.close()


def answer_in_tls(channel: Channel, site: Site, *, text: bytes) -> None:
    tls = _handshake(channel, site)
    tls.receive()
    tls.send(text)
    tls.close_notify()
    channel.close()


def answer_slowly(channel: Channel, site: Site) -> None:
    tls = _handshake(channel, site)
    tls.receive()
    for byte in HTTP_OK:
        tls.send(bytes((byte,)))
        channel.wait(1.0)


def answer_in_tls_without_end(channel: Channel, site: Site, *, first: bytes, then: bytes) -> None:
    tls = _handshake(channel, site)
    tls.receive()
    tls.send(first)
    for piece in _without_end(then):
        tls.send(piece)


# Real handshakes with odd contents, to the end, with an HTTP answer.


def long_list(channel: Channel, site: Site, *, version: int) -> None:
    authorities = many_authorities(site.root)
    _answer_http(
        channel, TlsServer(channel, context(site.servers.good.issued, version=version, client_authorities=authorities))
    )


def odd_names(channel: Channel, site: Site, *, text: str) -> None:
    authority, server = named(site.root, text)
    _answer_http(channel, TlsServer(channel, context(server, client_authorities=(authority, site.root.issued))))


def odd_certificate(channel: Channel, site: Site, *, make: Callable[[Authority], Issued]) -> None:
    _answer_http(channel, TlsServer(channel, context(make(site.issuing), client_authorities=(site.root.issued,))))


def _handshake(channel: Channel, site: Site, *, version: int | None = None, send: Send | None = None) -> TlsServer:
    """A real handshake to its end, as far as `send` lets it come."""
    tls = context(site.servers.good.issued, version=version, client_authorities=(site.root.issued,))
    server = TlsServer(channel, tls, send)
    server.handshake()
    return server


def _answer_http(channel: Channel, server: TlsServer) -> None:
    server.handshake()
    server.receive()
    server.send(HTTP_OK)
    server.close_notify()
    channel.close()


def _leave(channel: Channel, how: HangUp) -> NoReturn:
    how(channel)
    raise ConnectionAbortedError("the peer hung up, as it should")


def _without_end(piece: bytes) -> Iterator[bytes]:
    return repeat(piece * (16_384 // len(piece) or 1), _ENDLESS // 16_384)
